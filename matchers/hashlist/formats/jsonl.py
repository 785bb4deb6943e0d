"""
Our JSON Lines, one object per line.

    {"type": "pdq", "value": "...", "quality": 93, "reference": "R-17", "negative": false,
     "classification": {"scheme": "interpol", "value": "baseline"}}

Only `type` and `value` are required. Other members are not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from cases.model import Classification
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats.lines import MALFORMED
from matchers.hashlist.formats.options import Options
from matchers.hashlist.hygiene import BAD_REFERENCE, is_reference
from matchers.hashlist.source import Source

BAD_CLASSIFICATION = "bad_classification"
_LONGEST_VALUE = 4096
_WORD = re.compile(r"[\w.+-]{1,32}", re.ASCII)


def read(source: Source, options: Options) -> Iterator[Candidate]:
    """Yield the candidates of a JSON Lines file; a line that is none is counted."""
    for line in source.lines():
        if line.strip():
            yield _candidate(_object(line), source.lines_read, options)


def _object(line: str) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _candidate(found: Mapping[str, object], number: int, options: Options) -> Candidate:
    kind, text = found.get("type", options.signal_type), found.get("value")
    if not isinstance(kind, str) or not isinstance(text, str) or len(text) > _LONGEST_VALUE:
        return Candidate(number, None, "", problem=MALFORMED)
    classification = _classification(found.get("classification"), options.scheme)
    reference = found.get("reference")
    problem = None
    if isinstance(classification, str):
        problem, classification = classification, None
    if reference is not None and not (isinstance(reference, str) and is_reference(reference)):
        problem, reference = BAD_REFERENCE, None
    return Candidate(
        number,
        kind.lower().replace("-", ""),
        text.strip(),
        classification,
        _quality(found.get("quality")),
        problem,
        reference,
        found.get("negative") is True,
    )


def _classification(given: object, scheme: str | None) -> Classification | str | None:
    if given is None:
        return None
    named = given if isinstance(given, dict) else {"value": given}
    own, value = named.get("scheme", scheme), named.get("value")
    if not (isinstance(own, str) and isinstance(value, str)):
        return BAD_CLASSIFICATION
    if not (_WORD.fullmatch(own) and _WORD.fullmatch(value)):
        return BAD_CLASSIFICATION
    return Classification(scheme=own.lower(), value=value)


def _quality(given: object) -> str | None:
    return None if given is None else str(given)[:16]
