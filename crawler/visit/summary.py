"""What a first visit comes to: answered or not, what an analyst must know, and why."""

from __future__ import annotations

from collections.abc import Sequence

from cases.model import (
    Asset,
    Match,
    NoMatch,
    NotChecked,
    Observation,
    Possible,
    Presence,
    SiteType,
)
from crawler.extract.record import PageRecord
from crawler.fetch.contract import REFUSALS, FetchCode, FetchResult
from crawler.seen import DOORS
from crawler.visit.clean import PARTLY, left_out, partly, why_not_clean
from crawler.visit.gather import OUT_OF_TIME, Found
from crawler.visit.options import FirstVisit
from crawler.visit.session import Answer, Session

_OURS = frozenset({FetchCode.REFUSED_PERMIT, FetchCode.REFUSED_MANDATE})
POSSIBLE_BESIDE = "possible_beside"
_BEFORE = {Presence.BLOCKED_HERE: "blocked", Presence.PRESENT_GATED: "gated"}
_SHOWN = frozenset({Presence.PRESENT_UNVERIFIED, Presence.PRESENT_EXACT})


def refusal(answer: Answer) -> str | None:
    """Name the refusal that an analyst must know of; our own refusals are no matter of the URL."""
    code = answer.result.error
    if code is FetchCode.REFUSED_REDIRECT and answer.result.hops:
        code = answer.result.hops[-1].error
    if code not in REFUSALS or code in _OURS or code is None:
        return None
    return "hidden_service" if code is FetchCode.REFUSED_HIDDEN_SERVICE else code.value


def gate(page: PageRecord) -> str | None:
    """Name the gate that stands before the content, if one does."""
    return page.state if page.state in DOORS else None


def summary(
    session: Session,
    found: Sequence[Found],
    page: PageRecord | None,
    *,
    needs: str | None,
    result: FetchResult | None,
) -> FirstVisit:
    """Freeze a first visit; `page` is the record of the reported page, if it is one."""
    observations = tuple(item.observation for item in found if item.observation)
    assets = tuple(item.asset for item in found)
    answered = needs == "no_media_mode" or _answered(assets, observations)
    # What is listed is acted on at once, whatever else stands behind a gate.
    listed = any(isinstance(asset.comparison, Match) for asset in assets)
    beside = (needs or _rest(assets, page)) if listed else None
    wanted = (
        None if listed else needs or _needs(assets, observations, page, result, answered=answered)
    )
    return FirstVisit(
        assets=assets,
        site_type=SiteType(page.site_type) if page else SiteType.UNKNOWN,
        engine=page.engine if page else None,
        observations=observations,
        answered=answered,
        needs=wanted,
        reason=_reason(assets, observations, wanted),
        requests_refused=session.tally.requests_refused,
        media_bytes=session.tally.media_bytes,
        page_result=result,
        payments=page.payments if page else (),
        beside=beside,
        again=wanted == PARTLY and page is not None and _rest_may_come(assets, observations, page),
    )


def _answered(assets: tuple[Asset, ...], observations: tuple[Observation, ...]) -> bool:
    """
    Say whether the visit need not be repeated.

    It must when the location itself, or every medium on it, failed for a reason that may pass.
    """
    if not observations:
        return True
    first, *others = observations
    if _may_pass(first) or first.presence is Presence.PATHWAY_BROKEN:
        return False
    compared_any = any(not isinstance(asset.comparison, NotChecked) for asset in assets)
    return compared_any or not any(_may_pass(seen) for seen in others)


def _may_pass(seen: Observation) -> bool:
    """Tell whether another try may bring an answer; what is too large stays too large."""
    if seen.presence is Presence.INCOMPLETE:
        return seen.error not in {"too_large", "too_many_redirects", "redirect_loop"}
    return seen.presence in {Presence.TEMPORARY, Presence.NO_VERDICT}


def _needs(
    assets: tuple[Asset, ...],
    observations: tuple[Observation, ...],
    page: PageRecord | None,
    result: FetchResult | None,
    *,
    answered: bool,
) -> str | None:
    """Say why a person must look although nothing was refused and no page names a door."""
    first = observations[0] if observations else None
    if first is None:
        return None
    if first.presence in _BEFORE:
        return _BEFORE[first.presence]
    if not answered:
        return None
    if first.presence is Presence.INCOMPLETE:
        return first.error
    compared_any = any(not isinstance(asset.comparison, NotChecked) for asset in assets)
    if not compared_any:
        return _why_nothing(assets) if first.presence in _SHOWN else None
    return _why_not_clean(assets, first, page, result)


def _why_not_clean(
    assets: tuple[Asset, ...],
    first: Observation,
    page: PageRecord | None,
    result: FetchResult | None,
) -> str | None:
    """Say why what was compared is not all that matters, or not what matters."""
    if any(isinstance(asset.comparison, Match | Possible) for asset in assets):
        return None
    if first.presence not in _SHOWN:
        # Beside words of removal, of parking and the like stands nothing that was reported.
        return f"not_checked:{first.rule}"
    return why_not_clean(assets[0].url, assets, page, result)


def _rest(assets: tuple[Asset, ...], page: PageRecord | None) -> str | None:
    """Say what is open beside something listed."""
    if any(isinstance(asset.comparison, Possible) for asset in assets):
        return POSSIBLE_BESIDE
    return PARTLY if page is not None and partly(assets, page) else None


def _rest_may_come(
    assets: tuple[Asset, ...], observations: tuple[Observation, ...], page: PageRecord
) -> bool:
    """Tell whether another try may bring what was left out, or some of it."""
    failed = {seen.asset_id for seen in observations if _may_pass(seen)}
    return any(
        asset.id in failed or asset.comparison == NotChecked(reason=OUT_OF_TIME)
        for asset in left_out(assets, page)
    )


def _why_nothing(assets: tuple[Asset, ...]) -> str:
    last = assets[-1].comparison
    return last.reason if isinstance(last, NotChecked) else "nothing_compared"


def _reason(
    assets: tuple[Asset, ...], observations: tuple[Observation, ...], needs: str | None
) -> str:
    for kind in (Match, Possible):
        if any(isinstance(asset.comparison, kind) for asset in assets):
            return "match" if kind is Match else "possible"
    if needs is not None:
        return needs
    if any(isinstance(asset.comparison, NoMatch) for asset in assets):
        return "no_match"
    return observations[0].rule if observations else "nothing_asked"
