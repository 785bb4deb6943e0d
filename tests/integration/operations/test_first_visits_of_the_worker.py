"""What the worker makes of first visits: several ways out, another try, a second report."""

from __future__ import annotations

from dataclasses import replace

from operations_house import House
from scripted_web import ListedJudge, Say, ScriptedWeb, digests, fails, page, picture

from cases.model import (
    Case,
    CloseReason,
    EgressProfile,
    Match,
    Presence,
    Stage,
)
from crawler.fetch.contract import FetchCode
from hostwatch.workflow.steps import step

URL = "http://files.test/walk"
ONE, TWO = "http://files.test/one.jpg", "http://files.test/two.jpg"
BOTH = page(f"<h1>Walk</h1><img src='{ONE}'><img src='{TWO}'>")
LATE = fails(FetchCode.TIMEOUT)
REFUSED = page("<title>Forbidden</title>", 403)


class StandingJudge(ListedJudge):
    """Knows its labels; no list is imported meanwhile."""

    def reload_if_changed(self) -> bool:
        return False


def engine_of(house: House, web: ScriptedWeb, *listed: str, filtered: bool = False, **judge):
    """Give the worker two ways out; the first may carry a filter."""
    engine = house.engine(web, matcher=StandingJudge(set(listed), **judge))
    first = replace(engine.egresses[0], unfiltered=not filtered)
    two = EgressProfile(name="two", network="AS64499", country="DE", unfiltered=True)
    return replace(engine, egresses=(first, two))


def by_way(first: Say, second: Say):
    return lambda request: second if request.egress == "two" else first


async def visited(house: House, engine, url: str = URL, **fields) -> Case:
    entered = await house.report(url, **fields)
    await step(engine, entered.case_id)
    return await house.case(entered.case_id)


async def seen_of(house: House, case: Case):
    async with house.store.reading() as tx:
        return await tx.assets(case.id), await tx.observations(case.id)


async def again(house: House, engine, case: Case) -> Case:
    """Let the time of the next try come."""
    now = await house.case(case.id)
    house.clock.at = max(house.clock.at, now.next_action_at)
    await step(engine, case.id)
    return await house.case(case.id)


# ------------------------------------------------------------------------------ ways out


async def test_what_is_blocked_before_one_way_out_is_looked_at_through_the_other(house: House):
    """No person is asked what the second way out can answer."""
    web = ScriptedWeb({ONE: by_way(REFUSED, picture("known"))})
    case = await visited(house, engine_of(house, web, "known"), ONE)
    assert (case.stage, case.comparison, case.needs) == (Stage.ASSESSED, "match", None)
    _, seen = await seen_of(house, case)
    assert [one.presence for one in seen] == [Presence.BLOCKED_HERE, Presence.PRESENT_EXACT]


async def test_what_a_filter_shows_in_the_place_of_the_content_closes_nothing(house: House):
    """A filter's own page has pictures too; the way out without one is asked."""
    notice = page(f"<h1>Access is limited</h1><img src='{ONE}'>")
    web = ScriptedWeb({URL: by_way(notice, BOTH), ONE: picture("shield"), TWO: picture("known")})
    engine = engine_of(house, web, "known", filtered=True)
    case = await visited(house, engine)
    assert (case.stage, case.comparison) == (Stage.ASSESSED, "match")
    web.put(URL, by_way(notice, LATE))
    other = await visited(house, engine, f"{URL}2")
    assert other.stage is not Stage.CLOSED
    web.put(f"{URL}3", by_way(notice, LATE))
    other = await visited(house, engine, f"{URL}3")
    assert (other.stage, other.attempts) == (Stage.VISITING, 1)
    web.put(f"{URL}3", by_way(notice, BOTH))
    other = await again(house, engine, other)
    assert other.comparison == "match", "what the filter showed is not taken for compared"


async def test_an_absence_here_and_silence_there_is_tried_again(house: House):
    """404 through one way out, a time-out through the other: neither clean nor gone."""
    web = ScriptedWeb({ONE: by_way(page("not here", 404), LATE)})
    case = await visited(house, engine_of(house, web), ONE)
    assert (case.stage, case.attempts, case.needs) == (Stage.VISITING, 1, None)
    assert case.next_action_at is not None


async def test_the_assets_of_two_ways_out_are_not_mixed_up(house: House):
    """The first way out was shown another page: its picture is not the listed one's."""
    other = page(f"<h1>Shop</h1><img src='{TWO}'>")
    real = page(f"<h1>Walk</h1><img src='{ONE}'>")
    web = ScriptedWeb({URL: by_way(other, real), ONE: picture("known"), TWO: picture("odd")})
    web.undecodable = {"odd"}
    engine = engine_of(house, web, "known", filtered=True)
    case = await visited(house, engine)
    assets, seen = await seen_of(house, case)
    urls = {asset.id: asset.url for asset in assets}
    assert len(set(urls.values())) == len(assets) == 3
    shown = {one.egress for one in seen if urls[one.asset_id] == ONE}
    assert shown == {"two"}


# ------------------------------------------------------------------------------ another try


async def test_a_part_that_failed_for_now_is_tried_again_without_the_rest(house: House):
    """One more request for what was missing; a person is asked only if it fails twice."""
    web = ScriptedWeb({URL: BOTH, ONE: picture("one"), TWO: LATE})
    engine = engine_of(house, web)
    case = await visited(house, engine)
    assert (case.stage, case.needs, case.attempts) == (Stage.VISITING, None, 1)
    case = await again(house, engine, case)
    assert (case.needs, case.attempts) == ("partly_compared", 2)
    assert case.next_action_at is not None
    assert web.urls.count(ONE) == 1
    web.put(TWO, picture("two"))
    case = await again(house, engine, case)
    assert (case.stage, case.close_reason) == (Stage.CLOSED, CloseReason.NO_MATCH_RETURNED)
    assert (case.needs, web.urls.count(ONE)) == (None, 1)


async def test_the_tries_for_a_part_end_at_the_limit_with_a_person(house: House):
    """The question stays, the host is left alone."""
    web = ScriptedWeb({URL: BOTH, ONE: picture("one"), TWO: LATE})
    engine = engine_of(house, web)
    case = await visited(house, engine)
    for _ in range(engine.cadence.retry_limit):
        case = await again(house, engine, case)
    assert (case.needs, case.next_action_at) == ("partly_compared", None)
    assert web.urls.count(ONE) == 1


async def test_what_came_late_and_is_listed_is_acted_on(house: House):
    """The second try brings the picture that matters."""
    web = ScriptedWeb({URL: BOTH, ONE: picture("one"), TWO: LATE})
    engine = engine_of(house, web, "known")
    case = await visited(house, engine)
    web.put(TWO, picture("known"))
    case = await again(house, engine, case)
    assert (case.stage, case.comparison, case.needs) == (Stage.ASSESSED, "match", None)
    assets, _ = await seen_of(house, case)
    assert [asset.id[-2:] for asset in assets] == ["-0", "-1", "-2"]


async def test_a_site_where_nothing_is_listed_and_a_beacon_is_empty_is_closed(house: House):
    """What the visit calls negligible is so for the case as well."""
    html = f"<h1>Walk</h1><img src='{ONE}'><a href='/plan.pdf'>plan</a>"
    web = ScriptedWeb({URL: page(html), ONE: picture("one")})
    web.put("http://files.test/plan.pdf", Say(body="plan", kind="other"))
    case = await visited(house, engine_of(house, web))
    assert (case.stage, case.needs, case.comparison) == (Stage.CLOSED, None, "no_match")


async def test_a_placeholder_is_for_a_person(house: House):
    """The host's picture for everything came in the place of the reported one."""
    web = ScriptedWeb({}, hosts={"files.test": picture("sorry")})
    case = await visited(house, engine_of(house, web), ONE)
    assert (case.stage, case.needs) == (Stage.VISITING, "not_checked:same_as_sibling")


# ------------------------------------------------------------------------------ beside a match


async def test_the_similar_picture_beside_a_listed_one_stays_asked(house: House):
    """The listed one goes its way at once."""
    web = ScriptedWeb({URL: BOTH, ONE: picture("known"), TWO: picture("near")})
    engine = engine_of(house, web, "known", alike={"near": 12})
    case = await visited(house, engine)
    assert (case.stage, case.needs) == (Stage.ASSESSED, "possible_beside")
    assert case.next_action_at is not None


# ------------------------------------------------------------------------------ a second report


async def test_a_second_report_overwrites_no_asset_by_another(house: House):
    """The page shows something else first now; the picture of before keeps its id and digest."""
    web = ScriptedWeb({URL: page(f"<img src='{ONE}'>"), ONE: picture("one"), TWO: picture("two")})
    engine = engine_of(house, web)
    case = await visited(house, engine)
    assert case.close_reason is CloseReason.NO_MATCH_RETURNED
    web.put(URL, page(f"<img src='{TWO}'><img src='{ONE}'>"))
    await visited(house, engine)
    assets, _ = await seen_of(house, case)
    assert [(a.id[-2:], a.url) for a in assets[1:]] == [("-1", ONE), ("-2", TWO)]


async def test_what_was_listed_is_not_forgotten_by_a_visit_that_does_not_reach_it(house: House):
    """A time-out takes neither the digest nor the match away."""
    web = ScriptedWeb({ONE: picture("known")})
    engine = engine_of(house, web, "known")
    case = await visited(house, engine, ONE)
    await house.save(replace(await house.case(case.id), stage=Stage.VISITING))
    web.put(ONE, LATE)
    await step(engine, case.id)
    assets, _ = await seen_of(house, case)
    assert assets[0].digests == digests("known")
    assert isinstance(assets[0].comparison, Match)
