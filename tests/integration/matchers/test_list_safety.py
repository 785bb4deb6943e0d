"""Hash lists under kill -9, hostile files, wrong signatures and readers at work."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.errors import ConfigurationProblem, HostwatchError, InvalidInput, StoreProblem
from cases.model import Classification, Digests, Match
from config.policy import Matching
from matchers.hashlist import versions
from matchers.hashlist.entry import Candidate
from matchers.hashlist.local import add_local, local_entries, withdraw_local
from matchers.hashlist.publish import (
    Growth,
    Signed,
    active_lists,
    apply_delta,
    explain,
    import_list,
    list_lists,
    rollback,
    verify,
    withdraw,
)
from matchers.hashlist.segment import OpenSegment
from matchers.hashlist.signing import read_public_key, read_signature
from matchers.matcher import Matcher

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MATCHING = Matching(confident=31, review=52, quality=50)
PARTS = Growth(small=0, deltas=100, share=1000.0)


def sha1(number: int) -> str:
    return hashlib.sha1(b"%d" % number).hexdigest()


def digests(number: int) -> Digests:
    content = b"%d" % number
    return Digests(
        md5=hashlib.md5(content).hexdigest(),
        sha1=sha1(number),
        sha256=hashlib.sha256(content).hexdigest(),
        length=len(content),
    )


def candidates(*numbers: int, reference: str | None = None) -> list[Candidate]:
    return [Candidate(number, "sha1", sha1(number), reference=reference) for number in numbers]


def publish(tmp_path: Path, *numbers: int, **options: object):
    source = tmp_path / "source.txt"
    source.write_text("".join(f"{sha1(number)}\n" for number in numbers))
    values = {"tier": "national", "classification": None, "version": None, "now": NOW}
    return import_list(source, into=tmp_path / "lists", name="iwf", **{**values, **options})


def update(into: Path, additions=(), removals=(), *, at: datetime = NOW, name: str = "iwf", **more):
    return apply_delta(
        into,
        name,
        additions=additions,
        removals=removals,
        now=at,
        checkpoint=None,
        source="s",
        **{"growth": PARTS, **more},
    )


# --------------------------------------------------------------------------- kill -9

_WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from matchers.hashlist.entry import Candidate
from matchers.hashlist.publish import Growth, apply_delta, compact, withdraw
import hashlib
into, step = Path(sys.argv[1]), int(sys.argv[2])
growth = Growth(small=0, deltas=2, share=0.3)
def one(number, reference=None):
    return Candidate(number, "sha1", hashlib.sha1(b"%d" % number).hexdigest(), reference=reference)
print("ready", flush=True)
while True:
    step += 1
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=step)
    apply_delta(into, "iwf", additions=[one(1000 + step), one(5000 + step, f"r{step}")],
                removals=[one(1000 + step - 3)], now=now, checkpoint=f"{step}", source="s",
                growth=growth)
    if step % 3 == 0:
        compact(into, "iwf", now=now)
    if step % 4 == 0:
        withdraw(into, "iwf", f"r{step}", now)
"""


def test_kill_9_at_any_moment_leaves_one_whole_version(tmp_path: Path) -> None:
    """Deltas, merges and withdrawals are killed; each time a whole version is active."""
    chance = random.Random(4)
    publish(tmp_path, *range(40))
    into = tmp_path / "lists"
    last = 0
    for _ in range(5):
        command = [sys.executable, "-c", _WRITER, str(into), str(last)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline()
            try:
                process.wait(chance.uniform(0.02, 0.5))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        made = verify(into, "iwf")
        step = int(made.checkpoint or 0)
        assert step >= last
        (opened,) = active_lists(into)
        for number in range(40):
            assert opened.find("sha1", bytes.fromhex(sha1(number)))
        kept = [n for n in range(1, step + 1) if opened.find("sha1", bytes.fromhex(sha1(1000 + n)))]
        assert kept == list(range(max(1, step - 2), step + 1))
        last = step
    assert last > 0
    update(into, candidates(1), at=NOW + timedelta(days=60))
    assert not [path for path in (into / "iwf").iterdir() if path.name.startswith(".new-")]


_WITHDRAWER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from matchers.hashlist import versions
from matchers.hashlist.publish import withdraw
from matchers.hashlist.local import withdraw_local
def die(*_, **__):
    os.kill(os.getpid(), 9)
setattr(versions, sys.argv[2], die)
if sys.argv[3] == "local":
    withdraw_local(Path(sys.argv[1]), "HW-2026-000001", datetime(2026, 2, 1, tzinfo=UTC))
else:
    withdraw(Path(sys.argv[1]), "iwf", "ref-1", datetime(2026, 2, 1, tzinfo=UTC))
"""


def holds(folder: Path, number: int) -> bool:
    wanted = bytes.fromhex(sha1(number))
    return any(
        wanted in (content := path.read_bytes()) or sha1(number).encode() in content
        for path in folder.rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize("moment", ["publish", "point_to", "drop_others"])
def test_a_killed_withdrawal_is_finished(tmp_path: Path, moment: str) -> None:
    """Wherever it was killed, the next one leaves the digest in no file."""
    into = tmp_path / "lists"
    update(into, candidates(1, 2), tier="local")
    update(into, candidates(3, reference="ref-1"), at=NOW + timedelta(hours=1))
    assert holds(into, 3)
    command = [sys.executable, "-c", _WITHDRAWER, str(into), moment, "list"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    verify(into, "iwf")
    if moment == "drop_others":
        update(into, candidates(4), at=NOW + timedelta(days=50))
    else:
        assert withdraw(into, "iwf", "ref-1", NOW + timedelta(days=50)) == 1
    assert not holds(into, 3)
    assert holds(into, 1)
    assert len(list_lists(into)) <= 2


@pytest.mark.parametrize("moment", ["publish", "point_to", "drop_others"])
def test_a_killed_withdrawal_of_a_case_is_finished(tmp_path: Path, moment: str) -> None:
    """The same for what was listed for a case."""
    made = Classification(scheme="s", value="a")
    for number, case in ((1, "HW-2026-000001"), (2, "HW-2026-000002")):
        add_local(tmp_path, digests(number), None, made, case, NOW)
    command = [sys.executable, "-c", _WITHDRAWER, str(tmp_path), moment, "local"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    again = withdraw_local(tmp_path, "HW-2026-000001", NOW + timedelta(days=60))
    assert again == (0 if moment == "drop_others" else 1)
    assert not holds(tmp_path, 1)
    assert [entry.case_id for entry in local_entries(tmp_path)] == ["HW-2026-000002"]
    assert withdraw_local(tmp_path, "HW-2026-000002", NOW) == 1
    assert not holds(tmp_path, 2)
    assert active_lists(tmp_path) == ()


def test_the_same_asset_of_two_cases_stays_for_the_other(tmp_path: Path) -> None:
    """Withdrawing one case does not delist what another listed too."""
    made = Classification(scheme="s", value="a")
    for case in ("HW-2026-000001", "HW-2026-000002"):
        add_local(tmp_path, digests(1), None, made, case, NOW)
    assert withdraw_local(tmp_path, "HW-2026-000001", NOW) == 1
    assert isinstance(Matcher.open(tmp_path, MATCHING).exact(digests(1)), Match)


# --------------------------------------------------------------------------- readers at work


def test_readers_always_find_what_is_in_all_versions(tmp_path: Path) -> None:
    """While deltas and merges go on, nobody ever misses what is never removed."""
    into = tmp_path / "lists"
    publish(tmp_path, *range(30))
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        matcher = Matcher.open(into, MATCHING)
        while not stop.is_set():
            try:
                matcher.reload_if_changed()
            except HostwatchError as problem:
                wrong.append(problem)
            if not isinstance(matcher.exact(digests(7)), Match):
                wrong.append(7)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(14):
        growth = Growth(small=0, deltas=3, share=0.5)
        at = NOW + timedelta(hours=step + 1)
        update(into, candidates(100 + step), candidates(99 + step), at=at, growth=growth)
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


# --------------------------------------------------------------------------- hostile files


def manifest_of(into: Path) -> tuple[Path, dict]:
    path = next((into / "iwf").glob("*/manifest.json"))
    return path, json.loads(path.read_text())


def _opened_and_verified(into: Path) -> None:
    Matcher.open(into, MATCHING)
    verify(into, "iwf")


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.update(name="other"),
        lambda made: made.update(version="9"),
        lambda made: made.update(format=1),
        lambda made: made.update(tier="highest"),
        lambda made: made.update(surprise=1),
        lambda made: made.update(imported_at="yesterday"),
        lambda made: made.update(counts={"sha1": -1}),
        lambda made: made.update(counts={"sha1": 7}),
        lambda made: made.update(counts={"photodna": 1}),
        lambda made: made.update(review_extra=200),
        lambda made: made.update(segments=[]),
        lambda made: made.update(segments=made["segments"] * 2),
        lambda made: made["segments"][0].update(name="../s000001"),
        lambda made: made["segments"][0].update(name="s000002"),
        lambda made: made["segments"][0].update(rows={"sha1": 99}),
        lambda made: made["segments"][0].update(rows={"pdq": 3}),
        lambda made: made["segments"][0].update(dead={"sha1": 1}),
        lambda made: made.update(canaries=["sha1:zz"]),
        lambda made: made.update(files={"../../../etc/passwd": "0" * 64}),
    ],
)
def test_a_hostile_manifest_is_refused(tmp_path: Path, change) -> None:
    """It is a damaged list in a sentence: nothing else is opened and nothing reads as clean."""
    publish(tmp_path, 1, 2, 3)
    into = tmp_path / "lists"
    path, made = manifest_of(into)
    change(made)
    path.write_text(json.dumps(made))
    with pytest.raises(HostwatchError):
        _opened_and_verified(into)


@pytest.mark.parametrize(
    "text", ["", "../..", "/etc", "a\0b", "current", ".new-x", "x" * 9999, "ä"]
)
def test_a_hostile_pointer_is_refused(tmp_path: Path, text: str) -> None:
    """It names a version of its own directory or nothing."""
    publish(tmp_path, 1)
    into = tmp_path / "lists"
    (into / "iwf" / "current").write_bytes(text.encode())
    with pytest.raises(ConfigurationProblem):
        Matcher.open(into, MATCHING)


def test_a_link_is_no_version(tmp_path: Path) -> None:
    """A symbolic link in a list's directory is not taken for a version, and not followed."""
    publish(tmp_path, 1, version="1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "manifest.json").write_text("{}")
    (tmp_path / "lists" / "iwf" / "2").symlink_to(elsewhere)
    assert [one.manifest.version for one in list_lists(tmp_path / "lists")] == ["1"]
    for number in range(12):
        publish(tmp_path, number)
    assert (elsewhere / "manifest.json").exists()


@pytest.mark.parametrize(
    "suffix", [".names", ".places", "-sha1.refs", "-sha1.dead", ".classes.json"]
)
def test_every_damaged_file_is_noticed(tmp_path: Path, suffix: str) -> None:
    """By verification always; by opening where it could mislead."""
    into = tmp_path / "lists"
    update(into, candidates(1, 2, reference="r"), tier="local")
    update(into, candidates(3), candidates(1), at=NOW + timedelta(hours=1))
    version = into / "iwf" / (versions.pointed(into / "iwf") or "")
    path = version / f"s000001{suffix}"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ConfigurationProblem):
        verify(into, "iwf")
    with pytest.raises(ConfigurationProblem):
        rollback(into, "iwf", version=version.name)


def test_a_version_that_finds_too_much_or_too_little_stays_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The self-test of a delta fails if removed signals are found or added ones are not."""
    into = tmp_path / "lists"
    publish(tmp_path, 1, 2, 3)
    with monkeypatch.context() as broken:
        broken.setattr(OpenSegment, "row", OpenSegment.row_of_any)
        with pytest.raises(StoreProblem, match="not activated"):
            update(into, (), candidates(1))
    with monkeypatch.context() as broken:
        broken.setattr(OpenSegment, "row", lambda *_: None)
        with pytest.raises(StoreProblem, match="not activated"):
            update(into, candidates(4))
    assert len(list_lists(into)) == 1
    assert update(into, candidates(4), candidates(1)).manifest.counts == {"sha1": 3}
    said = explain(into, f"sha1:{sha1(1)}")
    assert [(one.standing, one.entry.hash_list) for one in said] == [("removed", "iwf")]


# --------------------------------------------------------------------------- signatures


def signed(tmp_path: Path, text: bytes) -> tuple[Path, Path]:
    key = Ed25519PrivateKey.generate()
    source, public = tmp_path / "list.txt", tmp_path / "maker.pem"
    source.write_bytes(text)
    (tmp_path / "list.txt.sig").write_bytes(key.sign(text))
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return source, public


def take(tmp_path: Path, source: Path, given: Signed):
    return import_list(
        source,
        into=tmp_path / "lists",
        name="iwf",
        tier="baseline",
        classification=None,
        version=None,
        now=NOW,
        signed=given,
    ).manifest


def test_a_signed_list(tmp_path: Path) -> None:
    """The manifest names the key that fits; a changed file, key or signature is refused."""
    source, public = signed(tmp_path, f"{sha1(1)}\n".encode())
    stranger = Ed25519PrivateKey.generate()
    key = read_public_key(public)
    signature = read_signature(tmp_path / "list.txt.sig")
    keys = {"other": stranger.public_key(), "maker": key}
    made = take(tmp_path, source, Signed(signature=signature, signers=keys))
    assert (made.signature, made.signer) == ("verified", "maker")
    with pytest.raises(InvalidInput, match="fits none"):
        take(tmp_path, source, Signed(signature=signature, signers={"other": keys["other"]}))
    with pytest.raises(InvalidInput, match="fits none"):
        take(tmp_path, source, Signed(signature=bytes(64), signers=keys))
    source.write_text(f"{sha1(2)}\n")
    with pytest.raises(InvalidInput, match="fits none"):
        take(tmp_path, source, Signed(signature=signature, signers=keys))
    assert len(list_lists(tmp_path / "lists")) == 1
    assert publish(tmp_path, 1).manifest.signature == "none"


def test_keys_and_signatures_are_read_in_usual_forms(tmp_path: Path) -> None:
    """PEM, hexadecimal and base64; anything else is a sentence."""
    import base64

    key = Ed25519PrivateKey.generate().public_key()
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    path = tmp_path / "key"
    for text in (raw.hex().encode(), base64.b64encode(raw) + b"\n", raw):
        path.write_bytes(text)
        assert read_public_key(path) == key
    for text in (b"", b"-----BEGIN NONSENSE-----", b"zz" * 32, os.urandom(31)):
        path.write_bytes(text)
        with pytest.raises(ConfigurationProblem):
            read_public_key(path)
    for text in (bytes(range(64)), bytes(range(64)).hex().encode()):
        path.write_bytes(text)
        assert read_signature(path) == bytes(range(64))
    path.write_bytes(b"short")
    for bad in (path, tmp_path / "missing"):
        with pytest.raises(InvalidInput):
            read_signature(bad)
