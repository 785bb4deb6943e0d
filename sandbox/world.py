"""The state of the practice web: what was notified, what was taken down, who asked for what."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.network import HOSTS, provider_at
from sandbox.plan import SITES, Plan
from sandbox.reply import RESET, SILENCE, Reply, Visit, not_found, page
from sandbox.sites import locker, tools

_NEVER_WORDS = ("report", "delete", "del_file", "report_file", "logout", "mod.php", "report.php")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads."""

    item: Item
    part: str


class World:
    """Holds the marks of every thing and answers visits; no I/O."""

    def __init__(
        self, plan: Plan, *, scale: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._scale = scale
        self._clock = clock
        self._items = {item.key: item for item in plan.items}
        self._places = dict(_all_places(plan.items))
        self._noticed: dict[str, float] = {}
        self._taken: dict[str, float] = {}
        self._asked: Counter[tuple[str, str]] = Counter()
        self.requests: Counter[tuple[str, str, str]] = Counter()
        """(scenario or `other`, host, egress) -> requests."""
        self.never_request_hits = 0
        self.media_bytes = 0

    def now(self) -> float:
        """Return seconds of the monotonic clock."""
        return self._clock()

    def phase(self, item: Item) -> Phase:
        """Return how a thing answers now."""
        marks = (self._noticed.get(item.key), self._taken.get(item.key), self.now())
        noticed, taken, now = (mark if mark is None else mark / self._scale for mark in marks)
        return item.life.phase(noticed_at=noticed, taken_at=taken, now=now or 0.0)

    def answer(self, visit: Visit) -> Reply:
        """Answer one visit and count it."""
        place = self._places.get((visit.host, visit.path))
        scenario = place.item.scenario if place else "other"
        self.requests[scenario, visit.host, visit.egress] += 1
        self._note_forbidden(visit)
        if place is None:
            return self._elsewhere(visit)
        return self._dressed(visit.host, self._at(place, visit))

    def notice(self, url: str, *, provider: str | None = None) -> str | None:
        """
        Note that the host had notice of what stands at this address; return its scenario.

        Only the first notice counts. None when nothing stands there, or not at that provider.
        """
        return self._mark(self._noticed, url, provider)

    def notice_scenario(self, scenario: str) -> int:
        """Note a notice of everything of one scenario; return of how many things."""
        return self._mark_scenario(self._noticed, scenario)

    def take_down(self, url: str, *, provider: str | None = None) -> str | None:
        """
        Take down what stands at this address; return its scenario.

        None when nothing stands there, or not at that provider.
        """
        return self._mark(self._taken, url, provider)

    def take_down_scenario(self, scenario: str) -> int:
        """Take down everything of one scenario; return how many things."""
        return self._mark_scenario(self._taken, scenario)

    def place(self, url: str) -> Place | None:
        """Find what stands at an absolute address, however it is spelt."""
        split = urlsplit(url)
        path = unquote(split.path).replace("/./", "/")
        return self._places.get(((split.hostname or "").lower(), path))

    def address(self, host: str) -> str | None:
        """Return the look-alike address that a name points to now; none when it is gone."""
        known = HOSTS.get(host)
        if known is None:
            return None
        phases = {self.phase(item) for item in self._items.values() if item.host == host}
        if Phase.NAME_GONE in phases:
            return None
        return known.moved_to if Phase.MOVED in phases and known.moved_to else known.address

    def _mark(self, marks: dict[str, float], url: str, provider: str | None) -> str | None:
        place = self.place(url)
        if place is None or (provider and not self._stands_at(place.item, provider)):
            return None
        marks.setdefault(place.item.key, self.now())
        return place.item.scenario

    def _mark_scenario(self, marks: dict[str, float], scenario: str) -> int:
        keys = [key for key, item in self._items.items() if item.scenario == scenario]
        for key in keys:
            marks.setdefault(key, self.now())
        return len(keys)

    def _stands_at(self, item: Item, provider: str) -> bool:
        address = self.address(item.host)
        operator = provider_at(address) if address else None
        return operator is not None and operator.key == provider

    def _note_forbidden(self, visit: Visit) -> None:
        words = {word for word in visit.path.lower().split("/") if word}
        asked = words | {visit.query.get("op", "")}
        if HOSTS[visit.host].kind == "tools" or asked & set(_NEVER_WORDS):
            self.never_request_hits += 1

    def _elsewhere(self, visit: Visit) -> Reply:
        kind = HOSTS[visit.host].kind
        if visit.path == "/robots.txt":
            return Reply(body="User-agent: *\nDisallow:\n", content_type="text/plain")
        if kind == "locker" and "checkfiles" in (visit.query.get("op"), visit.form.get("op")):
            return self._check_files(visit)
        site = tools if kind == "tools" else SITES.get(kind)
        return self._dressed(visit.host, site.other(visit) if site else _root_only(visit))

    def _check_files(self, visit: Visit) -> Reply:
        alive = {
            path: self.phase(place.item) is not Phase.GONE
            for (host, path), place in self._places.items()
            if host == visit.host
        }
        return locker.check_files(alive, visit)

    def _at(self, place: Place, visit: Visit) -> Reply:
        phase = self.phase(place.item)
        disturbed = self._disturbed(phase, visit)
        if disturbed is not None:
            return disturbed
        if place.item.target:
            return Reply(status=302, headers={"location": place.item.target})
        kind = HOSTS[place.item.host].kind
        reply: Reply = SITES[kind].answer(place.item, place.part, phase, visit)
        return reply

    def _disturbed(self, phase: Phase, visit: Visit) -> Reply | None:
        if phase is Phase.FORBIDDEN:
            return page("403 Forbidden", "<h1>403 Forbidden</h1>", status=403)
        if phase is Phase.LEGAL:
            return page("451", "<h1>Unavailable For Legal Reasons</h1>", status=451)
        if phase is Phase.SILENT:
            return SILENCE
        if phase is Phase.FILTERED and visit.egress == "home":
            return not_found()
        return self._flaky(visit) if phase is Phase.FLAKY else None

    def _flaky(self, visit: Visit) -> Reply | None:
        turn = self._asked[visit.host, visit.path]
        self._asked[visit.host, visit.path] += 1
        busy = page("503", "<h1>503 Service Unavailable</h1>", status=503)
        return (None, busy, None, RESET)[turn % 4]

    def _dressed(self, host: str, reply: Reply) -> Reply:
        server = {"server": "nginx"}
        if HOSTS[host].provider == "shieldfront":
            server = {"server": "shieldfront", "x-shield-ray": "8a1-ams"}
        return replace(reply, headers={**server, **reply.headers})


def _root_only(visit: Visit) -> Reply:
    return page("Files", "<h1>Files</h1>") if visit.path == "/" else not_found()


def _all_places(items: Iterable[Item]) -> Iterable[tuple[tuple[str, str], Place]]:
    for item in items:
        host = HOSTS[item.host]
        if host.kind == "redirector":
            yield (item.host, f"/out/{item.token}"), Place(item, "page")
            continue
        for path, part in SITES[host.kind].parts(item).items():
            yield (item.host, path), Place(item, part)
        if host.kind == "locker":
            for path, part in locker.file_parts(item).items():
                yield (locker.FILES_HOST, path), Place(item, part)
