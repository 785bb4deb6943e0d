"""Bodies that the fetcher holds for the core: kinds, questions, bounds, and what files it reaches."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap

import pytest
from practice_hosts import JOBS, JPEG, Answer, Hosts, request

from crawler.fetch.wire import MAX_PASSWORD, MAX_PASSWORDS
from isolation import landlock

ECHO = "isolation.selftest:echo_length"
ZIP = b"PK\x03\x04" + bytes(600)
FILM = b"\x1aE\xdf\xa3" + bytes(600)


@pytest.mark.parametrize(("body", "kind"), [(ZIP, "archive"), (FILM, "video")])
async def test_archives_and_films_are_held_where_there_is_a_job_for_them(body, kind):
    """With a job of their name they are held and measured; without one they are only digested."""
    async with Hosts() as hosts:
        hosts.routes["/f"] = Answer(body, content_type="application/octet-stream")
        async with hosts.fetcher(jobs=JOBS | {kind: ECHO}) as fetcher:
            found = await fetcher.fetch(request("http://site.test/f"))
            ask = {"passwords": ["open sesame"], "full": [3, 7]}
            record = await fetcher.decode(found.ticket, ask)
            await fetcher.drop(found.ticket)
        async with hosts.fetcher() as fetcher:
            unheld = await fetcher.fetch(request("http://site.test/f"))
    assert (found.body.kind, record["length"]) == (kind, len(body))
    assert {name: record["header"][name] for name in ask} == ask
    assert (unheld.ticket, unheld.record_error) == (None, None)
    assert unheld.body.digests == found.body.digests


@pytest.mark.parametrize(
    "ask",
    [
        {"size": "huge"},
        {"path": "/etc/passwd"},
        {"passwords": ["x"] * (MAX_PASSWORDS + 1)},
        {"passwords": ["x" * (MAX_PASSWORD + 1)]},
        {"passwords": [""]},
        {"passwords": ["\ud800"]},
        {"passwords": "secret"},
        {"full": [0]},
        {"full": ["1"]},
        {"full": [10**9]},
    ],
)
async def test_a_question_out_of_bounds_is_not_asked(ask):
    """It gets a code; the body is still held and the process lives."""
    async with Hosts() as hosts:
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        async with hosts.fetcher() as fetcher:
            held = await fetcher.fetch(request("http://site.test/p.jpg"))
            assert await fetcher.decode(held.ticket, ask) == {"error": "bad_ask"}
            assert (await fetcher.decode(held.ticket))["length"] == len(JPEG)
            await fetcher.drop(held.ticket)


async def test_more_pictures_than_places_each_get_two_looks():
    """Twenty at once through two places: fetched, measured twice, dropped, and none is stuck."""
    async with Hosts() as hosts:
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        async with hosts.fetcher(fetch={"total_s": 30, "read_s": 30}) as fetcher:

            async def one():
                found = await fetcher.fetch(request("http://site.test/p.jpg"))
                first = await fetcher.decode(found.ticket)
                second = await fetcher.decode(found.ticket, {"size": "full"})
                await fetcher.drop(found.ticket)
                return first["length"] == second["length"] == len(JPEG)

            async with asyncio.timeout(60):
                assert all(await asyncio.gather(*(one() for _ in range(20))))


CORE = """
import asyncio, sys
sys.path.insert(0, {tests!r})
from practice_hosts import JPEG, Answer, Hosts, request

async def main():
    async with Hosts() as hosts:
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        async with hosts.fetcher() as fetcher:
            held = await fetcher.fetch(request("http://site.test/p.jpg"))
            assert held.ticket
            print(fetcher.pid, flush=True)
            await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_no_held_body_outlives_a_killed_core():
    """When the core dies amid a decision, the fetcher and the workers that hold bodies end too."""
    program = textwrap.dedent(CORE).format(tests=os.path.dirname(__file__))
    core = subprocess.Popen([sys.executable, "-B", "-c", program], stdout=subprocess.PIPE)
    try:
        fetcher = int(await asyncio.to_thread(core.stdout.readline))
        ours = [fetcher, *children(fetcher)]
        assert len(ours) >= 2
    finally:
        os.kill(core.pid, signal.SIGKILL)
        core.wait()
        core.stdout.close()
    async with asyncio.timeout(10):
        while any(map(alive, ours)):
            await asyncio.sleep(0.05)


@pytest.mark.skipif(landlock.abi() == 0, reason="the kernel has no Landlock")
def test_the_fetcher_reaches_no_file_of_the_hotline(tmp_path):
    """Python, certificates and the resolver's files stay readable; nothing else, and no writing."""
    secret = tmp_path / "master.key"
    secret.write_text("secret")
    program = """
    import os, ssl, subprocess, sys
    from crawler.fetch import reading_room
    from isolation import lock
    assert lock.harden() and reading_room.confine()
    ssl.create_default_context()
    subprocess.run([sys.executable, "-I", "-B", "-c", "import numpy"], check=True)
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_CREAT):
        try:
            os.open(sys.argv[1], flags)
        except PermissionError:
            continue
        raise SystemExit("reached")
    for place in (os.path.dirname(sys.argv[1]), sys.prefix):
        try:
            os.mkdir(os.path.join(place, "made"))
        except PermissionError:
            continue
        raise SystemExit("made")
    """
    command = [sys.executable, "-B", "-c", textwrap.dedent(program), str(secret)]
    subprocess.run(command, check=True, timeout=60)
    assert secret.read_text() == "secret"


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
