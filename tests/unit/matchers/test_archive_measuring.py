"""Archives, friendly and hostile, become records without names."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from archive_makers import packed, rar4, rar5, seven, tarred, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matcher_pictures import encode, photo

from cases.model import NotChecked
from matchers.decode import archive_known_answers, measuring
from matchers.decode.archive_budget import MIB, Limits
from matchers.decode.archive_measuring import measure
from matchers.decode.archive_samples import ARCHIVES, PASSWORD
from matchers.decode.archive_volumes import is_volume
from matchers.records_parts import ArchiveRecord, read_archive

PICTURE = encode(photo(1, size=(160, 120)), "JPEG", quality=90)
TEXT = b"a note " * 40
FILES = [("Ünï/пример.jpg", PICTURE), ("../../etc/passwd", TEXT), ("nothing", b"")]
WAYS: dict[str, Callable[[], bytes]] = {
    "zip": lambda: packed(FILES, "zip"),
    "zip by another program": lambda: zipped(FILES),
    "7z": lambda: packed(FILES, "7zip"),
    "tar": lambda: packed(FILES, "ustar"),
    "tar.gz": lambda: packed(FILES, "pax", filters="gzip"),
    "tar.bz2": lambda: packed(FILES, "ustar", filters="bzip2"),
    "tar.xz": lambda: packed(FILES, "ustar", filters="xz"),
    "tar.zst": lambda: packed(FILES, "ustar", filters="zstd"),
    "rar": lambda: rar4(FILES),
    "rar5": lambda: rar5(FILES),
}
LOCKED: dict[str, Callable[[str], bytes]] = {
    "zip, old encryption": lambda word: packed(FILES, "zip", password=word, encryption="zipcrypt"),
    "zip, AES": lambda word: packed(FILES, "zip", password=word, encryption="aes256"),
    "7z": lambda word: seven(FILES, password=word),
    "7z with hidden names": lambda word: seven(FILES, password=word, hidden=True),
}
SMALL = Limits(unpacked=4 * MIB, ratio_from=1 * MIB, ratio=100, kept=MIB)
WORDS = {
    "empty", "unsupported_format", "encrypted", "wrong_password", "missing_volume",
    "too_large_unpacked", "too_many_members", "time_limit", "undecodable", "out_of_memory",
}  # fmt: skip


def lengths(record: dict) -> list[int]:
    return [member["length"] for member in record["members"]]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_packing_gives_the_members_digests(way: str) -> None:
    """Digests, kinds and the picture's record are those of the files themselves."""
    record = measure({}, WAYS[way]())
    assert record["format"] == way.partition(" ")[0]
    assert (record["total"], record["skipped"], record["partial"]) == (3, {}, False)
    assert (record["encrypted"], record["opened"]) == (False, True)
    bodies = {hashlib.sha256(body).hexdigest(): body for _, body in FILES}
    assert {member["sha256"] for member in record["members"]} == set(bodies)
    for member in record["members"]:
        body = bodies[member["sha256"]]
        assert member["md5"] == hashlib.md5(body).hexdigest()
        assert member["sha1"] == hashlib.sha1(body).hexdigest()
        assert (member["length"], member["complete"]) == (len(body), True)
    picture = next(member for member in record["members"] if member["kind"] == "picture")
    assert picture["record"] == measuring.measure({}, PICTURE)
    assert isinstance(read_archive(json.loads(json.dumps(record))), ArchiveRecord)


@pytest.mark.parametrize("way", WAYS)
def test_no_name_leaves(way: str) -> None:
    """Nothing of a member's name is in the record."""
    text = json.dumps(measure({}, WAYS[way]()), ensure_ascii=False)
    for part in ("Ün", "приме", "passwd", "etc", "nothing", "jpg"):
        assert part not in text


@pytest.mark.parametrize("ending", ["gzip", "bzip2", "xz", "zstd"])
def test_one_compressed_file_is_an_archive_of_one(ending: str) -> None:
    """A compressed picture that is no tar is unpacked and measured."""
    record = measure({}, packed([("a", PICTURE)], "raw", filters=ending))
    assert [member["kind"] for member in record["members"]] == ["picture"]
    assert record["members"][0]["sha256"] == hashlib.sha256(PICTURE).hexdigest()


@pytest.mark.parametrize("way", LOCKED)
def test_a_locked_archive_opens_with_a_password_of_the_case_only(way: str) -> None:
    """Without one it is encrypted, with others wrong; none of them comes into the record."""
    body = LOCKED[way]("geheim ß")
    wrong = [f"wrong-{number}" for number in range(4)]
    assert measure({}, body) == {"error": "encrypted"}
    assert measure({"passwords": wrong}, body) == {"error": "wrong_password"}
    record = measure({"passwords": [*wrong, "geheim ß"]}, body)
    assert (record["encrypted"], record["opened"], record["partial"]) == (True, True, False)
    assert sorted(lengths(record)) == sorted(len(content) for _, content in FILES)
    assert "geheim" not in json.dumps(record)
    assert "wrong" not in json.dumps(record)


def test_the_old_encryption_never_gives_noise_as_a_member() -> None:
    """One of 256 wrong passwords passes its own check; the checksum then refuses it."""
    body = packed(
        [("a", TEXT)], "zip", password="right", encryption="zipcrypt", compression="store"
    )
    for start in range(0, 400, 10):
        words = [f"word-{start + number}" for number in range(10)]
        assert measure({"passwords": words}, body) == {"error": "wrong_password"}
        right = measure({"passwords": [*words[:9], "right"]}, body)
        assert right["members"][0]["sha256"] == hashlib.sha256(TEXT).hexdigest()


def test_only_ten_short_passwords_are_tried() -> None:
    """What is no such list is as if no password had been given."""
    body = LOCKED["zip, AES"]("right")
    for given_words in ("right", 7, None, [7, None], ["x" * 201], ["right\0"], {"a": "right"}):
        assert measure({"passwords": given_words}, body) == {"error": "encrypted"}
    late = [*(f"wrong-{number}" for number in range(10)), "right"]
    assert measure({"passwords": late}, body) == {"error": "wrong_password"}


def test_a_locked_rar_says_so() -> None:
    """No reader here opens one, whatever the password."""
    body = rar4([("a", TEXT)], locked=True)
    for passwords in ([], ["word"]):
        assert measure({"passwords": passwords}, body) == {"error": "encrypted"}


def test_links_devices_and_folders_are_passed_by() -> None:
    """They hold nothing, so they are no members."""
    extra = []
    for name, kind in (
        ("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("again", tarfile.LNKTYPE),
        ("device", tarfile.CHRTYPE), ("disk", tarfile.BLKTYPE), ("pipe", tarfile.FIFOTYPE),
    ):  # fmt: skip
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        extra.append(entry)
    record = measure({}, tarred([("a", TEXT)], *extra))
    assert lengths(record) == [len(TEXT)]
    assert (record["total"], record["partial"]) == (1, False)


def test_archives_in_archives_are_opened_twice() -> None:
    """Their members follow them; what lies deeper is said to be too deep."""
    body = zipped([("pic", PICTURE)])
    for _ in range(2):
        body = zipped([("in", body)])
    record = measure({}, body)
    kinds = [member["kind"] for member in record["members"]]
    assert (kinds, record["partial"]) == (["archive", "archive", "picture"], False)
    deeper = measure({}, zipped([("in", body)]))
    assert [member["kind"] for member in deeper["members"]] == ["archive"] * 3
    assert deeper["skipped"] == {"too_deep": 1}


def test_a_password_also_opens_what_lies_inside() -> None:
    """The inner archive of a plain one is opened with the same passwords, or said to be locked."""
    body = zipped([("in", seven([("a", TEXT)], password="inner"))])
    assert measure({}, body)["skipped"] == {"encrypted": 1}
    record = measure({"passwords": ["inner"]}, body)
    assert lengths(record)[1:] == [len(TEXT)]
    assert (record["encrypted"], record["opened"], record["partial"]) == (True, True, False)


def test_bombs_stop_at_the_budget() -> None:
    """Flat, solid, sparse and nested ones end in the same word, with what was read before."""
    zeros = bytes(3 * MIB)
    flat = zipped([("note", TEXT), ("a", zeros), ("b", zeros)])
    record = measure({}, flat, limits=SMALL)
    assert record["skipped"] == {"too_large_unpacked": 1}
    assert lengths(record) == [len(TEXT)]
    for bomb in (zipped([("a", zeros)]), seven([("a", zeros)], password="p"),
                 packed([("a", zeros)], "pax", filters="xz")):  # fmt: skip
        assert measure({"passwords": ["p"]}, bomb, limits=SMALL) == {"error": "too_large_unpacked"}
    inner = zipped([(str(number), bytes(MIB // 2)) for number in range(16)])
    nested = measure({}, zipped([(str(number), inner) for number in range(16)]), limits=SMALL)
    assert nested["skipped"] == {"too_large_unpacked": 1}
    assert sum(lengths(nested)) <= SMALL.unpacked


def test_the_real_budget_stops_a_bomb() -> None:
    """A ratio above a thousand is not believed beyond 64 MiB."""
    body = zipped([("a", bytes(70 * MIB))], method=zipfile.ZIP_LZMA)
    assert measure({}, body) == {"error": "too_large_unpacked"}


def test_too_many_members_are_not_all_read() -> None:
    """The record stays under a megabyte, and says that it is not whole."""
    pictures = [(str(n), encode(photo(n % 7, size=(64, 64)), "PNG")) for n in range(400)]
    body = zipped([*pictures, *((f"x{n}", b"%d" % n) for n in range(2000))])
    record = measure({}, body)
    assert len(record["members"]) == 2000
    assert record["skipped"]["too_many_members"] == 1
    assert record["partial"]
    assert len(json.dumps(record)) < 1_000_000
    measured = sum(1 for member in record["members"] if member["record"])
    assert record["skipped"].get("not_measured", 0) == 400 - measured


def test_what_is_not_measured_in_time_is_said() -> None:
    """After its share of the time only digests are made; after all of it reading ends."""
    body = zipped([("a", PICTURE), ("b", PICTURE + b"x")])
    record = measure({}, body, limits=Limits(measuring_s=0))
    assert record["skipped"] == {"not_measured": 2}
    assert all(member["record"] is None and member["complete"] for member in record["members"])
    assert measure({}, body, limits=Limits(cpu_s=-1)) == {"error": "time_limit"}


def test_a_second_look_measures_named_members_at_full_size() -> None:
    """Only these; the others keep their digests and are said to be not measured."""
    large = encode(photo(2, size=(1600, 1200)), "JPEG")
    body = zipped([("a", PICTURE), ("b", large), ("c", large)])
    first = measure({}, body)
    assert first["members"][1]["record"]["scale"] > 1
    second = measure({"full": [2, 77, "x", None]}, body)
    assert second["members"][1]["record"] == measuring.measure({"size": "full"}, large)
    assert [bool(member["record"]) for member in second["members"]] == [False, True, False]
    assert second["skipped"] == {"not_measured": 2}
    assert measure({"full": "all"}, body) == first


def test_a_member_too_long_to_be_held_is_digested_all_the_same() -> None:
    """Its record is missing and it is counted."""
    record = measure({}, zipped([("a", PICTURE)]), limits=Limits(kept=1000))
    assert record["members"][0]["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert record["skipped"] == {"too_large_to_open": 1}


@pytest.mark.parametrize("way", [*WAYS, *LOCKED])
def test_a_cut_archive_never_reads_as_whole(way: str) -> None:
    """Wherever it is cut: an error, or a record that is partial."""
    body = WAYS[way]() if way in WAYS else LOCKED[way]("p")
    for end in {*range(1, len(body), max(1, len(body) // 60)), len(body) - 1}:
        record = measure({"passwords": ["p"]}, body[:end])
        if "error" in record:
            assert record["error"] in WORDS
        elif sorted(lengths(record)) != sorted(len(content) for _, content in FILES):
            assert record["partial"], end


def test_a_lying_or_broken_zip_is_said_to_be_damaged() -> None:
    """Wrong sizes and checksums make a member incomplete, never a clean one."""
    body = bytearray(zipped([("a", TEXT)], method=zipfile.ZIP_STORED))
    at = bytes(body).index(TEXT)
    body[at] ^= 1
    record = measure({}, bytes(body))
    assert [member["complete"] for member in record["members"]] == [False]
    assert record["skipped"] == {"damaged": 1}
    lying = bytearray(zipped([("a", TEXT), ("b", TEXT)]))
    start = bytes(lying).index(b"PK\x01\x02")
    lying[start + 24 : start + 28] = struct.pack("<I", 1 << 30)
    lying[22:26] = struct.pack("<I", 1 << 30)
    assert measure({}, bytes(lying))["partial"]


def test_a_zip_behind_other_data_is_found() -> None:
    """A picture that is a zip as well opens as one."""
    for front in (PICTURE, b"MZ" + bytes(500), b"\n"):
        record = measure({}, front + zipped([("a", TEXT)]))
        assert (record["format"], lengths(record)) == ("zip", [len(TEXT)])


def test_a_volume_says_that_others_are_missing() -> None:
    """What is here is measured, and the rest is counted as missing."""
    for body in (rar4([("a", TEXT)], volume=True), rar5([("a", TEXT)], volume=True)):
        assert is_volume(body)
        record = measure({}, body)
        assert record["skipped"].get("missing_volume", 0) == 1
        assert lengths(record) == [len(TEXT)]
    first = seven([("a", PICTURE)])[:2000]
    assert measure({}, first) == {"error": "missing_volume"}
    last = bytearray(zipped([("a", TEXT)]))
    last[bytes(last).rindex(b"PK\x05\x06") + 4] = 2
    assert measure({}, bytes(last))["skipped"]["missing_volume"] == 1
    whole = [make() for make in WAYS.values()]
    assert not any(is_volume(body) for body in whole)


def test_what_is_no_archive_says_so() -> None:
    """Nothing, text, and noise."""
    assert measure({}, b"") == {"error": "empty"}
    assert measure({}, b"<html>") == {"error": "unsupported_format"}
    assert measure({}, PICTURE) == {"error": "unsupported_format"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(ARCHIVES)), data=st.data())
def test_no_broken_archive_breaks_the_job(name: str, data: st.DataObject) -> None:
    """Changed bytes give a record that the core accepts, or a word."""
    body = bytearray(base64.b64decode(ARCHIVES[name]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    record = measure({"passwords": [PASSWORD]}, bytes(body))
    read = read_archive(json.loads(json.dumps(record)))
    assert isinstance(read, ArchiveRecord) or read.reason in WORDS
    assert read != NotChecked(reason="bad_record")


def test_all_samples_are_right_here() -> None:
    """This machine reads every way of packing that is documented."""
    archive_known_answers.warm()
    assert archive_known_answers.readable() == set(ARCHIVES)
    archive_known_answers.self_test()
