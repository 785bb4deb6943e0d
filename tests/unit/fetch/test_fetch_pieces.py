"""Sniffing, error codes, redirects and the journal: the pure pieces of a fetch."""

import inspect
import ssl
import zlib

import aiohttp
import pytest
from aiohttp import client_exceptions, http_exceptions
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch import errors, journal, permits, redirects
from crawler.fetch.contract import Derivation, FetchCode, Permit
from crawler.fetch.redirects import Step
from crawler.fetch.resolver import split_server
from crawler.fetch.site import is_public_suffix, site_of
from crawler.fetch.sniff import kind_of
from crawler.fetch.stream import too_slow

KINDS = [
    (b"", "empty"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"GIF89a", "picture"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
    (b"\x00\x00\x00\x1cftypavif", "picture"),
    (b"\x00\x00\x00\x1cftypheic", "picture"),
    (b"BM\x00\x00\x00\x00\x00\x00\x00\x00", "picture"),
    (b"\x00\x00\x00\x1cftypisom", "video"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"RIFF\x00\x00\x00\x00AVI LIST", "video"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x07\x08PK\x03\x04", "archive"),
    (b"Rar!\x1a\x07\x01\x00", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),
    (b"x" * 257 + b"ustar\x0000", "archive"),
    (b"<!DOCTYPE html>", "page"),
    (b"\xef\xbb\xbf <html>", "page"),
    (b"\xff\xfe<\x00h\x00", "page"),
    (b"File not found", "page"),
    ("Datei nicht gefunden: grün".encode("latin-1"), "page"),
    (b'\n {"posts": []}', "json"),
    (b"[1]", "json"),
    (b"\x00\x01\x02", "other"),
]


@pytest.mark.parametrize(("head", "kind"), KINDS)
def test_a_body_is_told_by_its_first_bytes(head, kind):
    """The first bytes tell the kind, whatever the server claims."""
    assert kind_of(head) == kind


@given(st.binary(max_size=600))
def test_any_bytes_have_a_kind(head):
    """Sniffing answers for any bytes."""
    assert kind_of(head)


def classes(module):
    return [
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, Exception) and not issubclass(item, Warning)
    ]


@pytest.mark.parametrize(
    "kind",
    sorted(
        {
            *classes(client_exceptions),
            *classes(http_exceptions),
            *classes(ssl),
            *OSError.__subclasses__(),
            aiohttp.ClientError,
            zlib.error,
            TimeoutError,
            UnicodeDecodeError,
        },
        key=lambda kind: f"{kind.__module__}.{kind.__name__}",
    ),
    ids=lambda kind: kind.__name__,
)
def test_every_foreign_error_has_a_code(kind):
    """No class of aiohttp, ssl or the operating system falls outside the table."""
    assert errors.mapped(kind) is not None


def test_an_error_of_our_own_proves_nothing_about_a_host():
    """An unknown error is ours."""
    assert errors.code_of(KeyError("x")) is FetchCode.FETCHER_DOWN


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(111, ""), FetchCode.CONNECT_REFUSED),
        (OSError(111, ""), FetchCode.CONNECT_REFUSED),
        (OSError(113, ""), FetchCode.NO_ROUTE),
        (OSError(101, ""), FetchCode.EGRESS_DOWN),
        (PermissionError(1, ""), FetchCode.FETCHER_DOWN),
        (OSError(24, ""), FetchCode.FETCHER_DOWN),
        (OSError(99, ""), FetchCode.FETCHER_DOWN),
        (OSError(110, ""), FetchCode.CONNECT_TIMEOUT),
        (ConnectionResetError(104, ""), FetchCode.RESET),
        (aiohttp.ServerDisconnectedError(), FetchCode.RESET),
        (aiohttp.ConnectionTimeoutError(), FetchCode.CONNECT_TIMEOUT),
        (aiohttp.SocketTimeoutError(), FetchCode.TIMEOUT),
        (TimeoutError(), FetchCode.TIMEOUT),
        (aiohttp.ClientPayloadError(), FetchCode.TRUNCATED),
        (ssl.SSLError(), FetchCode.TLS_FAILED),
        (ssl.SSLCertVerificationError(), FetchCode.TLS_FAILED),
    ],
)
def test_the_codes_of_common_failures(error, code):
    """Each common failure has the code that the verdict relies on."""
    assert errors.code_of(error) is code


def step(method="GET", referer=None, url="http://a.test/1"):
    return Step(
        permit=permits.reported("HW-2026-000001", url),
        method=method,
        form=(("a", "b"),) if method == "POST" else (),
        referer=referer,
    )


def hop(url):
    return Permit(case_id="HW-2026-000001", derivation=Derivation.REDIRECT_HOP, url=url)


@pytest.mark.parametrize(
    ("status", "method", "wanted"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (302, "GET", "GET"),
    ],
)
def test_a_redirected_post_becomes_a_get_where_the_standard_says_so(status, method, wanted):
    """Only 307 and 308 repeat the form."""
    following = redirects.follow(step(method), hop("http://a.test/2"), status)
    assert following.method == wanted
    assert bool(following.form) == (wanted == "POST")


@pytest.mark.parametrize(
    ("referer", "target", "sent"),
    [
        ("http://www.a.test/x?y", "http://img.a.test/1", "http://www.a.test/x?y"),
        ("http://a.test/x?y", "http://b.test/1", "http://a.test/"),
        ("https://a.test/x", "https://b.test/1", "https://a.test/"),
        ("https://a.test/x", "http://a.test/1", None),
        (None, "http://a.test/1", None),
    ],
)
def test_a_referer_shrinks_across_sites_and_never_leaves_https(referer, target, sent):
    """The same site sees it whole, another one its origin, plain http nothing of an https page."""
    assert redirects.follow(step(referer=referer), hop(target), 302).referer == sent


def test_a_given_referer_is_sent_as_recorded():
    """The recorded referer of a pathway is sent whole to another site, without its fragment."""
    assert redirects.given_referer("http://a.test/x?y#z", "http://b.test/") == "http://a.test/x?y"
    assert redirects.given_referer("https://a.test/x", "http://b.test/") is None
    assert redirects.given_referer("http://a.test/\r\nX: y", "http://b.test/") is None


def test_there_is_one_attempt_without_verification():
    """After a certificate failure one bare GET is tried, and no form is sent again."""
    again = redirects.without_verification(step(referer="http://a.test/"))
    assert (again.verified, again.referer) == (False, None)
    assert redirects.without_verification(again) is None
    assert redirects.without_verification(step("POST")) is None


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("img.a.co.uk", "a.co.uk"),
        ("a.test", "a.test"),
        ("img.a.test", "a.test"),
        ("x.github.io", "x.github.io"),
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_hosts_belong_to_sites(host, site):
    """A site is the registrable domain; reserved names fall back to two labels."""
    assert site_of(host) == site


def test_public_suffixes_are_known():
    """Nobody may set a cookie for a domain under which others register names."""
    assert all(map(is_public_suffix, ("uk", "co.uk", "test", "github.io")))
    assert not any(map(is_public_suffix, ("a.co.uk", "a.test")))


def test_a_slow_body_is_judged_after_ten_seconds():
    """Below the rate is too slow, but not before ten seconds."""
    assert too_slow(5_000, 10.1, 1024)
    assert not too_slow(5_000, 9.9, 1024)
    assert not too_slow(20_000, 10.1, 1024)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:54", ("2001:db8::53", 54)),
    ],
)
def test_resolvers_are_written_with_or_without_a_port(text, wanted):
    """A resolver is an address and an optional port."""
    assert split_server(text) == wanted


@pytest.mark.parametrize("text", ["dns.example", "", "1.2.3:53", "[::1]:x"])
def test_a_resolver_that_is_no_address_is_refused(text):
    """A name, an empty text or half an address is no resolver."""
    with pytest.raises(ValueError):
        split_server(text)


@given(st.binary(max_size=200))
def test_a_log_line_yields_machine_words_only(line):
    """Whatever the process writes, the core logs short machine words or nothing."""
    words = journal.parse(line)
    assert set(words) == {"event", "code", "kind"}
    assert all(len(word) <= 64 and " " not in word for word in words.values())
