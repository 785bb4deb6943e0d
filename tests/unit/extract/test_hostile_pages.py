"""Whatever a page does, reading it gives a bounded record that keeps the rules."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from board_pages import BOARDS
from forum_pages import FORUMS
from hypothesis import given, settings
from hypothesis import strategies as st
from test_board_json import CASES
from test_hosts import CHV, CHV_DOWNLOAD, CPG, PWG, YETI

from crawler.extract.read import extract
from crawler.extract.refusal import refusal
from crawler.extract.sorting import CANDIDATES, REFUSED
from crawler.extract.wire import record_from_wire, record_to_wire

PAGES = [
    *(html for _, html, _ in BOARDS.values()),
    *(case[2] for case in FORUMS.values()),
    CHV.format(rest=CHV_DOWNLOAD),
    CPG.format(media="<img src='albums/normal_a.jpg'>"),
    PWG.format(src="_data/i/upload/a-me.jpg", rest=""),
    YETI.format(wait=3, query="?d=1", shown=3),
]
JSONS = [json.dumps(data) for data, _, _ in CASES.values()]
NOISE = st.one_of(
    st.sampled_from(
        ["<", ">", '"', "'", "<div>", "</div>", "<a href=//[>", "//[::", "%", "&#x0;", "\\", "\0", "{", "}",
         "<base href='http://[x'>", "<td class=reply id=reply11>", "<script>", "null", "1e999", "[]"]
    ),
    st.text(max_size=4),
)  # fmt: skip


@st.composite
def mutated(draw, pages):
    text = draw(st.sampled_from(pages))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        text = text[:start] + draw(NOISE) + text[end:]
    return text


def check(record):
    assert record_from_wire(record_to_wire(record)) == record
    assert len(record.candidates) <= CANDIDATES
    assert len(record.refused) <= REFUSED
    refused = {link.url for link in record.refused}
    for candidate in record.candidates:
        parts = urlsplit(candidate.url)
        assert parts.scheme in {"http", "https"}
        assert parts.hostname
        assert candidate.url not in refused
        assert refusal(candidate.url) is None


@settings(max_examples=200, deadline=None)
@given(mutated(PAGES), st.sampled_from(["", "#11", "#p5", "#msg5", "#999", "#q10"]))
def test_mutated_pages_of_every_engine_keep_the_rules(html, fragment):
    """No page raises; every candidate is an absolute http(s) URL and none is refused."""
    check(extract(html, "https://site.example/b/res/10.html" + fragment))


@settings(max_examples=150, deadline=None)
@given(mutated(JSONS), st.sampled_from(["", "#2"]))
def test_mutated_json_keeps_the_rules(text, fragment):
    """Broken, odd and truncated JSON is only JSON that names less."""
    check(extract(text, "https://a.site.example/b/thread/1.json" + fragment))


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just("/a.jpg")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["posts", "no", "now", "tim", "ext", "files", "path", "filename", "postId", "url",
                 "threadId", "replies", "media", "media_link", "op", "num", "md5", "error", "hash"]
            ),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(JSON_VALUES)
def test_any_json_is_read_without_an_error(value):
    """Members of the right names with wrong types say nothing and break nothing."""
    check(extract(json.dumps(value), "https://a.site.example/b/thread/1.json#2"))
