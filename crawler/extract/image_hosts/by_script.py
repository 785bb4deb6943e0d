"""
Hosts whose pages hold no media: what they show is made by scripts in the reader's browser.

Lufi keeps ciphertext and gets its key from the fragment, so that nothing can be compared without
running its scripts. Lychee asks its own interface; only the metadata of a shared picture's page
names a file, mostly a smaller size, whose original lies under the same name beside it. The rest
needs an analyst.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.links import media_kind
from crawler.extract.page import Page, attribute
from crawler.extract.record import Candidate
from crawler.extract.stated import own_words, stated

_TOLD = frozenset({"gone", "expired", "login", "password"})
_META = frozenset({"og:image", "twitter:image", "twitter:image:src", "og:image:url"})
_SIZED = re.compile(r"(?P<root>.*/uploads/)(?:medium|small|thumb)(?:2x)?/(?P<name>[^?#]+)$")
_FULL = re.compile(r"/uploads/(?:big|import|original)/[^?#]+$")
_DOUBLE = re.compile(r"@2x(?=\.\w+$)")


def read_lufi(page: Page) -> Reading:
    """Read only what the page says in words."""
    return _by_words(page, "lufi", "encrypted_in_browser")


def read_lychee(page: Page) -> Reading:
    """Read the picture that the metadata of a shared picture's page names."""
    named = tuple(dict.fromkeys(_named(page)))
    found = tuple(dict.fromkeys(full for url in named if (full := _original(url))))
    if not found:
        return _by_words(page, "lychee", "script_page")
    return Reading(
        state="content",
        state_rule="lychee:metadata",
        candidates=tuple(_made(url) for url in found),
        signs=("script_page",),
        generic=False,
    )


def _by_words(page: Page, name: str, sign: str) -> Reading:
    spoken = stated(own_words(page))
    state, rule = spoken if spoken is not None and spoken[0] in _TOLD else ("unknown", sign)
    return Reading(state=state, state_rule=f"{name}:{rule}", signs=(sign,), generic=False)


def _named(page: Page) -> Iterator[str]:
    for tag in page.tags:
        link = ""
        if tag.name == "meta" and (attribute(tag, "property") or attribute(tag, "name")) in _META:
            link = attribute(tag, "content")
        elif tag.name == "link" and attribute(tag, "rel") == "image_src":
            link = attribute(tag, "href")
        if link and (url := page.absolute(link)):
            yield url


def _original(url: str) -> str | None:
    """Return the address of the full size; version 3 keeps it under `big`, later ones elsewhere."""
    if _FULL.search(url):
        return url
    found = _SIZED.match(url)
    if found is None:
        return None
    # Versions from 4.5 on spread files over directories of two letters each.
    where = "original" if "/" in found["name"] else "big"
    return f"{found['root']}{where}/{_DOUBLE.sub('', found['name'])}"


def _made(url: str) -> Candidate:
    kind = media_kind(url) or "picture"
    return Candidate(url=url, kind=kind, role="original", why="lychee:metadata")


LUFI = Engine(
    name="lufi",
    site_type=SiteType.CYBERLOCKER,
    markers=(
        frozenset({"link:lufi-down.js", "link:lufi-common.js", "link:lufi.css"}),
        frozenset({"link:sjcl.js"}),
        frozenset({"div#pb", "div#filesize", "div.progress-bar"}),
        frozenset({"link:lufi-notifications.js", "link:filereader.js"}),
    ),
    read=read_lufi,
)
LYCHEE = Engine(
    name="lychee",
    site_type=SiteType.IMAGE_HOST,
    markers=(
        frozenset({"generator:lychee"}),
        frozenset({"div#lychee_view_container", "div#lychee_content", "div#app", "div#imageview"}),
        frozenset({"div#lychee_toolbar_public", "div#lychee_application_container"}),
    ),
    read=read_lychee,
)
