"""Whether a body is whole: what is cut, partial or coded must never pass for the file itself."""

import asyncio
import gzip
import hashlib
import os
import socket
import struct
import zlib

import brotli
import pytest
from backports import zstd
from practice_hosts import HERE, JPEG, Hosts, request

from crawler.fetch.contract import FetchCode

NOISE = JPEG[:4] + os.urandom(40_000)
"""A body that no coding makes much smaller, so that a cut falls amid it."""


def head(*lines, status="200 OK"):
    return (f"HTTP/1.1 {status}\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode()


def sized(body, *lines, status="200 OK"):
    return head(f"Content-Length: {len(body)}", *lines, status=status) + body


def chunked(body, *lines):
    start = head("Transfer-Encoding: chunked", *lines)
    return start + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def bare_deflate(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def says(data, *, later=b"", reset=False):
    """Answer with these bytes, and end properly or by a reset."""

    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        if later or reset:
            await asyncio.sleep(0.2)
        writer.write(later)
        await writer.drain()
        if reset:
            link = writer.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    return talk


async def asked(talks, **changes):
    """Ask servers that talk like this, one after the other, on a host of their own."""
    async with Hosts() as hosts:
        for number, talk in enumerate(talks):
            await hosts.raw(HERE, 8081 + number, talk)
        async with hosts.fetcher() as fetcher:
            return [
                await fetcher.fetch(request(f"http://site.test:{8081 + number}/", **changes))
                for number in range(len(talks))
            ]


def is_cut(result, code=FetchCode.TRUNCATED):
    return (
        result.error is code
        and (result.body is None or (not result.body.complete and result.body.digests is None))
        and (result.ticket, result.record) == (None, None)
    )


PACKED = {
    "gzip": gzip.compress(NOISE),
    "br": brotli.compress(NOISE),
    "zstd": zstd.compress(NOISE),
    "deflate": zlib.compress(NOISE),
}


@pytest.mark.parametrize("name", PACKED)
async def test_a_coded_body_that_is_cut_inside_is_not_whole(name):
    """Its length and its last chunk may be right: the coding itself did not come to its end."""
    packed, coding = PACKED[name], f"Content-Encoding: {name}"
    found = await asked(
        [
            says(sized(packed, coding)),
            says(sized(packed[:-3000], coding)),
            says(chunked(packed[:-3000], coding)),
            says(head(coding) + packed[:-3000]),
            says(sized(packed[:-1], coding)),
            says(sized(packed[:2], coding)),
            says(sized(packed + b"\x00garbage", coding)),
        ]
    )
    whole, *cut, followed = found
    assert whole.body.digests.sha256 == hashlib.sha256(NOISE).hexdigest()
    assert all(is_cut(result) for result in cut)
    if name == "gzip":  # what scripts print after their own packing is passed over, as everywhere
        assert followed.body.digests == whole.body.digests
    else:
        assert is_cut(followed, FetchCode.MALFORMED_ANSWER)


async def test_every_way_to_code_a_whole_body_gives_the_body_itself():
    """Old names, several members, no header, and one coding in another: as a browser reads them."""
    parts = gzip.compress(NOISE[:5000]) + gzip.compress(NOISE[5000:])
    frames = zstd.compress(NOISE[:5000]) + zstd.compress(NOISE[5000:])
    found = await asked(
        [
            says(sized(PACKED["gzip"], "Content-Encoding: x-gzip")),
            says(sized(parts, "Content-Encoding: GZIP")),
            says(sized(frames, "Content-Encoding: zstd")),
            says(sized(bare_deflate(NOISE), "Content-Encoding: deflate")),
            says(sized(gzip.compress(PACKED["br"]), "Content-Encoding: br, gzip")),
            says(
                sized(
                    gzip.compress(PACKED["gzip"]),
                    "Content-Encoding: gzip",
                    "Content-Encoding: identity, gzip",
                )
            ),
            says(sized(NOISE, "Content-Encoding: identity")),
            says(sized(NOISE, "Content-Encoding: unheard-of")),
        ]
    )
    wanted = hashlib.sha256(NOISE).hexdigest()
    assert [result.body.digests.sha256 for result in found] == [wanted] * len(found)


async def test_a_cut_member_a_deep_stack_and_a_crowd_of_members_are_not_whole():
    """The second of two members is missing its end; codings and members have their bounds."""
    cut = gzip.compress(NOISE[:5000]) + gzip.compress(NOISE[5000:])[:-3000]
    deep = NOISE
    for _ in range(4):
        deep = gzip.compress(deep)
    found = await asked(
        [
            says(sized(cut, "Content-Encoding: gzip")),
            says(sized(deep, "Content-Encoding: gzip, gzip, gzip, gzip")),
            says(sized(gzip.compress(b"") * 2000, "Content-Encoding: gzip")),
            says(sized(PACKED["gzip"][:-8] + bytes(8), "Content-Encoding: gzip")),
        ]
    )
    assert is_cut(found[0])
    assert all(is_cut(result, FetchCode.MALFORMED_ANSWER) for result in found[1:])


async def test_a_body_without_a_length_ends_by_a_close_and_not_by_a_reset():
    """What lasts until the end of the connection is whole when the host closes it properly."""
    closed, reset, in_chunks = await asked(
        [
            says(head() + JPEG),
            says(head() + JPEG, reset=True),
            says(head("Transfer-Encoding: chunked") + b"%x\r\n" % len(JPEG) + JPEG, reset=True),
        ]
    )
    assert closed.body.digests.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert is_cut(reset)
    assert is_cut(in_chunks)


async def test_a_part_is_not_taken_for_the_whole_that_was_asked_for():
    """A range of more, of unknown length, several ranges or none named: nothing of it is read."""
    part, all_of_it = "Content-Range: bytes 0-999/5000", f"bytes 0-{len(JPEG) - 1}/{len(JPEG)}"
    partial = "206 Partial Content"
    found = await asked(
        [
            says(sized(JPEG[:1000], part, status=partial)),
            says(sized(JPEG[:1000], "Content-Range: bytes 0-999/*", status=partial)),
            says(sized(JPEG[:1000], "Content-Range: bytes 9-1008/1009", status=partial)),
            says(sized(b"--x\r\n\r\nab\r\n--x--", status=partial)),
            says(sized(JPEG[:1000], part)),
            says(sized(JPEG, f"Content-Range: {all_of_it}", status=partial)),
            says(sized(JPEG, f"Content-Range: {all_of_it}")),
            says(sized(JPEG, "Content-Range: nonsense")),
        ]
    )
    assert all(is_cut(result) for result in found[:5])
    assert [result.status for result in found[:5]] == [206, 206, 206, 206, 200]
    wanted = hashlib.sha256(JPEG).hexdigest()
    assert [result.body.digests.sha256 for result in found[5:]] == [wanted] * 3


HUGE = b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"


async def test_a_head_that_leaves_open_what_the_body_is_is_no_answer():
    """A coded transfer, another protocol, a status below all, an absurd length, two directions."""
    packed = gzip.compress(JPEG)
    lengths = [b"-5", b"+5", b"5, 5", b"", b"0x10", b"18446744073709551616"]
    upgrade = ("Upgrade: websocket", "Connection: upgrade")
    found = await asked(
        [
            says(chunked(packed).replace(b"chunked", b"gzip, chunked", 1)),
            says(head("Transfer-Encoding: gzip") + packed),
            says(head(*upgrade, status="101 Switching Protocols") + JPEG),
            says(sized(JPEG, status="099 x")),
            says(HUGE + JPEG),
            says(sized(b"", "Location: /a", "Location: http://127.0.0.1/", status="302 Found")),
            says(head("Content-Length: 9", f"Content-Length: {len(JPEG)}") + JPEG),
            says(head("Content-Length: 9", "Transfer-Encoding: chunked") + b"9\r\n"),
            *(
                says(b"HTTP/1.1 200 OK\r\nContent-Length: %b\r\n\r\n" % one + JPEG)
                for one in lengths
            ),
        ]
    )
    assert {result.error for result in found} == {FetchCode.MALFORMED_ANSWER}
    assert all(is_cut(result, FetchCode.MALFORMED_ANSWER) for result in found)


async def test_the_kind_of_a_body_does_not_depend_on_how_it_arrives():
    """In one piece, in two and byte by byte: only the first 512 bytes decide."""
    text = b"<!doctype html><p>" + b"a" * 600 + b"\x08" + b"b" * 600

    async def byte_by_byte(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.write(head(f"Content-Length: {len(text)}"))
        for at in range(len(text)):
            writer.write(text[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0)

    start = head(f"Content-Length: {len(text)}")
    found = await asked(
        [says(start + text), says(start + text[:550], later=text[550:]), byte_by_byte]
    )
    assert [result.body.kind for result in found] == ["page"] * 3
    assert {result.body.digests.sha256 for result in found} == {hashlib.sha256(text).hexdigest()}
    assert all(result.record["length"] == len(text) for result in found)


async def test_a_body_may_be_as_long_as_its_cap_and_no_longer():
    """Plain and coded, with and without a length: at the cap it is whole, one byte over it is not."""
    cap = 100_000
    body = JPEG + bytes(cap - len(JPEG))
    over = body + b"x"
    async with Hosts() as hosts:
        talks = []
        for data in (body, over):
            talks += [says(sized(data)), says(head() + data), says(chunked(data))]
            talks.append(says(sized(gzip.compress(data), "Content-Encoding: gzip")))
        for number, talk in enumerate(talks):
            await hosts.raw(HERE, 8081 + number, talk)
        async with hosts.fetcher(fetch={"media_bytes": cap}) as fetcher:
            found = [
                await fetcher.fetch(request(f"http://site.test:{8081 + number}/"))
                for number in range(len(talks))
            ]
    wanted = hashlib.sha256(body).hexdigest()
    assert [result.body.digests.sha256 for result in found[:4]] == [wanted] * 4
    assert all(is_cut(result, FetchCode.TOO_LARGE) for result in found[4:])
