"""JSON that is no known board's: upload answers, oEmbed, gallery interfaces, error answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from crawler.extract.engine import Reading
from crawler.extract.generic.read import read_generic
from crawler.extract.links import absolute, media_kind
from crawler.extract.page import PAGE_LIMIT, parse_page
from crawler.extract.record import Candidate
from crawler.extract.smaller import without_smaller
from crawler.extract.stated import stated

_SMALL = re.compile(
    r"thumb|preview|small|medium|derivative|icon|avatar|delete|placeholder|sample|logo|author"
    r"|banner|advert|^ads?(?:_|$)|^header(?:_|$)",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:file_?url|orig(?:inal)?(?:_?(?:url|src|image))?|full(?:_?size)?_?url)$", re.IGNORECASE
)
_RESIZED = re.compile(
    r"(?:large|big|resized|display|view|web)(?:_?(?:file|image))?_?(?:url|src)$", re.IGNORECASE
)
"""Names of forms in other sizes, where the same object names the file itself."""
_ADDRESS_KEYS = frozenset({"url", "src", "path", "file", "link", "href", "image"})
_RELATIVE = re.compile(r"[\w%.-]{1,100}(?:/[\w%.-]{1,200}){1,12}")
_MARKUP = re.compile(r"<(?:img|video|a|source)\s", re.IGNORECASE)
_MARKUPS = 200
"""Values with markup that are read; each is parsed like a page, all together no more than one."""
_SAID = frozenset({"error", "message", "msg", "description", "err", "title", "status_txt"})
_NODES = 20_000
_FOUND = 500


def read_json(data: object, url: str) -> tuple[str, Reading]:
    """Return the engine's name (`pomf` or `generic`) and what the values of an object name."""
    base = url.partition("#")[0]
    found = dict.fromkeys((*_walk(data, base), *_in_markup(data, base)))
    candidates = tuple(found)[:_FOUND]
    name = "pomf" if _is_pomf(data) else "generic"
    if candidates:
        rule = f"{name}:json"
        return name, Reading(state="content", state_rule=rule, candidates=candidates)
    spoken = stated(_said(data))
    if spoken:
        return name, Reading(state=spoken[0], state_rule=f"json:{spoken[1]}")
    return name, Reading(state_rule="json:unread")


def _in_markup(data: object, base: str) -> Iterator[Candidate]:
    """Yield the media of values that are markup, such as the text of a forum's post."""
    left = PAGE_LIMIT
    for text in islice((text for text in _texts(data) if _MARKUP.search(text)), _MARKUPS):
        if (left := left - len(text)) < 0:
            return
        yield from without_smaller(tuple(read_generic(parse_page(text, url=base))))


def _texts(data: object) -> Iterator[str]:
    stack, seen = [data], 0
    while stack and seen < _NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            stack.extend(reversed(node[:2000]))
        elif isinstance(node, dict):
            stack.extend(reversed(list(node.values())))


def _is_pomf(data: object) -> bool:
    """Recognise the answer of a Pomf-style host: a list of files with hash and address."""
    if not isinstance(data, dict) or not isinstance(data.get("files"), list):
        return False
    files = [file for file in data["files"] if isinstance(file, dict)]
    return any("url" in file and ("hash" in file or "success" in data) for file in files)


def _walk(data: object, base: str) -> Iterator[Candidate]:
    stack, seen = [data], 0
    while stack and seen < _NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, list):
            stack.extend(reversed(node[:2000]))
        elif isinstance(node, dict):
            yield from _members(node, base)
            kept = [
                v for k, v in node.items() if not _SMALL.search(k) and isinstance(v, dict | list)
            ]
            stack.extend(reversed(kept))


def _members(node: Mapping[str, object], base: str) -> Iterator[Candidate]:
    whole = any(map(_WHOLE.match, node))
    for key, value in node.items():
        if not isinstance(value, str) or _SMALL.search(key) or (whole and _RESIZED.match(key)):
            continue
        url = _address(key, value, base)
        kind = media_kind(url) if url else None
        if url and kind:
            yield Candidate(url=url, kind=kind, role="original", why=f"json:{_word(key)}")


def _address(key: str, value: str, base: str) -> str | None:
    """Make a value an absolute address; one without a first slash starts at the root."""
    if value.startswith(("http://", "https://", "/", "./")):
        return absolute(value, base)
    if key.lower() in _ADDRESS_KEYS and _RELATIVE.fullmatch(value):
        return absolute(f"/{value}", base)
    return None


def _word(key: str) -> str:
    return re.sub(r"[^a-z0-9_]", "", key.lower())[:40] or "value"


def _said(data: object) -> list[str]:
    """Return the short sentences by which an interface explains an error."""
    if not isinstance(data, dict):
        return []
    inner = data.get("error")
    places = [data, inner] if isinstance(inner, dict) else [data]
    pairs = ((key, value) for place in places for key, value in place.items())
    said = [v for k, v in pairs if k.lower() in _SAID and isinstance(v, str) and len(v) < 300]
    told = data.get("data") if data.get("status") in {"error", "fail"} else None
    return [*said, told] if isinstance(told, str) and len(told) < 300 else said
