"""What the log holds, and what it never holds."""

from __future__ import annotations

import ipaddress
import json
import logging
import stat
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from config.locations import names_location
from config.logging import MASK, configure_logging, redact
from config.settings import Log

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
TLD = st.sampled_from(["test", "example", "onion", "xn--p1ai", "рф", "中国"])
HOST = st.builds(lambda labels, tld: ".".join([*labels, tld]), st.lists(LABEL, min_size=1), TLD)
ADDRESS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded),
)
PLACE = st.one_of(
    HOST,
    ADDRESS,
    HOST.map("http://{}/b/res/1.html#2".format),
    ADDRESS.map(lambda text: f"https://[{text}]:8443/"),
    HOST.map(lambda host: host.replace(".", "[.]")),
    HOST.map(lambda host: host.replace(".", " (dot) ")),
    HOST.map(lambda host: host.replace(".", "%2E")),
    HOST.map(lambda host: host.replace(".", "。")),
    HOST.map(str.upper),
    HOST.map("someone@{}".format),
    st.builds("//{}/x".format, LABEL),
    st.builds("hxxp:{}".format, LABEL),
)
AROUND = st.text(alphabet="abc =,;'\"<>\n", max_size=8)


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
    structlog.contextvars.clear_contextvars()


@given(before=AROUND, place=PLACE, after=AROUND)
@example(before="", place="[::ffff:192.0.2.1]", after="")
@example(before="x=", place="fe80::1%eth0", after="")
def test_no_location_passes(before, place, after):
    """A host, an address or a mail address is masked wherever it stands in a value."""
    text = f"{before}{place}{after}"
    assert names_location(text)
    clean = redact(None, "info", {"event": "visit_failed", "deep": [{"x": (text,)}], text: 1})
    assert place not in json.dumps(clean, ensure_ascii=False)


@given(
    st.one_of(
        st.from_regex(r"[a-z]+(_[a-z0-9]+){0,4}", fullmatch=True).filter(
            lambda w: w != "localhost"
        ),
        st.from_regex(r"HW-20[0-9]{2}-[0-9]{6}(-N?[0-9]+)?", fullmatch=True),
        st.integers().map(str),
        st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        st.datetimes().map(lambda value: value.replace(tzinfo=UTC).isoformat()),
        st.sampled_from(["AS64500", "NL", "image/jpeg", "1.5", "412 ms", "v2"]),
    )
)
def test_machine_words_pass(word):
    """Events, ids, numbers, digests and times stay readable."""
    assert redact(None, "info", {"event": "x", "value": word})["value"] == word


@given(st.ip_addresses(v=6))
def test_every_form_of_an_ipv6_address_is_masked(address):
    """Compressed, exploded, and in brackets with a port."""
    network = ipaddress.ip_network(f"{address}/128")
    for text in (str(address), address.exploded, f"[{address}]:443", str(network)):
        assert redact(None, "info", {"event": "x", "value": text})["value"] == MASK


def test_other_types_are_named_by_their_class(tmp_path):
    """The text of an object may hold anything, so it is never rendered."""
    clean = redact(
        None,
        "info",
        {
            "event": "x",
            "path": tmp_path,
            "bytes": b"\xff\xd8\xff",
            "error": ValueError("http://board.test/"),
            "when": datetime(2026, 1, 2, tzinfo=UTC),
            "took": timedelta(seconds=2),
            "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}},
        },
    )
    assert clean["path"] == f"[{type(tmp_path).__name__}]"
    assert clean["bytes"] == "[bytes]"
    assert clean["error"] == "ValueError"
    assert clean["when"] == "2026-01-02T00:00:00+00:00"
    assert clean["took"] == 2.0
    assert clean["deep"] == {"a": {"b": {"c": {"d": "[dict]"}}}}


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_lines_are_json_and_exceptions_are_class_names(tmp_path):
    """Neither the message nor the traceback nor a local variable of an exception is written."""
    path = tmp_path / "hostwatch.log"
    configure_logging(Log(file=path))
    structlog.contextvars.bind_contextvars(case="HW-2026-000001")
    log = structlog.get_logger()
    try:
        url = "http://board.test/secret"
        raise ConnectionError(url)
    except ConnectionError as error:
        log.exception("visit_failed", stack_info=True)
        log.error("again_failed", exc_info=error)
    text = path.read_text(encoding="utf-8")
    assert "secret" not in text
    assert "Traceback" not in text
    first, second = lines_of(path)
    assert first["event"] == "visit_failed"
    assert first["case"] == "HW-2026-000001"
    assert first["error"] == second["error"] == "ConnectionError"
    assert first["level"] == "error"
    assert datetime.fromisoformat(first["at"]).tzinfo is not None


def test_messages_of_libraries_keep_their_name_only(tmp_path):
    """A library's sentence may quote a URL or a body; it is not written."""
    path = tmp_path / "hostwatch.log"
    configure_logging(Log(file=path))
    library = logging.getLogger("aiohttp.server")
    try:
        raise ValueError("secret")
    except ValueError:
        library.exception("Error handling %s", "secret-path")
    library.warning({"secret": 1})
    first, second = lines_of(path)
    assert first["event"] == second["event"] == "library_message"
    assert first["library"] == "aiohttp"
    assert first["error"] == "ValueError"
    assert "secret" not in path.read_text()


def test_the_file_is_private_appended_to_and_reopened_after_rotation(tmp_path):
    """Mode 0600 even if it was wider; a second start keeps the first one's lines."""
    path = tmp_path / "hostwatch.log"
    path.write_text('{"event": "older"}\n')
    path.chmod(0o644)
    configure_logging(Log(file=path))
    structlog.get_logger().info("newer_one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.rename(tmp_path / "hostwatch.log.1")
    structlog.get_logger().info("newest_one")
    assert [line["event"] for line in lines_of(path)] == ["newest_one"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(lines_of(tmp_path / "hostwatch.log.1")) == 2


def test_the_level_is_obeyed(tmp_path):
    """Below the level nothing is written, neither ours nor a library's."""
    path = tmp_path / "hostwatch.log"
    configure_logging(Log(level="warning", file=path))
    structlog.get_logger().info("too_quiet")
    logging.getLogger("any").info("x")
    structlog.get_logger().warning("loud_enough")
    assert [line["event"] for line in lines_of(path)] == ["loud_enough"]


def test_standard_error_is_the_default(capsys):
    """Without a file the lines go where a service manager collects them."""
    configure_logging(Log())
    structlog.get_logger().info("notice_sent", url="http://board.test/")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["url"]) == ("notice_sent", MASK)
