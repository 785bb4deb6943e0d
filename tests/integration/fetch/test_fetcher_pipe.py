"""The fetcher process at the end of a pipe that misbehaves, and its memory over time."""

import asyncio
import os
import struct

import pytest
from practice_hosts import HERE, JPEG, Answer, Hosts, request

from crawler.fetch.wire import SETUP, dump
from isolation import child


async def started():
    return await child.start("crawler.fetch.process", stderr=asyncio.subprocess.PIPE)


async def ended(process):
    """Wait for its end; returns its status and what it said."""
    async with asyncio.timeout(10):
        said = await process.process.stderr.read()
        status = await process.process.wait()
    process.kill()
    return status, said


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">BI", ord("J"), 2**31),
        struct.pack(">BI", ord("J"), 5) + b"[1,2]",
        struct.pack(">BI", ord("B"), 3) + b"abc",
        struct.pack(">BI", ord("J"), 100) + b"{",
    ],
)
async def test_a_process_that_is_told_nonsense_ends_at_once(data):
    """A malformed first frame ends the process with a machine word and no traceback."""
    process = await started()
    process.writer.write(data)
    process.writer.close()
    status, said = await ended(process)
    assert status == 1
    assert b"Traceback" not in said
    assert b"process_ended" in said


async def test_a_setup_that_does_not_fit_is_refused():
    """A setup of another shape is answered with a code."""
    process = await started()
    await process.send({"op": "hello", "parent": os.getpid(), "setup": {"egresses": 1}})
    assert await process.receive() == {"op": "failed", "error": "bad_setup", "job": ""}
    process.writer.close()
    assert (await ended(process))[0] == 0


async def test_a_process_whose_parent_is_another_ends_silently():
    """Handed over to another parent, it does not work on."""
    process = await started()
    await process.send({"op": "hello", "parent": 1, "value": {}})
    assert await process.receive() is None
    assert (await ended(process))[0] == 1


async def test_a_call_of_another_shape_gets_a_code_and_the_next_one_works():
    """A value that does not fit and an unknown call are answered; the process goes on."""
    async with Hosts() as hosts:
        setup = dump(SETUP, hosts.fetcher()._setup)
        process = await started()
        await process.send({"op": "hello", "parent": os.getpid()}, setup)
        assert (await process.receive())["op"] == "ready"
        await process.send({"id": 1, "op": "fetch", "value": {"url": "http://site.test/"}})
        assert await process.receive() == {"id": 1, "error": "value_does_not_fit"}
        await process.send({"id": 2, "op": "open_shell", "value": None})
        assert await process.receive() == {"id": 2, "error": "unknown_op"}
        await process.send({"id": 3, "op": "pause", "value": False})
        assert await process.receive() == {"id": 3, "value": None}
        await process.send({"op": "fetch"})
        assert await process.receive() is None
        assert (await ended(process))[0] == 1


async def test_memory_stays_flat_over_many_fetches():
    """Hundreds of pages, pictures and redirects leave the process as large as it was."""
    async with Hosts() as hosts:
        hosts.routes["/p"] = Answer(b"<html>" + b"x" * 50_000)
        hosts.routes["/p.jpg"] = Answer(JPEG * 10, content_type="image/jpeg")
        hosts.names.zone |= {f"h{n}.test": [HERE] for n in range(40)}
        async with hosts.fetcher(fetch={"pace_period_s": 0.001, "pace_starts": 10}) as fetcher:
            sizes = []
            for _ in range(4):
                await asyncio.gather(*(visit(fetcher, f"h{n}.test") for n in range(40)))
                sizes.append(resident_kib(fetcher.pid))
    assert sizes[-1] - sizes[0] < 8_000


async def visit(fetcher, host):
    await fetcher.fetch(request(f"http://{host}/p", jar=host))
    picture = await fetcher.fetch(request(f"http://{host}/p.jpg", jar=host))
    await fetcher.drop(picture.ticket)


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
