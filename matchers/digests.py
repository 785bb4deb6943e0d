"""Digests as text and bytes."""

from __future__ import annotations

from cases.errors import InvalidInput

PDQ_DIGITS = 64


def distance(pdq_a: str, pdq_b: str) -> int:
    """
    Return the number of differing bits, 0 to 256, of two PDQ codes of 64 hexadecimal digits.

    Raises:
        InvalidInput: one of them is not such a code.

    >>> distance("0" * 64, "f" + "0" * 63)
    4
    """
    first, second = (int.from_bytes(parse_hex(code, digits=PDQ_DIGITS)) for code in (pdq_a, pdq_b))
    return (first ^ second).bit_count()


def parse_hex(text: str, *, digits: int) -> bytes:
    """
    Read exactly so many hexadecimal digits, of either case.

    Raises:
        InvalidInput: another length, or other characters.
    """
    try:
        value = bytes.fromhex(text) if len(text) == digits else b""
    except ValueError:
        value = b""
    if len(value) * 2 != digits:
        raise InvalidInput(f"a digest of this kind has exactly {digits} hexadecimal digits")
    return value
