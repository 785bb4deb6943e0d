"""One page -> one record: the engine first, then always the generic pass, merged and capped."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping

from cases.model import SiteType
from crawler.extract.adverts import Adverts
from crawler.extract.cyberlockers.any_locker import read_any_landing
from crawler.extract.cyberlockers.xfilesharing import XFILESHARING
from crawler.extract.cyberlockers.yetishare import YETISHARE
from crawler.extract.engine import Engine, JsonEngine, Reading, recognise
from crawler.extract.forums.forums import FORUMS
from crawler.extract.furniture import is_error_art
from crawler.extract.generic import read_generic
from crawler.extract.generic.json_walk import read_json
from crawler.extract.generic.read import refused_links
from crawler.extract.image_boards.board_json import BOARD_JSON
from crawler.extract.image_boards.boards import ANY_BOARD, BOARDS
from crawler.extract.image_boards.vichan import VICHAN
from crawler.extract.image_boards.vichan_json import VICHAN_JSON
from crawler.extract.image_hosts.by_script import LUFI, LYCHEE
from crawler.extract.image_hosts.chevereto import CHEVERETO
from crawler.extract.image_hosts.galleries import COPPERMINE, PIWIGO
from crawler.extract.links import is_placeholder
from crawler.extract.notes import note_signs
from crawler.extract.page import Page, attribute, decode_text, parse_page
from crawler.extract.payments import payments_of
from crawler.extract.posts import generic_scope
from crawler.extract.record import (
    EMBEDDED,
    PAGE_CUT,
    Candidate,
    NextStep,
    PageRecord,
    State,
)
from crawler.extract.refusal import refused_step
from crawler.extract.signs import signs_of
from crawler.extract.smaller import without_smaller
from crawler.extract.sorting import capped, sorted_out, with_adverts
from crawler.extract.text import text_digest, visible_text
from crawler.extract.voices import voices

ENGINES: tuple[Engine, ...] = (
    VICHAN,
    XFILESHARING,
    *BOARDS,
    *FORUMS,
    YETISHARE,
    CHEVERETO,
    PIWIGO,
    COPPERMINE,
    LUFI,
    LYCHEE,
    ANY_BOARD,
)
JSON_ENGINES: tuple[JsonEngine, ...] = (*BOARD_JSON, VICHAN_JSON)

SIGNS = 50
JSON_LIMIT = 8 * 1024 * 1024
"""Bytes."""

_ORNAMENT = 16_384
"""Characters; shorter `data:` addresses are ornaments and place holders of pictures to come."""


def extract(html: bytes | str, url: str, content_type: str | None = None) -> PageRecord:
    """
    Read a page or its JSON twin; pure, nothing is requested.

    Args:
        html: the body as it was served.
        url: where it was served; a fragment selects one post.
        content_type: what the server claims, with or without a charset.

    """
    media_type, charset = split_content_type(content_type)
    data = _json(html, media_type, charset)
    if data is not None:
        return _json_record(data, url)
    return _page_record(parse_page(html, url=url, charset=charset))


def split_content_type(value: str | None) -> tuple[str, str | None]:
    """Split `text/html; charset=utf-8` into media type and charset."""
    head, *rest = (value or "").split(";")
    pairs = (part.partition("=") for part in rest)
    charset = next((v.strip(" \"'") for k, _, v in pairs if k.strip().lower() == "charset"), None)
    return head.strip().lower(), charset


# ------------------------------------------------------------------------------- JSON


def _json(body: bytes | str, media_type: str, charset: str | None) -> object | None:
    """Parse a body that is JSON; none when it is not."""
    body = body.removeprefix(codecs.BOM_UTF8) if isinstance(body, bytes) else body
    start = body[:64].lstrip()
    looks = start[:1] in (b"{", b"[", "{", "[")
    if not looks or len(body) > JSON_LIMIT or media_type in {"text/html", "application/xhtml+xml"}:
        return None
    try:
        parsed: object = json.loads(body if isinstance(body, str) else decode_text(body, charset))
    except (ValueError, RecursionError):
        return None
    return parsed


def _json_record(data: object, url: str) -> PageRecord:
    members: Mapping[str, object] = data if isinstance(data, dict) else {"list": data}
    engine = next((engine for engine in JSON_ENGINES if engine.fits(members)), None)
    if engine is not None:
        name, site, reading = engine.name, engine.site_type, engine.read(members, url)
    else:
        name, reading = read_json(data, url)
        site = SiteType.IMAGE_HOST if name == "pomf" else SiteType.UNKNOWN
    kept, refused = sorted_out(reading.candidates, ())
    kept, more = capped(kept)
    return PageRecord(
        engine=name,
        site_type=site,
        state=reading.state,
        state_rule=reading.state_rule,
        candidates=kept,
        refused=refused,
        signs=(*more, *reading.signs),
        post_found=reading.post_found,
    )


# ------------------------------------------------------------------------------- pages


def _page_record(page: Page) -> PageRecord:
    engine = recognise(page, ENGINES)
    reading = engine.read(page) if engine else generic_reading(page)
    over = reading.state in {"gone", "expired"}
    adverts = Adverts()
    added = _added(page, reading, adverts, known=engine is not None) if not over else []
    after = reading.next.url if reading.next is not None else None
    found = [one for one in (*reading.candidates, *added) if one.url != after]
    kept, refused = sorted_out(found, refused_links(page), page.refusal)
    kept = kept if engine else without_smaller(kept)
    refused = with_adverts(page, adverts, kept, refused)
    said = voices(page)
    kept, more = capped(kept)
    embedded = _data_images(page)
    signs = (*_unseen(page, embedded), *more, *reading.signs, *signs_of(page, said))
    text = visible_text(page)
    state, rule = _settled(reading, _of_posts(signs, engine, reading), kept)
    if state in {"gone", "expired"}:
        kept = tuple(c for c in kept if not _is_of_error(c))
    signs = (*signs, *note_signs(page, text, kept, state))
    return PageRecord(
        data_images=len(embedded),
        engine=engine.name if engine else "generic",
        site_type=engine.site_type if engine else _kind_of_site(reading),
        state=state,
        state_rule=rule,
        candidates=kept,
        refused=refused,
        next=_allowed(reading.next) if state in {"countdown", "captcha", "password"} else None,
        json_twin=reading.json_twin,
        link_check=_allowed(reading.link_check),
        signs=tuple(dict.fromkeys(signs))[:SIGNS],
        post_found=reading.post_found,
        text_sha256=text_digest(text, page.url),
        payments=payments_of(page, text),
        text_length=len(text),
        links=len(page.places.get("a", ())),
    )


def _is_of_error(candidate: Candidate) -> bool:
    """Tell whether a picture belongs to the page that says that something is gone."""
    if is_placeholder(candidate.url):
        return True
    return candidate.role in {"inline", "preview"} and is_error_art(candidate.url)


def _unseen(page: Page, embedded: list[str]) -> Iterator[str]:
    """Name what of a page the record does not hold."""
    if page.cut:
        yield PAGE_CUT if page.too_long else "page_breaks_off"
    if any(len(it) >= _ORNAMENT and not it.startswith("data:image/svg") for it in embedded):
        yield EMBEDDED


def _data_images(page: Page) -> list[str]:
    sources = (attribute(tag, "src") for tag in page.tags if "src" in tag.attrs)
    return [source for source in sources if source.startswith("data:image/")]


def _of_posts(signs: tuple[str, ...], engine: Engine | None, reading: Reading) -> tuple[str, ...]:
    """
    Leave out what says nothing of the posts that a page shows.

    The title is a topic's own, a notice may stand for a neighbour's deleted post, and boards ask a
    password or a captcha of those who post, not of those who read.
    """
    if not reading.scope:
        return signs
    known = engine is not None and engine.site_type in {SiteType.IMAGE_BOARD, SiteType.FORUM}
    beside = (*_REMOVALS, *_ASKED_OF_WRITERS) if known else _REMOVALS
    return tuple(sign for sign in signs if not sign.startswith(beside))


_REMOVALS = ("removal_notice", "expired_notice")
_ASKED_OF_WRITERS = ("password_form", "captcha", "login_form", "premium_notice")


def _added(page: Page, reading: Reading, adverts: Adverts, *, known: bool) -> list[Candidate]:
    """Run the generic pass and leave out what an engine knows to be a smaller form."""
    if not reading.generic:
        return []
    taken = frozenset(candidate.url for candidate in reading.candidates)
    found = read_generic(page, reading.scope, taken=taken, known=known, adverts=adverts)
    return [candidate for candidate in found if candidate.url not in reading.covered]


def generic_reading(page: Page) -> Reading:
    """Read what a page without a known engine says of the post that its fragment names."""
    scope, found = generic_scope(page)
    if scope or found is not None:
        return Reading(post_found=found, scope=scope)
    return read_any_landing(page)


def _kind_of_site(reading: Reading) -> SiteType:
    """Name a site without a known engine: one that offers a file after a wait is a locker."""
    return SiteType.CYBERLOCKER if reading.state == "countdown" else SiteType.WEBSITE


def _allowed(step: NextStep | None) -> NextStep | None:
    """Keep a declared step only if its address may be requested."""
    return step if step is not None and refused_step(step) is None else None


# ------------------------------------------------------------------------------- state


def _settled(
    reading: Reading, signs: tuple[str, ...], kept: tuple[Candidate, ...]
) -> tuple[State, str]:
    """
    Settle the state: an engine's word outranks phrases, a challenge outranks both.

    Phrases of removal count only where no media of its own is left on the page.
    """
    if "challenge" in signs:
        return "challenge", "sign:challenge"
    if reading.state != "unknown":
        return reading.state, reading.state_rule
    media = any(
        c.role in {"original", "download", "inline"}
        and c.kind != "page"
        and not (is_placeholder(c.url) or (c.role == "inline" and is_error_art(c.url)))
        for c in kept
    )
    for sign, state, beside_media in _SIGN_STATES:
        name = next((s for s in signs if s.startswith(sign)), None)
        if name and (beside_media or not media):
            return state, f"sign:{name}"
    told = any(c.role != "preview" for c in kept if "suspended" not in signs or c.kind != "page")
    if told:
        return "content", reading.state_rule or "generic:media"
    return "unknown", reading.state_rule or "generic:no_media"


_SIGN_STATES: tuple[tuple[str, State, bool], ...] = (
    ("login_form", "login", True),
    ("password_form", "password", False),
    ("captcha", "captcha", False),
    ("expired_notice", "expired", False),
    ("removal_redirect", "gone", False),
    ("removal_notice", "gone", False),
    ("premium_notice", "premium", False),
    ("members_only", "login", False),
    ("login_box", "login", False),
)
"""Sign, the state it settles, and whether it does so also beside media."""
