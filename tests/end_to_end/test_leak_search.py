"""The search for leaked bytes finds a leak in every spelling; else the proofs that use it say nothing."""

from __future__ import annotations

import base64
import json
import os

import pytest
from leaks import WINDOW, Canaries

SPELLINGS = {
    "raw": bytes,
    "hexadecimal": lambda piece: piece.hex().encode(),
    "HEXADECIMAL": lambda piece: piece.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64, second phase": lambda piece: base64.b64encode(b"x" + piece),
    "base64, third phase": lambda piece: base64.b64encode(b"xy" + piece),
    "base64, for addresses": base64.urlsafe_b64encode,
    "base64, in lines": base64.encodebytes,
    "repr": lambda piece: repr(piece).encode(),
    "repr of repr": lambda piece: repr(repr(piece)).encode(),
    "repr in JSON in JSON": lambda piece: json.dumps(json.dumps(repr(piece))).encode(),
    "JSON of Latin-1": lambda piece: json.dumps(piece.decode("latin-1")).encode(),
    "UTF-8 of Latin-1": lambda piece: piece.decode("latin-1").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_piece_is_found_however_it_is_written(spelling: str):
    """Nearly every window of a canary is found amid other text, the shortest among them."""
    body = os.urandom(64 * 1024)
    canaries = Canaries([body])
    write = SPELLINGS[spelling]
    starts = range(7, len(body) - 300, 997)
    found = 0
    for start in starts:
        # An escape may eat a backslash of the canary itself, hence a few times the window.
        piece = body[start : start + (WINDOW if spelling == "raw" else 4 * WINDOW)]
        found += canaries.stand_in(b'{"event": "' + write(piece) + b'"}\n')
    assert found >= 0.95 * len(starts)
    assert found == len(starts) or spelling != "raw"


def test_other_bytes_are_not_taken_for_a_canary():
    """Three megabytes of other noise, of zeros and of text raise no alarm."""
    canaries = Canaries([os.urandom(256 * 1024)])
    noise = os.urandom(3 * 1024 * 1024)
    assert len(canaries) > 10_000
    for content in (noise, base64.b64encode(noise), bytes(1024 * 1024), b"plain words " * 9999):
        assert not canaries.stand_in(content)
