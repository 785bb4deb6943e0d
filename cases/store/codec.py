"""The records as JSON and back, checked by pydantic; nothing of a record enters an error."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from cases.errors import InvalidInput, StoreProblem

_Record = TypeVar("_Record")
_WORTH_PACKING = 1024
_PACKED = b"\x78"


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


def pack(raw: bytes) -> bytes:
    """
    Compress a larger record (RFC 1950); a trace becomes about a sixth.

    JSON never starts with the first byte of a compressed one, so both are told apart.
    """
    return zlib.compress(raw) if len(raw) >= _WORTH_PACKING else raw


def unpack(packed: bytes) -> bytes:
    """Undo `pack`; what was written before there was one is taken as it is."""
    return zlib.decompress(packed) if packed[:1] == _PACKED else packed


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
