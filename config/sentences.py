"""Turn what the validator found into sentences: file, key, what was found, what is allowed."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]
Origin = Callable[[Place], str]
"""Where a value came from: the file's name, or the name of an environment variable."""

_FORMS = {
    r"^[A-Z]{2}$": "a country as two capital letters, such as NL",
    r"^[a-z0-9][a-z0-9_-]{0,31}$": "1 to 32 lower-case letters, digits, - or _",
    r"^[^@\s<>,;]+@[A-Za-z0-9.-]+$": "one mail address, such as notices@hotline.example",
    r"^[a-z0-9.-]+$": "a domain in lower case, such as hotline.example",
}
_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "string": "text in quotation marks",
    "date": "a date such as 2027-01-31",
    "path": "the name of a file or folder in quotation marks",
    "tuple": "a list in square brackets",
    "dict": "a table",
    "model": "a table",
}
_BOUNDS = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "{} or less"),
    "string_too_short": ("min_length", "text of at least {} characters"),
    "string_too_long": ("max_length", "text of at most {} characters"),
    "too_short": ("min_length", "at least {} of them"),
    "too_long": ("max_length", "at most {} of them"),
}


def sentences(error: ValidationError, model: type[BaseModel], origin: Origin) -> tuple[str, ...]:
    """Return one sentence per fault, in the order of the file's model."""
    faults = error.errors(include_url=False)
    return tuple(_sentence(fault, model, origin) for fault in faults if not _follows(fault, faults))


def place_name(place: Iterable[str | int]) -> str:
    """
    Write a key as people point at it; entries of a list are counted from 1.

    >>> place_name(("egress", 0, "country"))
    'egress entry 1, country'
    """
    words = ""
    for part in place:
        if isinstance(part, int):
            words += f" entry {part + 1},"
        else:
            words += f"{' ' if words.endswith(',') else '.' if words else ''}{part}"
    return words.rstrip(",") or "the file"


def file_origin(path: Path) -> Origin:
    """Say that every value came from this file."""
    return lambda _place: str(path)


def _sentence(fault: ErrorDetails, model: type[BaseModel], origin: Origin) -> str:
    place: Place = fault["loc"]
    start = f"{origin(place)}: {place_name(place)}"
    if fault["type"] == "missing":
        return f"{start} is missing; allowed is {_wanted(model, place)}."
    if fault["type"] == "extra_forbidden":
        return f"{start} is not a known key; {_suggestion(model, place)}."
    return f"{start}: found {_shown(fault['input'])}; allowed is {_allowed(fault)}."


def _follows(fault: ErrorDetails, faults: Iterable[ErrorDetails]) -> bool:
    """Return whether a list is only called too short because its entries have faults."""
    place = fault["loc"]
    inside = (other["loc"] for other in faults if len(other["loc"]) > len(place))
    return fault["type"] == "too_short" and any(loc[: len(place)] == place for loc in inside)


def _shown(value: object) -> str:
    """Quote a value in at most 60 characters; a table or list is only named."""
    match value:
        case Mapping():
            return "a table"
        case list() | tuple():
            return f"a list of {len(value)}"
        case bool():
            return str(value).lower()
        case _:
            text = repr(value) if isinstance(value, str) else ascii(str(value)).strip("'")
            return text if len(text) <= 60 else f"{text[:57]}..."


def _allowed(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.format(context[name])
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return _FORMS.get(pattern, f"text of the form {pattern}")
    if kind == "literal_error":
        return str(context["expected"]).replace("'", "")
    if kind == "value_error":
        return str(context["error"])
    return _KINDS.get(kind.split("_")[0], fault["msg"].removeprefix("Input should be ").lower())


def _wanted(model: type[BaseModel], place: Place) -> str:
    """Say what a missing key should hold, from the annotation of its field."""
    group = _group(model, place[:-1])
    field = group.model_fields.get(str(place[-1])) if group else None
    if field is None:
        return "a value"
    if _model_in(field.annotation) is not None:
        return f"a table [{place[-1]}]"
    if typing.get_origin(field.annotation) is typing.Literal:
        return " or ".join(map(str, typing.get_args(field.annotation)))
    name = getattr(field.annotation, "__name__", "").lower()
    short = {"str": "string", "timedelta": "duration"}.get(name, name)
    return {**_KINDS, "duration": "a duration such as 12h"}.get(short, "a value")


def _suggestion(model: type[BaseModel], place: Place) -> str:
    group = _group(model, place[:-1])
    known = sorted(group.model_fields) if group else []
    close = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}"
    return f"known there are {', '.join(known)}"


def _group(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """Walk from the root model down to the group that a place lies in."""
    found: type[BaseModel] | None = model
    for part in place:
        field = found.model_fields.get(part) if found and isinstance(part, str) else None
        if field is not None:
            found = _model_in(field.annotation)
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Find the model inside `Model | None`, `tuple[Model, ...]` or `dict[str, Model]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in inner if model is not None), None)
