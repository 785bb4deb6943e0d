"""What a worker asks a person about a case whose content it cannot see, and whom it asks first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from operations_house import NOW, House
from scripted_web import ListedJudge, ScriptedWeb, digests, fails, page, picture
from store_samples import a_snapshot, an_asset, an_observation

from cases.model import AssetKind, EgressProfile, ListEntry, Match, Presence, Stage
from crawler.fetch.contract import FetchCode
from hostwatch.workflow.steps import step

URL = "http://files.test/1.jpg"
ENTRY = ListEntry(hash_list="n", version="1", tier="national", signal_type="sha256")
REFUSED = page("<title>Forbidden</title>", 403)


class StandingJudge(ListedJudge):
    """Knows one label; no list is imported meanwhile."""

    def reload_if_changed(self) -> bool:
        return False


async def monitored(house: House, answer):
    """A monitored case whose picture was shown once, and what its host answers now."""
    entered = await house.report(URL)
    case = await house.save(
        replace(await house.case(entered.case_id), stage=Stage.MONITORING, comparison="match")
    )
    asset = an_asset(
        case, 0, kind=AssetKind.PICTURE, role="reported", url=URL, host="files.test",
        digests=digests("known"), comparison=Match(strength="strong", entry=ENTRY),
    )  # fmt: skip
    await house.put(asset, snapshots=(a_snapshot(asset, taken_at=NOW),))
    shown = an_observation(asset, at=NOW, egress=house.settings.egress[0].name)
    await house.write(lambda tx: tx.add_observation(shown))
    web = ScriptedWeb()
    web.put(URL, answer)
    return case, web, house.engine(web, matcher=StandingJudge({"known"}))


@pytest.mark.parametrize(
    ("answer", "word"),
    [(REFUSED, "blocked"), (fails(FetchCode.TIMEOUT), "no_answer"), (page("", 200), "not_proven")],
)
async def test_a_person_is_asked_after_a_week_without_sight(house: House, answer, word):
    """Not before; and the question is moot once the content is seen again."""
    case, web, engine = await monitored(house, answer)
    for day in (1, 3, 5):
        house.clock.at = NOW.replace(day=NOW.day + day)
        await step(engine, case.id)
        assert (await house.case(case.id)).needs is None
    house.clock.pass_by(days=5)
    await step(engine, case.id)
    assert (await house.case(case.id)).needs == word
    web.put(URL, picture("known"))
    house.clock.pass_by(days=2)
    await step(engine, case.id)
    assert (await house.case(case.id)).needs is None


async def test_what_one_way_out_is_refused_the_other_may_see(house: House):
    """A block before one way out is no question for a person."""
    case, _, engine = await monitored(
        house, lambda request: picture("known") if request.egress == "two" else REFUSED
    )
    two = EgressProfile(name="two", network="AS64499", country="DE", unfiltered=True)
    engine = replace(engine, egresses=(*engine.egresses, two))
    house.clock.pass_by(days=10)
    await step(engine, case.id)
    async with house.store.reading() as tx:
        seen = [one.presence for one in await tx.observations(case.id)][1:]
    assert seen == [Presence.BLOCKED_HERE, Presence.PRESENT_EXACT]
    assert (await house.case(case.id)).needs is None
