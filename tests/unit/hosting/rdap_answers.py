"""Invented answers about networks, one for each trap of the registries and of free text."""

from __future__ import annotations

from typing import Any

from rdap_parts import ABUSE, GOOD, TECH, Answer, ent, flat, mail, net, org, row, said

NETWORKS: dict[str, tuple[Answer, dict[str, Any]]] = {
    # ARIN
    "abuse nested and again at the top": (
        net(org("H", flat("abuse@org.example")), flat("abuse@net.example")),
        {"abuse_email": "abuse@net.example", "abuse_source": "entity_abuse"},
    ),
    "nested under the registrant only": (
        net(org("Harbour", ABUSE, TECH)),
        {"abuse_email": GOOD, "abuse_source": "nested_abuse", "org_name": "Harbour"},
    ),
    "no country member": (
        net(org("H", ABUSE), ABUSE),
        {"country": None, "abuse_email": GOOD},
    ),
    "country in the postal label only": (
        net(
            ent(
                ["registrant"],
                row("fn", "H"),
                row("kind", "org"),
                row("adr", ["", "", "", "", "", "", ""], label="Street 1\\nTown\\nNL"),
            )
        ),
        {"country": None, "org_country": "NL", "org_name": "H"},
    ),
    "unvalidated contact": (
        net(flat(GOOD, remarks=said("no response since 2019", title="Unvalidated POC"))),
        {"abuse_email": GOOD, "flags": {"unvalidated"}},
    ),
    "a validated desk goes before an unvalidated one": (
        net(
            flat("old@host.example", remarks=said("x", title="Unvalidated POC")),
            flat("new@host.example"),
        ),
        {"abuse_email": "new@host.example"},
    ),
    "one person for technical and abuse beside an abuse desk": (
        net(org("H", ent(["technical", "abuse"], mail("arin@host.example")), ABUSE)),
        {"abuse_email": GOOD},
    ),
    "customer without contacts": (
        net(ent(["registrant"], row("fn", "Customer"), row("kind", "org")), parentHandle="NET-0"),
        {"abuse_email": None, "parent_handle": "NET-0", "flags": {"no_abuse_role"}},
    ),
    "space of another registry": (
        net(
            org("RIPE Network Coordination Centre", flat("abuse@ripe.net")),
            name="RIPE-CBLK",
            port43="whois.arin.net",
        ),
        {"abuse_email": None, "flags": {"not_managed_here", "no_abuse_contact"}},
    ),
    "another registry as holder, under any name": (
        net(
            org("Asia Pacific Network Information Centre", flat("search@apnic.net")),
            port43="whois.arin.net",
        ),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    "comment names the desk": (
        net(org(), remarks=said("The abuse contact is: net-abuse@host.example")),
        {"abuse_email": "net-abuse@host.example", "abuse_source": "remarks"},
    ),
    # RIPE
    "mailbox typed abuse among others": (
        net(ent(["abuse"], mail("x@host.example", type="email"), mail(GOOD, type="abuse"))),
        {"abuse_email": GOOD},
    ),
    "maintainer as registrant": (
        net(
            ent(["registrant"], row("fn", "X-MNT"), row("kind", "individual"), handle="X-MNT"),
            org("Real BV"),
            ABUSE,
        ),
        {"org_name": "Real BV", "abuse_email": GOOD},
    ),
    "maintainer with the mark in front": (
        net(ent(["registrant"], row("fn", "MNT-X"), handle="MNT-X"), ABUSE),
        {"org_name": None},
    ),
    "the registry's own network": (
        net(
            org("Reseaux IP Europeens Network Coordination Centre (RIPE NCC)"),
            flat("abuse@ripe.net"),
            port43="whois.ripe.net",
        ),
        {"abuse_email": "abuse@ripe.net"},
    ),
    "legacy space": (net(ABUSE, type="LEGACY"), {"abuse_email": GOOD, "flags": {"legacy"}}),
    "abuse contact named in a notice": (
        net(notices=said("Abuse contact for '192.0.2.0 - 192.0.2.255' is 'abuse@host.example'")),
        {"abuse_email": GOOD, "abuse_source": "notices"},
    ),
    # APNIC and the national registries
    "second mailbox preferred": (
        net(ent(["abuse"], mail("noc@host.example"), mail("desk@host.example", pref="1"))),
        {"abuse_email": "desk@host.example"},
    ),
    "preference as a number and in capitals": (
        net(ent(["abuse"], mail("noc@host.example"), mail("desk@host.example", PREF=1))),
        {"abuse_email": "desk@host.example"},
    ),
    "incident team with a validation note": (
        net(flat(GOOD, handle="IRT-X-AP", remarks=said("abuse@host.example was validated"))),
        {"abuse_email": GOOD, "abuse_source": "entity_abuse"},
    ),
    "korean block through APNIC": (
        net(
            org("Some Telecom"),
            flat("irt@nic.or.kr", handle="IRT-KRNIC-KR"),
            ent(["technical"], mail("ip@telecom.example")),
        ),
        {"abuse_email": None, "flags": {"registry_placeholder", "no_abuse_contact"}},
    ),
    "japanese block with the desk in a remark": (
        net(
            flat("hostmaster@nic.ad.jp", handle="IRT-JPNIC-JP"),
            remarks=said("Email address for spam or abuse complaints : abuse@host.example"),
        ),
        {"abuse_email": GOOD, "abuse_source": "remarks"},
    ),
    "national registry that holds an allocation": (
        net(
            org("Japan Network Information Center"),
            flat("hostmaster@nic.ad.jp"),
            type="ALLOCATED PORTABLE",
        ),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    "national registry's own servers": (
        net(
            org("Japan Network Information Center"),
            flat("hostmaster@nic.ad.jp"),
            type="ASSIGNED PORTABLE",
        ),
        {"abuse_email": "hostmaster@nic.ad.jp"},
    ),
    "taiwanese placeholder": (net(org(), flat("hostmaster@twnic.tw")), {"abuse_email": None}),
    "chinese placeholder": (net(org(), flat("ipas@cnnic.cn")), {"abuse_email": None}),
    "indonesian placeholder": (net(org(), flat("abuse@idnic.net")), {"abuse_email": None}),
    "vietnamese placeholder": (net(org(), flat("hm-changed@vnnic.vn")), {"abuse_email": None}),
    # LACNIC and registro.br
    "one person for everything": (
        net(
            ent(
                ["technical", "abuse"],
                row("fn", "A Person"),
                row("kind", "individual"),
                mail("p@host.example"),
            )
        ),
        {"abuse_email": "p@host.example", "org_name": None, "flags": {"person"}},
    ),
    "removed mailbox": (
        net(flat("removed@lacnic.net"), org()),
        {"abuse_email": None, "flags": {"withheld"}},
    ),
    "handle without trailing octets": (
        {"objectClassName": "ip network", "handle": "192.0.2/24"},
        {"start": "192.0.2.0", "end": "192.0.2.255", "network_name": None},
    ),
    "abuse role without a card": (
        net(
            ent(["abuse"], row("fn", "Desk")),
            ent(["technical"], mail("abuse@host.example")),
            remarks=[{"type": "object truncated due to authorization", "description": ["x"]}],
            nicbr_autnum=64500,
        ),
        {"abuse_email": None, "flags": {"abuse_without_mail", "truncated"}},
    ),
    "national incident team in a remark": (
        net(
            org(), remarks=said("Security and mail abuse also to cert@cert.br, mail-abuse@cert.br")
        ),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    # AFRINIC
    "entities without roles, desk in a remark": (
        net(
            ent(None, row("fn", "A Host"), row("kind", "org"), handle="ORG-A-AFRINIC"),
            ent(None, row("fn", "B"), mail("b@host.example")),
            remarks=said("Abuse reports to: desk@host.example"),
        ),
        {"abuse_email": "desk@host.example", "org_name": "A Host"},
    ),
    "incident team without roles": (
        net(ent(None, row("fn", "IRT"), mail("irt@host.example"), handle="IRT-HOST")),
        {"abuse_email": "irt@host.example", "abuse_source": "incident_team"},
    ),
    "abuse desk without roles": (
        net(ent(None, row("fn", "Abuse Desk"), mail("desk@host.example"), handle="AD1-AFRINIC")),
        {"abuse_email": "desk@host.example", "abuse_source": "incident_team"},
    ),
    "the whole of the address space": (
        net(
            flat("bitbucket@ripe.net"),
            startAddress="0.0.0.0",
            endAddress="255.255.255.255",
            country="EU",
        ),
        {"abuse_email": None, "country": "EU", "flags": {"not_managed_here"}},
    ),
    # free text
    "obfuscated with brackets": (
        net(remarks=said("abuse (at) host [dot] example")),
        {"abuse_email": GOOD},
    ),
    "obfuscated with words": (
        net(remarks=said("Mail: abuse at host dot example")),
        {"abuse_email": GOOD},
    ),
    "a site is no mailbox": (
        net(remarks=said("Report abuse at host.example")),
        {"abuse_email": None, "candidates": []},
    ),
    "abuse-mailbox line": (
        net(remarks=said("abuse-mailbox: desk@host.example")),
        {"abuse_email": "desk@host.example"},
    ),
    "trouble line": (
        net(
            remarks=said(
                "trouble: Peering: peer@host.example", "trouble: Spam/Abuse: d@host.example"
            )
        ),
        {"abuse_email": "d@host.example"},
    ),
    "two desks on one line": (
        net(remarks=said("peer@host.example for peering, desk@host.example for abuse")),
        {"abuse_email": "desk@host.example"},
    ),
    "two desks on one line, abuse first": (
        net(remarks=said("desk@host.example for abuse, peer@host.example for peering")),
        {"abuse_email": "desk@host.example", "accepted": ["desk@host.example"]},
    ),
    "labels before the desks": (
        net(remarks=said("Abuse: desk@host.example Peering: peer@host.example")),
        {"abuse_email": "desk@host.example", "accepted": ["desk@host.example"]},
    ),
    "heading above the address": (
        net(remarks=said("E-mail: desk@host.example", title="Abuse contact")),
        {"abuse_email": "desk@host.example"},
    ),
    "spanish remark": (
        net(remarks=said("Reportes de abuso: desk@host.example")),
        {"abuse_email": "desk@host.example"},
    ),
    "a dead mailbox and the new one": (
        net(remarks=said("abuse@old.example is no longer read, abuse goes to abuse@host.example")),
        {"abuse_email": GOOD, "accepted": [GOOD]},
    ),
    "complaint desk of someone else": (
        net(remarks=said("Forward abuse to report@spamcop.net")),
        {"abuse_email": None},
    ),
    "remark as bare text": (
        net(remarks="abuse: desk@host.example"),
        {"abuse_email": "desk@host.example"},
    ),
    "entity before remark": (
        net(ABUSE, remarks=said("abuse: other@host.example")),
        {"abuse_email": GOOD},
    ),
}
