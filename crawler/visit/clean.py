"""
What keeps a page of which nothing is listed from being a clean answer; pure.

A case closes as `no_match` only where everything was compared that may be what was reported.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from cases.model import Asset, AssetKind, NotChecked, SiteType
from crawler.extract.links import media_kind
from crawler.extract.record import EMBEDDED, PageRecord
from crawler.fetch.contract import FetchResult

PARTLY = "partly_compared"
_HEAVY = frozenset({AssetKind.VIDEO, AssetKind.ARCHIVE})
_FILES = frozenset({"original", "download"})
_NO_MEDIUM = frozenset(
    {"page_instead_of_media", "status_404", "status_410", "unknown_format"}
    | {"placeholder", "same_as_sibling"}
)
"""Of what a page merely links or shows: no picture and no film is there."""
_TOO_LITTLE = frozenset({"low_quality", "empty_answer"})
"""Of what a page shows: rules, points and beacons."""
_UNSEEN = frozenset({"stream_playlist", "script_page", "encrypted_in_browser"})
"""Signs of content that a page does not name."""
_ENTRANCES = ("", "/", "/index.html", "/index.htm", "/index.php")


def why_not_clean(
    url: str, assets: tuple[Asset, ...], page: PageRecord | None, result: FetchResult | None
) -> str | None:
    """
    Say in a machine word why a person must look although nothing is listed, or none.

    Args:
        url: what was reported.
        assets: the reported page or file, then the media on it.
        page: the page's record; none where a file was reported.
        result: what answered the reported address.

    """
    media = assets[1:]
    if page is None:
        return None
    if led_home(url, result):
        return "redirected_home"
    if not any(asset.role in _FILES for asset in media):
        if media_kind(url) is not None:
            return "page_instead_of_media"
        if "age_gate" in page.signs:
            return "age_gate"
    return PARTLY if partly(assets, page) else None


def led_home(url: str, result: FetchResult | None) -> bool:
    """Tell whether an address led to the entrance of a site: what was there is not to be seen."""
    if result is None or result.url is None:
        return False
    asked, came = urlsplit(url), urlsplit(result.url)
    home = came.path in _ENTRANCES and not came.query
    return home and (asked.path not in _ENTRANCES or bool(asked.query))


def left_out(assets: tuple[Asset, ...], page: PageRecord) -> tuple[Asset, ...]:
    """Return the media that may hold what was reported and were not compared."""
    ornaments = _ornaments(assets[1:], page)
    return tuple(asset for asset in assets[1:] if _left_out(asset, ornaments))


def partly(assets: tuple[Asset, ...], page: PageRecord) -> bool:
    """Tell whether a page holds more than what was compared."""
    media = assets[1:]
    ornaments = _ornaments(media, page)
    main = any(asset.role != "preview" and _is_compared(asset) for asset in media)
    embedded = EMBEDDED in page.signs and "inline" not in ornaments
    unseen = not _UNSEEN.isdisjoint(page.signs)
    return bool(left_out(assets, page)) or embedded or unseen or page.partial or not main


def _is_compared(asset: Asset) -> bool:
    return not isinstance(asset.comparison, NotChecked)


def _ornaments(media: tuple[Asset, ...], page: PageRecord) -> frozenset[str]:
    """
    Name the roles that merely decorate: the previews, and beside an engine's files the pictures.

    Not so in forums, whose posts embed pictures of other hosts, and on pages of no known engine.
    """
    own_files = any(asset.role in _FILES for asset in media) and page.engine != "generic"
    if own_files and page.site_type != SiteType.FORUM:
        return frozenset({"preview", "inline"})
    return frozenset({"preview"})


def _left_out(asset: Asset, ornaments: frozenset[str]) -> bool:
    """Tell whether a medium that may hold what was reported was not compared."""
    if not isinstance(asset.comparison, NotChecked):
        return False
    if asset.role in _FILES or asset.role == "locker" or asset.kind in _HEAVY:
        return True
    nothing = _NO_MEDIUM | _TOO_LITTLE if asset.role == "inline" else _NO_MEDIUM
    return asset.role not in ornaments and asset.comparison.reason not in nothing
