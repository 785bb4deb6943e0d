"""Import, roll-back and local additions on a real directory, beside readers and killed writers."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.errors import ConfigurationProblem, InvalidInput, StoreProblem, UnknownRecord
from cases.model import Classification, Digests, Match, NoMatch
from config.policy import Matching
from matchers.hashlist.local import add_local, local_entries
from matchers.hashlist.publish import (
    active_lists,
    import_list,
    list_lists,
    remove,
    rollback,
    verify,
)
from matchers.hashlist.segment import OpenSegment
from matchers.matcher import Matcher

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MATCHING = Matching(confident=31, review=52, quality=50)
BASELINE = Classification(scheme="interpol", value="baseline")
PDQ = "ab5d030d02aa8b78b4ff5491f77d6237505faa28780e97368700e9cc1bd512df"


def digests(content: bytes) -> Digests:
    return Digests(
        md5=hashlib.md5(content).hexdigest(),
        sha1=hashlib.sha1(content).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        length=len(content),
    )


def listed(tmp_path: Path, *contents: bytes, name: str = "source.txt") -> Path:
    path = tmp_path / name
    path.write_text("".join(f"{digests(content).sha1}\n" for content in contents))
    return path


def publish_one(tmp_path: Path, *contents: bytes, name: str = "iwf", **options: object):
    values = {"tier": "national", "classification": BASELINE, "version": None, "now": NOW}
    source = listed(tmp_path, *contents)
    return import_list(source, into=tmp_path / "lists", name=name, **{**values, **options})


def test_import_reports_what_it_did(tmp_path: Path) -> None:
    """Counts by type, refusals by reason with their lines, provenance; repeats are counted."""
    source = tmp_path / "a.csv"
    one, two = digests(b"1"), digests(b"2")
    empty = digests(b"")
    source.write_text(
        "md5;sha1;sha256;pdq;quality\n"
        f"{one.md5};{one.sha1};{one.sha256};{PDQ};90\n"
        f"{two.md5};;;{'0' * 64};90\n"
        f"{empty.md5};;;;\n"
        f"{one.md5};{'f' * 40};zz;{PDQ};10\n"
        ";;;;5\n\n;;;;\n"
    )
    report = import_list(
        source,
        into=tmp_path / "lists",
        name="national",
        tier="national",
        classification=BASELINE,
        version="2026-01",
        now=NOW,
        licence="agreement 7",
    )
    made = report.manifest
    assert made.counts == {"md5": 2, "sha1": 1, "sha256": 1, "pdq": 1}
    assert report.refused == {
        "all_same": 2,
        "empty_file": 1,
        "not_hexadecimal": 1,
        "low_quality": 1,
        "no_digest": 1,
        "duplicate": 1,
    }
    assert report.first_refused[:2] == ((3, "all_same"), (4, "empty_file"))
    assert (made.name, made.version, made.tier, made.source) == (
        "national",
        "2026-01",
        "national",
        "a.csv",
    )
    assert made.source_sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (made.classification, made.licence, made.imported_at) == (BASELINE, "agreement 7", NOW)
    assert verify(tmp_path / "lists", "national") == made


def test_nothing_of_a_refused_import_stays(tmp_path: Path) -> None:
    """A list that turns bad in the middle leaves the active version and no half of a new one."""
    publish_one(tmp_path, b"a", version="1")
    bad = tmp_path / "bad.txt"
    bad.write_bytes((digests(b"b").sha1.encode() + b"\n") * 9 + b"\0\n")
    with pytest.raises(InvalidInput, match="NUL"):
        import_list(
            bad,
            into=tmp_path / "lists",
            name="iwf",
            tier="national",
            classification=None,
            version="2",
            now=NOW,
        )
    assert [(made.manifest.version, made.active) for made in list_lists(tmp_path / "lists")] == [
        ("1", True)
    ]
    assert sorted(os.listdir(tmp_path / "lists" / "iwf")) == [".lock", "1", "current"]


def test_a_list_without_a_usable_entry_is_refused(tmp_path: Path) -> None:
    """An empty file, or one with nothing usable, would silently turn matching off."""
    (tmp_path / "none.txt").write_text("# nothing\n")
    (tmp_path / "junk.txt").write_text("one\ntwo\n")
    for name, words in (("none.txt", "holds no entry"), ("junk.txt", "none of 2 entries")):
        with pytest.raises(InvalidInput, match=words):
            import_list(
                tmp_path / name,
                into=tmp_path / "lists",
                name="x",
                tier="local",
                classification=None,
                version=None,
                now=NOW,
            )
    assert list_lists(tmp_path / "lists") == ()
    assert active_lists(tmp_path / "lists") == ()


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "local", "x" * 65, "-x", ".x"])
def test_names_cannot_leave_the_directory(tmp_path: Path, name: str) -> None:
    """A list's name is a plain word; `local` belongs to assessments."""
    with pytest.raises(InvalidInput, match="name"):
        publish_one(tmp_path, b"a", name=name)


@pytest.mark.parametrize("version", ["", "..", "a/b", "current", ".new-x", "x" * 65])
def test_versions_cannot_leave_the_directory(tmp_path: Path, version: str) -> None:
    """A version is a plain word, and a new one."""
    with pytest.raises(InvalidInput, match="version"):
        publish_one(tmp_path, b"a", version=version)


def test_versions_are_immutable(tmp_path: Path) -> None:
    """The same version cannot be written twice; two imports in one second get two versions."""
    publish_one(tmp_path, b"a", version="1")
    with pytest.raises(InvalidInput, match="already"):
        publish_one(tmp_path, b"b", version="1")
    first = publish_one(tmp_path, b"a").manifest.version
    second = publish_one(tmp_path, b"b").manifest.version
    assert (first, second) == ("20260102T030405Z", "20260102T030405Z-002")


def test_roll_back_and_remove(tmp_path: Path) -> None:
    """An earlier version is active again by one call; a removed list is gone from all of them."""
    into = tmp_path / "lists"
    publish_one(tmp_path, b"a", version="1")
    publish_one(tmp_path, b"b", version="2", now=NOW + timedelta(days=1))
    matcher = Matcher.open(into, MATCHING)
    assert matcher.exact(digests(b"a")) == NoMatch()
    assert rollback(into, "iwf").version == "1"
    assert matcher.reload_if_changed()
    assert isinstance(matcher.exact(digests(b"a")), Match)
    with pytest.raises(UnknownRecord, match="no earlier version"):
        rollback(into, "iwf")
    assert rollback(into, "iwf", version="2").version == "2"
    assert remove(into, "iwf") == 2
    assert list_lists(into) == ()
    assert isinstance(matcher.exact(digests(b"a")), Match)
    assert matcher.reload_if_changed()
    for call in (rollback, remove, verify):
        with pytest.raises(UnknownRecord):
            call(into, "iwf")


def test_damage_is_noticed(tmp_path: Path) -> None:
    """A changed file fails verification; a missing or cut one cannot be opened."""
    into = tmp_path / "lists"
    publish_one(tmp_path, b"a", b"b", version="1")
    keys = into / "iwf" / "1" / "s000001-sha1.keys"
    whole = keys.read_bytes()
    keys.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ConfigurationProblem, match="changed or missing"):
        verify(into, "iwf")
    for damage in (lambda: keys.write_bytes(whole[:20]), keys.unlink):
        damage()
        with pytest.raises(ConfigurationProblem, match="import this hash list again"):
            Matcher.open(into, MATCHING)
    (into / "iwf" / "1" / "manifest.json").write_text("{}")
    with pytest.raises(ConfigurationProblem, match="damaged"):
        active_lists(into)
    (into / "iwf" / "current").write_text("../../etc")
    with pytest.raises(ConfigurationProblem, match="damaged"):
        active_lists(into)
    (into / "iwf" / "current").write_text("9")
    with pytest.raises(ConfigurationProblem, match="missing"):
        active_lists(into)


def test_a_damaged_new_version_leaves_the_old_one_in_use(tmp_path: Path) -> None:
    """A reader says so and goes on with what it holds."""
    into = tmp_path / "lists"
    publish_one(tmp_path, b"a", version="1")
    matcher = Matcher.open(into, MATCHING)
    publish_one(tmp_path, b"b", version="2")
    (into / "iwf" / "2" / "s000001-sha1.keys").unlink()
    for _ in range(2):
        with pytest.raises(ConfigurationProblem):
            matcher.reload_if_changed()
    assert isinstance(matcher.exact(digests(b"a")), Match)


def test_readers_see_the_old_or_the_new_version(tmp_path: Path) -> None:
    """While versions are imported and pruned, an open reader always finds what is in all of them."""
    into = tmp_path / "lists"
    publish_one(tmp_path, b"always", b"0", version="v0")
    add_local(into, digests(b"mine"), None, BASELINE, "HW-2026-000001", NOW)
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        matcher = Matcher.open(into, MATCHING)
        while not stop.is_set():
            matcher.reload_if_changed()
            for content in (b"always", b"mine"):
                if not isinstance(matcher.exact(digests(content)), Match):
                    wrong.append(content)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 15):
        publish_one(tmp_path, b"always", str(number).encode(), version=f"v{number}")
        add_local(into, digests(str(number).encode()), None, BASELINE, "HW-2026-000002", NOW)
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def _add_many(into: Path, start: int) -> None:
    for number in range(start, start + 8):
        add_local(into, digests(b"%d" % number), None, BASELINE, f"HW-2026-{number:06}", NOW)


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    """Processes that add to the local tier at once all find their entries in it afterwards."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_add_many, args=(tmp_path, start)) for start in (0, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(local_entries(tmp_path)) == 24
    assert len(list_lists(tmp_path)) == 3


_SLOW_IMPORT = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from matchers.hashlist.publish import import_list
def progress(amount):
    print(amount, flush=True)
    time.sleep(30)
import_list(Path(sys.argv[1]), into=Path(sys.argv[2]), name="iwf", tier="national",
            classification=None, version="2", now=datetime.now(UTC), progress=progress)
"""


def test_a_killed_import_leaves_the_old_version(tmp_path: Path) -> None:
    """Kill -9 in the middle: the active version stays, and the next import cleans up."""
    publish_one(tmp_path, b"a", version="1")
    big = listed(tmp_path, *(b"%d" % number for number in range(60_000)), name="big.txt")
    command = [sys.executable, "-c", _SLOW_IMPORT, str(big), str(tmp_path / "lists")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    directory = tmp_path / "lists" / "iwf"
    assert any(path.name.startswith(".new-") for path in directory.iterdir())
    matcher = Matcher.open(tmp_path / "lists", MATCHING)
    assert isinstance(matcher.exact(digests(b"a")), Match)
    publish_one(tmp_path, b"b", version="2")
    assert sorted(os.listdir(directory)) == [".lock", "1", "2", "current"]


def test_an_unwritable_directory_is_a_sentence(tmp_path: Path) -> None:
    """A file where the directory should be: what, where, no traceback of the system's."""
    (tmp_path / "lists").write_text("")
    with pytest.raises(StoreProblem, match="cannot be written"):
        publish_one(tmp_path, b"a")


def test_a_version_that_fails_its_own_test_stays_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that does not find its own entries is not activated."""
    publish_one(tmp_path, b"a", version="1")

    monkeypatch.setattr(OpenSegment, "value", lambda *_: b"")
    with pytest.raises(StoreProblem, match="not activated"):
        publish_one(tmp_path, b"b", version="2")
    assert [made.manifest.version for made in list_lists(tmp_path / "lists")] == ["1"]


def test_memory_of_an_import_is_bounded(tmp_path: Path) -> None:
    """200,000 rows of three digests add less than 60 MiB to the importing process."""
    source = tmp_path / "big.csv"
    with source.open("w") as file:
        file.write("md5,sha1,sha256\n")
        for number in range(100_000):
            one = digests(b"%d" % number)
            file.write(f"{one.md5},{one.sha1},{one.sha256}\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = import_list(
        source,
        into=tmp_path / "lists",
        name="big",
        tier="baseline",
        classification=None,
        version=None,
        now=NOW,
    )
    assert report.manifest.total == 300_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024


# --------------------------------------------------------------------------- the local tier


def test_an_assessed_asset_is_listed(tmp_path: Path) -> None:
    """All its digests match afterwards, with its own classification, and say which list."""
    own = Classification(scheme="national", value="240b")
    made = add_local(tmp_path, digests(b"a"), PDQ, own, "HW-2026-000007", NOW)
    assert made.counts == {"md5": 1, "sha1": 1, "sha256": 1, "pdq": 1}
    matcher = Matcher.open(tmp_path, MATCHING)
    found = matcher.exact(digests(b"a"))
    assert isinstance(found, Match)
    assert (found.strength, found.entry.tier, found.entry.classification) == (
        "strong",
        "local",
        own,
    )
    assert [entry.case_id for entry in local_entries(tmp_path)] == ["HW-2026-000007"]


def test_listing_twice_changes_nothing(tmp_path: Path) -> None:
    """The same asset, class and case make no new version; another class replaces the first."""
    first = add_local(tmp_path, digests(b"a"), PDQ, BASELINE, "HW-2026-000007", NOW)
    later = NOW + timedelta(hours=1)
    assert add_local(tmp_path, digests(b"a"), PDQ, BASELINE, "HW-2026-000007", later) == first
    other = Classification(scheme="interpol", value="other")
    add_local(tmp_path, digests(b"a"), PDQ, other, "HW-2026-000007", later)
    found = Matcher.open(tmp_path, MATCHING).exact(digests(b"a"))
    assert isinstance(found, Match)
    assert found.entry.classification == other


def test_the_empty_file_is_never_listed(tmp_path: Path) -> None:
    """An assessment of a failed download must not make every failed download a match."""
    with pytest.raises(InvalidInput, match="empty_file"):
        add_local(tmp_path, digests(b""), None, BASELINE, "HW-2026-000007", NOW)
    assert active_lists(tmp_path) == ()
