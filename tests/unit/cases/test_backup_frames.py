"""The sealed file of a backup: nothing readable, nothing changed unseen."""

from __future__ import annotations

import io
import json

import pytest

from cases.backup import frames
from cases.backup.frames import SealedWriter, open_lines, read_head
from cases.errors import InvalidInput, KeyProblem
from cases.seal import Keyring

KEYS = Keyring.derive(b"k" * 32, key_id=3)
LINES = ["first", "x" * 5000, "last of all"]


def written(lines=LINES, keyring=KEYS) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(
        file,
        keyring,
        under=3,
        installation="ab" * 8,
        made_at="2026-03-01T12:00:00",
        revision="0002",
        frame=64,
    )
    for line in lines:
        writer.line(line)
    writer.end()
    return file.getvalue()


def read(content: bytes, keyring=KEYS) -> list[str]:
    file = io.BytesIO(content)
    head = read_head(file, "it")
    return [line.decode() for line in open_lines(file, head, keyring, "it")]


def test_lines_come_back():
    """Also none at all, and many more than a frame holds."""
    many = [json.dumps([number, str(number) * 50]) for number in range(500)]
    for lines in (LINES, [], many):
        assert read(written(lines)) == lines


def test_the_head_names_the_key_and_nothing_of_the_content():
    """Two backups of the same share no byte behind their heads' ends."""
    content = written()
    head = read_head(io.BytesIO(content), "it")
    assert head.key_id == 3
    assert b"first" not in content
    assert content[-40:] != written()[-40:]


def test_a_backup_that_is_cut_off_anywhere_is_refused():
    """No end of it passes for the whole."""
    content = written()
    for length in range(0, len(content), 7):
        with pytest.raises(InvalidInput, match=r"cut off|not a backup|damaged"):
            read(content[:length])


def test_a_backup_that_was_altered_anywhere_is_refused():
    """One bit is enough."""
    content = written()
    for place in range(0, len(content), 5):
        altered = bytearray(content)
        altered[place] ^= 1
        with pytest.raises((InvalidInput, KeyProblem)):
            read(bytes(altered))


def test_frames_cannot_be_exchanged_or_left_out():
    """Each knows its number; and nothing can be added behind the last."""
    content = written(["".join(str(n) for n in range(2000))])
    start = content.index(b"\n", len(frames.MAGIC)) + 1
    size = 4 + 64 + 16
    first, second = content[start : start + size], content[start + size : start + 2 * size]
    rest = content[start + 2 * size :]
    for other in (second + first + rest, second + rest, first + first + second + rest):
        with pytest.raises(InvalidInput, match=r"altered at frame [12]"):
            read(content[:start] + other)
    with pytest.raises(InvalidInput, match="behind the end"):
        read(content + b"x")


def test_another_key_does_not_open_it():
    """Neither another master key, nor the right one under another id."""
    for wrong in (Keyring.derive(b"x" * 32, key_id=3), Keyring.derive(b"k" * 32, key_id=4)):
        with pytest.raises(KeyProblem, match="id 3"):
            read(written(), wrong)


@pytest.mark.parametrize("content", [b"", b"x", b"hostwatch backup 2\n", frames.MAGIC + b"{}\n"])
def test_what_is_no_backup_is_told(content: bytes):
    """In one sentence."""
    with pytest.raises(InvalidInput, match=r"not a backup|head of this backup"):
        read(content)
