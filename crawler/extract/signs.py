"""
Signs that a page is not the content but stands in its place.

A phrase counts only where a site itself speaks: title, headings and error boxes. Posts quote such
phrases, so running text is never looked at.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urlsplit

from bs4 import Tag

from crawler.extract.captchas import has_captcha
from crawler.extract.doors import doors_of
from crawler.extract.page import Page, attribute
from crawler.extract.phrases import PHRASES
from crawler.extract.stated import members_only, premium_only
from crawler.extract.voices import Voices

_WAITING = re.compile(
    r"just a moment|checking your browser|ddos-guard|attention required|^hold on\b|powblock"
    r"|(?:verifying|validating) (?:that )?you(?:r browser)?\b|proof of work",
    re.IGNORECASE,
)
_CHALLENGE_CODE = re.compile(r"_cf_chl_opt|sucuri_cloudproxy_js|AwsWafIntegration\.getToken")
_CHALLENGE_SOURCE = re.compile(
    r"/ddos-guard/js-challenge|/\.well-known/ddos-guard/|/\.within\.website/x/cmd/anubis"
    r"|/sgcaptcha/|/_guard/html\.js|/\.(?:basedflare|haproxy-protection)/"
)
_BLOCKER_FRAME = "/_Incapsula_Resource?"
"""Imperva's; on pages that it lets through the same path stands in a script only."""
_CHALLENGE_MARKS = frozenset({"form#wsidchk-form", "input#wsidchk", "script#anubis_challenge"})
_FORESEEN = re.compile(
    r"\b(?:will|may|can|could|might) be (?:removed|deleted|expired)\b|\bexpires? (?:in|on|after)\b"
    r"|\bfiles (?:that|which|are (?:removed|deleted) (?:after|when|if|once))\b"
    r"|\bor (?:(?:is|are|it is|has been|may be) )?(?:set to )?(?:private|hidden|restricted)\b"
    r"|\boff[- ]limits\b",
    re.IGNORECASE,
)
"""What a site says of files in general, of what will be, or leaves open: gone, or only closed."""
_TAKES_PART = re.compile(
    r"\bto (?:reply|post|comment|vote|rate|like|upload|follow|add|write|leave|join|report)\b",
    re.IGNORECASE,
)
"""What members alone may do beside looking."""
_ERROR_PATH = re.compile(r"/(?:error|404|not-?found|removed|deleted)(?:[./]|$)", re.IGNORECASE)
_PARKING_MARKS = (
    "sedoparking.", "parkingcrew.", "bodis.com", "parklogic.", "above.com/marketplace",
    "dan.com/buy-domain", "afternic.com/forsale", "hugedomains.com/domain_profile",
)  # fmt: skip


def signs_of(page: Page, said: Voices) -> tuple[str, ...]:
    """
    List the signs on a page as machine words.

    `removal_notice:<language>`, `expired_notice:<language>`, `suspended`, `parked`,
    `filter_page`, `challenge`, `captcha`, `login_form`, `password_form`, `premium_notice`,
    `age_gate`, `removal_redirect`, `members_only`.
    """
    found = [*_spoken(said), *_structural(page, said)]
    return tuple(dict.fromkeys(found))


def _spoken(said: Voices) -> list[str]:
    """
    List what the site says in words.

    A sign of the whole host (parked, suspended, filter) is believed from title and headings only.
    """
    found: list[str] = []
    for phrase in PHRASES:
        places = said.headings if phrase.headings_only else said.all
        if any(phrase.pattern.search(text) for text in places if not _FORESEEN.search(text)):
            found.append(phrase.sign)
    return found


def _structural(page: Page, said: Voices) -> list[str]:
    checks = {
        "challenge": _challenge(page, said),
        "captcha": has_captcha(page),
        "parked": _parking_scripts(page),
        "suspended": _SUSPENDED in page.url.lower() or _SUSPENDED in _refreshed(page),
        "removal_redirect": removal_redirect(page.url),
        "members_only": any(members_only(t) for t in said.all if not _TAKES_PART.search(t)),
        "premium_notice": any(map(premium_only, said.all)),
        **doors_of(page, said),
    }
    return [sign for sign, holds in checks.items() if holds]


_SUSPENDED = "/cgi-sys/suspendedpage"


def _refreshed(page: Page) -> str:
    refreshing = (m for m in page.named("meta") if attribute(m, "http-equiv").lower() == "refresh")
    return next((attribute(tag, "content")[:2000].lower() for tag in refreshing), "")


def _challenge(page: Page, said: Voices) -> bool:
    """
    Recognise interstitials that want a script run before they let anyone pass.

    Cloudflare, DDoS-Guard, Sucuri, AWS WAF, Imperva, Anubis, and the check of shared hosts
    (`wsidchk`).
    """
    scripts = page.named("script")
    if any(_CHALLENGE_CODE.search((tag.string or "")[:20_000]) for tag in scripts):
        return True
    sources = " ".join(attribute(tag, "src") for tag in scripts)
    if any(_BLOCKER_FRAME in attribute(tag, "src") for tag in page.named("iframe")):
        return True
    if _CHALLENGE_SOURCE.search(sources) or _CHALLENGE_MARKS & page.features:
        return True
    waits = _WAITING.search(said.title)
    return bool(waits) and ("challenge" in sources or "noscript" in page.places)


def _parking_scripts(page: Page) -> bool:
    sources = (
        attribute(tag, "src") or attribute(tag, "href")
        for tag in page.named("script", "iframe", "frame")
    )
    if any(mark in src for src in sources for mark in _PARKING_MARKS):
        return True
    return any(map(_is_parking_code, page.named("html", "script")))


def _is_parking_code(tag: Tag) -> bool:
    """Recognise the page of a large parking service, whose words are written by its script."""
    if tag.name == "html":
        return bool(attribute(tag, "data-adblockkey"))
    return tag.name == "script" and "window.park = " in (tag.string or "")[:2000]


def removal_redirect(url: str) -> bool:
    """
    Recognise an error page whose address says that the file was removed.

    >>> removal_redirect("https://locker.example/error.html?e=File+has+been+removed.")
    True
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not _ERROR_PATH.search(parts.path):
        return False
    said = unquote_plus(parts.query)
    return any(
        phrase.pattern.search(said)
        for phrase in PHRASES
        if phrase.sign.startswith("removal_notice")
    )
