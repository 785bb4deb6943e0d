"""The register of self-referrals: what comes in, how far it comes, and what a withdrawal leaves."""

from __future__ import annotations

import hashlib
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.errors import ConfigurationProblem, InvalidInput, UnknownRecord
from cases.model import Classification
from matchers.hashlist.entry import Candidate
from matchers.hashlist.selfreferrals import (
    FOLDER,
    MOST_DIGESTS,
    Judged,
    Referral,
    State,
    candidates_of,
    changing,
    judge,
    key_of,
    names,
    read_register,
    require,
    take_in,
    withdrawn,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
A = Classification(scheme="national", value="A")
JUDGED = Judged(classification=A, law="Act, 1", assessor="ana", at=NOW)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def given(reference: str | None, *texts: str, line: int = 1) -> list[Candidate]:
    return [Candidate(line, "md5", md5(text), reference=reference) for text in texts]


def test_digests_are_gathered_by_reference() -> None:
    """Several lines of one reference are one referral; nothing is listed yet."""
    register: dict[str, Referral] = {}
    intake = take_in(register, [*given("R1", "a", "b", "a"), *given("R2", "c")], NOW)
    assert (intake.new, intake.known, intake.refused) == (2, 0, {})
    assert [len(one.digests) for one in register.values()] == [2, 1]
    assert {one.state for one in register.values()} == {State.PENDING}


def test_what_cannot_be_listed_is_refused() -> None:
    """No reference, the empty file, nonsense; each with its line."""
    bad = [
        *given(None, "a", line=4),
        Candidate(5, "md5", md5(""), reference="R"),
        Candidate(6, "md5", "zz", reference="R"),
        Candidate(7, "md5", md5("x"), reference="two words"),
    ]
    register: dict[str, Referral] = {}
    intake = take_in(register, bad, NOW)
    assert register == {}
    assert intake.first_refused == [
        (4, "no_reference"),
        (5, "empty_file"),
        (6, "not_hexadecimal"),
        (7, "bad_reference"),
    ]


def test_one_reference_does_not_flood_the_register() -> None:
    """A child has sent pictures, not a list."""
    many = given("R", *(str(number) for number in range(MOST_DIGESTS + 5)))
    register: dict[str, Referral] = {}
    assert take_in(register, many, NOW).refused == {"too_many_digests": 5}
    assert len(register["R"].digests) == MOST_DIGESTS


def test_the_same_again_changes_nothing_and_more_is_assessed_anew() -> None:
    """A referral that grew was not assessed as a whole."""
    register: dict[str, Referral] = {}
    take_in(register, given("R", "a"), NOW)
    register["R"] = judge(register["R"], JUDGED, illegal=True)
    assert take_in(register, given("R", "a"), NOW).known == 1
    assert register["R"].state is State.ASSESSED
    assert take_in(register, given("R", "a", "b"), NOW).added == 1
    assert (register["R"].state, register["R"].judged) == (State.PENDING, None)


def test_what_was_withdrawn_does_not_come_back() -> None:
    """Not even when the service sends the same file again."""
    register: dict[str, Referral] = {}
    take_in(register, given("R", "a"), NOW)
    register["R"] = withdrawn(register["R"], found=3, removed=2)
    assert take_in(register, given("R", "a"), NOW).refused == {"withdrawn_before": 1}
    kept = register["R"]
    assert (kept.digests, kept.judged, kept.found, kept.removed) == ((), None, 3, 2)


def test_what_is_not_illegal_keeps_no_digest() -> None:
    """It will never be compared, so nothing of it is kept but the outcome."""
    register: dict[str, Referral] = {}
    take_in(register, given("R", "a"), NOW)
    assert judge(register["R"], JUDGED, illegal=False).digests == ()


def test_the_key_leads_back_from_the_register_only() -> None:
    """Neither the service's name nor its reference can be read from what is listed."""
    register: dict[str, Referral] = {}
    take_in(register, given("CHILD-REF-1", "a"), NOW)
    assessed = judge(register["CHILD-REF-1"], JUDGED, illegal=True)
    (listed,) = candidates_of("report-remove", assessed)
    assert listed.reference == key_of("report-remove", "CHILD-REF-1")
    assert listed.classification == A
    assert "CHILD" not in repr(listed)
    assert key_of("other", "CHILD-REF-1") != listed.reference


def test_states_are_required() -> None:
    """The sentence names the state and never the reference."""
    register: dict[str, Referral] = {}
    take_in(register, given("CHILD-REF-1", "a"), NOW)
    with pytest.raises(InvalidInput, match="is pending; it must be assessed") as refused:
        require(register, "CHILD-REF-1", State.ASSESSED)
    assert "CHILD" not in str(refused.value)
    with pytest.raises(UnknownRecord):
        require(register, "other", State.PENDING)


def test_the_file_is_whole_or_as_before(tmp_path: Path) -> None:
    """Mode 0600; an error in between changes nothing; a second service has its own file."""
    with changing(tmp_path, "one", create=True) as register:
        take_in(register, given("R", "a"), NOW)
    before = read_register(tmp_path, "one")

    def fail_amid_a_change() -> None:
        with changing(tmp_path, "one") as register:
            register.clear()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_amid_a_change()
    assert read_register(tmp_path, "one") == before
    with changing(tmp_path, "two", create=True):
        pass
    assert names(tmp_path) == ["one", "two"]
    path = tmp_path / FOLDER / "one.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {found.name for found in path.parent.iterdir()} == {
        "one.jsonl",
        "one.lock",
        "two.jsonl",
        "two.lock",
    }


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"reference": "R"}\n', b"[]\n"])
def test_a_damaged_register_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    """It is not taken for an empty one, and nothing of it is quoted."""
    with changing(tmp_path, "one", create=True):
        pass
    (tmp_path / FOLDER / "one.jsonl").write_bytes(content)
    with pytest.raises(ConfigurationProblem, match="damaged; restore it"):
        read_register(tmp_path, "one")


def test_a_service_that_never_sent_anything(tmp_path: Path) -> None:
    """Neither read nor made by a typing error."""
    with pytest.raises(UnknownRecord):
        read_register(tmp_path, "one")
    with pytest.raises(UnknownRecord), changing(tmp_path, "one"):
        pass
    with pytest.raises(InvalidInput):
        read_register(tmp_path, "../one")
    assert list(tmp_path.iterdir()) == []
