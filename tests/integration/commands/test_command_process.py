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


def test_the_worker_ends_orderly_and_leaves_its_streams_clean(ready, worker):
    """SIGTERM drains and exits with 0; the log is JSON without hosts."""
    worker.terminate()
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, out, err) == (0, "", "")
    lines = [json.loads(line) for line in (ready / "hostwatch.log").read_text().splitlines()]
    assert [line["event"] for line in lines][-1] == "worker_stopped"


def test_a_second_worker_is_refused_with_the_way_out(ready, worker):
    """Exit code 75; commands of the staff go on beside the worker."""
    second = start(ready, "run")
    _, err = second.communicate(timeout=30)
    assert second.returncode == 75
    assert err.startswith("hostwatch: ")
    assert "PostgreSQL" in err
    assert len(err.splitlines()) == 1
    assert run(ready, "cases", "list").code == 0
    assert worker.poll() is None


def test_recheck_leaves_the_work_to_the_running_worker(ready, worker):
    """It says so and exits with 0."""
    said = run_process("--data", str(ready), "--as", ANALYST, "recheck", "--due")
    assert (said.code, said.err) == (0, "")
    assert "worker runs on this data directory" in said.out
    assert worker.poll() is None


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
        process = start(ready, "run")
        out, err = process.communicate(timeout=30)
    assert process.returncode == 78, err
    assert err.startswith("hostwatch: ")
    assert str(port) in err
    assert "doors" in err
    assert len(err.splitlines()) == 1
    assert out == ""


def test_a_log_that_cannot_be_written_is_one_sentence(ready):
    """The key and the file are named."""
    (ready / "hostwatch.log").mkdir()
    process = start(ready, "run")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 78, err
    assert err.startswith("hostwatch: ")
    assert "hostwatch.log" in err
    assert len(err.splitlines()) == 1


def test_a_missing_mandate_stops_the_real_program(data):
    """Before anything is started."""
    said = run_process("--data", str(data), "--as", MANAGER, "run")
    said.is_sentence(78, "[mandate]", lines=1)
    assert not (data / "worker.lock").exists()


def test_a_broken_configuration_stops_the_real_program(data):
    """Every command, with the same sentence."""
    (data / "hostwatch.toml").write_text("[mail\n")
    for command in (("run",), ("cases", "list"), ("doctor",), ("report", "add", "http://a.test/")):
        said = run_process("--data", str(data), "--as", MANAGER, *command)
        said.is_sentence(78, "not valid TOML", lines=1)


def test_a_report_from_standard_input_of_the_real_program(data):
    """Bytes that are no UTF-8, NUL and overlong input included."""
    line = ("--data", str(data), "--as", ANALYST, "report", "add", "--json")
    for stdin, code in (
        (b"http://a.test/1\n", 0),
        (b"http://a.test/\xff\xfe\n", 65),
        (b"http://a.test/\x00\n", 65),
        (b"x" * 1_000_000, 65),
        (b"", 65),
    ):
        said = run_process(*line, stdin=stdin)
        assert said.code == code, said
        said.is_plain()
        assert len(said.err.splitlines()) <= 1


def test_an_interrupted_command_says_that_nothing_is_lost(data, tmp_path):
    """Ctrl-C while it waits for the end of a pipe."""
    pipe = tmp_path / "reports.csv"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [PROGRAM, "--data", data, "--as", ANALYST, "report", "import", pipe],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pipe.open("w"):  # opens once the program opens it to read
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err) == ("", "hostwatch: interrupted; nothing that was accepted is lost.\n")
