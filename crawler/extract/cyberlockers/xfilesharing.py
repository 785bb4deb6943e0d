"""
XFileSharing lockers: a landing page, an honest wait, a form, then a direct link.

The page of a file that is gone is served with status 200. The form's operation (`op`, in the free
edition `act`) is `download1` (choose free) and then `download2` (after the countdown).
`?op=checkfiles` answers which addresses are alive without loading a file. The family's video and
image hosts show the file in a player's script or in `img.pic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.captchas import captcha_for
from crawler.extract.cyberlockers import marks
from crawler.extract.cyberlockers.forms import next_step, operation_form
from crawler.extract.engine import Engine, Reading
from crawler.extract.generic.scripts import script_media
from crawler.extract.links import host_of, locker_code, looks_like_locker, media_kind
from crawler.extract.page import Page, attribute, classes, text_of
from crawler.extract.record import MORE_MEDIA, Candidate, NextStep, State
from crawler.extract.stated import own_words, stated
from crawler.extract.voices import Voices, voices

_DIRECT_PATH = re.compile(r"/(?:d|cgi-bin/dl\.cgi|files?)/[^/]{8,}/[^/]+$")
_OPENED = re.compile(
    r"(?:\blocation(?:\.href)?\s*=|\bopen\(|\blocation\.(?:assign|replace)\()\s*[\"']([^\"'\s]{8,2000})"
)
_FOLDER_LIMIT = 200
_IMAGE_PATH = re.compile(r"/(?:i|img|files)/\d{4,6}/[^/]+$")
_CODE_FIELDS = re.compile(r"(?:captcha_?)?code|adcopy_response|capcode", re.IGNORECASE)
_ROWS = ("tr", "li", "p", "font", "span", "div")


def read_landing(page: Page) -> Reading:
    """Read the state of a landing page and its declared next step."""
    checked = _checked_files(page)
    if checked:
        return checked
    links = (*_direct_links(page), *_scripted_links(page))
    direct = tuple(dict.fromkeys([*links, *_pictures(page), *_films(page)]))
    form = operation_form(page)
    said = voices(page)
    state, rule = _state(page, form, said, found=bool(direct))
    listed = _folder(page) if state == "unknown" and form is None else ()
    if listed:
        return Reading(
            state="content",
            state_rule="xfilesharing:folder",
            candidates=listed[:_FOLDER_LIMIT],
            signs=(MORE_MEDIA,) if len(listed) > _FOLDER_LIMIT else (),
        )
    step = next_step(page, form, wait_s=marks.countdown(page, said)) if form is not None else None
    return Reading(
        state=state,
        state_rule=f"xfilesharing:{rule}",
        candidates=direct,
        next=step if state in {"countdown", "captcha", "password"} else None,
        link_check=link_check(page.url) if looks_like_locker(_landing_url(page.url)) else None,
    )


def _folder(page: Page) -> tuple[Candidate, ...]:
    """List the files of a folder, gallery or user; a file's own page lists only its neighbours."""
    if locker_code(page.url) is not None:
        return ()
    urls = (page.absolute(attribute(tag, "href")) for tag in page.named("a"))
    host = host_of(page.url)
    files = dict.fromkeys(url for url in urls if url and _is_file_page(url, host))
    return tuple(
        Candidate(url=url, kind="page", role="locker", why="xfilesharing:folder") for url in files
    )


def _is_file_page(url: str, host: str) -> bool:
    return host_of(url) == host and locker_code(url) is not None


def _landing_url(url: str) -> str:
    return url.partition("?")[0]


def link_check(url: str) -> NextStep:
    """Return the request by which an XFileSharing host tells whether the file at `url` is alive."""
    parts = urlsplit(url)
    asked = url.partition("#")[0]
    return NextStep(
        method="POST",
        url=f"{parts.scheme}://{parts.netloc}/?op=checkfiles",
        form=(("op", "checkfiles"), ("list", asked), ("process", "Check URLs")),
    )


def _state(page: Page, form: Tag | None, said: Voices, *, found: bool) -> tuple[State, str]:
    """Return the first state that fits, most telling first."""
    if found:
        return "content", "direct_link"
    if form is None:
        return _state_without_form(page, said)
    if form.find("input", attrs={"name": "password"}) is not None:
        return "password", "password_field"
    if _captcha(page, form):
        return "captcha", "captcha_field"
    if marks.premium_only(page, form, said):
        return "premium", "premium_only"
    return "countdown", "download_form"


def _captcha(page: Page, form: Tag) -> bool:
    return captcha_for(page, form) or form.find("input", attrs={"name": _CODE_FIELDS}) is not None


def _state_without_form(page: Page, said: Voices) -> tuple[State, str]:
    """Read what headings and error boxes say, then any short text of the page."""
    return stated(said.all) or stated(own_words(page)) or ("unknown", "no_form")


def _direct_links(page: Page) -> tuple[Candidate, ...]:
    """Find the link to the file itself: in `#direct_link`, or by the shape of its path."""
    found = []
    for tag in page.tags:
        if tag.name != "a" or not (url := page.absolute(attribute(tag, "href"))):
            continue
        if _in_direct_box(tag) or _DIRECT_PATH.search(urlsplit(url).path):
            found.append(_download(url))
    return tuple(found)


def _scripted_links(page: Page) -> Iterator[Candidate]:
    """Find the direct link that a button or a script opens."""
    calls = [attribute(tag, "onclick")[:4000] for tag in page.named("a", "button", "input")]
    calls += [(tag.string or "")[:200_000] for tag in page.named("script")]
    for text in calls:
        for found in _OPENED.finditer(text):
            url = page.absolute(found[1])
            if url and _DIRECT_PATH.search(urlsplit(url).path) and not page.refusal(url):
                yield _download(url)


def _films(page: Page) -> Iterator[Candidate]:
    """Find the films that the script of a player names, packed or not."""
    for tag in page.tags:
        if tag.name == "script":
            for url, kind, _role, _rule in script_media(page, tag):
                if kind == "video" and not page.refusal(url):
                    yield Candidate(url=url, kind=kind, role="original", why="xfilesharing:player")


def _pictures(page: Page) -> Iterator[Candidate]:
    """Find the picture that an image host of this family shows in full size (`img.pic`)."""
    for tag in page.tags:
        url = page.absolute(attribute(tag, "src")) if tag.name == "img" else None
        if url is None or media_kind(url) != "picture" or re.search(r"_x?t\.\w+$", url):
            continue
        if "pic" in classes(tag) or _IMAGE_PATH.search(urlsplit(url).path):
            yield Candidate(url=url, kind="picture", role="original", why="xfilesharing:picture")


def _in_direct_box(tag: Tag) -> bool:
    return tag.find_parent(id=re.compile(r"^direct_?link", re.IGNORECASE)) is not None


def _download(url: str) -> Candidate:
    kind = media_kind(url) or "file"
    return Candidate(url=url, kind=kind, role="download", why="xfilesharing:direct_link")


def _checked_files(page: Page) -> Reading | None:
    """Read the answer of the link-check, if this page is one: rows that name an address."""
    asked = {"input[op=checkfiles]", "textarea[list]"} <= page.features
    if not asked and not _is_link_check(page.url):
        return None
    rows = [text_of(tag) for tag in page.tags if tag.name in _ROWS and not tag.find(_ROWS[:3])]
    words = {word for row in rows if (word := _row_word(row))}
    sign = f"link_check:{words.pop()}" if len(words) == 1 else "link_check:unclear"
    return Reading(signs=(sign,), state_rule="xfilesharing:checkfiles", generic=False)


def _row_word(row: str) -> str | None:
    said, addresses = re.subn(r"https?://\S+", " ", row[:5000])
    if not addresses:
        return None
    if re.search(r"not\s+found|does\s?n.t exist|\bdead\b|deleted|removed", said, re.IGNORECASE):
        return "gone"
    return "alive" if re.search(r"\bfound\b|\balive\b|\bavailable\b", said, re.IGNORECASE) else None


def _is_link_check(url: str) -> bool:
    return urlsplit(url).query.startswith("op=checkfiles")


def _shape(url: str) -> int:
    return 2 if _is_link_check(url) else int(looks_like_locker(_landing_url(url)))


XFILESHARING = Engine(
    name="xfilesharing",
    site_type=SiteType.CYBERLOCKER,
    markers=(
        frozenset({"input[op=download1]", "input[op=download2]", "input[act]"}),
        frozenset({"input[op=download_orig]", "input[op=view]"}),
        frozenset({"input[method_free]", "input[method_premium]"}),
        frozenset({"input[rand]"}),
        frozenset({"link:xupload.js", "link:xfs.js", "link:xvs.js"}),
        frozenset({"div#vplayer", "div#player_code", "video#vjsplayer"}),
        frozenset({"img.pic"}),
        frozenset({"input[fname]", "input[usr_login]"}),
        frozenset({"span#countdown_str", "div#countdown_str", "span#countdown", "span#cxc",
                   "span.seconds", "div.seconds"}),
        frozenset({"span#direct_link", "div#direct_link"}),
        frozenset({"input#btn_download", "button#btn_download", "form[F1]"}),
        frozenset({"div.err", "b.err", "font.err", "p.err"}),
        frozenset({"a[?op=]"}),
        frozenset({"input[op=checkfiles]"}),
        frozenset({"textarea[list]"}),
    ),
    read=read_landing,
    shape=_shape,
)  # fmt: skip
