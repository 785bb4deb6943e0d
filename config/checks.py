"""Checks that span several keys; each problem is a place and a sentence without the file's name."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

from config.policy import CadenceStep, CountryRule, Policy
from config.sentences import Place, place_name
from config.settings import Egress, HashList, RangeSource, Settings

Problem = tuple[Place, str]

LONGEST_FRESH_PROOF: Final = timedelta(minutes=15)
SHORTEST_SPAN: Final = timedelta(hours=12)
SHORTEST_SITE_DOWN: Final = timedelta(hours=72)
SHORTEST_REPEAT: Final = timedelta(hours=24)

_OWN_LISTS: Final = ("local", "assessed")
_BASE_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_SOURCE_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*")
_CLASS = re.compile(r"[\w-]{1,32}:[\w.-]{1,32}", re.ASCII)
_EXAMPLE = re.compile(r"(^|[.@])(example|test|invalid|localhost)$")


def settings_problems(settings: Settings) -> list[Problem]:
    """List what is wrong between the keys of `hostwatch.toml`."""
    return [
        *_egress_problems(settings),
        *_network_problems(settings),
        *_mail_problems(settings),
        *_hash_list_problems(settings),
        *_ranges_problems(settings),
    ]


def policy_problems(policy: Policy, *, allow_practice: bool) -> list[Problem]:
    """List what is wrong between the keys of a policy file."""
    real = [] if policy.practice else _floors(policy)
    if policy.practice and not allow_practice:
        text = "found true; a practice policy has scaled durations and serves the sandbox only"
        real = [_problem(("practice",), text)]
    return [
        *real,
        *_steps_problems(("cadence", "open"), policy.cadence.open),
        *_steps_problems(("cadence", "watch"), policy.cadence.watch),
        *_review_problems(policy),
        *_matching_problems(policy),
        *_country_problems(policy),
    ]


def example_values(settings: Settings) -> tuple[str, ...]:
    """
    List the keys that still hold an example name, for `hostwatch doctor`.

    Names under `.example`, `.test`, `.invalid` and `localhost` exist for documents (RFC 2606).
    """
    names = {
        "hotline.domain": settings.hotline.domain,
        "hotline.contact": settings.hotline.contact,
        "mail.sender": settings.mail.sender,
        "police.address": settings.police.address if settings.police else "",
    }
    return tuple(key for key, value in names.items() if _EXAMPLE.search(value))


def _problem(place: Place, text: str) -> Problem:
    return place, f"{place_name(place)}: {text}."


def _egress_problems(settings: Settings) -> Iterable[Problem]:
    counts = Counter(profile.name for profile in settings.egress)
    for index, profile in enumerate(settings.egress):
        if counts[profile.name] > 1:
            text = f"found {profile.name!r} more than once; each egress needs its own name"
            yield _problem(("egress", index, "name"), text)
        if profile.source_address is not None and not _is_address(profile.source_address):
            text = f"found {profile.source_address!r}; allowed is an IPv4 or IPv6 address"
            yield _problem(("egress", index, "source_address"), text)
        yield from _way_problems(profile, settings, ("egress", index))


def _way_problems(profile: Egress, settings: Settings, place: Place) -> Iterable[Problem]:
    """Name what an egress lacks for its kind, or has although its kind makes no use of it."""
    if profile.kind == "direct":
        for key in ("proxy", "credentials_file"):
            if getattr(profile, key) is not None:
                yield _problem((*place, key), "a direct way out has none; set kind, or take it out")
    elif profile.proxy is None or not _is_proxy(profile.proxy):
        text = f"found {profile.proxy!r}; a proxy is a numeric address with a port"
        yield _problem((*place, "proxy"), f"{text}, such as 192.0.2.80:3128")
    if profile.kind == "socks5" and not (profile.resolvers or settings.network.resolvers):
        text = "through socks5 names are asked for by way of the proxy; name a DNS server for it"
        yield _problem((*place, "resolvers"), text)
    for index, server in enumerate(profile.resolvers):
        if not _is_resolver(server):
            words = f"found {server!r}; allowed is an address such as 192.0.2.53 or 192.0.2.53:5353"
            yield _problem((*place, "resolvers", index), words)
    if profile.nat_prefix is not None and not _is_nat64(profile.nat_prefix):
        text = f"found {profile.nat_prefix!r}; allowed is an IPv6 network of 96 bits: 64:ff9b::/96"
        yield _problem((*place, "nat_prefix"), text)
    elif profile.nat_prefix is not None and profile.kind != "direct":
        yield _problem((*place, "nat_prefix"), "belongs to a direct way out alone")


def _network_problems(settings: Settings) -> Iterable[Problem]:
    for index, text in enumerate(settings.network.own_networks):
        if not _is_network(text):
            words = f"found {text!r}; allowed is a network such as 198.51.100.0/24"
            yield _problem(("network", "own_networks", index), words)
    for index, text in enumerate(settings.network.resolvers):
        if not _is_resolver(text):
            words = f"found {text!r}; allowed is an address such as 192.0.2.53 or 192.0.2.53:5353"
            yield _problem(("network", "resolvers", index), words)


def _mail_problems(settings: Settings) -> Iterable[Problem]:
    mail = settings.mail
    if (mail.username is None) != (mail.password_file is None):
        yield _problem(("mail",), "give username and password_file together, or neither")
    if mail.security == "none" and mail.username is not None:
        text = "found none together with a username; a password is sent over tls or starttls only"
        yield _problem(("mail", "security"), text)


def _floors(policy: Policy) -> list[Problem]:
    """Name the durations of a real policy that are weaker than the rules allow."""
    takedown, notices = policy.takedown, policy.notices
    lowest = [
        (("takedown", "span"), takedown.span, SHORTEST_SPAN),
        (("takedown", "site_down"), takedown.site_down, SHORTEST_SITE_DOWN),
        (("notices", "repeat_after"), notices.repeat_after, SHORTEST_REPEAT),
    ]
    found = [
        _problem(place, f"found {_hours(value)}; allowed is {_hours(floor)} or more")
        for place, value, floor in lowest
        if value < floor
    ]
    if notices.fresh_proof > LONGEST_FRESH_PROOF:
        found_text, allowed = _minutes(notices.fresh_proof), _minutes(LONGEST_FRESH_PROOF)
        text = f"found {found_text}; allowed is {allowed} or less"
        found.append(_problem(("notices", "fresh_proof"), text))
    return found


def _steps_problems(place: Place, steps: Sequence[CadenceStep]) -> Iterable[Problem]:
    if not steps:
        yield _problem(place, "found no step; at least one is needed")
    if any(later.until <= earlier.until for earlier, later in pairwise(steps)):
        yield _problem(place, "the steps must come in ascending order of until")
    if any(step.every <= timedelta(0) for step in steps):
        yield _problem(place, "every must be longer than nothing")


def _review_problems(policy: Policy) -> Iterable[Problem]:
    for key in ("version", "reviewed_by", "reviewed_on"):
        if not getattr(policy, key).strip():
            yield _problem((key,), "found nothing; a policy says who reviewed which version when")


def _matching_problems(policy: Policy) -> Iterable[Problem]:
    if policy.matching.confident > policy.matching.review:
        text = f"found {policy.matching.confident}; allowed is at most matching.review"
        yield _problem(("matching", "confident"), text)


def _country_problems(policy: Policy) -> Iterable[Problem]:
    for code in policy.countries:
        if not re.fullmatch(r"[A-Z]{2}", code):
            text = "is not a country; allowed is two capital letters, such as NL"
            yield _problem(("countries", code), text)
    yield from (
        _problem((*place, "reason"), "do_not_notify needs its reason and who approved it")
        for place, rule in _rules(policy)
        if rule.order == "do_not_notify" and not rule.reason.strip()
    )


def _rules(policy: Policy) -> Iterable[tuple[Place, CountryRule]]:
    yield ("home",), policy.home
    yield ("abroad",), policy.abroad
    yield from ((("countries", code), rule) for code, rule in policy.countries.items())


def _hours(duration: timedelta) -> str:
    return f"{duration / timedelta(hours=1):g}h"


def _minutes(duration: timedelta) -> str:
    return f"{duration / timedelta(minutes=1):g}m"


def _hash_list_problems(settings: Settings) -> Iterable[Problem]:
    counts = Counter(one.name for one in settings.hash_list)
    for index, one in enumerate(settings.hash_list):
        place = ("hash_list", index)
        if counts[one.name] > 1 or one.name in _OWN_LISTS:
            taken = " and ".join(_OWN_LISTS)
            text = f"found {one.name!r}; each needs its own name, and {taken} are taken"
            yield _problem((*place, "name"), text)
        yield from _source_problems(one, settings, place)
        classes = [("classes", text) for text in one.classes.values() if text != "-"]
        if one.classification is not None:
            classes.append(("classification", one.classification))
        for key, text in classes:
            if not _CLASS.fullmatch(text):
                words = f"found {text!r}; allowed is SCHEME:VALUE, such as ncmec:A1"
                yield _problem((*place, key), words)


def _source_problems(one: HashList, settings: Settings, place: Place) -> Iterable[Problem]:
    if one.kind == "file":
        if one.file is None:
            yield _problem((*place, "file"), "a list of kind file needs the file's name")
        return
    if one.credentials_file is None:
        yield _problem((*place, "credentials_file"), "a list of kind ncmec needs this file")
    if not _BASE_URL.fullmatch(one.base_url or ""):
        words = f"found {one.base_url!r}; allowed is https://HOST/PATH without user, ? and #"
        yield _problem((*place, "base_url"), words)
    yield from _download_problems(one.egress, settings, place)


def _download_problems(name: str | None, settings: Settings, place: Place) -> Iterable[Problem]:
    """Downloads leave without a proxy, and must not do so where one was meant."""
    ways = {way.name: way for way in settings.egress}
    way = settings.egress[0] if name is None else ways.get(name)
    if way is None:
        yield _problem((*place, "egress"), f"found {name!r}, which no [[egress]] has as name")
    elif way.kind != "direct":
        text = f"{way.name!r} is a proxy; downloads need an [[egress]] of kind direct, by name"
        yield _problem((*place, "egress"), text)


def _ranges_problems(settings: Settings) -> Iterable[Problem]:
    counts = Counter((one.kind, one.name) for one in settings.ranges)
    for index, one in enumerate(settings.ranges):
        place = ("ranges", index)
        if counts[one.kind, one.name] > 1:
            text = f"found {one.name!r} more than once for kind {one.kind}; each needs its own"
            yield _problem((*place, "name"), text)
        yield from _range_source_problems(one, settings, place)


def _range_source_problems(one: RangeSource, settings: Settings, place: Place) -> Iterable[Problem]:
    if (one.url is None) == (one.file is None):
        yield _problem(place, "give url or file, and not both")
    if one.url is not None and ("#" in one.url or not _SOURCE_URL.fullmatch(one.url)):
        words = "found something else; allowed is https://HOST/PATH without user and #"
        yield _problem((*place, "url"), words)
    if one.claims is not None and one.kind != "country":
        yield _problem((*place, "claims"), "only a table of kind country has claims")
    if one.url is not None:
        yield from _download_problems(one.egress, settings, place)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_proxy(text: str) -> bool:
    """Tell whether a text is a resolver's with its port written out."""
    return not _is_address(text) and _is_resolver(text)


def _is_nat64(text: str) -> bool:
    try:
        return ipaddress.IPv6Network(text).prefixlen == 96
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_resolver(text: str) -> bool:
    if _is_address(text):
        return True
    host, _, port = text.rpartition(":")
    usable_port = port.isascii() and port.isdigit() and 0 < int(port) < 65536
    return usable_port and _is_address(host.removeprefix("[").removesuffix("]"))
