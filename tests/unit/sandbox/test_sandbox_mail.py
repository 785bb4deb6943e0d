"""The practice mail desk reads a notice as its recipient would."""

from __future__ import annotations

import json
from email.message import EmailMessage

from sandbox import rdap
from sandbox.desk.message import read_notice


def answer(path, gone=()):
    return rdap.answer(path, lambda host: None if host in gone else "192.0.2.1")


def notice(text: str, document: object | None = None) -> bytes:
    message = EmailMessage()
    message["Message-ID"] = "<1@hotline.example>"
    message["Subject"] = "HW-2026-000001-N1"
    message.set_content(text)
    if document is not None:
        message.add_attachment(
            json.dumps(document).encode(),
            maintype="application",
            subtype="json",
            filename="hostwatch-notice.json",
        )
    return message.as_bytes()


def test_the_machine_part_says_what_is_meant():
    """Locations, serial, answer address and code come from the machine part."""
    document = {
        "serial": "HW-2026-000001-N1",
        "kind": "first",
        "locations": [{"url": "http://a.test/b"}, {"url": None}, "nonsense"],
        "answer": {"url": "http://127.0.0.1:8/answer/HW", "code": "K7-XY"},
    }
    read = read_notice(notice("See http://a.test/b or http://127.0.0.1:8/answer/HW.", document))
    assert read.urls == ("http://a.test/b",)
    assert (read.serial, read.code) == ("HW-2026-000001-N1", "K7-XY")
    assert read.answer_url == "http://127.0.0.1:8/answer/HW"
    assert read.links == ("http://127.0.0.1:8/answer/HW",)
    assert read.file_names == ("hostwatch-notice.json",)


def test_without_a_machine_part_code_and_link_are_found_in_the_text():
    """A desk that reads only text can still answer."""
    read = read_notice(notice("Answer at http://localhost:9/a?s=1, with the code: AB12-CD34.\n"))
    assert (read.answer_url, read.code) == ("http://localhost:9/a?s=1", "AB12-CD34")
    assert read.urls == ()


def test_registries_answer_for_what_they_know_and_for_nothing_else():
    """Networks, numbers and names are answered; the unknown is none, never an empty answer."""
    assert answer("/ip/192.0.2.130")["country"] == "NL"
    assert answer("/ip/198.51.100.0/26")["name"] == "NORDRACK-NET"
    assert answer("autnum/64505")["handle"] == "AS64505"
    assert answer("domain/nameless.test")["status"] == ["active"]
    held = answer("domain/nameless.test", gone={"www.nameless.test"})
    assert held["status"] == ["client hold"]
    assert answer("domain/NIGHTSHOP.example")["ldhName"] == "nightshop.example"
    for unknown in (
        "ip/192.0.3.1",
        "ip/nonsense",
        "ip/2001:db8::1",
        "autnum/1",
        "domain/x.test",
        "",
    ):
        assert answer(unknown) is None


def test_each_registry_nests_its_abuse_contact_in_its_own_way():
    """Nested, repeated, preferred, with other roles, or not at all."""
    text = {
        k: json.dumps(answer(f"ip/{a}"))
        for k, a in (
            ("nested", "192.0.2.10"),
            ("repeated", "192.0.2.70"),
            ("mixed", "192.0.2.130"),
            ("preferred", "198.51.100.10"),
            ("none", "198.51.100.130"),
        )
    }
    assert text["nested"].count("abuse@") == 1
    assert text["repeated"].count("abuse@") == 2
    assert '"pref": "1"' in text["preferred"]
    assert '["technical", "abuse"]' in text["mixed"]
    assert "@" not in text["none"]
