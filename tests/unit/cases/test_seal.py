"""Keys, sealed values and blind indexes."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import InvalidInput, KeyProblem
from cases.seal import Keyring, Unsealable, create_key_file, load_keyring, seal, unseal

KEYS = Keyring.derive(b"m" * 32)
OTHER = Keyring.derive(b"n" * 32)


@given(st.binary(max_size=500), st.binary(max_size=50))
def test_what_is_sealed_opens_under_its_key_and_place_only(plaintext, aad):
    """Another key, another place, or one changed bit, and nothing opens."""
    key = KEYS.new_case_key()
    sealed = seal(key, plaintext, aad)
    assert unseal(key, sealed, aad) == plaintext
    assert seal(key, plaintext, aad) != sealed
    for wrong in (
        (OTHER.new_case_key(), sealed, aad),
        (key, sealed, aad + b"x"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), aad),
        (key, sealed[:5], aad),
        (key, b"", aad),
    ):
        with pytest.raises(Unsealable):
            unseal(*wrong)


def test_a_case_key_opens_for_its_case_and_its_master_key_only():
    """A wrapped key names its master key and is bound to its case."""
    key = KEYS.new_case_key()
    wrapped = KEYS.wrap("HW-2026-000001", key)
    assert wrapped[0] == KEYS.key_id
    assert KEYS.unwrap("HW-2026-000001", wrapped) == key
    rotated = Keyring.derive(b"m" * 32, key_id=2)
    for ring, case_id, value in (
        (OTHER, "HW-2026-000001", wrapped),
        (KEYS, "HW-2026-000002", wrapped),
        (rotated, "HW-2026-000001", wrapped),
        (KEYS, "HW-2026-000001", b""),
    ):
        with pytest.raises(KeyProblem, match="HW-2026-00000"):
            ring.unwrap(case_id, value)


def test_a_blind_index_is_equal_for_equal_values_of_one_field_under_one_key():
    """It tells nothing else: other fields, values and keys give unrelated bytes."""
    blind = KEYS.blind("canonical", "https://board.test/1")
    assert blind == KEYS.blind("canonical", "https://board.test/1")
    assert len(blind) == 32
    others = {
        KEYS.blind("host", "https://board.test/1"),
        KEYS.blind("canonical", "https://board.test/2"),
        OTHER.blind("canonical", "https://board.test/1"),
    }
    assert len(others | {blind}) == 4


def test_text_that_is_not_unicode_is_refused_without_quoting_it():
    """Undecodable bytes of a terminal arrive as lone surrogates."""
    with pytest.raises(InvalidInput, match="UTF-8") as refused:
        KEYS.blind("canonical", "https://board.test/\udcff")
    assert "board" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_keys_do_not_show_themselves():
    """`repr` holds no key material."""
    shown = repr(KEYS)
    assert "wrapping" not in shown
    assert repr(KEYS.indexing)[2:10] not in shown


# --------------------------------------------------------------------------- the key file


def test_a_new_key_file_is_private_and_says_what_it_is(tmp_path: Path):
    """Mode 0600, a first line for people, 32 random bytes."""
    one, two = tmp_path / "one.key", tmp_path / "two.key"
    create_key_file(one)
    create_key_file(two)
    assert one.stat().st_mode & 0o777 == 0o600
    header, secret = one.read_text("ascii").splitlines()
    assert header.startswith("hostwatch master key, id 1.")
    assert len(base64.b64decode(secret, validate=True)) == 32
    assert load_keyring(one) == load_keyring(one)
    assert load_keyring(one) != load_keyring(two)


def test_a_key_file_is_never_overwritten(tmp_path: Path):
    """A second creation is refused and leaves the first key as it was."""
    path = tmp_path / "master.key"
    create_key_file(path)
    before = path.read_bytes()
    with pytest.raises(KeyProblem, match="never overwritten"):
        create_key_file(path)
    assert path.read_bytes() == before


def test_a_key_file_in_no_directory_is_told(tmp_path: Path):
    """The sentence names the path and the reason."""
    with pytest.raises(KeyProblem, match="no such file or directory"):
        create_key_file(tmp_path / "nowhere" / "master.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o777])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int):
    """Any permission of group or others is one too many."""
    path = tmp_path / "master.key"
    create_key_file(path)
    path.chmod(mode)
    with pytest.raises(KeyProblem, match="chmod 600"):
        load_keyring(path)


HEADER = b"hostwatch master key, id 1. Keep it apart.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a hostwatch key file"),
        (b"something else\n", "not a hostwatch key file"),
        (HEADER.replace(b"1", b"256"), "not a hostwatch key file"),
        (b"\xff\xfe\x00" * 50, "not a hostwatch key file"),
        (HEADER, "holds 0 bytes where 32 are needed"),
        (HEADER + base64.b64encode(b"k" * 31), "holds 31 bytes where 32 are needed"),
        (HEADER + base64.b64encode(b"k" * 33), "holds 33 bytes where 32 are needed"),
        (HEADER + b"not base64!", "not base64"),
        (HEADER + base64.b64encode(b"k" * 32)[:-3], "not base64"),
    ],
)
def test_a_damaged_key_file_is_told_in_one_sentence(tmp_path: Path, content: bytes, sentence: str):
    """The sentence says what is wrong and holds nothing of the content."""
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyProblem, match=sentence) as told:
        load_keyring(path)
    assert "\n" not in str(told.value)
    assert "a2tra2" not in str(told.value)


def test_a_missing_key_file_and_a_directory_are_told(tmp_path: Path):
    """Neither is a key file."""
    with pytest.raises(KeyProblem, match="There is no key file"):
        load_keyring(tmp_path / "master.key")
    with pytest.raises(KeyProblem, match=r"cannot be read|regular file"):
        load_keyring(tmp_path)


def test_a_master_key_of_the_wrong_size_is_refused():
    """Only 32 bytes and an id within a byte make a keyring."""
    for master, key_id in ((b"k" * 16, 1), (b"k" * 32, 256), (b"k" * 32, -1)):
        with pytest.raises(KeyProblem, match="32 bytes"):
            Keyring.derive(master, key_id=key_id)
