"""Entries of NCMEC's hash sharing -> candidates. Pure, but for reading a saved file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases.model import Classification
from matchers.hashlist.columns import NO_DIGEST
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats.options import Options
from matchers.hashlist.hygiene import is_reference
from matchers.hashlist.ncmec.xml import Entry, PageReader
from matchers.hashlist.source import Source

DELETED = "deleted"
NO_KEY = "no_member_or_id"
OTHER_CLASS = "class_not_mapped"
LEFT_OUT_CLASS = "class_left_out"
OTHER_MEMBER = "other_member"

SCHEME = "ncmec"
_CLASS = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which entries are listed, and as what."""

    members: frozenset[str] = frozenset()
    """Numbers of the members whose entries are taken; empty takes all."""
    classes: Mapping[str, Classification | None] | None = None
    """See `formats.options.Options.classes`."""


def read_file(source: Source, options: Options) -> Iterator[Candidate]:
    """
    Yield the candidates of a saved page or of a whole saved result; tombstones are counted.

    Raises:
        InvalidInput: it is not XML, or not of this kind.
    """
    reader = PageReader(str(source.path))
    choice = Choice(classes=options.classes)
    for chunk in source.chunks():
        for entry in reader.feed(chunk):
            yield from candidates(entry, choice)
    for entry in reader.close():
        yield from candidates(entry, choice)


def candidates(entry: Entry, choice: Choice) -> Iterator[Candidate]:
    """Yield one candidate per fingerprint, or the one reason why there is none."""
    classification = _classification(entry.classification, choice)
    problem = _problem(entry, classification, choice)
    if problem is not None:
        yield Candidate(entry.line, None, "", problem=problem)
        return
    assert not isinstance(classification, str)
    for kind, text in entry.fingerprints:
        yield Candidate(
            entry.line, kind.lower(), text, classification, reference=reference_of(entry)
        )


def reference_of(entry: Entry) -> str:
    """Return what the list's entries of this entry are found by; of fixed form for odd ids."""
    if is_reference(entry.key):
        return entry.key
    return "sha256:" + hashlib.sha256(entry.key.encode()).hexdigest()


def parse_class(text: str) -> Classification | None:
    """Read the right side of a map of classes: `SCHEME:VALUE`, or `-` for "left out"."""
    scheme, _, value = text.partition(":")
    return Classification(scheme=scheme, value=value) if value else None


def members_of(numbers: Iterable[str]) -> frozenset[str]:
    """Return the member numbers as they stand in entries."""
    return frozenset(number.strip() for number in numbers)


def _problem(entry: Entry, classification: object, choice: Choice) -> str | None:
    if entry.deleted:
        return DELETED
    if not entry.member or not entry.id:
        return NO_KEY
    if choice.members and entry.member not in choice.members:
        return OTHER_MEMBER
    if isinstance(classification, str):
        return classification
    return None if entry.fingerprints else NO_DIGEST


def _classification(written: str | None, choice: Choice) -> Classification | str | None:
    if written is None:
        return None
    if choice.classes is None and _CLASS.fullmatch(written):
        return Classification(scheme=SCHEME, value=written)
    if choice.classes is None or written not in choice.classes:
        return OTHER_CLASS
    return choice.classes[written] or LEFT_OUT_CLASS
