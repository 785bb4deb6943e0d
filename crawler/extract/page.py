"""A parsed page: the tree, where its links start from, and what its structure shows."""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from crawler.extract import links
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
_BREAKS = re.compile(r"</?wbr\s*/?>", re.IGNORECASE)
"""Places where a long word, such as a written address, may be broken; they part no words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One parsed page."""

    soup: BeautifulSoup
    tags: tuple[Tag, ...]
    """All elements in document order."""
    url: str
    """Without fragment."""
    fragment: str
    base: str
    """What relative links start from: `<base href>` or the page itself."""
    features: frozenset[str]
    """Structural marks, see `features_of`; engines are recognised by them."""
    cut: bool
    """The page was longer than what is looked at."""

    resolved: dict[str, str | None] = field(default_factory=dict, compare=False)
    judged: dict[str, str | None] = field(default_factory=dict, compare=False)
    """What was already worked out of this page's links; pages repeat them."""

    def absolute(self, link: str) -> str | None:
        """Return a link of this page as an absolute URL, or none (see `links.absolute`)."""
        if link not in self.resolved:
            self.resolved[link] = links.absolute(link, self.base)
        return self.resolved[link]

    def refusal(self, url: str) -> str | None:
        """Name the rule by which an absolute URL is never requested, or none."""
        if url not in self.judged:
            self.judged[url] = refusal(url)
        return self.judged[url]


def parse_page(body: bytes | str, *, url: str, charset: str | None = None) -> Page:
    """
    Parse at most 2 MiB of a page.

    Args:
        body: the page, decoded or not.
        url: where it was served; its fragment selects a post.
        charset: what the server claims in its Content-Type, if anything.

    """
    cut = len(body) > PAGE_LIMIT
    text = body[:PAGE_LIMIT]
    decoded = text if isinstance(text, str) else decode_text(text, charset)
    decoded = _BREAKS.sub("", decoded)
    with warnings.catch_warnings():
        # The parser's advice to callers (XML, a lone address) does not concern hostile pages.
        warnings.simplefilter("ignore", UserWarning)
        soup = BeautifulSoup(decoded, "lxml", multi_valued_attributes=None)
    tags = tuple(node for node in soup.descendants if isinstance(node, Tag))
    bare, _, fragment = url.partition("#")
    return Page(
        soup=soup,
        tags=tags,
        url=bare,
        fragment=fragment,
        base=_base(tags, bare),
        features=frozenset(mark for tag in tags for mark in features_of(tag)),
        cut=cut,
    )


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


def _base(tags: tuple[Tag, ...], url: str) -> str:
    for tag in tags:
        if tag.name == "base" and attribute(tag, "href"):
            return links.absolute(attribute(tag, "href"), url) or url
    return url


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute as text; empty when it is missing."""
    value = tag.attrs.get(name)
    return value if isinstance(value, str) else ""


def classes(tag: Tag) -> list[str]:
    """Return the class names of an element."""
    value = tag.attrs.get("class")
    return value.split() if isinstance(value, str) else []


def text_of(tag: Tag) -> str:
    """Return the text of an element with single blanks."""
    return " ".join(tag.get_text(" ").split())


def features_of(tag: Tag) -> Iterator[str]:
    """
    Yield the structural marks of one element.

    `p.fileinfo` for a class, `div#thread_` for an id without its closing number, `form[name]` for
    a name, `input[op=download1]` for the operation of a form, `a[?op=]` for a link that names one,
    `link:board.php` for a script that an address names, `service:report_file` for a telling path,
    `generator:...` for what made the page.
    """
    name = tag.name
    if not tag.attrs:
        return
    for word in classes(tag)[:20]:
        yield f"{name}.{word}"
    if identity := attribute(tag, "id"):
        yield f"{name}#{_DIGITS.sub('', identity)}"
    if label := attribute(tag, "name"):
        yield f"{name}[{label}]"
        if label == "op":
            yield f"{name}[op={attribute(tag, 'value')}]"
    if name in {"a", "form", "img", "link", "script", "source"}:
        yield from _address_features(tag)
    elif name == "input" and attribute(tag, "value") == "delete":
        yield "input[value=delete]"
    elif name == "meta" and attribute(tag, "name").lower() == "generator":
        yield f"generator:{(attribute(tag, 'content').lower().split() or [''])[0][:60]}"
    if name == "script" and _STEP.search((tag.string or "")[:100_000]):
        yield "script:?d=1"


_SCRIPTS = re.compile(r"[\w.-]+\.(?:php|pl|cgi|html?|js|css)(?=$|[?#/;])", re.ASCII)
_STEP = re.compile(r"\?(?:d=1|pt=)[\w%=-]*\\?[\"']")
_TILDE = re.compile(r"~([sid])(?:$|[?&])")
_STEP_FIELD = re.compile(r"[?&](pt|download_token)=")
_SERVICE = re.compile(
    r"/(report_file|link_checker|filepreviewer)(?:$|[/?])|/themes/[\w-]+/(assets)/", re.ASCII
)
_DIRECTORIES = re.compile(
    r"/(?:\.media|file/thumb|_data/i|attachments)/|/i\.php\?|(?:^|/)albums/|/(?:src|thumb)/(?=\w)"
)


def _address_features(tag: Tag) -> Iterator[str]:
    """Yield `link:file.php` for each script that an address names, and telling directories."""
    href = attribute(tag, "href") or attribute(tag, "src") or attribute(tag, "action")
    if not href or len(href) > links.URL_LIMIT:
        return
    if tag.name == "a" and _names_operation(href):
        yield "a[?op=]"
    if "?action=" in href:
        yield "query:action="
    if found := _TILDE.search(href):
        yield f"tilde:{found[1]}"
    for word in _SCRIPTS.findall(href)[:4]:
        yield f"link:{word.lower()}"
    if found := _STEP_FIELD.search(href):
        yield f"query:{found[1]}"
    if found := _SERVICE.search(href):
        yield f"service:{found[1] or found[2]}"
    if found := _DIRECTORIES.search(href):
        yield f"path:{found[0]}"


def _names_operation(href: str) -> bool:
    try:
        return urlsplit(href).query.startswith("op=")
    except ValueError:
        return False
