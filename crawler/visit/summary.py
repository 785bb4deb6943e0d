"""What a first visit comes to: answered or not, what an analyst must know, and why."""

from __future__ import annotations

from cases.model import (
    Asset,
    AssetKind,
    Match,
    NoMatch,
    NotChecked,
    Observation,
    Possible,
    Presence,
    SiteType,
)
from crawler.extract.record import EMBEDDED, PageRecord
from crawler.fetch.contract import REFUSALS, FetchCode, FetchResult
from crawler.visit.gather import Found
from crawler.visit.options import FirstVisit
from crawler.visit.session import Answer, Session

_OURS = frozenset({FetchCode.REFUSED_PERMIT, FetchCode.REFUSED_MANDATE})
_HEAVY = frozenset({AssetKind.VIDEO, AssetKind.ARCHIVE})
_FILES = frozenset({"original", "download"})
_NOTHING_THERE = frozenset(
    {"low_quality", "page_instead_of_media", "empty_answer", "status_404", "status_410"}
)
_GATES = frozenset({"captcha", "password", "login", "premium", "missing_part", "challenge"})


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
    return page.state if page.state in _GATES else None


def summary(
    session: Session,
    found: list[Found],
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
    wanted = None if listed else needs or _needs(assets, observations, page, answered=answered)
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
    *,
    answered: bool,
) -> str | None:
    """Say why a person must look although nothing stands in the way: nothing could be compared."""
    said = observations[0].presence if observations else None
    if said is Presence.BLOCKED_HERE:
        return "blocked"
    if said is Presence.PRESENT_GATED:
        return "gated"
    if said is Presence.INCOMPLETE and answered:
        return observations[0].error
    compared_any = any(not isinstance(asset.comparison, NotChecked) for asset in assets)
    shown = said in {Presence.PRESENT_UNVERIFIED, Presence.PRESENT_EXACT}
    if not answered or not shown:
        return None
    return _partly(assets, page) if compared_any else _why_nothing(assets)


def _why_nothing(assets: tuple[Asset, ...]) -> str:
    last = assets[-1].comparison
    return last.reason if isinstance(last, NotChecked) else "nothing_compared"


def _partly(assets: tuple[Asset, ...], page: PageRecord | None) -> str | None:
    """Say so when nothing is listed but a medium was not compared: that is no clean answer."""
    if any(isinstance(asset.comparison, Match | Possible) for asset in assets):
        return None
    media = assets[1:]
    files = any(asset.role in _FILES for asset in media)
    ornaments = {"preview", "inline"} if files else {"preview"}
    left_out = any(_left_out(asset, ornaments) for asset in media)
    embedded = page is not None and EMBEDDED in page.signs and not files
    partial = page is not None and page.partial
    return "partly_compared" if left_out or embedded or partial else None


def _left_out(asset: Asset, ornaments: set[str]) -> bool:
    """
    Tell whether a medium that may hold what was reported was not compared.

    Ornaments do not count: the previews, and beside an engine's own files the inline pictures.
    Of what a page merely shows or links, neither does what turned out to be no picture.
    """
    if not isinstance(asset.comparison, NotChecked):
        return False
    if asset.role in _FILES or asset.role == "locker" or asset.kind in _HEAVY:
        return True
    return asset.role not in ornaments and asset.comparison.reason not in _NOTHING_THERE


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
