"""
Compare, never keep: after the whole main job no piece of a picture lies anywhere.

Searched are the files, the mails and the memory of the core while it is alive, for every run of
31 bytes of the pictures as served and of their pixels; controls prove that the search would tell.
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import itertools
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from canary_pictures import listed_digests, witness
from leaks import Canaries
from processes import command_line, memory

pytestmark = pytest.mark.timeout(500)

_KINDS = ("file", "pixels")
_HOLDER = "import sys; held = sys.stdin.buffer.read(31); print('ready', flush=True); input()"
_MOST = 128 * 1024 * 1024
"""Bytes of others' files that are searched."""


@pytest.fixture(scope="module")
def canaries(practised):
    """Everything that the practice web served, and what it looks like."""
    found = practised.pictures.canaries()
    assert len(found) > 100_000
    return found


@pytest.fixture
def windows(practised):
    """One run of 31 bytes of a served file, and one of its pixels."""
    return dict(zip(_KINDS, witness(practised.pictures.served[0]), strict=True))


def all_files(root: Path, *, leave_out: Iterable[str] = ()) -> Iterator[Path]:
    """Yield the files below a directory."""
    for folder, names, files in os.walk(root):
        names[:] = set(names) - set(leave_out)
        yield from (Path(folder, name) for name in files)


def new_files(roots: Iterable[Path], since: float) -> list[Path]:
    """
    Return what was put into directories for temporary files since, to any depth.

    What pytest keeps there is ours and searched already, or another session's. Others may use the
    machine too: of very much, only the smallest files are returned.
    """
    sizes: dict[Path, int] = {}
    for entry in (entry for root in roots for entry in root.iterdir()):
        with contextlib.suppress(OSError):
            if entry.lstat().st_mtime >= since and not entry.name.startswith("pytest-of-"):
                files = all_files(entry) if entry.is_dir() else [entry]
                sizes |= {path: path.lstat().st_size for path in files if _is_new(path, since)}
    ordered = sorted(sizes, key=sizes.__getitem__)
    totals = itertools.accumulate(sizes[path] for path in ordered)
    return [path for path, total in zip(ordered, totals, strict=True) if total <= _MOST]


def _is_new(path: Path, since: float) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_mtime >= since


def leaking(paths: Iterable[Path], canaries: Canaries) -> list[str]:
    """Return the files in which a piece of a picture stands."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):  # others' files may vanish meanwhile
            if canaries.stand_in(path.read_bytes()):
                found.append(str(path))
    return found


def decoded_parts(source: bytes) -> bytes:
    """Return all leaves of a mail as their recipient's software would read them."""
    message = email.message_from_bytes(source, policy=email.policy.default)
    leaves = (part.get_payload(decode=True) for part in message.walk())
    return b"\0".join(leaf for leaf in leaves if isinstance(leaf, bytes))


# ------------------------------------------------------------------ the search


def test_the_needles_are_what_was_served_and_compared(practised):
    """Every listed digest and every digest that was computed belongs to one of the needles."""
    served = practised.pictures.digests()
    hash_list = practised.house.sandbox.description.files["hashlist.csv"]
    assert listed_digests(hash_list) <= served
    assets = [asset for one in practised.house.ended() for asset in one.dossier.assets]
    matched = {asset.digests.sha256 for asset in assets if asset.listed}
    assert len(matched) > 30
    assert matched <= served


def test_no_file_of_the_hotline_holds_a_piece(practised, canaries):
    """Data directory, database, write-ahead log, logs, temporary files: nothing."""
    paths = list(all_files(practised.house.root, leave_out=["pictures"]))
    names = {path.name for path in paths}
    assert {"hostwatch.sqlite3", "hostwatch.sqlite3-wal", "hostwatch.log"} <= names
    assert leaking(paths, canaries) == []


def test_no_file_of_the_machine_holds_a_piece(practised, canaries):
    """Nothing in shared memory or in the system's temporary directories; no core file."""
    roots = {Path("/dev/shm"), Path("/var/tmp"), Path(tempfile.gettempdir()).resolve()}
    assert leaking(new_files(roots, practised.started), canaries) == []
    assert not [one for one in all_files(practised.house.root) if one.name.startswith("core")]


def test_no_mail_holds_a_piece(practised, canaries):
    """The mails that went out hold none, as they went and decoded."""
    relayed = practised.house.relay_log()
    assert len(relayed) > 40
    for message_id in relayed:
        answer = practised.house.sandbox.command("mail_source", message_id=message_id)
        source = base64.b64decode(answer["source"])
        assert not canaries.stand_in(source)
        assert not canaries.stand_in(decoded_parts(source))


def test_the_core_remembers_no_piece(practised, canaries):
    """The live core's memory holds none: media bytes never came there."""
    assert practised.core.process.poll() is None
    assert "practice_process" in command_line(practised.core.pid)
    searched = 0
    for piece in remembered(practised.core.pid):
        searched += len(piece)
        assert not canaries.stand_in(piece)
    assert searched > 20_000_000


def remembered(pid: int) -> Iterator[bytes]:
    try:
        yield from memory(pid)
    except PermissionError:
        pytest.skip("the kernel does not let us read another process's memory")


# ------------------------------------------------------------------ the controls


@pytest.mark.parametrize("kind", _KINDS)
def test_a_planted_file_is_found(practised, canaries, windows, tmp_path, kind):
    """Control: 31 bytes amid a copy of the database are told."""
    database = (practised.house.data / "hostwatch.sqlite3").read_bytes()
    half = len(database) // 2 + 5
    (tmp_path / "copy.sqlite3").write_bytes(database[:half] + windows[kind] + database[half:])
    assert leaking(all_files(tmp_path), canaries) == [str(tmp_path / "copy.sqlite3")]


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("write", [lambda piece: repr(piece).encode(), base64.b64encode])
def test_a_planted_log_line_is_found(practised, canaries, windows, tmp_path, kind, write):
    """Control: a log line that quotes bytes, escaped or in base64, is told."""
    log = (practised.house.data / "hostwatch.log").read_bytes()
    line = b'{"event": "answer_unreadable", "error": "' + write(windows[kind]) + b'"}\n'
    (tmp_path / "hostwatch.log").write_bytes(log + line)
    assert leaking(all_files(tmp_path), canaries) == [str(tmp_path / "hostwatch.log")]


@pytest.mark.parametrize("kind", _KINDS)
def test_a_process_that_remembers_is_found(canaries, windows, kind):
    """Control: a process that holds 31 bytes in memory is told."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdin.write(windows[kind])
        holder.stdin.flush()
        holder.stdout.readline()
        assert any(canaries.stand_in(piece) for piece in remembered(holder.pid))
        holder.stdin.close()
        holder.wait(30)
