"""The practice web as a process: it starts, obeys and ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from sandbox.client import BlockingSandbox, Sandbox, SandboxError
from sandbox.description import Description, write_files


async def test_the_sandbox_starts_obeys_and_leaves_nothing_behind(tmp_path, running):
    """Beside another one it is ready within seconds, answers commands, and ends with its client."""
    began = time.monotonic()
    async with await Sandbox.start(workdir=tmp_path, seed=2) as sandbox:
        assert time.monotonic() - began < 20
        assert sandbox.description.network.resolver != running.description.network.resolver
        assert (await sandbox.stats())["requests"] == {}
        assert await sandbox.mails() == []
        assert await sandbox.relay_log() == []
        assert await sandbox.mail_source("<none@hotline.example>") is None
        with pytest.raises(SandboxError, match="do is none of"):
            await sandbox.command("dance")
        with pytest.raises(SandboxError, match="lacks or misuses"):
            await sandbox.command("take_down")
    with pytest.raises(SandboxError, match="gone"):
        await sandbox.stats()
    assert (tmp_path / "sandbox.log").read_bytes() == b""
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.log"]


async def test_the_description_survives_its_journey_and_holds_no_picture(running, tmp_path):
    """JSON and back gives the same value; no JPEG, raw or encoded, is among it."""
    description = running.description
    text = json.dumps(description.to_json())
    assert Description.from_json(json.loads(text)) == description
    assert "/9j/" not in text
    assert "ffd8ff" not in text
    assert all(e.real_address.startswith("127.") for e in description.network.endpoints)
    assert len({e.real_address for e in description.network.endpoints}) > 20
    assert set(write_files(tmp_path, description)) == set(description.files)


def test_the_end_of_standard_input_ends_the_sandbox():
    """No orphan is left when whoever started it dies."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--seed", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert json.loads(process.stdout.readline())["ready"]
    process.stdin.write(b"no json\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["ok"] is False
    process.stdin.close()
    assert process.wait(10) == 0
    assert process.stderr.read() == b""
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--pictures", "/nowhere"], "is not a folder of pictures"),
        (["--scale", "0"], "must be above 0"),
        ([], "standard input must be a pipe"),
    ],
)
def test_unusable_starts_are_refused_in_one_sentence(arguments, sentence):
    """A missing folder, a senseless scale, no pipe: one sentence and exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_start_says_where_to_look(tmp_path):
    """The client names the log file."""
    with pytest.raises(SandboxError, match=r"sandbox\.log"):
        BlockingSandbox.start(workdir=tmp_path, pictures=tmp_path / "nowhere")
    assert "not a folder" in (tmp_path / "sandbox.log").read_text()
