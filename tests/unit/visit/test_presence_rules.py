"""The table of presence rules, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_web import ENTRY, NOW, digests

from cases.model import AssetKind, Match, NoMatch, NotChecked, Possible
from crawler.extract.record import Candidate, PageRecord
from crawler.fetch.contract import Body, DnsAnswer, FetchCode, FetchResult
from crawler.outcome import FIELD_WORDS, GONE, RULES, Seen, presence


def result(status=200, error=None, body="page", complete=True, tls="verified", **more):
    made = None
    if error is None:
        made = Body(
            kind=body,
            content_type="",
            complete=complete,
            length=3,
            digests=digests("x") if complete else None,
        )
    return FetchResult(
        egress="one", started=NOW, finished=NOW, hops=(), error=error,
        status=None if error else status, body=made, tls=tls, **more,
    )  # fmt: skip


def record(state="unknown", signs=(), candidates=()):
    return PageRecord(
        engine="generic",
        site_type="website",
        state=state,
        signs=tuple(signs),
        candidates=tuple(candidates),
    )


def seen(kind=AssetKind.PICTURE, **members):
    return Seen(kind=kind, **members)


FULL = Candidate(url="https://x.example/a.jpg", kind="picture", role="original", why="t")
POSSIBLE = Possible(tier="review", distance=40, quality=80, view="upright", entry=ENTRY)
PAGE = AssetKind.PAGE

CASES = [
    ("nothing_asked", seen()),
    ("own_fault", seen(result=result(error=FetchCode.FETCHER_DOWN))),
    ("own_fault", seen(result=result(error=FetchCode.PAUSED))),
    ("own_fault", seen(result=result(error=FetchCode.REFUSED_MANDATE))),
    ("pathway_failed", seen(result=result(status=404), pathway_ok=False)),
    ("refused", seen(result=result(error=FetchCode.REFUSED_ADDRESS))),
    ("refused", seen(dns=DnsAnswer(host="x.example", outcome="refused"))),
    ("same_digest", seen(result=result(body="picture"), digests_equal=True, sibling_equal=True)),
    ("near_or_listed", seen(result=result(body="picture"), digests_equal=False, distance=31)),
    (
        "near_or_listed",
        seen(result=result(body="picture"), comparison=Match(strength="weak", entry=ENTRY)),
    ),
    (
        "near_or_listed",
        seen(result=result(body="picture"), comparison=POSSIBLE, sibling_equal=True),
    ),
    (
        "link_check_contradicted",
        seen(AssetKind.FILE, result=result(), page=record("gone"), link_check="alive"),
    ),
    ("link_check_alive", seen(result=result(), link_check="alive")),
    (
        "link_check_alive",
        seen(AssetKind.FILE, result=result(), page=record("captcha"), link_check="alive"),
    ),
    ("challenge", seen(result=result(status=503), page=record("challenge"))),
    ("challenge", seen(result=result(status=404), page=record("gone", ["challenge"]))),
    ("filter_page", seen(result=result(status=404), page=record("gone", ["filter_page"]))),
    ("blocking_status", seen(result=result(status=403), page=record("gone"))),
    ("blocking_status", seen(result=result(status=451), page=record("gone"))),
    ("outside_control_failed", seen(result=result(error=FetchCode.NXDOMAIN), outside_ok=False)),
    ("capped", seen(result=result(error=FetchCode.TOO_LARGE))),
    ("capped", seen(result=result(complete=False, body="picture"))),
    ("capped", seen(result=result(record_error="cpu_limit"))),
    ("page_unread", seen(result=result(record_error="decode_crashed"))),
    ("page_unread", seen(result=result(status=404, record_error="decode_crashed"))),
    ("no_such_host", seen(result=result(error=FetchCode.NXDOMAIN), outside_ok=True)),
    ("no_such_host", seen(dns=DnsAnswer(host="x.example", outcome="nxdomain"))),
    ("exchange_failed", seen(result=result(status=503), page=record("gone", ["suspended"]))),
    ("exchange_failed", seen(result=result(error=FetchCode.TIMEOUT), control="normal")),
    ("exchange_failed", seen(dns=DnsAnswer(host="x.example", outcome="servfail"))),
    (
        "shown_or_offered",
        seen(PAGE, result=result(), page=record("content"), candidate_on_page=True),
    ),
    (
        "shown_or_offered",
        seen(AssetKind.FILE, result=result(), page=record("countdown"), candidate_on_page=True),
    ),
    ("gating_status", seen(result=result(status=401))),
    ("gated_page", seen(result=result(status=404), page=record("login"))),
    ("gated_page", seen(AssetKind.FILE, result=result(), page=record("missing_part"))),
    (
        "locked_archive",
        seen(
            AssetKind.ARCHIVE,
            result=result(body="archive"),
            digests_equal=False,
            comparison=NotChecked(reason="encrypted"),
        ),
    ),
    ("odd_status", seen(result=result(status=400))),
    ("odd_status", seen(result=result(status=302))),
    ("unverified_connection", seen(result=result(status=404, tls="unverified"), control="normal")),
    ("control_failed", seen(result=result(status=404), control="failed")),
    ("control_failed", seen(PAGE, result=result(), page=record("gone"), control="failed")),
    ("suspended", seen(PAGE, result=result(), page=record("unknown", ["suspended"]))),
    ("parked", seen(PAGE, result=result(), page=record("unknown", ["parked"]))),
    ("expired_with_page", seen(result=result(status=404), around_expired=True)),
    ("expired_text", seen(PAGE, result=result(status=404), page=record("expired"))),
    ("not_found_status", seen(result=result(status=410), control="normal")),
    ("removal_text", seen(PAGE, result=result(), page=record("gone"), link_check="gone")),
    (
        "known_placeholder",
        seen(result=result(body="picture"), placeholder=True, digests_equal=False),
    ),
    ("same_as_sibling", seen(result=result(), sibling_equal=True)),
    (
        "media_left_page",
        seen(PAGE, result=result(), page=record("content"), candidate_on_page=False),
    ),
    ("empty_answer", seen(result=result(body="empty"))),
    ("page_for_media", seen(result=result(), page=record("content", ["parked"], [FULL]))),
    (
        "answers",
        seen(result=result(body="picture"), digests_equal=False, comparison=NoMatch(), distance=90),
    ),
    ("answers", seen(PAGE, result=result(), page=record("content"))),
    ("nothing_fits", seen(link_check="gone")),
]


@pytest.mark.parametrize(("rule", "what"), CASES)
def test_each_rule_is_the_first_that_fits_where_it_should(rule, what):
    """One situation for each row of the table, with what would tempt a later row."""
    assert presence(what)[1] == rule


def test_every_rule_of_the_table_has_a_situation():
    """No row is unreachable."""
    assert {name for name, _, _ in RULES} == {rule for rule, _ in CASES}


ROWS = [
    ("PRESENT exact", seen(result=result(body="picture"), digests_equal=True)),
    ("PRESENT near", seen(result=result(body="picture"), digests_equal=False, distance=20)),
    (
        "CHANGED",
        seen(
            result=result(body="picture"), digests_equal=False, comparison=NoMatch(), distance=120
        ),
    ),
    ("REMOVED", seen(result=result(status=404), control="normal")),
    (
        "REMOVED (placeholder)",
        seen(result=result(body="picture"), placeholder=True, control="normal"),
    ),
    ("REMOVED (placeholder)", seen(PAGE, result=result(), page=record("gone"), control="normal")),
    ("REMOVED (placeholder)", seen(result=result(), sibling_equal=True, control="normal")),
    ("BLOCKED_HERE", seen(result=result(status=451))),
    ("BLOCKED_HERE", seen(PAGE, result=result(), page=record("unknown", ["filter_page"]))),
    ("UNREACHABLE_BY_US", seen(result=result(status=403))),
    ("UNREACHABLE_BY_US", seen(PAGE, result=result(), page=record("captcha"))),
    ("UNREACHABLE_BY_US", seen(PAGE, result=result(), page=record("challenge"))),
    ("UNREACHABLE", seen(result=result(status=500))),
    ("UNREACHABLE", seen(result=result(error=FetchCode.TIMEOUT))),
    ("UNREACHABLE", seen(result=result(error=FetchCode.RESET))),
    ("UNREACHABLE", seen(result=result(error=FetchCode.TLS_FAILED))),
    ("DOMAIN_DOWN", seen(result=result(error=FetchCode.NXDOMAIN))),
    ("DOMAIN_DOWN", seen(PAGE, result=result(), page=record("unknown", ["parked"]))),
    ("DOMAIN_DOWN", seen(PAGE, result=result(), page=record("unknown", ["suspended"]))),
    (
        "REMOVED (file)",
        seen(AssetKind.FILE, result=result(), page=record("gone"), link_check="gone"),
    ),
    ("REMOVED (file)", seen(AssetKind.FILE, result=result(), page=record("expired"))),
    ("PRESENT_GATED", seen(AssetKind.FILE, result=result(), page=record("password"))),
    ("PRESENT_GATED", seen(AssetKind.FILE, result=result(), page=record("premium"))),
    ("PRESENT_GATED", seen(AssetKind.FILE, result=result(), page=record("missing_part"))),
    ("REMOVED", seen(PAGE, result=result(status=404), control="normal")),
    (
        "PRESENT exact",
        seen(result=result(body="picture"), digests_equal=True, candidate_on_page=False),
    ),
    ("NO_VERDICT", seen(result=result(status=404), control="failed")),
    ("MOVED", seen(result=result(body="picture"), digests_equal=True)),
    ("REAPPEARED", seen(result=result(body="picture"), digests_equal=False, distance=3)),
]
"""Rows of the field's verdict table; `moved` and `reappeared` are events over observations."""


@pytest.mark.parametrize(("word", "what"), ROWS)
def test_each_row_of_the_field_table_holds(word, what):
    """Where today's tools close a case wrongly, the presence keeps it open."""
    assert presence(what)[0] in FIELD_WORDS[word]


def test_every_word_of_the_field_is_tested():
    """The mapping beside the table has no row without a test."""
    assert {word for word, _ in ROWS} == set(FIELD_WORDS)


STATES = ["content", "countdown", "captcha", "password", "premium", "login", "missing_part", "expired", "gone", "challenge", "unknown"]  # fmt: skip
SIGNS = ["removal_notice:en", "parked", "suspended", "captcha", "login_form", "removal_redirect"]
PASSING = sorted(
    {
        FetchCode.SERVFAIL, FetchCode.DNS_TIMEOUT, FetchCode.NODATA, FetchCode.CONNECT_REFUSED,
        FetchCode.CONNECT_TIMEOUT, FetchCode.RESET, FetchCode.TLS_FAILED, FetchCode.TIMEOUT,
        FetchCode.TOO_SLOW, FetchCode.TOO_LARGE, FetchCode.TRUNCATED, FetchCode.TOO_MANY_REDIRECTS,
        FetchCode.REDIRECT_LOOP, FetchCode.MALFORMED_ANSWER, FetchCode.FETCHER_DOWN, FetchCode.PAUSED,
        FetchCode.WORKER_DOWN, *(code for code in FetchCode if code.startswith("refused")),
    }
)  # fmt: skip
TROUBLE = [403, 451, 511, 408, 425, 429, 500, 502, 503, 504, 520, 599, 401, 402, 407, 400, 302, 418]

_pages = st.one_of(
    st.none(),
    st.builds(
        lambda state, signs, holds: record(state, signs, [FULL] if holds else []),
        st.sampled_from(STATES), st.lists(st.sampled_from(SIGNS), max_size=3), st.booleans(),
    ),
)  # fmt: skip
_results = st.one_of(
    st.sampled_from(PASSING).map(lambda code: result(error=code)),
    st.builds(
        lambda status, body, complete: result(status=status, body=body, complete=complete),
        st.sampled_from(TROUBLE), st.sampled_from(["page", "picture", "json", "empty", "other"]), st.booleans(),
    ),
)  # fmt: skip
_seen = st.builds(
    Seen,
    kind=st.sampled_from(list(AssetKind)),
    result=_results,
    page=_pages,
    link_check=st.sampled_from([None, "gone", "alive"]),
    digests_equal=st.sampled_from([None, False]),
    comparison=st.sampled_from([None, NoMatch(), NotChecked(reason="x")]),
    control=st.sampled_from(["normal", "failed", "not_needed", "not_checked"]),
    sibling_equal=st.sampled_from([None, True, False]),
    placeholder=st.booleans(),
    candidate_on_page=st.sampled_from([None, True, False]),
    outside_ok=st.sampled_from([None, True, False]),
)


@given(_seen)
def test_nothing_blocked_or_temporary_is_ever_gone(what):
    """Whatever else an answer holds, a failure, a block or an odd status never reads as gone."""
    assert presence(what)[0] not in GONE


@given(_seen, st.sampled_from(["challenge", "filter_page"]), st.sampled_from([200, 404, 410]))
def test_a_challenge_or_filter_page_is_never_gone_under_any_status(what, sign, status):
    """A filter that answers 404 with its notice is blocked here, not gone."""
    page = record("gone", [sign, "suspended"])
    said, _ = presence(replace(what, result=result(status=status), page=page))
    assert said not in GONE


@given(_seen, st.sampled_from([404, 410, 200]))
def test_a_failed_control_or_unverified_line_is_never_gone(what, status):
    """Without a living host, or over a connection that nobody vouches for, nothing is gone."""
    calm = replace(what, page=record("gone"), control="failed", result=result(status=status))
    assert presence(calm)[0] not in GONE
    unverified = replace(calm, control="normal", result=result(status=status, tls="unverified"))
    assert presence(unverified)[0] not in GONE
