"""Which addresses of an RDAP answer may take abuse reports, best first; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.hosting.mailboxes import mailboxes_in_text, refusal
from crawler.hosting.rdap_entities import Entity, Mail, https_url
from crawler.hosting.rdap_record import AbuseSource, RdapCandidate

RANK: dict[AbuseSource, int] = {
    "abuse_only": 0,
    "abuse_shared": 1,
    "abuse_typed": 2,
    "abuse_local_part": 3,
    "remarks": 4,
}
_ABUSE = re.compile(r"abuse", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|don'?t|no longer|instead of|invalid)\b", re.IGNORECASE)
_UNVALIDATED = re.compile(
    r"unvalidated|unable to validate|could not (?:be )?validate|not (?:been )?validated"
    r"|is invalid|not responding",
    re.IGNORECASE,
)
_URL = re.compile(r"https://[^\s<>\"']{1,480}")

_Ranked = tuple[tuple[int, ...], RdapCandidate]


def candidates(
    entities: Sequence[Entity], remarks: Sequence[str], *, owner: str | None
) -> tuple[RdapCandidate, ...]:
    """
    Collect and order every candidate of an answer; each address once, refused ones last.

    Args:
        entities: all entities, depth first.
        remarks: lines of the object's own remarks.
        owner: the registrant's name, for which a registry's own mailbox is right.
    """
    ranked = [*_of_entities(entities), *_of_remarks(entities, remarks)]
    ranked.sort(key=lambda one: one[0])
    best: dict[str, RdapCandidate] = {}
    for _, candidate in ranked:
        best.setdefault(candidate.address, candidate)
    judged = [_judged(candidate, owner) for candidate in best.values()]
    return tuple(sorted(judged, key=lambda one: one.refused is not None))


def _judged(candidate: RdapCandidate, owner: str | None) -> RdapCandidate:
    if candidate.channel == "form":
        return candidate
    return RdapCandidate(
        address=candidate.address,
        channel="mail",
        source=candidate.source,
        flags=candidate.flags,
        refused=refusal(candidate.address, owner=owner),
    )


def _of_entities(entities: Sequence[Entity]) -> Iterator[_Ranked]:
    for order, entity in enumerate(entities):
        flags = _flags(entity)
        reseller = int("reseller" in flags)
        first = min(entity.mails, key=_mail_key, default=None)
        for mail in entity.mails:
            source = _source(entity, mail)
            if source is None:
                continue
            key = (RANK[source], reseller, entity.depth, *_mail_key(mail), order)
            yield (
                key,
                RdapCandidate(
                    address=mail.address,
                    channel="mail",
                    source=source,
                    flags=flags if mail == first else (*flags, "second_choice"),
                ),
            )
        for form in entity.forms if "abuse" in entity.roles else ():
            # behind every mail address of the same rank
            key = (RANK["abuse_only"], reseller, entity.depth, 9, 999, 9, order)
            yield key, RdapCandidate(address=form, channel="form", source="abuse_only", flags=flags)


def _mail_key(mail: Mail) -> tuple[int, int, int]:
    """Order the mailboxes of one entity: marked abuse, then `pref`, then named abuse."""
    named = "abuse" in mail.address.partition("@")[0]
    return (0 if mail.typed_abuse else 1), mail.preference, (0 if named else 1)


def _source(entity: Entity, mail: Mail) -> AbuseSource | None:
    if "abuse" in entity.roles:
        return "abuse_only" if entity.roles == {"abuse"} else "abuse_shared"
    if mail.typed_abuse:
        return "abuse_typed"
    return "abuse_local_part" if _named_abuse(mail.address) else None


def _named_abuse(address: str) -> bool:
    return re.search(r"(?:^|[._-])abuse(?:$|[._+-])", address.partition("@")[0]) is not None


def _flags(entity: Entity) -> tuple[str, ...]:
    told = {
        "unvalidated": any(_UNVALIDATED.search(line) for line in entity.remarks),
        "person": entity.kind == "individual",
        "reseller": "reseller" in entity.roles | entity.above,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def _of_remarks(entities: Sequence[Entity], remarks: Sequence[str]) -> Iterator[_Ranked]:
    lines = [*remarks, *(line for entity in entities for line in entity.remarks)]
    for order, (before, line) in enumerate(zip(["", *lines], lines, strict=False)):
        for address in _remark_mails(before, line):
            key = (RANK["remarks"], 0, 0, 0, 0, 0, order)
            yield key, RdapCandidate(address=address, channel="mail", source="remarks")
        for url in _remark_forms(line):
            key = (RANK["remarks"], 0, 0, 9, 999, 9, order)
            yield key, RdapCandidate(address=url, channel="form", source="remarks")


def _remark_mails(before: str, line: str) -> tuple[str, ...]:
    """Take an address named abuse, or any address of a line that speaks of abuse and not of not."""
    found = mailboxes_in_text(line)
    if _UNVALIDATED.search(line):
        return ()
    named = tuple(address for address in found if _named_abuse(address))
    if named:
        return named
    headed = before.rstrip().endswith(":") and _ABUSE.search(before)
    speaks = _ABUSE.search(line) or headed
    return found if speaks and not _NOT.search(line) else ()


def _remark_forms(line: str) -> tuple[str, ...]:
    if not _ABUSE.search(line) or _NOT.search(line):
        return ()
    urls = (https_url(url.rstrip(".,;)")) for url in _URL.findall(line))
    return tuple(url for url in urls if url)
