"""`hostwatch hashlist`: formats, signatures, versions, entries, self-referrals, as they are typed."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from pathlib import Path

import pytest
from command_house import ANALYST, AUDITOR, MANAGER, give_mandate, in_store, run, run_process
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from leaks import Canaries
from list_samples import ICSE, JSONL, MD5, NCMEC, PDQ, PLANTED, SHA1, SHA256, THREATEXCHANGE, vics
from matcher_pictures import encode, photo

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def lists(data, *arguments, account=MANAGER):
    return run(data, "hashlist", *arguments, account=account)


def told(data, *arguments, account=MANAGER):
    said = lists(data, *arguments, "--json", account=account)
    assert said.code == 0, said
    said.is_plain()
    return json.loads(said.out)


def written(tmp_path, content, name="list"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def trail(data):
    return in_store(data, lambda tx: tx.trail())


# --------------------------------------------------------------------------- formats


@pytest.mark.parametrize(
    ("content", "options", "accepted"),
    [
        (NCMEC, (), {"md5": 2, "sha1": 1}),
        (NCMEC, ("--class", "A1=-"), {"md5": 1}),
        (vics(), ("--match-category", "1=uk:A", "--match-category", "2"), {"md5": 2, "sha1": 1}),
        (ICSE, ("--rows", "baseline"), {"md5": 1, "sha1": 1}),
        (THREATEXCHANGE, ("--type", "sha1"), {"md5": 1, "pdq": 1, "sha1": 1}),
        (JSONL, (), {"md5": 1, "pdq": 1, "sha256": 1}),
        (f"{PDQ}\n", ("--type", "pdq", "--format", "text"), {"pdq": 1}),
        (f"x;{MD5}\n", ("--column", "md5=2"), {"md5": 1}),
    ],
)
def test_every_format_is_imported(data, tmp_path, content, options, accepted):
    """What the manual shows works; nothing that must not be kept is in any file or output."""
    file = written(tmp_path, content)
    said = lists(
        data, "import", file, "--name", "n", "--classification", "uk:A", *options, "--json"
    )
    assert said.code == 0, said
    counts = json.loads(said.out)["accepted"]
    assert {kind: counts.get(kind) for kind in accepted} == accepted
    kept = b"".join(p.read_bytes() for p in data.rglob("*") if p.is_file())
    assert PLANTED.encode() not in kept
    assert PLANTED not in said.out + said.err


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (vics(), (), ("--match-category",)),
        (vics(), ("--match-category", "one"), ("--match-category",)),
        (ICSE, (), ("--rows",)),
        ("<html>", (), ("XML",)),
        (f"{MD5}\n", ("--format", "ncmec"), ("list",)),
        (f"{MD5}\n", ("--format", "vics", "--match-category", "1"), ("list",)),
        (f"{MD5}\n", ("--class", "A1"), ("--class",)),
        (f"{MD5}\n", ("--canary", "nonsense"), ("canary",)),
        (f"{MD5}\n", ("--licence-flag", "No Sharing"), ("licence flag",)),
        (f"{MD5}\n", ("--signature", "x"), ("--signer",)),
    ],
)
def test_what_cannot_be_imported_is_one_sentence(data, tmp_path, content, options, words):
    """Exit code 65, what and what to do; no list is made."""
    file = written(tmp_path, content)
    lists(data, "import", file, "--name", "n", *options).is_sentence(65, *words)
    assert told(data, "list") == []


# --------------------------------------------------------------------------- signatures


def signed(tmp_path, content):
    raw = KEY.public_key().public_bytes_raw()
    return (
        written(tmp_path, content),
        "--signature",
        written(tmp_path, base64.b64encode(KEY.sign(content)), "list.sig"),
        "--signer",
        written(tmp_path, base64.b64encode(raw), "maker.pub"),
    )


def test_a_signed_list_says_so(data, tmp_path):
    """Verified at import, and shown with the key's name ever after."""
    arguments = signed(tmp_path, f"{SHA256}\n".encode())
    assert told(data, "import", *arguments, "--name", "n")["signature"] == "verified"
    shown = told(data, "show", "n")
    assert (shown["signature"], shown["signer"]) == ("verified", "maker.pub")
    assert shown["sha256"] == hashlib.sha256(f"{SHA256}\n".encode()).hexdigest()


def test_a_wrong_signature_refuses_the_import(data, tmp_path):
    """A list that was changed on its way does not become active."""
    file, *rest = signed(tmp_path, f"{SHA256}\n".encode())
    Path(file).write_text(f"{SHA256}\n{MD5}\n")
    lists(data, "import", file, *rest, "--name", "n").is_sentence(65, "signature")
    Path(rest[3]).write_text("no key")
    lists(data, "import", file, *rest, "--name", "n").is_sentence(78, "maker.pub")
    assert told(data, "list") == []


# --------------------------------------------------------------------------- versions


def test_the_life_of_a_list(data, tmp_path):
    """Import, import inactive, activate, roll back, verify, show, explain, remove; all in the trail."""
    first, second = written(tmp_path, f"{MD5}\n", "a"), written(tmp_path, f"{SHA1}\n", "b")
    common = ("--name", "n", "--classification", "uk:A", "--licence", "Agreement 7")
    told(data, "import", first, *common, "--version", "one")
    made = told(data, "import", second, *common, "--version", "two", "--inactive")
    assert (made["version"], made["active"]) == ("two", False)
    (said,) = told(data, "explain", MD5, account=ANALYST)
    assert (said["list"], said["standing"]) == ("n", "listed")
    assert [one["standing"] for one in told(data, "explain", SHA1)] == ["removed"]
    assert told(data, "explain", "0" * 40) == []
    assert told(data, "activate", "n", "--version", "two")["version"] == "two"
    (said,) = told(data, "explain", SHA1)
    assert (said["standing"], said["class"]) == ("listed", "uk:A")
    assert "in force" in lists(data, "explain", SHA1).out
    assert told(data, "rollback", "n")["version"] == "one"
    assert told(data, "verify", "n", account=AUDITOR)["entries"] == 1
    shown = told(data, "show", "n", "--version", "two")
    assert (shown["counts"], shown["active"], shown["licence"]) == (
        {"sha1": 1},
        False,
        "Agreement 7",
    )
    assert told(data, "show", "n")["version"] == "one"
    assert "Agreement 7" in lists(data, "show", "n").out
    assert told(data, "remove", "n") == {"list": "n", "versions": 2}
    told_of = [(one.actor, json.loads(one.detail).get("what")) for one in trail(data)]
    assert told_of[-5:] == [
        (MANAGER, what) for what in ("import", "import", "activate", "rollback", "remove")
    ]


def test_a_configured_list_is_brought_up_to_date(data, tmp_path):
    """From a file that somebody else puts in place; a bad one changes nothing."""
    file = Path(written(tmp_path, f"{MD5}\n"))
    table = f'\n[[hash_list]]\nname = "n"\nkind = "file"\nfile = "{file}"\n'
    with (data / "hostwatch.toml").open("a") as configuration:
        configuration.write(table + 'classification = "uk:A"\n')
    assert told(data, "update", "n")["accepted"] == {"md5": 1}
    assert told(data, "explain", MD5)[0]["class"] == "uk:A"
    file.write_text("\n")
    lists(data, "update", "n").is_sentence(65, "holds no entry")
    assert told(data, "show", "n")["entries"] == 1
    file.write_text(f"{MD5}\n{SHA1}\n")
    assert "1 md5, 1 sha1" in lists(data, "update", "n").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing"),
        ("verify", "nothing"),
        ("rollback", "nothing"),
        ("activate", "nothing", "--version", "x"),
        ("remove", "nothing"),
        ("update", "nothing"),
        ("withdraw", "nothing", "--reference", "x"),
        ("outcomes", "nothing"),
        ("referrals", "nothing"),
        ("quarantine", "release", "0" * 32),
        ("assess", "nothing", "--reference", "x", "--classification", "a:b", "--law", "Act"),
    ],
)
def test_what_is_not_there_is_one_sentence(data, arguments):
    """Exit code 66, no traceback; an analyst does what analysts may."""
    account = ANALYST if arguments[0] in ("withdraw", "assess") else MANAGER
    lists(data, *arguments, account=account).is_sentence(66)


@pytest.mark.parametrize(
    ("arguments", "account", "action"),
    [
        (("import", "x", "--name", "n"), ANALYST, "list_change"),
        (("update", "n"), ANALYST, "list_change"),
        (("rollback", "n"), ANALYST, "list_change"),
        (("remove", "n"), AUDITOR, "list_change"),
        (("quarantine", "release", "x"), ANALYST, "list_change"),
        (("withdraw", "n", "--reference", "x"), AUDITOR, "list_withdraw"),
        (("import", "x", "--name", "n", "--self-referral"), AUDITOR, "self_referral_add"),
        (("activate", "n", "--reference", "x"), ANALYST, "self_referral_list"),
    ],
)
def test_who_may_not_is_told_before_anything_is_read(data, arguments, account, action):
    """Exit code 77 and the action."""
    lists(data, *arguments, account=account).is_sentence(77, action)


def test_an_empty_quarantine(data):
    """Nothing is set aside in a new house."""
    assert told(data, "quarantine", "list", account=AUDITOR) == []


def test_explain_wants_a_digest(data):
    """Anything else is one sentence."""
    lists(data, "explain", "zz").is_sentence(65, "digest")


# --------------------------------------------------------------------------- self-referrals


def test_self_referrals_from_file_to_outcome(data, tmp_path):
    """Taken in, assessed by an analyst, listed by a manager, withdrawn; told by reference."""
    file = written(tmp_path, f"sha256,ref\n{SHA256},R-1\n{SHA256[::-1]},R-2\n{MD5},\n")
    taken = told(
        data, "import", file, "--name", "service", "--self-referral",
        "--column", "sha256=sha256", "--column", "reference=ref", account=ANALYST,
    )  # fmt: skip
    assert (taken["new"], taken["refused"]) == (2, {"bad_length": 1})
    assert told(data, "list") == []
    judge = ("--classification", "uk:A", "--law", "Act, 1")
    told(data, "assess", "service", "--reference", "R-1", *judge, account=ANALYST)
    told(data, "assess", "service", "--reference", "R-2", *judge, "--not-illegal", account=ANALYST)
    told(data, "activate", "service", "--reference", "R-1")
    assert [one["list"] for one in told(data, "list")] == ["assessed"]
    states = {one["reference"]: one["state"] for one in told(data, "referrals")}
    assert states == {"R-1": "listed", "R-2": "not_illegal"}
    assert told(data, "withdraw", "service", "--reference", "R-1", account=ANALYST)["entries"] == 1
    assert told(data, "outcomes", "service") == [
        {"reference": "R-1", "state": "withdrawn", "found": 0, "removed": 0},
        {"reference": "R-2", "state": "not_illegal", "found": 0, "removed": 0},
    ]
    assert "R-1" not in "".join(entry.detail for entry in trail(data))


@pytest.fixture
def mandated(data):
    """A house that may digest self-referrals, on whatever kernel the tests run."""
    give_mandate(data)
    file = data / "hostwatch.toml"
    text = file.read_text().replace('# mode = "strict"', 'mode = "best-effort" # strict')
    file.write_text(text + "hash_self_referrals = true\n")
    return data


def test_a_file_is_digested_only_where_the_mandate_says_so(data):
    """Off by default, with a mandate too; nothing is read from standard input."""
    give_mandate(data)
    arguments = ("hash", "--stdin", "--name", "service", "--reference", "R-1")
    lists(data, *arguments, account=ANALYST).is_sentence(78, "mandate.hash_self_referrals")
    lists(data, *arguments[:1], *arguments[2:], account=ANALYST).is_sentence(65, "--stdin")


def test_nothing_of_a_digested_file_is_left(mandated, tmp_path, monkeypatch):
    """Digests and reference are kept; no piece of the bytes is anywhere on disk, log or output."""
    body = encode(photo(41), "JPEG", quality=92)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    before = set(Path("/dev/shm").iterdir())
    said = run_process(
        "--data", str(mandated), "--as", ANALYST, "hashlist", "hash", "--stdin",
        "--name", "service", "--reference", "R-1", "--json",
        stdin=body, timeout=120,
    )  # fmt: skip
    assert said.code == 0, said
    made = json.loads(said.out)
    kinds = {one["type"]: one["value"] for one in made["digests"]}
    assert kinds["sha256"] == hashlib.sha256(body).hexdigest()
    assert len(kinds["pdq"]) == 64
    canaries = Canaries([body, photo(41).tobytes()])
    assert canaries.stand_in(b"x" + body[1000:1100])
    left = [path for path in (*mandated.rglob("*"), *scratch.rglob("*")) if path.is_file()]
    fresh = [path for path in Path("/dev/shm").iterdir() if path not in before and path.is_file()]
    assert left
    for path in left:
        assert not canaries.stand_in(path.read_bytes()), path
    for path in fresh:
        with contextlib.suppress(FileNotFoundError):  # others' files may vanish meanwhile
            assert not canaries.stand_in(path.read_bytes()), path
    assert not canaries.stand_in((said.out + said.err).encode())
    assert [one["state"] for one in told(mandated, "referrals")] == ["pending"]
    assert list(scratch.iterdir()) == []


def test_an_empty_pipe_is_told(mandated):
    """One sentence, no referral."""
    said = run_process(
        "--data", str(mandated), "--as", ANALYST, "hashlist", "hash", "--stdin",
        "--name", "service", "--reference", "R-1",
        timeout=120,
    )  # fmt: skip
    said.is_sentence(65, "Nothing came in", lines=4)
    assert told(mandated, "referrals") == []
