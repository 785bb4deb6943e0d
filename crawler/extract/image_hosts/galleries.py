"""
Piwigo and Coppermine galleries.

Piwigo shows derivatives (`-me.jpg` under `_data/i/` or through `i.php?/`) and offers the original
by `action.php?id=&part=e&download`. Coppermine shows `normal_` and `thumb_` forms that lie beside
the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.links import media_kind
from crawler.extract.page import Page, attribute
from crawler.extract.record import Candidate, State
from crawler.extract.stated import own_words, stated

_ACTION = re.compile(r"/action\.php\?(?=[^#]*\bid=\d)(?=[^#]*\bpart=)")
_DERIVATIVE = re.compile(
    r"(?P<root>.*/)(?:_data/i/|i(?:\.php)?\?/)(?P<path>(?:upload|galleries)/.+)-"
    r"(?:sq|th|2s|xs|sm|me|la|xl|xx|3xl|4xl|cu_[\w.]+)(?P<ext>\.\w{2,5})(?:$|[?&#])"
)
_BESIDE = re.compile(r"(?P<dir>.*/albums/(?:[^?#]*/)?)(?:normal_|thumb_)(?P<name>[^/?#]+)$")
_ALBUM_FILE = re.compile(r"/albums/[^?#]+\.\w{2,5}$")
_FULLSIZE = re.compile(r"[\"']([^\"']*displayimage\.php\?[^\"']*fullsize=1[^\"']*)[\"']")
_SCRIPT_NAME = re.compile(r"changeImgSrc\(\s*'([^']+)'")


# -------------------------------------------------------------------------------- Piwigo


def read_piwigo(page: Page) -> Reading:
    """Read a picture's page or a list of thumbnails."""
    links = [(url, "download_link") for url in _hrefs(page) if _ACTION.search(url)]
    sizes = [url for url in _sources(page) if _DERIVATIVE.match(url)]
    plain = [url for url in _sources(page) if re.search(r"/(?:upload|galleries)/\d", url)
             and url not in sizes and media_kind(url)]  # fmt: skip
    worked = [(original, "original_path") for url in sizes if (original := _piwigo_original(url))]
    found = _made("piwigo", [*links, *((url, "picture") for url in plain), *worked])
    return _reading(page, "piwigo", found, frozenset(sizes))


def _piwigo_original(url: str) -> str | None:
    found = _DERIVATIVE.match(url)
    return f"{found['root']}{found['path']}{found['ext']}" if found else None


# ---------------------------------------------------------------------------- Coppermine


def read_coppermine(page: Page) -> Reading:
    """Read a picture's page or a list of thumbnails."""
    shown = [url for url in _sources(page) if _ALBUM_FILE.search(url)]
    small = [url for url in shown if _BESIDE.match(url)]
    plain = [(url, "picture") for url in [*shown, *_hrefs(page)] if _is_plain(url)]
    worked = [(_BESIDE.sub(r"\g<dir>\g<name>", url), "original_path") for url in small]
    found = _made("coppermine", [*plain, *worked])
    viewers = [
        Candidate(url=url, kind="page", role="linked", why="coppermine:fullsize_page")
        for url in _viewers(page)
    ]
    return _reading(page, "coppermine", (*found, *viewers), frozenset(small))


def _is_plain(url: str) -> bool:
    return _ALBUM_FILE.search(url) is not None and not _BESIDE.match(url) and bool(media_kind(url))


def _viewers(page: Page) -> Iterator[str]:
    for tag in page.tags:
        for found in _FULLSIZE.finditer(attribute(tag, "onclick")[:4000]):
            if (url := page.absolute(found[1])) and not page.refusal(url):
                yield url


# -------------------------------------------------------------------------------- both


def _hrefs(page: Page) -> list[str]:
    urls = (page.absolute(attribute(tag, "href")) for tag in page.tags if tag.name == "a")
    return [url for url in urls if url and not page.refusal(url)]


def _sources(page: Page) -> list[str]:
    urls = (url for tag in page.tags for url in _shown(page, tag))
    return list(dict.fromkeys(url for url in urls if not page.refusal(url)))


def _shown(page: Page, tag: Tag) -> Iterator[str]:
    names = {"img": ("data-src", "src"), "meta": ("content",), "link": ("href",)}
    for name in names.get(tag.name, ()):
        value = attribute(tag, name)
        if value and (url := page.absolute(value)):
            yield url
    if tag.name == "a":
        found = _SCRIPT_NAME.search(f"{attribute(tag, 'href')} {attribute(tag, 'onclick')}"[:4000])
        if found and (url := page.absolute(found[1])):
            yield url


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
        frozenset({"generator:coppermine", "link:displayimage.js", "link:db_input.php"}),
    ),
    read=read_coppermine,
)
