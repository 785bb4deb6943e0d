"""
Pages of NCMEC's hash sharing version 2, read as hostile XML: entries out, one at a time.

No entity is expanded, nothing is loaded, a document type is refused, and what is read is dropped
at once. Names of members and links to large fingerprints are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from cases.errors import InvalidInput

_ROOT = "queryResult"
_ENTRIES = {"image": False, "video": False, "deletedImage": True, "deletedVideo": True}
_MOST_ELEMENTS = 200
"""Of one entry; real ones have about twenty."""
_LONGEST = 512
"""Characters of one value."""
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a member, or its tombstone."""

    line: int
    member: str
    """Number of the member that shares it."""
    id: str
    deleted: bool
    at: str = ""
    """When it was changed, as written; `2026-11-20T10:00:00Z` sorts by time."""
    classification: str | None = None
    fingerprints: tuple[tuple[str, str], ...] = ()
    """(`md5`, digits), ...; the text of a type that is only linked to is empty."""

    @property
    def key(self) -> str:
        """What names an entry: ids are unique within a member only."""
        return f"{self.member}:{self.id}"


class PageReader:
    """Bytes of one document -> entries; `next_page` is known at its end."""

    def __init__(self, name: str) -> None:
        self.next_page: str | None = None
        self._name = name
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._entry: etree._Element | None = None
        self._elements = 0
        self._entries = 0
        self._rooted = False

    def feed(self, chunk: bytes) -> Iterator[Entry]:
        """
        Take bytes in and yield the entries that they complete.

        Raises:
            InvalidInput: no XML, not of this kind, or an entry beyond all reason.
        """
        try:
            self._parser.feed(chunk)
            yield from self._completed()
        except etree.XMLSyntaxError as problem:
            raise self._broken(problem) from None

    def close(self) -> Iterator[Entry]:
        """Yield what is left; raises as `feed`, also for a document that does not end."""
        try:
            self._parser.close()
            yield from self._completed()
        except etree.XMLSyntaxError as problem:
            raise self._broken(problem) from None

    def _completed(self) -> Iterator[Entry]:
        for event, element in self._parser.read_events():
            name = _name(element)
            if event == "start":
                self._start(element, name)
            elif element is self._entry:
                self._entries += 1
                yield self._read(element, name)
                self._entry = None
                _forget(element)
            elif self._entry is None:
                self._end(element, name)

    def _start(self, element: etree._Element, name: str) -> None:
        if not self._rooted:
            self._check_root(element, name)
        if self._entry is not None:
            self._elements += 1
            if self._elements > _MOST_ELEMENTS:
                raise self._bad(f"entry {self._entries + 1} has more than {_MOST_ELEMENTS} parts")
        elif name in _ENTRIES:
            self._entry, self._elements = element, 0

    def _check_root(self, element: etree._Element, name: str) -> None:
        self._rooted = True
        if element.getroottree().docinfo.internalDTD is not None:
            raise self._bad("has a document type (DTD), which this format has not")
        if name != _ROOT:
            raise self._bad("is XML, but not NCMEC's hash sharing")

    def _end(self, element: etree._Element, name: str) -> None:
        if name == "next":
            # Of any length: one that was cut would read as the last page.
            self.next_page = (element.text or "").strip(_SPACE) or None
        _forget(element)

    def _read(self, element: etree._Element, name: str) -> Entry:
        member, own, at, classification = "", "", "", None
        fingerprints: list[tuple[str, str]] = []
        for child in element:
            match _name(child):
                case "member":
                    member = (child.get("id") or "")[:_LONGEST].strip()
                case "id":
                    own = _text(child)
                case "timestamp":
                    at = _text(child)
                case "classification":
                    classification = _text(child) or None
                case "fingerprints":
                    fingerprints += [(_name(one), _text(one)) for one in child]
        return Entry(
            line=element.sourceline or 0,
            member=member,
            id=own,
            deleted=_ENTRIES[name],
            at=at,
            classification=classification,
            fingerprints=tuple(fingerprints),
        )

    def _broken(self, problem: etree.XMLSyntaxError) -> InvalidInput:
        """Name the line; the parser's own words may quote the file."""
        line = problem.lineno or 1
        return self._bad(
            f"no valid XML at line {line}, after entry {self._entries}; it may be cut off, "
            "fetch it again"
        )

    def _bad(self, what: str) -> InvalidInput:
        return InvalidInput(f"{self._name}: {what}")


def _name(element: etree._Element) -> str:
    """Return the tag without its namespace; an entity that is not expanded has none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: etree._Element) -> str:
    text = (element.text or "").strip(_SPACE)
    return text if len(text) <= _LONGEST else ""


def _forget(element: etree._Element) -> None:
    """Drop an element's content and what stands before it, so that memory stays bounded."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
