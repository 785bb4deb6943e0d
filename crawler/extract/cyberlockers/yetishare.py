"""
YetiShare lockers: a countdown whose script holds the address of the next step.

The page of a file opens the session; after the wait a script shows a link to the same address
with `?d=1`, or with a token `?pt=`. Removed files lead to `/error.html?e=...`, in version 5 to
`/error?e=...`; a file's information page (`~i`) names its status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from cases.model import SiteType
from crawler.extract.captchas import guarded_form, has_captcha
from crawler.extract.cyberlockers.forms import fields_of, form_target, form_with, posting_form
from crawler.extract.engine import Engine, Reading
from crawler.extract.links import media_kind
from crawler.extract.page import Page, attribute
from crawler.extract.record import MORE_MEDIA, Candidate, NextStep, State
from crawler.extract.stated import own_words, stated

_SECONDS = re.compile(
    r"(?:\bvar\s+|\blet\s+|\bconst\s+|\b)(?:seconds|timer|countdown|wait(?:_?time)?|sec)\w*\s*[:=]\s*"
    r"[\"']?(\d{1,5})",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"\d{1,5}")
_HREF = re.compile(r"(?:href\s*=\s*|location(?:\.href)?\s*=\s*|open\(\s*)\\?[\"']([^\"'\\<>\s]+)")
_STEP = re.compile(r"[?&](?:d=1|pt=|download_token=)|/file_download/|/download_file")
_ERROR = re.compile(r"/(?:error|index)(?:\.(?:html|php))?/?$")
_PREVIEW = re.compile(r"/plugins/filepreviewer/\d+/")
_VIEWER = re.compile(r"/plugins/imageviewer/(?:site/)?direct\.php\?")
_RESIZED = re.compile(r"/plugins/imageviewer/(?:site/)?thumb\.php\?")
_STATUS = re.compile(
    r"(?:file |status:? )?(?:user|uploader|owner|admin\w*|copyright|system|file) "
    r"(?:(?P<gone>removed|deleted)|(?P<old>expired))|(?P<bin>trash(?:ed)?|deleted|removed)",
    re.IGNORECASE,
)
_PASSWORDS = frozenset({"filePassword", "folderPassword"})
_PASSWORD_MARKS = frozenset(
    {f"input{mark}" for name in _PASSWORDS for mark in (f"[{name}]", f"#{name}")}
)
_OWN_FIELDS = frozenset({"d", "submitted", "submitme"})
_FOLDER_LIMIT = 500


def read_file_page(page: Page) -> Reading:
    """Read the state of a file's page and its declared next step."""
    error = _error(page.url)
    if error:
        return Reading(state=error[0], state_rule=f"yetishare:{error[1]}")
    if listed := tuple(dict.fromkeys(_folder(page))):
        return _folder_reading(page, listed)
    steps = list(dict.fromkeys(_steps(page)))
    wait = _wait(page)
    state, rule = _state(page, steps)
    step = _next(page, state, steps, wait)
    shown = tuple(dict.fromkeys(_viewed(page)))
    if shown and state in {"unknown", "content"}:
        state, rule = "content", "image_viewer"
    direct = () if wait or state != "content" else tuple(_made(url) for url in steps)
    return Reading(
        state=state,
        state_rule=f"yetishare:{rule}",
        candidates=(*map(_picture, shown), *direct),
        next=step,
        covered=frozenset({page.url.partition("?")[0], *_smaller(page)}),
    )


def _folder(page: Page) -> Iterator[str]:
    """Yield the files' own pages that a folder's list names in `dtfullurl`."""
    for tag in page.tags:
        url = page.absolute(link) if (link := attribute(tag, "dtfullurl")) else None
        if url and not page.refusal(url):
            yield url


def _folder_reading(page: Page, listed: tuple[str, ...]) -> Reading:
    """List the files of a folder; the cut pictures of its list are previews of them."""
    pages = (
        Candidate(url=url, kind="page", role="locker", why="yetishare:folder")
        for url in listed[:_FOLDER_LIMIT]
    )
    sources = (page.absolute(attribute(tag, "src")) for tag in page.tags if tag.name == "img")
    small = frozenset(url for url in sources if url and _PREVIEW.search(url))
    return Reading(
        state="content",
        state_rule="yetishare:folder",
        candidates=tuple(pages),
        covered=small,
        signs=(MORE_MEDIA,) if len(listed) > _FOLDER_LIMIT else (),
    )


def _viewed(page: Page) -> Iterator[str]:
    """Yield the pictures in full size to which the image viewer's previews lead."""
    for tag in page.named("a"):
        url = page.absolute(attribute(tag, "href"))
        if url and _VIEWER.search(url) and not page.refusal(url):
            yield url


def _smaller(page: Page) -> Iterator[str]:
    for tag in page.named("img"):
        url = page.absolute(attribute(tag, "src"))
        if url and _RESIZED.search(url):
            yield url


def _picture(url: str) -> Candidate:
    return Candidate(url=url, kind="picture", role="original", why="yetishare:image_viewer")


def _error(url: str) -> tuple[State, str] | None:
    """Read what an error page's address says."""
    said = _error_words(url)
    return (stated(said) or ("unknown", "error_page")) if said else None


def _error_words(url: str) -> list[str]:
    parts = urlsplit(url)
    if not _ERROR.search(parts.path):
        return []
    pairs = parse_qsl(parts.query, max_num_fields=None)
    return [value for name, value in pairs if name == "e" and " " in value]


def _status(words: tuple[str, ...]) -> tuple[State, str] | None:
    """Read the status that a file's information page names in a cell of its own."""
    found = next((match for text in words if (match := _STATUS.fullmatch(text))), None)
    if found is None:
        return None
    return ("expired", "status") if found["old"] else ("gone", "status")


def _steps(page: Page) -> Iterator[str]:
    for tag in page.tags:
        links: list[str] = []
        if tag.name == "script":
            links = [found[1] for found in _HREF.finditer((tag.string or "")[:200_000])]
        elif tag.name in {"a", "button"}:
            called = _HREF.search(attribute(tag, "onclick")[:4000])
            links = [attribute(tag, "href"), *([called[1]] if called else [])]
        for link in links:
            url = page.absolute(link.replace("&amp;", "&"))
            if url and _STEP.search(url) and not page.refusal(url):
                yield url


def _wait(page: Page) -> int:
    """Return the wait in seconds that the script or the page declares; 0 when there is none."""
    for tag in page.tags:
        if tag.name == "script" and (found := _SECONDS.search((tag.string or "")[:200_000])):
            return int(found[1])
    for tag in page.tags:
        if "download-timer-seconds" in attribute(tag, "class"):
            shown = _SHOWN.search(tag.get_text()[:40])
            return int(shown[0]) if shown else 0
    return 0


def _state(page: Page, steps: list[str]) -> tuple[State, str]:
    if _PASSWORD_MARKS & page.features:
        return "password", "password_field"
    if has_captcha(page):
        return "captcha", "captcha_field"
    if steps:
        return ("countdown", "countdown") if _waits(page) else ("content", "direct_link")
    words = own_words(page)
    spoken = _status(words) or stated(words)
    if spoken:
        return spoken
    return ("countdown", "countdown_without_link") if _waits(page) else ("unknown", "no_step")


def _waits(page: Page) -> bool:
    timers = {"div.download-timer", "span.download-timer-seconds", "span.download-timer"}
    return bool(timers & page.features) or _wait(page) > 0


def _next(page: Page, state: State, steps: list[str], wait: int) -> NextStep | None:
    if state == "countdown" and steps:
        return NextStep(method="GET", url=steps[0], wait_s=wait)
    if state not in {"captcha", "password"}:
        return None
    asked = form_with(page, _PASSWORDS) or guarded_form(page)
    form = asked or form_with(page, _OWN_FIELDS) or posting_form(page)
    url = form_target(page, form) if form is not None else None
    if form is None or url is None:
        return None
    return NextStep(method="POST", url=url, form=fields_of(form), wait_s=wait)


def _made(url: str) -> Candidate:
    kind = media_kind(url) or "file"
    return Candidate(url=url, kind=kind, role="download", why="yetishare:direct_link")


YETISHARE = Engine(
    name="yetishare",
    site_type=SiteType.CYBERLOCKER,
    markers=(
        frozenset({"div.download-timer", "span.download-timer", "td.download-timer"}),
        frozenset({"span.download-timer-seconds", "div.download-timer-seconds"}),
        frozenset({"tilde:s", "tilde:i", "tilde:d"}),
        frozenset({"link:report_file.html", "link:report_file.php"}),
        _PASSWORD_MARKS,
        frozenset({"input[submitted]", "input[submitme]"}),
        frozenset({"query:pt", "query:download_token"}),
        frozenset({"service:report_file", "service:link_checker"}),
        frozenset({"service:assets", "service:filepreviewer"}),
        frozenset({"div.captchaPageTable", "img.image-preview"}),
        frozenset({"ul.pageErrors", "div.pageErrors", "div#pageErrors"}),
        frozenset({"table.accountBenefitTable", "div.pageSectionMain", "div.pageSectionMainFull"}),
        frozenset({"a.btn-free", "div.downloadPageTable", "table.downloadPageTable",
                   "div.downloadPageTableV2", "table.downloadPageTableV2"}),
        frozenset({"link:register.html", "link:upgrade.html", "link:faq.html"}),
        frozenset({"script:?d=1"}),
    ),
    read=read_file_page,
    shape=lambda url: 2 if _error(url) else 0,
)  # fmt: skip
