"""
Piwigo and Coppermine galleries.

Piwigo shows derivatives (`-me.jpg` under `_data/i/` or through `i.php?/`) and offers the original
by `action.php?id=&part=e&download`. Coppermine shows `normal_` and `thumb_` forms that lie beside
the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.generic.elements import style_urls
from crawler.extract.links import media_kind
from crawler.extract.page import Page, attribute, classes
from crawler.extract.record import Candidate, State
from crawler.extract.stated import own_words, stated
from crawler.extract.tree import below

_ACTION = re.compile(r"/action\.php\?(?=[^#]*\bid=\d)(?=[^#]*\bpart=e)")
_DERIVATIVE = re.compile(
    r"(?P<root>.*/)(?:_data/i/|i(?:\.php)?\?/)(?P<path>(?:upload|galleries)/.+)-"
    r"(?:sq|th|2s|xs|sm|me|la|xl|xx|3xl|4xl|cu_[\w.]+)(?P<ext>\.\w{2,5})(?:$|[?&#])"
)
_PIWIGO_FILE = re.compile(r"(?:^|/)(?:upload/\d|galleries/)[^?#]*\.\w{2,5}$")
_BESIDE = re.compile(r"(?P<dir>.*/albums/(?:[^?#]*/)?)(?:normal_|thumb_)(?P<name>[^/?#]+)$")
_ASIDE = re.compile(
    rf"{_BESIDE.pattern}|.*/(?:images/(?:navbar|rating|flags|icons|thumbs)|themes)/"
)
"""Smaller forms, and the buttons and stars of every page."""
_ALBUM_FILE = re.compile(r"/albums/[^?#]+\.\w{2,5}$")
_FULLSIZE = re.compile(r"[\"']([^\"']*displayimage\.php\?[^\"']*fullsize=1[^\"']*)[\"']")
_SCRIPT_NAME = re.compile(r"(?:changeImgSrc|phpWGOpenWindow)\(\s*'([^']+)'")
_SOURCES = {
    "img": ("data-src", "src"), "meta": ("content",), "link": ("href",), "video": ("src",),
    "source": ("src",), "embed": ("src",), "object": ("data",),
}  # fmt: skip


# -------------------------------------------------------------------------------- Piwigo


def read_piwigo(page: Page) -> Reading:
    """
    Read a picture's page or a list of thumbnails.

    On a picture's page its neighbours' thumbnails are navigation and no candidates.
    """
    main = next((tag for tag in page.tags if attribute(tag, "id") in _PIWIGO_MAIN), None)
    links = [(url, "download_link") for url in _hrefs(page) if _ACTION.search(url)]
    shown = _sources(page, (main, *_switches(page)) if main is not None else page.tags)
    sizes = [url for url in shown if _DERIVATIVE.match(url)]
    plain = [url for url in shown if _PIWIGO_FILE.search(url) and url not in sizes]
    worked = [(original, "original_path") for url in sizes if (original := _piwigo_original(url))]
    pairs = [*links, *((url, "picture") for url in plain if media_kind(url)), *worked]
    return _reading(page, "piwigo", _made("piwigo", pairs), _piwigo_smaller(page))


_PIWIGO_MAIN = frozenset({"theMainImage", "theImage"})


def _switches(page: Page) -> tuple[Tag, ...]:
    """Return the links by which a picture's page changes its size."""
    return tuple(tag for tag in page.tags if tag.name == "a" and _script_address(tag))


def _piwigo_original(url: str) -> str | None:
    found = _DERIVATIVE.match(url)
    return f"{found['root']}{found['path']}{found['ext']}" if found else None


def _piwigo_smaller(page: Page) -> frozenset[str]:
    """Return every address of a derivative, whatever attribute holds it."""
    values = (str(value) for tag in page.tags for value in tag.attrs.values())
    named = (page.absolute(value) for value in values if "/upload/" in value or "galler" in value)
    return frozenset(url for url in named if url and _DERIVATIVE.match(url))


# ---------------------------------------------------------------------------- Coppermine


def read_coppermine(page: Page) -> Reading:
    """
    Read a picture's page or a list of thumbnails.

    On a picture's page the film strip shows its neighbours; they are no candidates.
    """
    main = next((tag for tag in page.tags if _is_display(tag)), None)
    places = page.tags if main is None else (main,)
    shown = [url for url in _sources(page, places) if _ALBUM_FILE.search(url)]
    small = [url for url in shown if _BESIDE.match(url)]
    linked = _hrefs(page) if main is None else []
    plain = [(url, "picture") for url in [*shown, *linked] if _is_plain(url)]
    worked = [(_BESIDE.sub(r"\g<dir>\g<name>", url), "original_path") for url in small]
    found = _made("coppermine", [*plain, *worked])
    viewers = [
        Candidate(url=url, kind="page", role="linked", why="coppermine:fullsize_page")
        for url in _viewers(page)
    ]
    covered = frozenset(url for url in _sources(page, page.tags) if _ASIDE.match(url))
    return _reading(page, "coppermine", (*found, *viewers), covered)


def _is_display(tag: Tag) -> bool:
    return "display_media" in classes(tag) or attribute(tag, "id") in {"slideShow", "fullsize"}


def _is_plain(url: str) -> bool:
    return _ALBUM_FILE.search(url) is not None and not _BESIDE.match(url) and bool(media_kind(url))


def _viewers(page: Page) -> Iterator[str]:
    for tag in page.tags:
        for found in _FULLSIZE.finditer(attribute(tag, "onclick")[:4000]):
            if (url := page.absolute(found[1])) and not page.refusal(url):
                yield url


# -------------------------------------------------------------------------------- both


def _hrefs(page: Page) -> list[str]:
    links = (_script_address(tag) or attribute(tag, "href") for tag in page.tags if tag.name == "a")
    urls = (page.absolute(link) for link in links)
    return [url for url in urls if url and not page.refusal(url)]


def _sources(page: Page, places: Iterable[Tag]) -> list[str]:
    """Return what elements show: as sources, as links that change a picture, as backgrounds."""
    whole = places is page.tags
    tags = page.tags if whole else [tag for place in places for tag in (place, *below(place))]
    urls = (url for tag in tags for url in _shown(page, tag))
    return list(dict.fromkeys(url for url in urls if not page.refusal(url)))


def _shown(page: Page, tag: Tag) -> Iterator[str]:
    values = [attribute(tag, name) for name in _SOURCES.get(tag.name, ())]
    if tag.name == "a":
        values = [_script_address(tag)]
    if style := attribute(tag, "style"):
        values += style_urls(style)
    for value in values:
        if value and (url := page.absolute(value)):
            yield url


def _script_address(tag: Tag) -> str:
    """Return the address that a link hands to the gallery's script."""
    found = _SCRIPT_NAME.search(f"{attribute(tag, 'href')} {attribute(tag, 'onclick')}"[:4000])
    return found[1] if found else ""


def _made(engine: str, pairs: list[tuple[str, str]]) -> tuple[Candidate, ...]:
    first: dict[str, Candidate] = {}
    for url, rule in pairs:
        kind = media_kind(url) or "picture"
        made = Candidate(url=url, kind=kind, role="original", why=f"{engine}:{rule}")
        first.setdefault(url, made)
    return tuple(first.values())


def _reading(
    page: Page, engine: str, found: tuple[Candidate, ...], covered: frozenset[str]
) -> Reading:
    state, rule = _state(page, found)
    covered -= {candidate.url for candidate in found}
    return Reading(state=state, state_rule=f"{engine}:{rule}", candidates=found, covered=covered)


def _state(page: Page, found: tuple[Candidate, ...]) -> tuple[State, str]:
    if found:
        return "content", "pictures"
    return stated(own_words(page)) or ("unknown", "no_pictures")


PIWIGO = Engine(
    name="piwigo",
    site_type=SiteType.IMAGE_HOST,
    markers=(
        frozenset({"a#downloadSwitchLink"}),
        frozenset({"img#theMainImage", "div#theImage", "div#theImageAndInfos", "div#theImageBox"}),
        frozenset({"body#thePicturePage", "body#theCategoryPage", "div#the_page", "div#theHeader"}),
        frozenset({"path:/_data/i/", "path:/i.php?", "link:i.php"}),
        frozenset({"link:picture.php", "link:action.php", "link:identification.php"}),
        frozenset({"ul.thumbnails", "ul#thumbnails", "div#imageHeaderBar", "div#imageToolBar"}),
        frozenset({"generator:piwigo"}),
        frozenset({"body#theIdentificationPage", "form[login_form]"}),
    ),
    read=read_piwigo,
)
COPPERMINE = Engine(
    name="coppermine",
    site_type=SiteType.IMAGE_HOST,
    markers=(
        frozenset({"link:displayimage.php"}),
        frozenset({"link:thumbnails.php"}),
        frozenset({"path:/albums/", "path:albums/"}),
        frozenset({"td.display_media", "table#picinfo", "div#slideShow"}),
        frozenset({"table.maintable", "td.tableh1", "td.navmenu", "td.navmenu_pic"}),
        frozenset({"img#fullsize_image", "img#fullsize", "img.image", "img.imageborder"}),
        frozenset(
            {"link:ratepic.php", "link:ecard.php", "link:addfav.php", "link:displayecard.php"}
        ),
        frozenset({"div.cpg_message_validation", "div.cpg_message_error", "div.cpg_message_info"}),
        frozenset(
            {
                "generator:coppermine",
                "link:displayimage.js",
                "link:db_input.php",
                "link:displayimage.fullsize.js",
            }
        ),
    ),
    read=read_coppermine,
)
