"""What a host answers in a situation: pure, the same over loopback and in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.rechecks import pages
from sandbox.rechecks.situation import Kind, Situation, Trouble, Truth
from sandbox.reply import PictureBody, Reply, Visit, not_found, page
from sandbox.sites import board, image_host, locker, website

Failure = Literal[
    "nxdomain", "servfail", "timeout", "reset", "tls", "connect_timeout", "egress_down",
    "fetcher_down", "worker_crash",
]  # fmt: skip
KNOWN_PLACEHOLDER = "known-placeholder"
"""Album name of a "removed" picture whose digest is configured."""
ENTRANCE = "/enter"
"""Page of the pathway."""
_TOKEN = {"picture": "1699000000001", "page": "1699000000001", "thread": "1699001"}
_LOCKER_TOKEN = "a1b2c3d4e5f6"
_SITES = {"picture": image_host, "page": website, "thread": board, "locker": locker}
_FAILURES: dict[Trouble, Failure] = {
    Trouble.SILENCE: "timeout",
    Trouble.TOR_ONLY: "connect_timeout",
    Trouble.RESET: "reset",
    Trouble.BAD_TLS: "tls",
    Trouble.PROXY_DOWN: "egress_down",
    Trouble.FETCHER_DOWN: "fetcher_down",
    Trouble.OUR_DNS_LIES: "nxdomain",
    Trouble.OUR_DNS_DOWN: "servfail",
    Trouble.WORKER_CRASH: "worker_crash",
}
_PHASES = {Truth.SHOWN: Phase.SHOWN, Truth.REENCODED: Phase.REENCODED, Truth.CHANGED: Phase.CHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What comes back: a reply, or a failure before there was one."""

    reply: Reply | None = None
    failure: Failure | None = None
    """`worker_crash` comes with a reply: it arrives, but cannot be read."""


def thing(kind: Kind, host: str) -> Item:
    """Return the thing that a situation is about."""
    token = _TOKEN.get(kind, _LOCKER_TOKEN)
    return Item(key="situation", scenario="recheck", host=host, token=token)


def paths(kind: Kind) -> tuple[str, str | None]:
    """Return the path of the reported page, and of the picture beside it, if it has its own."""
    item = thing(kind, "")
    if kind == "picture":
        return image_host.media_path(item), None
    if kind == "locker":
        return locker.page_path(item), None
    site = _SITES[kind]
    return site.page_path(item), site.media_path(item)


def hear(situation: Situation, hour: float, visit: Visit) -> Heard:
    """Answer one request at an hour of the situation."""
    troubles = situation.troubles(hour, visit.egress)
    for trouble in troubles:
        failure = _FAILURES.get(trouble)
        if failure is not None and failure != "worker_crash":
            return Heard(failure=failure)
    truth = situation.truth(hour)
    if truth is Truth.NAME_GONE:
        return Heard(failure="nxdomain")
    reply = _disturbed(situation, hour, troubles, visit) or _true(situation, hour, visit)
    crashed = Trouble.WORKER_CRASH in troubles
    return Heard(reply=reply, failure="worker_crash" if crashed else None)


# --------------------------------------------------------------------------- trouble


def _disturbed(
    situation: Situation, hour: float, troubles: tuple[Trouble, ...], visit: Visit
) -> Reply | None:
    found = (_answer_of(situation, hour, trouble, visit) for trouble in troubles)
    return next((reply for reply in found if reply is not None), None)


def _answer_of(situation: Situation, hour: float, trouble: Trouble, visit: Visit) -> Reply | None:
    if trouble in pages.EVERYWHERE:
        return pages.EVERYWHERE[trouble]
    lies = _link_check(trouble, visit)
    if lies is not None:
        return lies
    main, media = paths(situation.kind)
    deep, own = visit.path not in pages.SHALLOW, visit.path in {main, media}
    met = {
        Trouble.FILTER_404: own,
        Trouble.HALF_404: own and half(situation.seed, hour, visit.egress),
        Trouble.NOT_MODIFIED: own,
        Trouble.EMPTY: own,
        Trouble.STORAGE_404: deep,
        Trouble.DEEP_WALL: deep,
        Trouble.ALL_HOME: deep,
        Trouble.PAGE_DELETED: visit.path == main and media is not None,
        Trouble.STEP_BROKEN: visit.path == ENTRANCE,
    }
    return pages.IN_PLACES.get(trouble, not_found()) if met.get(trouble) else None


def half(seed: int, hour: float, way: str) -> bool:
    """Tell whether this look meets the half of the servers that lost the file."""
    return hashlib.sha256(f"{seed}:{hour:.4f}:{way}".encode()).digest()[0] % 2 == 0


def _link_check(trouble: Trouble, visit: Visit) -> Reply | None:
    lies = {Trouble.LINK_CHECK_ALIVE: True, Trouble.LINK_CHECK_GONE: False}
    if trouble not in lies or visit.form.get("op") != "checkfiles":
        return None
    return locker.check_files({_locker_path(): lies[trouble]}, visit)


# --------------------------------------------------------------------------- the truth


def _true(situation: Situation, hour: float, visit: Visit) -> Reply:
    truth = situation.truth(hour)
    if truth in pages.WHOLE_HOST:
        return pages.WHOLE_HOST[truth]
    if visit.path == "/robots.txt":
        return Reply(body="User-agent: *\nDisallow:\n", content_type="text/plain")
    if situation.kind == "locker":
        return _at_locker(truth, visit)
    if visit.path not in paths(situation.kind):
        return _elsewhere(situation, visit)
    shown = truth in _PHASES
    return (_shown if shown else _over)(situation.kind, truth, visit)


def _shown(kind: Kind, truth: Truth, visit: Visit) -> Reply:
    item = thing(kind, visit.host)
    part = _SITES[kind].parts(item)[visit.path]
    reply: Reply = _SITES[kind].answer(item, part, _PHASES[truth], visit)
    return reply


def _elsewhere(situation: Situation, visit: Visit) -> Reply:
    """Answer for what was never there: in the host's manner, which is the same all the time."""
    if visit.path == "/":
        return pages.ROOT
    if visit.path == ENTRANCE and situation.pathway:
        return page("Welcome", "<h1>Our walks</h1><p>Choose a season.</p>")
    like = manner(situation)
    if like is None or visit.path in pages.SHALLOW:
        return not_found()
    return pages.MANNERS[like]


def manner(situation: Situation) -> Truth | None:
    """Return how the host answers for what is not there; none is a plain 404."""
    return next((one for _, one in situation.chapters if one in pages.MANNERS), None)


def _over(kind: Kind, truth: Truth, visit: Visit) -> Reply:
    if truth is Truth.EXPIRED:
        item = thing(kind, visit.host)
        reply: Reply = _SITES[kind].answer(
            item, _SITES[kind].parts(item)[visit.path], Phase.EXPIRED, visit
        )
        return reply
    if truth is Truth.GONE_KNOWN_PICTURE:
        return Reply(body=PictureBody(name=KNOWN_PLACEHOLDER), content_type="image/jpeg")
    return pages.OVER.get(truth) or pages.MANNERS[truth]


def _locker_path() -> str:
    return locker.page_path(thing("locker", ""))


def _at_locker(truth: Truth, visit: Visit) -> Reply:
    item = thing("locker", visit.host)
    there = truth is Truth.SHOWN
    if "checkfiles" in (visit.query.get("op"), visit.form.get("op")):
        return locker.check_files({_locker_path(): there}, visit)
    if visit.path not in locker.parts(item):
        return locker.other(visit)
    if there:
        return locker.answer(item, "landing", Phase.SHOWN, visit)
    if truth is Truth.EXPIRED:
        return pages.LOCKER_EXPIRED
    return (
        not_found()
        if truth is Truth.GONE_404
        else locker.answer(item, "landing", Phase.GONE, visit)
    )
