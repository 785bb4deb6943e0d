"""The URL gate as a specification: what is refused, why, and what stays untouched."""

import string
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch import gate
from crawler.fetch.contract import FetchCode
from crawler.fetch.gate import Allowed, Refused, canonical, check, host_of
from crawler.fetch.practice import Endpoint, PracticeNetwork

PRACTICE = PracticeNetwork(
    endpoints=(Endpoint(address="203.0.113.5", port=80, real_address="127.0.0.2", real_port=8080),),
    resolver="127.0.0.1:5353",
    ca_pem="",
)

REFUSED = [
    ("http://" + "a" * 4096 + ".test/", FetchCode.REFUSED_LENGTH, "length"),
    ("", FetchCode.REFUSED_MALFORMED, "no_scheme"),
    ("site.test/path", FetchCode.REFUSED_MALFORMED, "no_scheme"),
    ("//site.test/path", FetchCode.REFUSED_MALFORMED, "no_scheme"),
    ("/\\site.test", FetchCode.REFUSED_MALFORMED, "no_scheme"),
    ("http:site.test", FetchCode.REFUSED_MALFORMED, "no_authority"),
    ("http:/site.test", FetchCode.REFUSED_MALFORMED, "no_authority"),
    ("file:///etc/passwd", FetchCode.REFUSED_SCHEME, "scheme"),
    ("ftp://site.test/", FetchCode.REFUSED_SCHEME, "scheme"),
    ("gopher://site.test/", FetchCode.REFUSED_SCHEME, "scheme"),
    ("ws://site.test/", FetchCode.REFUSED_SCHEME, "scheme"),
    ("unix:/run/docker.sock", FetchCode.REFUSED_SCHEME, "scheme"),
    ("data:image/png;base64,AAAA", FetchCode.REFUSED_SCHEME, "scheme"),
    ("java\tscript:alert(1)", FetchCode.REFUSED_SCHEME, "scheme"),
    (" javascript:alert(1)", FetchCode.REFUSED_SCHEME, "scheme"),
    ("http://user@site.test/", FetchCode.REFUSED_USERINFO, "userinfo"),
    ("http://user:pass@site.test/", FetchCode.REFUSED_USERINFO, "userinfo"),
    ("http://@site.test/", FetchCode.REFUSED_USERINFO, "userinfo"),
    ("http://good.test@127.0.0.1/", FetchCode.REFUSED_USERINFO, "userinfo"),
    ("http://", FetchCode.REFUSED_HOST, "empty"),
    ("http:///", FetchCode.REFUSED_HOST, "empty"),
    ("http://?x", FetchCode.REFUSED_HOST, "empty"),
    ("http://localhost/", FetchCode.REFUSED_HOST, "single_label"),
    ("http://intranet/", FetchCode.REFUSED_HOST, "single_label"),
    ("http://a.localhost/", FetchCode.REFUSED_HOST, "local_name"),
    ("http://printer.local/", FetchCode.REFUSED_HOST, "local_name"),
    ("http://db.internal./", FetchCode.REFUSED_HOST, "local_name"),
    ("http://router.home.arpa/", FetchCode.REFUSED_HOST, "local_name"),
    ("http://1.0.0.127.in-addr.arpa/", FetchCode.REFUSED_HOST, "local_name"),
    ("http://127.1/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://127.0.1/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://2130706433/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://0177.0.0.1/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://0x7f.1/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://0x7f000001/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://site.0x/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://1.2.3.4.5/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://256.1.1.1/", FetchCode.REFUSED_HOST, "numeric"),
    ("http://site%2etest/", FetchCode.REFUSED_HOST, "percent"),
    ("http://%6c%6f.test/", FetchCode.REFUSED_HOST, "percent"),
    ("http://a%00.test/", FetchCode.REFUSED_HOST, "percent"),
    ("http://a\x00.test/", FetchCode.REFUSED_HOST, "control"),
    ("http://a b.test/", FetchCode.REFUSED_HOST, "control"),
    ("http://a..test/", FetchCode.REFUSED_HOST, "label"),
    ("http://.test/", FetchCode.REFUSED_HOST, "label"),
    ("http://-a.test/", FetchCode.REFUSED_HOST, "label"),
    ("http://" + "a" * 64 + ".test/", FetchCode.REFUSED_HOST, "label"),
    ("http://" + "a.b" * 100 + ".test/", FetchCode.REFUSED_HOST, "name"),
    ("http://xn--a.test/", FetchCode.REFUSED_HOST, "idna"),
    ("http://a\u00ad.\u200b.test/", FetchCode.REFUSED_HOST, "label"),
    ("http://[::1/", FetchCode.REFUSED_HOST, "ipv6"),
    ("http://[fe80::1%25eth0]/", FetchCode.REFUSED_HOST, "ipv6"),
    ("http://[v1.a]/", FetchCode.REFUSED_HOST, "ipv6"),
    ("http://abc.onion/", FetchCode.REFUSED_HIDDEN_SERVICE, "hidden_service"),
    ("http://ABC.ONION./x", FetchCode.REFUSED_HIDDEN_SERVICE, "hidden_service"),
    ("http://stats.i2p/", FetchCode.REFUSED_HIDDEN_SERVICE, "hidden_service"),
    ("http://site.test:0/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:22/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:25/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:6379/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:9200/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:6667/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:65536/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:99999999999999999999/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:8o/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:８０/", FetchCode.REFUSED_PORT, "port"),
    ("http://site.test:-80/", FetchCode.REFUSED_PORT, "port"),
    ("http://127.0.0.1/", FetchCode.REFUSED_ADDRESS, "loopback"),
    ("http://127.0.0.1./", FetchCode.REFUSED_ADDRESS, "loopback"),
    ("http://127。0。0。1/", FetchCode.REFUSED_ADDRESS, "loopback"),
    ("http://①②⑦.0.0.1/", FetchCode.REFUSED_ADDRESS, "loopback"),
    ("http://１２７.0.0.1/", FetchCode.REFUSED_ADDRESS, "loopback"),
    ("http://10.1.2.3:8080/", FetchCode.REFUSED_ADDRESS, "private"),
    ("http://169.254.169.254/latest/", FetchCode.REFUSED_ADDRESS, "link_local"),
    ("http://203.0.113.5/", FetchCode.REFUSED_ADDRESS, "documentation"),
    ("http://[::1]/", FetchCode.REFUSED_ADDRESS, "loopback"),
    ("http://[::ffff:127.0.0.1]/", FetchCode.REFUSED_ADDRESS, "not_global_unicast"),
    ("http://[64:ff9b::7f00:1]/", FetchCode.REFUSED_ADDRESS, "not_global_unicast"),
    ("http://[2002:7f00:1::1]/", FetchCode.REFUSED_ADDRESS, "tunnel"),
]


@pytest.mark.parametrize(("url", "code", "reason"), REFUSED)
def test_a_refused_url_names_its_code_and_reason(url, code, reason):
    """Each hostile or unusable form is refused with its own code and reason."""
    found = check(url)
    assert isinstance(found, Refused)
    assert (found.code, found.reason) == (code, reason)


ALLOWED = [
    ("http://site.test", "http://site.test/"),
    ("HTTP://SITE.Test:80/A", "http://site.test/A"),
    ("https://site.test:443/", "https://site.test/"),
    ("https://site.test:80/", "https://site.test:80/"),
    ("http://site.test:/", "http://site.test/"),
    ("http://site.test./", "http://site.test/"),
    ("  http://site.test/\n", "http://site.test/"),
    ("ht\ttp://si\nte.test/", "http://site.test/"),
    ("http:\\\\site.test\\a\\b?c=\\d", "http://site.test/a/b?c=\\d"),
    ("http:////site.test/a", "http://site.test/a"),
    ("http://evil.test\\@good.test/", "http://evil.test/@good.test/"),
    ("http://site.test#@evil.test/", "http://site.test/"),
    ("http://site.test/a/./b/../c/%2e%2E/d", "http://site.test/a/d"),
    ("http://site.test/../../..", "http://site.test/"),
    ("http://site.test/a/..", "http://site.test/"),
    ("http://site.test/a//b/", "http://site.test/a//b/"),
    ("http://site.test/?a=%2F+x&b=%3d&c=%zz", "http://site.test/?a=%2F+x&b=%3d&c=%zz"),
    ("http://site.test/ü/%C3%BC?ü", "http://site.test/%C3%BC/%C3%BC?%C3%BC"),
    ("http://site.test/a b?c d", "http://site.test/a%20b?c%20d"),
    ("http://site.test/x?y?z=1", "http://site.test/x?y?z=1"),
    ("http://BÜCHER.test/", "http://xn--bcher-kva.test/"),
    ("http://xn--bcher-kva.test/", "http://xn--bcher-kva.test/"),
    ("http://a_b.test/", "http://a_b.test/"),
    ("http://site.test:8080/", "http://site.test:8080/"),
    ("http://8.8.8.8/", "http://8.8.8.8/"),
    ("http://[2001:4860:4860:0::8888]/", "http://[2001:4860:4860::8888]/"),
]


@pytest.mark.parametrize(("url", "wanted"), ALLOWED)
def test_an_allowed_url_is_requested_as_written(url, wanted):
    """An allowed URL keeps its path and query byte for byte, apart from what cannot be sent."""
    found = check(url)
    assert isinstance(found, Allowed)
    assert found.url == wanted


def test_the_fragment_is_kept_but_not_part_of_the_request():
    """The fragment stays with the parts and is in neither the request nor the canonical form."""
    found = check("http://site.test/r#key=1")
    assert (found.fragment, found.url, found.canonical) == (
        "key=1",
        "http://site.test/r",
        "http://site.test/r",
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://site.test", "HTTP://SITE.TEST:80/#x"),
        ("http://site.test/%c3%bc", "http://site.test/%C3%BC"),
        ("http://bücher.test/", "http://xn--bcher-kva.test./"),
        ("http://site.test/a/../b", "http://site.test/b"),
        (" http://abc.onion/x#y", "http://abc.onion/x"),
    ],
)
def test_two_spellings_of_one_location_have_one_canonical_form(first, second):
    """Spellings that browsers treat alike are one location, also when they are refused."""
    assert canonical(first) == canonical(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://site.test/a", "https://site.test/a"),
        ("http://site.test/a", "http://site.test/A"),
        ("http://site.test/?a=1&b=2", "http://site.test/?b=2&a=1"),
        ("http://site.test/?a=%2F", "http://site.test/?a=/"),
        ("http://site.test/a", "http://site.test/a/"),
    ],
)
def test_different_locations_stay_different(first, second):
    """Scheme, case of the path, order of the query and encoded slashes make a difference."""
    assert canonical(first) != canonical(second)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Site.Test/x", "site.test"),
        ("http://abc.onion/", "abc.onion"),
        ("http://user@site.test/", "site.test"),
        ("http://127.0.0.1/", "127.0.0.1"),
        ("mailto:a@site.test", None),
        ("http://0x7f.1/", None),
    ],
)
def test_the_host_of_a_url_is_read_also_when_it_is_refused(url, host):
    """The host is given in A-labels wherever it can be read."""
    assert host_of(url) == host


def test_a_reported_url_is_exempt_from_the_never_request_rules():
    """A derived delete link is refused; the same URL, reported, is not."""
    url = "http://site.test/delete/1"
    assert check(url).code is FetchCode.REFUSED_NEVER_REQUEST
    assert isinstance(check(url, reported=True), Allowed)


def test_a_practice_address_is_allowed_only_with_the_practice_network():
    """Numeric look-alike hosts are allowed when they are served, and nothing else is then."""
    assert isinstance(check("http://203.0.113.5/", practice=PRACTICE), Allowed)
    assert check("http://203.0.113.6/", practice=PRACTICE).reason == "documentation"
    assert check("http://8.8.8.8/", practice=PRACTICE).reason == "not_in_practice"
    assert check("http://127.0.0.2/", practice=PRACTICE).reason == "loopback"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("data:image/jpeg;base64,/9j/4AAQ", "data:"),
        ("javascript:alert(1)", "javascript:"),
        ("http://127.0.0.1/\udcff", "http://127.0.0.1/?"),
        ("no scheme at all", ""),
    ],
)
def test_of_a_refused_url_nothing_but_the_location_is_shown(url, wanted):
    """A `data:` URL carries content, so only its scheme is recorded."""
    assert gate.shown(url) == wanted


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_is_answered_and_never_raises(text):
    """Whatever is typed, the gate answers; what it allows is printable ASCII without blanks."""
    for url in (text, f"http://{text}", f"http://site.test/{text}", f"http://site.test:{text}/"):
        found = check(url)
        canonical(url)
        host_of(url)
        if isinstance(found, Allowed):
            assert all("!" <= character <= "~" for character in found.url)
            assert "." in found.host or ":" in found.host


@given(
    st.text(alphabet=string.printable, max_size=40), st.text(alphabet=string.printable, max_size=40)
)
def test_reading_an_allowed_url_again_changes_nothing(path, query):
    """What the gate allows reads as itself: check and use cannot differ."""
    found = check(f"http://site.test/{path}?{query}", reported=True)
    if isinstance(found, Allowed):
        assert check(found.url, reported=True).url == found.url
        assert canonical(found.canonical) == found.canonical


def test_the_gate_is_light_to_import():
    """Importing the gate loads neither aiohttp nor pydantic, and takes a fraction of a second."""
    code = (
        "import sys, crawler.fetch.gate; "
        "print([m for m in ('aiohttp', 'yarl', 'pydantic', 'dns', 'idna') if m in sys.modules])"
    )
    took = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
        )
        took.append(time.perf_counter() - started)
    assert done.stdout.strip() == "[]"
    assert min(took) < 0.4


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("//other.test/p", "https://other.test/p"),
        ("///other.test/p", "https://other.test/p"),
        ("\\/\\other.test/p", "https://other.test/p"),
        ("https:///other.test/p", "https://other.test/p"),
        ("HTTP://other.test/a/../p", "http://other.test/p"),
        ("https:p", "https://site.test/a/p"),
        ("/p", "https://site.test/p"),
        ("p?q#f", "https://site.test/a/p?q"),
        ("?q", "https://site.test/a/b?q"),
        ("", "https://site.test/a/b"),
    ],
)
def test_a_reference_names_the_host_that_a_browser_would_ask(reference, meant):
    """However many slashes, and whichever way they lean: joined and read by the same parse."""
    found = check(gate.join("https://site.test/a/b", reference))
    assert isinstance(found, Allowed)
    assert found.url == meant
