"""The installed program as a process: one worker, an orderly end, nothing on the wrong stream."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from command_house import ANALYST, MANAGER, PROGRAM, give_mandate, run, run_process

QUIET = """
[doors]
console_port = 0
answers_port = 0
[log]
file = "hostwatch.log"
[isolation]
mode = "best-effort"
"""


@pytest.fixture
def ready(data):
    """A data directory with which a worker can start on this machine."""
    text = (data / "hostwatch.toml").read_text()
    for section in ("[doors]", "[log]", "[isolation]"):
        text = text.replace(f"\n{section}\n", "\n")
    (data / "hostwatch.toml").write_text(text + QUIET)
    give_mandate(data)
    return data


def start(data, *more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [PROGRAM, "--data", data, "--as", MANAGER, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def worker(ready):
    """`hostwatch run`, ready to work."""
    process = start(ready, "run")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("console http://127.0.0.1:"), (line, process.stderr.read())
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


def test_one_worker_works_and_leaves_its_streams_clean(ready, worker):
    """A second one is refused, the staff goes on beside it, and SIGTERM drains it."""
    second = run_process("--data", str(ready), "--as", MANAGER, "run")
    second.is_sentence(75, "PostgreSQL", lines=1)
    assert run(ready, "report", "add", "nonsense").code == 65
    left = run(ready, "recheck", "--due")
    assert (left.code, left.err) == (0, "")
    assert "worker runs on this data directory" in left.out
    assert worker.poll() is None
    worker.terminate()
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, out, err) == (0, "", "")
    lines = [json.loads(line) for line in (ready / "hostwatch.log").read_text().splitlines()]
    own = [line["event"] for line in lines if line["event"] != "library_message"]
    assert own[-1] == "worker_stopped"
    assert not [line for line in lines if line["level"] in ("error", "critical")]


def test_a_taken_port_is_one_sentence(ready):
    """Somebody else listens where the console should."""
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        text = (ready / "hostwatch.toml").read_text()
        (ready / "hostwatch.toml").write_text(
            text.replace("console_port = 0", f"console_port = {port}")
        )
        said = run(ready, "run", account=MANAGER)
    said.is_sentence(78, str(port), "doors.console_port", lines=1)
    assert said.out == ""


def test_a_log_that_cannot_be_written_is_one_sentence(ready):
    """The key and the file are named."""
    (ready / "hostwatch.log").mkdir()
    run(ready, "run", account=MANAGER).is_sentence(78, "hostwatch.log", lines=1)


def test_a_missing_mandate_stops_the_real_program(data):
    """Before anything is started."""
    said = run_process("--data", str(data), "--as", MANAGER, "run")
    said.is_sentence(78, "[mandate]", lines=1)
    assert not (data / "worker.lock").exists()


def test_a_report_from_standard_input_of_the_real_program(data):
    """Bytes that are no UTF-8, NUL and overlong input included."""
    line = ("--data", str(data), "--as", ANALYST, "report", "add", "--json")
    for stdin, code in (
        (b"http://a.test/1\n", 0),
        (b"http://a.test/\xff\xfe\x00\n", 65),
        (b"x" * 1_000_000, 65),
    ):
        said = run_process(*line, stdin=stdin)
        assert said.code == code, said
        said.is_plain()
        assert len(said.err.splitlines()) <= 1


def test_an_interrupted_command_says_that_nothing_is_lost(data, tmp_path):
    """Ctrl-C while it waits for the end of a pipe."""
    pipe = tmp_path / "reports.csv"
    os.mkfifo(pipe)
    # whoever runs the tests may ignore the signal, and a child would take that over
    program = ["env", "--default-signal=INT", PROGRAM, "--data", data, "--as", ANALYST]
    process = subprocess.Popen(
        [*program, "report", "import", pipe],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pipe.open("w"):  # opens once the program opens it to read
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err) == ("", "hostwatch: interrupted; nothing that was accepted is lost.\n")
