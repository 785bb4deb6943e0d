"""The records as JSON and back, checked by pydantic; nothing of a record enters an error."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from cases.errors import InvalidInput, StoreProblem

_Record = TypeVar("_Record")


def dump(record: object) -> bytes:
    """
    Write a record as JSON.

    Raises:
        InvalidInput: a member is of another type than the record says, or not valid Unicode.
    """
    kind = type(record)
    try:
        adapter = _adapter(kind)  # type: ignore[arg-type]  # classes are hashable
        return adapter.dump_json(record, warnings="error")
    except (PydanticSerializationError, UnicodeEncodeError):
        # both errors quote the value
        raise InvalidInput(
            f"The {kind.__name__.lower()} cannot be stored: one of its members is not valid "
            "Unicode or of the wrong type."
        ) from None


def load(kind: type[_Record], raw: bytes) -> _Record:
    """
    Read a record from JSON, strictly.

    Raises:
        StoreProblem: it is not the JSON of such a record.
    """
    try:
        adapter = _adapter(kind)  # type: ignore[arg-type]  # classes are hashable
        return cast("_Record", adapter.validate_json(raw, strict=True))
    except ValidationError:
        # the error quotes the value
        raise StoreProblem(
            f"A stored {kind.__name__.lower()} cannot be read; the database was written by "
            "another version of hostwatch, or is damaged."
        ) from None


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
