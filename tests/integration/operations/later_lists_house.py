"""A case's whole life: a scripted web with addresses that move, real lists, real steps."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from operations_house import House, Relay
from scripted_web import ScriptedWeb, digests, page, picture

from cases.invariants import check
from cases.model import (
    Asset,
    Case,
    Classification,
    Comparison,
    EgressProfile,
    NoMatch,
    Notice,
    NoticeKind,
    NoticeState,
    Role,
    Stage,
)
from cases.ports import NoticeFilter
from config.settings import Police
from crawler.fetch.contract import DnsAnswer, FetchRequest, FetchResult, ResolveRequest
from crawler.hosting.bootstrap import import_bootstrap
from crawler.hosting.ranges import import_ranges
from crawler.hosting.trace import HostingTables, Tracer, load_tables
from hostwatch.engine import Engine
from hostwatch.operations import assessing, cases, hashlists, notices
from hostwatch.operations.assessing import Judgement
from hostwatch.workflow.comparing_known import compare_known
from hostwatch.workflow.sending import send_all_due
from hostwatch.workflow.steps import step
from matchers.hashlist.publish import About, import_list
from matchers.matcher import Matcher

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "hosting"))
from hosting_fakes import BUILT, NUMBERS, FakeFetcher, entity, network, practice_catalogue

HARBOUR, MEADOW, FJORD = "192.0.2.10", "192.0.2.70", "203.0.113.10"
"""Addresses at three providers; the last one lies abroad."""
MAILBOXES = {
    HARBOUR: "abuse@harbour.example",
    MEADOW: "abuse@meadow.example",
    FJORD: "abuse@fjord.example",
}
_NETWORKS = (
    ("192.0.2.0", "192.0.2.63", "Harbour Hosting", "harbour", "NL", HARBOUR),
    ("192.0.2.64", "192.0.2.127", "Meadow Hosting", "meadow", "NL", MEADOW),
    ("203.0.113.0", "203.0.113.127", "Fjord Hosting", "fjord", "SE", FJORD),
)
_TABLES = {
    ("asn", "one"): (
        "192.0.2.0/26,64500,Harbour\n192.0.2.64/26,64501,Meadow\n203.0.113.0/25,64502,Fjord\n"
    ),
    ("country", "one"): "192.0.2.0/25,NL\n203.0.113.0/25,SE\n",
    ("country", "two"): "192.0.2.0/25,NL\n203.0.113.0/25,SE\n",
}
PAGE = "http://board.test/thread/1"
CLASS = Classification(scheme="interpol", value="baseline")
LEFT = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED)


class Lists(Matcher):
    """The real lists; a picture's code is made of its label, as no picture is decoded here."""

    def perceptual(self, record, *, digests=None) -> tuple[Comparison, str | None, int]:
        return NoMatch(), code_of(str(record["label"])), 100

    def near(self, record, *, extra: int = 0) -> bool:
        return False


def code_of(label: str) -> str:
    """Return a code of 256 bits for a label."""
    return digests(f"pdq {label}").sha256


class MovingWeb(ScriptedWeb):
    """A scripted web whose hosts stand at addresses that a test may change."""

    addresses: dict[str, str]
    registries: FakeFetcher

    async def pause(self, off: bool) -> None:
        """Take the switch of staff; who asks nothing has nothing to stop."""

    async def fetch(self, request: FetchRequest) -> FetchResult:
        if request.permit.url.startswith(NUMBERS):
            return await self.registries.fetch(request)
        found = await super().fetch(request)
        host = urlsplit(request.permit.url).hostname or ""
        return replace(found, peer=found.peer and self.addresses.get(host, HARBOUR))

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        host = request.permit.url
        if request.records == "ns":
            return DnsAnswer(host=host, outcome="ok", names=(f"ns1.{host}",))
        return DnsAnswer(host=host, outcome="ok", addresses=(self.addresses.get(host, HARBOUR),))


def a_web() -> MovingWeb:
    web = MovingWeb()
    web.addresses = {}
    web.registries = FakeFetcher(
        answers={
            f"{NUMBERS}ip/{address}": network(
                first,
                last,
                entity(
                    ["registrant"],
                    entity(["abuse"], fn="Desk", email=MAILBOXES[address]),
                    fn=name,
                    kind="org",
                ),
                handle=f"NET-{key.upper()}",
                name=f"{key.upper()}-NET",
                country=country,
                type="ASSIGNED PA",
            )
            for first, last, name, key, country, address in _NETWORKS
        }
    )
    return web


def _tables(folder: Path) -> HostingTables:
    for (kind, name), text in _TABLES.items():
        source = folder / f"{kind}-{name}.csv"
        source.write_text(text)
        import_ranges(
            source, kind=kind, name=name, build_date=BUILT, licence="test", into=folder / "ranges"
        )
    services = [[["192.0.2.0/24", "203.0.113.0/24"], [NUMBERS]]]
    source = folder / "ipv4.json"
    source.write_text(
        json.dumps({"version": "1.0", "publication": "2026-11-01", "services": services})
    )
    import_bootstrap(source, kind="ipv4", into=folder / "ranges")
    return load_tables(folder / "ranges", practice_catalogue())


@dataclass
class Town:
    """A hotline, a web that moves, and the worker between them."""

    house: House
    web: MovingWeb
    engine: Engine
    relay: Relay

    # ------------------------------------------------------------------ the web

    def board(self, *labels: str, url: str = PAGE) -> None:
        """Show a page with these pictures, and nothing else on its host."""
        host = f"http://{urlsplit(url).hostname}"
        for known in [one for one in self.web.answers if one.startswith(f"{host}/")]:
            del self.web.answers[known]
        shown = "".join(f"<img src='/{label}.jpg' width=640 height=480>" for label in labels)
        self.web.put(url, page(f"<h1>Thread</h1><p>Walks in the hills.</p>{shown}"))
        for label in labels:
            self.web.put(f"{host}/{label}.jpg", picture(label))
        for harmless in ("/", "/robots.txt", "/favicon.ico"):
            self.web.put(f"{host}{harmless}", page("<h1>Welcome</h1>"))

    # ------------------------------------------------------------------ staff

    async def list(
        self,
        *labels: str,
        name: str = "national",
        codes: Iterable[str] = (),
        negative: bool = False,
    ) -> None:
        """Import a list of these labels as a new version, as a manager would."""
        file = self._list_file(labels, name, codes)
        await hashlists.import_hash_list(
            self.manager(),
            file,
            name=name,
            tier="national",
            classification=CLASS,
            version=None,
            about=About(role="negative" if negative else "match"),
        )

    def write_list(self, *labels: str, name: str = "national") -> None:
        """Make a new version at once, as another process would."""
        file = self._list_file(labels, name, ())
        into, now = self.house.settings.paths.hash_lists, self.house.clock.now()
        import_list(
            file, into=into, name=name, tier="national", classification=CLASS, version=None, now=now
        )

    def _list_file(self, labels: Iterable[str], name: str, codes: Iterable[str]) -> Path:
        file = self.house.directory / f"{name}.jsonl"
        lines = [{"type": "sha256", "value": digests(label).sha256} for label in labels]
        lines += [{"type": "pdq", "value": code} for code in codes]
        file.write_text("\n".join(json.dumps(one) for one in lines))
        return file

    def manager(self):
        return self.house.desk(Role.MANAGER, "mara")

    async def reported(self, url: str = PAGE) -> Case:
        entered = await self.house.report(url)
        await self.work()
        return await self.house.case(entered.case_id)

    async def assess(self, *asset_ids: str, illegal: bool = True) -> Case:
        case_id = asset_ids[0].rpartition("-")[0]
        said = Judgement(illegal=illegal, classification=CLASS, law="Act, 1", asset_ids=asset_ids)
        return await assessing.assess(self.house.desk(), case_id, said)

    async def send(self, *serials: str) -> None:
        """Approve, release and send."""
        for serial in serials:
            notice = await self.house.notice(serial)
            await self.house.write(lambda tx, n=notice: tx.save_notice(replace(n, hold=None)))
            await notices.approve(self.house.desk(), serial)
        await send_all_due(self.engine)

    async def send_all(self, case_id: str) -> None:
        """Send whatever waits, holds or not."""
        await self.send(*[one.serial for one in await self.waiting(case_id)])

    # ------------------------------------------------------------------ the worker

    async def work(self) -> None:
        """Take up new lists and do all that is due."""
        self.engine.matcher.reload_if_changed()
        while await compare_known(self.engine):
            pass
        for _ in range(8):
            async with self.house.store.reading() as tx:
                due = await tx.due_cases(self.house.clock.now(), 100)
            if not due:
                return
            for case in due:
                await step(self.engine, case.id)
        raise AssertionError("the cases never come to rest")

    async def look(self, case_id: str, **later: float) -> Case:
        """Look again, after a while."""
        self.house.clock.pass_by(**(later or {"hours": 1}))
        await cases.make_due(self.house.desk(), [case_id])
        await self.work()
        return await self.house.case(case_id)

    async def until_closed(self, case_id: str) -> Case:
        """Look again and again through two networks until it is closed."""
        for _ in range(8):
            case = await self.look(case_id, hours=9)
            if case.stage is Stage.CLOSED:
                return case
        raise AssertionError(f"not closed: {case.verdict} by {case.verdict_rule}")

    # ------------------------------------------------------------------ what is known

    async def case(self, case_id: str) -> Case:
        return await self.house.case(case_id)

    async def asset(self, case_id: str, label: str) -> Asset:
        async with self.house.store.reading() as tx:
            return next(a for a in await tx.assets(case_id) if a.url.endswith(f"/{label}.jpg"))

    async def notices(self, case_id: str, *states: NoticeState) -> list[Notice]:
        async with self.house.store.reading() as tx:
            return await tx.notices(NoticeFilter(case_id=case_id, states=states))

    async def waiting(self, case_id: str) -> list[Notice]:
        return await self.notices(case_id, NoticeState.DRAFTED, NoticeState.HELD)

    async def told(self, case_id: str, *, kinds: Iterable[NoticeKind] | None = None):
        """Return who stands to be told of what: (kind, mailbox, labels), without the withdrawn."""
        async with self.house.store.reading() as tx:
            urls = {one.id: one.url for one in await tx.assets(case_id)}
        return [
            (
                one.kind.value,
                one.recipient.address,
                tuple(urls[a].rpartition("/")[2].removesuffix(".jpg") for a in one.asset_ids),
            )
            for one in await self.notices(case_id)
            if one.state is not NoticeState.WITHDRAWN and (kinds is None or one.kind in kinds)
        ]

    async def trail(self, case_id: str, action: str) -> list[dict]:
        entries = await self.house.trail(case_id)
        return [json.loads(one.detail) for one in entries if one.action == action]

    async def sound(self) -> None:
        """The whole store agrees with itself."""
        assert await check(self.house.store) == []


async def a_town(house: House) -> Town:
    """Open a hotline with one list that knows `known`, beside a web that shows nothing yet."""
    web, relay = a_web(), Relay()
    police = Police(name="Police", address="desk@police.example")
    house = replace(
        house,
        policy=house.policy.model_copy(update={"practice": True}),
        settings=house.settings.model_copy(update={"police": police}),
    )
    made = house.engine(web, mail=relay)
    tables = _tables(house.directory)
    ways = tuple(
        EgressProfile(name=name, network=network, country="NL", unfiltered=True)
        for name, network in (("home", "one"), ("second", "two"))
    )
    tracer = Tracer(fetcher=web, tables=tables, egress="home", now=house.clock.now)
    lists = Lists.open(house.settings.paths.hash_lists, house.policy.matching)
    engine = replace(made, matcher=lists, egresses=ways, tracers={way.name: tracer for way in ways})
    town = Town(house=house, web=web, engine=engine, relay=relay)
    await town.list("known")
    engine.matcher.reload_if_changed()
    return town
