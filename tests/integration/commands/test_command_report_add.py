"""`hostwatch report add`: every hostile location gets one verdict, and none is lost."""

from __future__ import annotations

import io
import json

import pytest
from command_house import ANALYST, in_store, run

from cases.model import CloseReason, Source, Stage

USABLE = {
    "IDN host": ("http://b\u00fccher.test/1", "xn--bcher-kva.test"),
    "A-label host": ("http://xn--bcher-kva.test/1", "xn--bcher-kva.test"),
    "upper case": ("HTTP://A.TEST:80/1", "a.test"),
    "blanks around": ("  http://a.test/1 \t", "a.test"),
    "right-to-left override in the path": ("http://a.test/\u202egnp.exe", "a.test"),
    "escape sequence in the path": ("http://a.test/\x1b[2J\x1b]0;x\x07", "a.test"),
    "line end in the path": ("http://a.test/x\r\nSet-Cookie: a=b", "a.test"),
    "zero-width blank in the path": ("http://a.test/\u200b", "a.test"),
}
KEPT_FOR_AN_ANALYST = {
    "hidden service": ("http://abcdefghijklmnop.onion/1", "hidden_service"),
    "user information": ("http://user:secret@a.test/1", "credentials_in_url"),
    "a host hidden in user information": ("http://a.test@b.test/1", "credentials_in_url"),
    "unusual port": ("http://a.test:22/1", "unusual_port"),
}
NOT_USABLE = {
    "script": "javascript:alert(1)",
    "script in disguise": "java\tscript:alert(1)",
    "data": "data:text/html;base64,PHNjcmlwdD4=",
    "file": "file:///etc/passwd",
    "mail": "mailto:someone@a.test",
    "gopher": "gopher://a.test/1",
    "loopback": "http://127.0.0.1/",
    "short loopback": "http://127.1/",
    "hexadecimal loopback": "http://0x7f.1/",
    "one number": "http://2130706433/",
    "octal": "http://0177.0.0.1/",
    "loopback of IPv6": "http://[::1]/",
    "mapped IPv4": "http://[::ffff:127.0.0.1]/",
    "private network": "http://10.0.0.1/",
    "metadata service": "http://169.254.169.254/latest/meta-data/",
    "single label": "http://intranet/",
    "localhost": "http://localhost/",
    "right-to-left override in the host": "http://a\u202e.test/",
    "undecodable A-label": "http://xn--\u0301a.test/",
    "percent in the host": "http://a%2etest/",
    "no scheme": "a.test/1",
    "formula": "=cmd|' /C calc'!A0",
    "empty": "",
    "blanks": " \t ",
    "only a scheme": "http://",
}


def the_case(data, case_id):
    async def look(tx):
        return await tx.case(case_id), await tx.reports(case_id)

    return in_store(data, look)


def add(data, url, *more, account=ANALYST):
    said = run(data, "report", "add", "--json", *more, "--", url, account=account)
    said.is_plain()
    return said


@pytest.mark.parametrize(("url", "host"), USABLE.values(), ids=USABLE)
def test_a_usable_location_becomes_a_case_with_the_exact_text_kept(data, url, host):
    """What was sent stays as it was sent; the host is read the way it will be asked."""
    said = add(data, url)
    assert said.code == 0, said
    case, (report,) = the_case(data, json.loads(said.out)["case"])
    assert (case.stage, case.host) == (Stage.RECEIVED, host)
    assert report.url == case.url == url.strip()
    assert case.next_action_at is not None


@pytest.mark.parametrize(("url", "reason"), KEPT_FOR_AN_ANALYST.values(), ids=KEPT_FOR_AN_ANALYST)
def test_what_cannot_be_fetched_but_is_a_location_waits_for_an_analyst(data, url, reason):
    """It is accepted and never visited by itself."""
    said = add(data, url)
    assert said.code == 0, said
    case, _ = the_case(data, json.loads(said.out)["case"])
    assert (case.stage, case.needs, case.next_action_at) == (Stage.RECEIVED, reason, None)


@pytest.mark.parametrize("url", NOT_USABLE.values(), ids=NOT_USABLE)
def test_what_is_no_usable_location_is_kept_closed_as_insufficient(data, url):
    """Exit code 65, a reason without the text itself, and the report is in the store."""
    said = add(data, url)
    assert said.code == 65, said
    told = json.loads(said.out)
    assert told["outcome"] == "insufficient"
    assert told["reference"]
    assert len(told["reason"]) < 100
    case, (report,) = the_case(data, told["case"])
    assert (case.stage, case.close_reason) == (Stage.CLOSED, CloseReason.INSUFFICIENT)
    assert report.url == url.strip()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--", "http://a.test/\x00"), "NUL"),
        (("--", "http://a.test/\udcff"), "UTF-8"),
        (("--note", "\udcff", "http://a.test/1"), "UTF-8"),
        (("--", "http://a.test/" + "x" * 4986), "4096"),
        (("--note", "n" * 4001, "http://a.test/1"), "4000"),
        (("--referrer", "http://a.test/" + "r" * 5000, "http://a.test/1"), "4096"),
        (("--idempotency-key", "", "http://a.test/1"), "idempotency"),
        (("--idempotency-key", "k" * 500, "http://a.test/1"), "idempotency"),
    ],
)
def test_text_that_cannot_be_stored_as_it_is_refused_in_a_sentence(data, arguments, word):
    """Nothing is cut or replaced silently, and nothing is half-entered."""
    run(data, "report", "add", *arguments).is_sentence(65, word)
    assert json.loads(run(data, "cases", "list", "--json").out) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--priority", "soon", "http://a.test/1"),
        ("--source", "aunt", "http://a.test/1"),
        ("--colour", "http://a.test/1"),
        ("http://a.test/1", "http://a.test/2"),
    ],
)
def test_a_mistyped_command_line_exits_with_2(data, arguments):
    """One sentence that names the option and where help is."""
    run(data, "report", "add", *arguments).is_sentence(2, "report add --help")


def test_the_location_is_read_from_standard_input(data, monkeypatch):
    """So that no shell remembers it; one line is read."""
    monkeypatch.setattr("sys.stdin", io.StringIO("http://a.test/from-stdin\nsecond line\n"))
    said = run(data, "report", "add", "--json")
    assert said.code == 0, said
    case, _ = the_case(data, json.loads(said.out)["case"])
    assert case.url == "http://a.test/from-stdin"


def test_an_end_of_input_without_a_line_is_an_insufficient_report(data, monkeypatch):
    """An empty file or a closed pipe."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    run(data, "report", "add").is_plain()
    assert run(data, "report", "add").code == 65


def test_the_same_idempotency_key_enters_once(data):
    """A repeated click or retry gets the first answer."""
    first = json.loads(add(data, "http://a.test/1", "--idempotency-key", "form-17").out)
    again = add(data, "http://a.test/1", "--idempotency-key", "form-17")
    assert again.code == 0
    told = json.loads(again.out)
    assert (told["outcome"], told["case"], told["reference"]) == (
        "repeated",
        first["case"],
        first["reference"],
    )
    _, reports = the_case(data, first["case"])
    assert len(reports) == 1


def test_a_key_that_was_used_for_another_location_loses_no_report(data):
    """It is told, with exit code 65, instead of swallowing the second location."""
    add(data, "http://a.test/1", "--idempotency-key", "form-17")
    said = add(data, "http://b.test/2", "--idempotency-key", "form-17")
    assert said.code == 65
    told = json.loads(said.out)
    assert told["outcome"] == "refused"
    assert "another location" in told["reason"]


def test_a_known_location_adds_the_report_to_its_case(data):
    """In words for people too."""
    add(data, "http://a.test/1")
    said = run(data, "report", "add", "HTTP://A.test:80/1#top")
    assert said.code == 0
    assert said.out.startswith("known location, report added to case HW-")
    assert "reference for the reporter: " in said.out


def test_everything_that_was_given_lies_sealed_in_the_store(data):
    """And nothing of it in clear in the database file."""
    more = ("--note", "seen in a forum", "--reporter", "jane@post.example", "--referrer",
            "http://portal.test/", "--source", "self_referred", "--priority", "urgent",
            "--reference", "THEIR-7")  # fmt: skip
    told = json.loads(add(data, "http://secret-place.test/1", *more).out)
    case, (report,) = the_case(data, told["case"])
    assert (report.note, report.reporter) == ("seen in a forum", "jane@post.example")
    assert (report.source, report.partner_reference) == (Source.SELF_REFERRED, "THEIR-7")
    assert case.pathway.referrer == "http://portal.test/"
    raw = b"".join(path.read_bytes() for path in data.glob("hostwatch.sqlite3*"))
    for text in (b"secret-place", b"seen in a forum", b"jane@", b"portal", b"THEIR-7", b"self_ref"):
        assert text not in raw, text


def test_the_answer_names_neither_location_nor_host(data):
    """Not even where the location is refused."""
    for url in ("http://tell-nobody.test/1", "javascript:tell-nobody", "http://tell-nobody/"):
        for form in ((), ("--json",)):
            said = run(data, "report", "add", *form, "--", url)
            assert "tell-nobody" not in said.out + said.err


def test_an_auditor_enters_nothing(data):
    """The account, its role and the roles that may are named."""
    run(data, "report", "add", "http://a.test/1", account="odo").is_sentence(
        77, "odo is auditor", "analyst or manager"
    )


def test_a_note_full_of_terminal_controls_is_shown_escaped(data):
    """Revealed on a terminal it steers nothing; in JSON it is escaped as well."""
    note = "\x1b[2J\x1b]0;owned\x07 \u202egnp \x9b31m line\nend"
    case = json.loads(add(data, "http://a.test/\x1b[1m", "--note", note).out)["case"]
    for form in ((), ("--json",)):
        shown = run(data, "cases", "show", case, "--reveal", "check of note 4711", *form)
        assert shown.code == 0, shown
        shown.is_plain()
        assert "owned" in shown.out
