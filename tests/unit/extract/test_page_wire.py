"""What a locked worker tells of a page, over the pipe."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vichan_pages import BASE, THREAD, TWIN

from crawler.extract.job import read_page, self_test
from crawler.extract.read import extract
from crawler.extract.record import Candidate, NextStep
from crawler.extract.wire import record_from_wire, record_to_wire
from crawler.fetch.never_request import never


@pytest.mark.parametrize(("body", "url"), [(THREAD, BASE), (TWIN, BASE.replace("html", "json"))])
def test_a_record_survives_the_pipe(body, url):
    """The worker's plain values become the same record again."""
    wire = read_page(
        {"url": url, "content_type": "text/html" if body is THREAD else ""}, body.encode()
    )
    assert record_from_wire(json.loads(json.dumps(wire))) == extract(body, url)


def test_the_self_test_passes_and_bad_headers_are_refused():
    """The worker proves its parser; a job without an address is an error of ours."""
    self_test()
    for header in ({}, {"url": 3}, {"url": "ftp://x.example/"}):
        with pytest.raises(ValueError, match="address"):
            read_page(header, b"")


def _change(**members):
    return {**record_to_wire(extract(THREAD, BASE)), **members}


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        _change(state="fine"),
        _change(site_type="palace"),
        _change(extra=1),
        _change(links="3"),
        _change(
            candidates=[{"url": "https://x.example/", "kind": "picture", "role": "king", "why": ""}]
        ),
        _change(
            candidates=[{"url": "file:///etc", "kind": "picture", "role": "inline", "why": ""}]
        ),
        _change(
            candidates=[
                {"url": "https://x.example/\n", "kind": "picture", "role": "inline", "why": ""}
            ]
        ),
        _change(
            candidates=[
                {
                    "url": "https://x.example/" + "a" * 5000,
                    "kind": "file",
                    "role": "inline",
                    "why": "",
                }
            ]
        ),
        _change(
            candidates=[{"url": "https://x.example/", "kind": "file", "role": "inline", "why": ""}]
            * 1001
        ),
        _change(refused=[{"url": "https://x.example/", "why": "x"}] * 101),
        _change(signs=["x" * 300]),
        _change(next={"method": "PUT", "url": "https://x.example/", "form": [], "wait_s": 1}),
        _change(
            next={
                "method": "POST",
                "url": "https://x.example/",
                "form": [["a", "b"]] * 100,
                "wait_s": 1,
            }
        ),
        _change(state_rule="x" * 500),
        _change(text_sha256=None),
        _change(json_twin=object),
    ],
)
def test_a_record_that_breaks_the_contract_is_refused(mapping):
    """A worker taken over by a page can send nothing but a bounded record."""
    with pytest.raises(ValueError, match="page record") as caught:
        record_from_wire(mapping)
    assert "x.example" not in str(caught.value)


def test_a_next_step_survives_with_its_form():
    """Pairs come back as pairs."""
    step = NextStep(method="POST", url="https://x.example/", form=(("a", "b"),), wait_s=5)
    candidate = Candidate(url="https://x.example/a", kind="file", role="download", why="x:y")
    record = replace(extract(THREAD, BASE), next=step, candidates=(candidate,))
    assert record_from_wire(record_to_wire(record)) == record


_PIECES = st.sampled_from(
    ["<a href='", "'>", '<img src="', '">', "<div id=thread_1>", "<p class=fileinfo>", "</p>", "//", "h:",
     "https://a.example/delete/1", "http://[", "data:", "?url=", "%68ttps%3A//b.example/a.jpg", "a.jpg ", "1x,",
     "<base href=", "<script type=application/ld+json>", '{"contentUrl":', "]}", "<form method=post>",
     "<input name=op value=download2>", "\x00", "\ud800".encode("utf-8", "replace").decode(), "<!--", "-->",
     "hxxp://c[.]example/a.zip", "<style>", "srcset='", "<title>", "404", "&#0;", "&lt;", "\\", "\n"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30))
def test_any_page_gives_a_record_that_keeps_the_contract(pieces):
    """Whatever the page, nothing forbidden is a candidate and the record passes its own check."""
    record = extract("".join(pieces), "https://site.example/p?x=1#2")
    assert record_from_wire(record_to_wire(record)) == record
    assert not [c for c in record.candidates if never(c.url)]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(body):
    """Undecodable bytes, odd marks and broken JSON are only pages without content."""
    extract(body, "https://site.example/", None)


def test_a_page_of_many_elements_is_read_within_seconds():
    """Nested and repeated elements cost time in proportion, and the caps hold."""
    deep = extract("<div>" * 20_000 + "<img src=a.jpg>", "https://site.example/")
    wide = extract("<img src=a.jpg>" * 20_000, "https://site.example/")
    assert len(deep.candidates) <= 1
    assert len(wide.candidates) == 1
