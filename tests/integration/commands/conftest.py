"""Data directories for the commands' tests."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parents[2] / "contract"))
sys.path.insert(0, str(Path(__file__).parents[2] / "end_to_end"))
sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "matchers"))

from command_house import copy_house, make_house

DEAD = """
[network]
resolvers = ["127.0.0.1:{port}"]
[mail]
sender = "notices@hotline.example"
host = "127.0.0.1"
port = 1
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A data directory that is made once and copied."""
    return make_house(tmp_path_factory.mktemp("template") / "data")


@pytest.fixture
def data(template, tmp_path):
    """A data directory with one account of each role."""
    return copy_house(template, tmp_path / "data")


@pytest.fixture(scope="session")
def failing_resolver():
    """A name server that knows nothing and says so at once (RFC 1035: server failure)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_fail_all, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        server.sendto(b"", server.getsockname())
        thread.join(5)


def _fail_all(server: socket.socket) -> None:
    while True:
        question, asker = server.recvfrom(512)
        if not question:
            return
        server.sendto(question[:2] + b"\x81\x82" + question[4:], asker)


@pytest.fixture
def quiet(data, failing_resolver):
    """A configuration whose names and relay are dead, so that nothing outside is asked."""
    text = (data / "hostwatch.toml").read_text()
    text = text.replace('[mail]\nsender = "notices@hotline.example"', "").replace("[network]\n", "")
    (data / "hostwatch.toml").write_text(text + DEAD.format(port=failing_resolver))
    return data


@pytest.fixture(autouse=True)
def _logging_restored():
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield
    for handler in [handler for handler in root.handlers if handler not in before[0]]:
        root.removeHandler(handler)
        handler.close()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.raiseExceptions = before[2]
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("HOSTWATCH_DATA", "HOSTWATCH_ACTOR"):
        monkeypatch.delenv(name, raising=False)
