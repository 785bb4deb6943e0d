"""A parsed page: the tree, where its links start from, and what its structure shows."""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar, cast
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from crawler.extract import links
from crawler.extract.parser import parsed
from crawler.extract.refusal import refusal

PAGE_LIMIT = 2 * 1024 * 1024
"""Bytes of a page that are looked at."""
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN = frozenset({"ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "iso8859-1"})
_DIGITS = re.compile(r"\d+$")
_HEAD = 8192
_BEGIN = re.compile(r"<html[\s>]", re.IGNORECASE)
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_BREAKS = re.compile(r"</?wbr\s*/?>", re.IGNORECASE)
"""Places where a long word, such as a written address, may be broken; they part no words."""


_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One parsed page."""

    soup: BeautifulSoup
    tags: tuple[Tag, ...]
    """All elements in document order."""
    places: Mapping[str, list[int]]
    """Where in `tags` the elements of a name stand."""
    url: str
    """Without fragment."""
    fragment: str
    base: str
    """What relative links start from: `<base href>` or the page itself."""
    features: frozenset[str]
    """Structural marks, see `features_of`; engines are recognised by them."""
    too_long: bool
    """The page was longer than what is looked at."""
    cut: bool
    """It was too long, or breaks off before its end."""

    resolved: dict[str, str | None] = field(default_factory=dict, compare=False)
    judged: dict[str, str | None] = field(default_factory=dict, compare=False)
    """What was already worked out of this page's links; pages repeat them."""
    answers: dict[Callable[[Page], object], object] = field(default_factory=dict, compare=False)

    def once(self, question: Callable[[Page], _Answer]) -> _Answer:
        """Return what a function makes of this page; it is asked only the first time."""
        if question not in self.answers:
            self.answers[question] = question(self)
        return cast("_Answer", self.answers[question])

    def named(self, *names: str) -> list[Tag]:
        """Return the elements of these names, in document order."""
        places = (self.places.get(name, ()) for name in names)
        return [self.tags[at] for at in sorted(chain.from_iterable(places))]

    def absolute(self, link: str) -> str | None:
        """Return a link of this page as an absolute URL, or none (see `links.absolute`)."""
        try:
            return self.resolved[link]
        except KeyError:
            url = self.resolved[link] = links.absolute(link, self.base)
            return url

    def refusal(self, url: str) -> str | None:
        """Name the rule by which an absolute URL is never requested, or none."""
        try:
            return self.judged[url]
        except KeyError:
            rule = self.judged[url] = refusal(url)
            return rule


def parse_page(body: bytes | str, *, url: str, charset: str | None = None) -> Page:
    """
    Parse at most 2 MiB of a page.

    Args:
        body: the page, decoded or not.
        url: where it was served; its fragment selects a post.
        charset: what the server claims in its Content-Type, if anything.

    """
    text = body[:PAGE_LIMIT]
    decoded = text if isinstance(text, str) else decode_text(text, charset)
    soup = parsed(_BREAKS.sub("", decoded))
    tags = tuple([node for node in soup.descendants if isinstance(node, Tag)])
    places = _places(tags)
    bare, _, fragment = url.partition("#")
    return Page(
        soup=soup,
        tags=tags,
        places=places,
        url=bare,
        fragment=fragment,
        base=_base((tags[at] for at in places.get("base", ())), bare),
        features=features_of(tags),
        too_long=len(body) > PAGE_LIMIT,
        cut=len(body) > PAGE_LIMIT or _breaks_off(decoded),
    )


def _breaks_off(text: str) -> bool:
    """Tell whether a page that says where it begins does not say where it ends."""
    return _BEGIN.search(text, 0, _HEAD) is not None and _END.search(text) is None


def decode_text(body: bytes, charset: str | None) -> str:
    """
    Decode bytes by byte-order mark, then the server's claim, then `<meta>`, then UTF-8.

    What cannot be decoded becomes U+FFFD; the last resort is windows-1252 (WHATWG encoding).
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    found = _META_CHARSET.search(body[:4096])
    for claim in (charset, found[1].decode("ascii") if found else None):
        decoder = _decoder(claim)
        if decoder:
            return body.decode(decoder, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as problem:
        tail = len(body) - problem.start < 4
        return body.decode("utf-8" if tail else "windows-1252", "replace")


def _decoder(claim: str | None) -> str | None:
    """Name a text codec of Python's for a claimed charset; Latin-1 means windows-1252."""
    if not claim:
        return None
    name = claim.strip().strip("\"'").lower()
    if name in _LATIN:
        return "windows-1252"
    try:
        info = codecs.lookup(name)
        b"a".decode(info.name)
    except (LookupError, ValueError):
        return None
    # Codecs that do more than map text (zlib, idna, unicode_escape) have no place here.
    blocked = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"}
    return None if info.name.replace("-", "_") in blocked | {"utf_7"} else info.name


def _places(tags: tuple[Tag, ...]) -> Mapping[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, tag in enumerate(tags):
        places[tag.name].append(at)
    return places


def _base(tags: Iterable[Tag], url: str) -> str:
    href = next(filter(None, (attribute(tag, "href") for tag in tags)), "")
    return (links.absolute(href, url) or url) if href else url


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute as text; empty when it is missing."""
    return tag.attrs.get(name, "")  # type: ignore[return-value]  # `parsed` asks for strings


def classes(tag: Tag) -> list[str]:
    """Return the class names of an element."""
    return attribute(tag, "class").split()


def text_of(tag: Tag) -> str:
    """Return the text of an element with single blanks."""
    return " ".join(tag.get_text(" ").split())


def features_of(tags: Iterable[Tag]) -> frozenset[str]:
    """
    Return the structural marks of a page's elements.

    `p.fileinfo` for a class, `div#thread_` for an id without its closing number, `form[name]` for
    a name, `input[op=download1]` for the operation of a form, `a[?op=]` for a link that names one,
    `link:board.php` for a script that an address names, `service:report_file` for a telling path,
    `generator:...` for what made the page.
    """
    marked = [tag for tag in tags if tag.attrs]
    dressed = {(tag.name, attribute(tag, "class")) for tag in marked}
    numbered = {(tag.name, attribute(tag, "id")) for tag in marked}
    addressed = {(tag.name, _address(tag)) for tag in marked if tag.name in _ADDRESSED}
    told = (tag for tag in marked if tag.name in _TELLING or "name" in tag.attrs)
    return frozenset(
        chain(
            (f"{name}.{word}" for name, value in dressed for word in value.split()[:20]),
            (f"{name}#{_unnumbered(value)}" for name, value in numbered if value),
            (mark for name, href in addressed for mark in _address_features(name, href)),
            (mark for tag in told for mark in _told_features(tag)),
        )
    )


def _unnumbered(identity: str) -> str:
    return identity if identity[-1].isalpha() else _DIGITS.sub("", identity)


def _told_features(tag: Tag) -> Iterator[str]:
    name = tag.name
    if label := attribute(tag, "name"):
        yield f"{name}[{label}]"
        if label == "op":
            yield f"{name}[op={attribute(tag, 'value')}]"
    if name == "input" and attribute(tag, "value") == "delete":
        yield "input[value=delete]"
    elif name == "meta" and attribute(tag, "name").lower() == "generator":
        yield f"generator:{(attribute(tag, 'content').lower().split() or [''])[0][:60]}"
    elif name == "script" and _STEP.search((tag.string or "")[:100_000]):
        yield "script:?d=1"


_TELLING = frozenset({"input", "meta", "script"})
_ADDRESSED = frozenset({"a", "form", "img", "link", "script", "source"})
_SCRIPTS = re.compile(r"[\w.-]+\.(?:php|pl|cgi|html?|js|css)(?=$|[?#/;])", re.ASCII)
_ENDINGS = (".php", ".pl", ".cgi", ".htm", ".js", ".css")
_STEP = re.compile(r"\?(?:d=1|pt=)[\w%=-]*\\?[\"']")
_TILDE = re.compile(r"~([sid])(?:$|[?&])")
_STEP_FIELD = re.compile(r"[?&](pt|download_token)=")
_SERVICE = re.compile(
    r"/(report_file|link_checker|filepreviewer|blockbypass)(?:$|[/?])"
    r"|/themes/[\w-]+/(assets)/",
    re.ASCII,
)
_DIRECTORIES = re.compile(
    r"/(?:\.media|\.static|file/thumb|_data/i|attachments)/|/i\.php\?|(?:^|/)albums/|/(?:src|thumb)/(?=\w)"
)


def _address(tag: Tag) -> str:
    return attribute(tag, "href") or attribute(tag, "src") or attribute(tag, "action")


def _address_features(name: str, href: str) -> Iterator[str]:
    """Yield `link:file.php` for each script that an address names, and telling directories."""
    if not href or len(href) > links.URL_LIMIT:
        return
    if name == "a" and _names_operation(href):
        yield "a[?op=]"
    if "?action=" in href:
        yield "query:action="
    if "~" in href and (found := _TILDE.search(href)):
        yield f"tilde:{found[1]}"
    if any(ending in href for ending in _ENDINGS):
        yield from (f"link:{word.lower()}" for word in _SCRIPTS.findall(href)[:4])
    if "=" in href and (found := _STEP_FIELD.search(href)):
        yield f"query:{found[1]}"
    if found := _SERVICE.search(href):
        yield f"service:{found[1] or found[2]}"
    if found := _DIRECTORIES.search(href):
        yield f"path:{found[0]}"


def _names_operation(href: str) -> bool:
    try:
        return "?" in href and urlsplit(href).query.startswith("op=")
    except ValueError:
        return False
