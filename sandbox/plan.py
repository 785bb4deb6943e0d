"""From the table of scenarios to things, addresses and expected ends; pure in the seed."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import quote

from sandbox.description import Expectation
from sandbox.item import Item
from sandbox.network import HOSTS
from sandbox.scenarios import INSUFFICIENT, ROWS, Row
from sandbox.sites import board, image_host, locker, soft404, website

SITES: dict[str, ModuleType] = {
    "board": board,
    "locker": locker,
    "image_host": image_host,
    "website": website,
    "soft404": soft404,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One line of the report file."""

    url: str
    expectation: Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that the seed decides."""

    items: tuple[Item, ...]
    reports: tuple[Reported, ...]


def make_plan(seed: int, *, internal_port: int) -> Plan:
    """Lay out the practice web; the same seed and port give the same plan."""
    chance = random.Random(seed)
    items: list[Item] = []
    reports: list[Reported] = []
    for row in ROWS:
        for made in _things(row, chance, internal_port, len(items)):
            items.extend(made)
            reports.extend(_reports(row, made[0], len(reports)))
    for url in INSUFFICIENT:
        reports.append(_insufficient(url.format(internal=internal_port), len(reports)))
    return Plan(items=tuple(items), reports=tuple(reports))


def _things(
    row: Row, chance: random.Random, internal_port: int, first: int
) -> Iterator[tuple[Item, ...]]:
    targets = tuple(target.format(internal=internal_port) for target in row.targets)
    for number in range(max(row.count, len(targets))):
        item = Item(
            key=f"{row.slug}-{first + number}",
            scenario=row.slug,
            host=row.host,
            token=_token(row, chance),
            listed=row.listed,
            pictures=row.pictures,
            life=row.life,
            look=row.look,
            board=row.board,
            target=targets[number] if targets else "",
        )
        yield (item,) if not row.embeds_at else _with_embedded(row, item, chance)


def _token(row: Row, chance: random.Random) -> str:
    if HOSTS[row.host].kind == "locker":
        return "".join(chance.choices(string.ascii_lowercase + string.digits, k=12))
    # A letter that stands escaped in the address, where spelling is what the scenario is about.
    return str(chance.randrange(1_000_000, 9_999_999)) + ("\u00e9" if row.respelt else "")


def _with_embedded(row: Row, item: Item, chance: random.Random) -> tuple[Item, ...]:
    embedded = Item(
        key=f"{item.key}-embedded",
        scenario=row.slug,
        host=row.embeds_at,
        token=str(chance.randrange(1_000_000, 9_999_999)),
    )
    page = Item(
        key=item.key,
        scenario=row.slug,
        host=item.host,
        token=item.token,
        listed="no",
        look="elsewhere",
        embeds=media_url(embedded),
    )
    return page, embedded


def base_url(host: str) -> str:
    """Return scheme and host, without a final slash."""
    return f"{HOSTS[host].scheme}://{host}"


def media_url(item: Item) -> str:
    """Return the address of the thing's first picture."""
    if HOSTS[item.host].kind == "locker":
        return f"http://{locker.FILES_HOST}{locker.media_path(item)}"
    return f"{base_url(item.host)}{quote(SITES[HOSTS[item.host].kind].media_path(item))}"


def page_url(item: Item) -> str:
    """Return the address of the thing's page."""
    if item.target:
        return f"{base_url(item.host)}/out/{item.token}"
    return f"{base_url(item.host)}{quote(SITES[HOSTS[item.host].kind].page_path(item))}"


def _reports(row: Row, item: Item, before: int) -> Iterator[Reported]:
    first = _expectation(row, before)
    yield Reported(url=_reported_url(row, item), expectation=first)
    if row.respelt:
        for number, url in enumerate(respellings(page_url(item)), start=1):
            again = _expectation(row, before + number, duplicate_of=first.reference)
            yield Reported(url=url, expectation=again)


def _reported_url(row: Row, item: Item) -> str:
    if row.report == "media":
        return media_url(item)
    suffix = f"#{item.token}" if row.report == "fragment" else ""
    return page_url(item) + suffix


def respellings(url: str) -> tuple[str, ...]:
    """
    Return other spellings of one location (RFC 3986 6.2: case, port, escapes) and a fragment.

    >>> respellings("http://a.test/b")[0]
    'HTTP://A.TEST:80/b'
    """
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return (
        f"{scheme.upper()}://{host.upper()}:80/{path}",
        f"{url}#comments",
        re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), url),
    )


def _expectation(row: Row, before: int, *, duplicate_of: str = "") -> Expectation:
    return Expectation(
        reference=f"S-{before + 1:03d}",
        scenario=row.slug,
        outcome="added" if duplicate_of else "new",
        comparison=row.comparison,
        verdicts=row.verdicts,
        recipients=row.recipients,
        needs=row.needs,
        events=row.events,
        duplicate_of=duplicate_of,
    )


def _insufficient(url: str, before: int) -> Reported:
    expectation = Expectation(
        reference=f"S-{before + 1:03d}",
        scenario="insufficient",
        outcome="insufficient",
        comparison="not_checked",
        verdicts=("unknown",),
    )
    return Reported(url=url, expectation=expectation)
