"""Archives for tests, made in memory; RAR by hand, as nothing free writes it."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence

import libarchive
import py7zr

Files = Sequence[tuple[str, bytes]]


def packed(
    files: Files, way: str, *, filters: str | None = None, password: str | None = None, **kw: str
) -> bytes:
    """Pack by libarchive: `zip`, `7zip`, `ustar`, `pax`; keywords are options of the format."""
    out = io.BytesIO()
    options = ",".join(f"{name}={value}" for name, value in kw.items())
    with libarchive.custom_writer(
        out.write, way, filters, options=options, passphrase=password
    ) as archive:
        for name, body in files:
            archive.add_file_from_memory(name, len(body), body)
    return out.getvalue()


def zipped(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack by the standard library."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return out.getvalue()


def tarred(files: Files, *extra: tarfile.TarInfo) -> bytes:
    """Pack a tar with further entries, such as links and devices, in front."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for entry in extra:
            archive.addfile(entry)
        for name, body in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return out.getvalue()


def seven(files: Files, *, password: str | None = None, hidden: bool = False) -> bytes:
    """Pack a 7z; `hidden` encrypts its list of files as well."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=hidden) as archive:
        for name, body in files:
            archive.writestr(body, name.replace("../", "up-"))  # py7zr refuses to write others
    return out.getvalue()


def rar4(files: Files, *, volume: bool = False, locked: bool = False) -> bytes:
    """Store files in a RAR 4; `locked` only says that they are encrypted."""
    main = struct.pack("<BHHHI", 0x73, int(volume), 13, 0, 0)
    out = b"Rar!\x1a\x07\x00" + _with_crc16(main)
    for name, body in files:
        text = name.encode()
        head = struct.pack("<BHHI", 0x74, 0x8000 | 4 * locked, 32 + len(text), len(body))
        head += struct.pack(
            "<IBIIBBHI", len(body), 3, zlib.crc32(body), 0, 20, 0x30, len(text), 0o100644
        )
        out += _with_crc16(head + text) + body
    return out + _with_crc16(struct.pack("<BHH", 0x7B, 0x4000, 7))


def rar5(files: Files, *, volume: bool = False) -> bytes:
    """Store files in a RAR 5."""
    out = b"Rar!\x1a\x07\x01\x00" + _block(_number(1) + _number(0) + _number(int(volume)))
    for name, body in files:
        text = name.encode()
        head = b"".join(map(_number, (2, 2, len(body), 4, len(body), 0o100644)))
        head += struct.pack("<I", zlib.crc32(body))
        head += b"".join(map(_number, (0, 1, len(text)))) + text
        out += _block(head) + body
    return out + _block(_number(5) + _number(0) + _number(0))


def _with_crc16(head: bytes) -> bytes:
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def _block(body: bytes) -> bytes:
    head = _number(len(body)) + body
    return struct.pack("<I", zlib.crc32(head)) + head


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
