"""The fetcher process at its ordinary work: who reads what, permits, egresses, names."""

import asyncio
import hashlib

import pytest
import pytest_asyncio
from practice_hosts import HERE, JPEG, Answer, Hosts, limits, redirect, request

from crawler.fetch import permits
from crawler.fetch.contract import Derivation, FetchCode, FetchRequest, Permit, ResolveRequest

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASE = "HW-2026-000001"
PAGE = b"<!doctype html><title>x</title>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared():
    """A fetcher with the usual servers, and a picture host at an IPv6 look-alike."""
    async with Hosts() as hosts:
        await hosts.site("2001:db8::10", 80)
        hosts.names.zone["silent.test"] = "silent"
        async with hosts.fetcher() as fetcher:
            yield hosts, fetcher


@pytest.mark.parametrize(
    ("body", "content_type", "read_as", "kind", "has_record", "has_ticket"),
    [
        (PAGE, "image/jpeg", "auto", "page", True, False),
        (PAGE, "image/jpeg", "media", "page", False, False),
        (b'{"posts": []}', "application/json", "auto", "json", True, False),
        (b'{"posts": []}', "application/rdap+json", "rdap", "json", True, False),
        (JPEG, "text/html", "auto", "picture", False, True),
        (JPEG, "text/html", "nothing", "picture", False, False),
        (b"PK\x03\x04" + b"x" * 600, "application/zip", "auto", "archive", False, False),
        (b"\x00\x00\x00\x1cftypisom" + b"x" * 600, "video/mp4", "media", "video", False, False),
        (b"", "text/html", "auto", "empty", False, False),
    ],
)
async def test_first_bytes_decide_who_reads(
    shared, body, content_type, read_as, kind, has_record, has_ticket
):
    """The kind is told by the bytes; the reader by kind and by what was asked for."""
    hosts, fetcher = shared
    hosts.routes["/any"] = Answer(body, content_type=content_type)
    result = await fetcher.fetch(request("http://site.test/any", read_as=read_as))
    assert (result.error, result.body.kind, result.body.complete) == (None, kind, True)
    assert result.body.digests.sha256 == hashlib.sha256(body).hexdigest()
    assert (result.record is not None, result.ticket is not None) == (has_record, has_ticket)
    if result.ticket:
        await fetcher.drop(result.ticket)


async def test_a_page_reader_is_not_given_media(shared):
    """Asked for a page, a picture is not read on: no digests, no ticket, and the reason."""
    hosts, fetcher = shared
    hosts.routes["/any"] = Answer(JPEG * 20, content_type="text/html")
    result = await fetcher.fetch(request("http://site.test/any", read_as="page"))
    assert (result.error, result.body.kind, result.body.complete) == (None, "picture", False)
    assert (result.body.digests, result.ticket, result.record_error) == (None, None, "not_text")


async def test_a_body_over_its_cap_is_incomplete(shared):
    """Over the cap there are no digests, no record and no ticket, but the error says so."""
    hosts, fetcher = shared
    hosts.routes["/page"] = Answer(b"<p>" * 1000)
    hosts.routes["/pic"] = Answer(JPEG, content_type="image/jpeg")
    caps = limits(page_bytes=1000, media_bytes=1000)
    for path, kind in (("/page", "page"), ("/pic", "picture")):
        result = await fetcher.fetch(request(f"http://site.test{path}", limits=caps))
        assert (result.error, result.body.kind) == (FetchCode.TOO_LARGE, kind)
        assert (result.body.complete, result.body.digests) == (False, None)
        assert (result.record, result.ticket, result.hops[-1].error) == (
            None,
            None,
            FetchCode.TOO_LARGE,
        )


async def test_a_form_is_posted_and_a_redirect_followed_as_get(shared):
    """A declared form goes out url-encoded; after a 302 the next request is a plain GET."""
    hosts, fetcher = shared
    posted = []

    async def take(request):
        posted.append((request.method, await request.text(), request.headers["Content-Type"]))
        return redirect("/after").clone()

    hosts.routes["/form"], hosts.routes["/after"] = take, Answer(PAGE)
    result = await fetcher.fetch(
        request("http://site.test/form", method="POST", form=(("op", "download2"), ("id", "a b")))
    )
    assert posted == [("POST", "op=download2&id=a+b", "application/x-www-form-urlencoded")]
    assert [(hop.method, hop.status) for hop in result.hops] == [("POST", 302), ("GET", 200)]
    assert [hop.derivation for hop in result.hops] == [
        Derivation.REPORTED_URL,
        Derivation.REDIRECT_HOP,
    ]


async def test_a_request_presents_itself_as_the_profile_says(shared):
    """User agent, language and encoding follow the request; media are asked for unencoded."""
    hosts, fetcher = shared
    hosts.routes["/h"] = Answer(PAGE)
    await fetcher.fetch(request("http://site.test/h"))
    await fetcher.fetch(
        request("http://site.test/h", user_agent="Other/1.0", accept_language="de", read_as="media")
    )
    await fetcher.fetch(request("http://site.test/h", user_agent=""))
    plain, own, none = (seen.headers for seen in hosts.seen[-3:])
    assert plain["User-Agent"].startswith("Mozilla/5.0")
    assert plain["Accept-Encoding"] == "gzip"
    assert (own["User-Agent"], own["Accept-Language"]) == ("Other/1.0", "de")
    assert own["Accept-Encoding"] == "identity"
    assert "User-Agent" not in none


@pytest.mark.parametrize(
    "permit",
    [
        Permit(case_id="", derivation=Derivation.REPORTED_URL, url="http://site.test/"),
        Permit(case_id=CASE, derivation=Derivation.DNS, url="http://site.test/"),
    ],
)
async def test_without_a_proper_permit_nothing_is_requested(shared, permit):
    """No case, or a permit for a name: refused, and nobody is connected to."""
    hosts, fetcher = shared
    before = len(hosts.seen)
    result = await fetcher.fetch(FetchRequest(permit=permit, egress="home"))
    assert result.error is FetchCode.REFUSED_PERMIT
    assert len(hosts.seen) == before


async def test_a_derived_delete_link_is_refused_and_a_reported_one_is_not(shared):
    """The never-request rules hold in the fetcher too, and spare what was reported."""
    hosts, fetcher = shared
    hosts.routes["/delete/1"] = Answer(PAGE)
    url = "http://site.test/delete/1"
    derived = Permit(case_id=CASE, derivation=Derivation.EMBEDDED_MEDIA, url=url)
    refused = await fetcher.fetch(FetchRequest(permit=derived, egress="home"))
    assert refused.error is FetchCode.REFUSED_NEVER_REQUEST
    assert (await fetcher.fetch(request(url))).status == 200


async def test_an_egress_leaves_from_its_own_address(shared):
    """Each egress uses its source address, for names and connections alike."""
    hosts, fetcher = shared
    sources = []

    async def note(request):
        sources.append(request.transport.get_extra_info("peername")[0])
        return Answer(PAGE).clone()

    hosts.routes["/from"] = note
    await fetcher.fetch(request("http://site.test/from", egress="abroad"))
    unknown = await fetcher.fetch(request("http://site.test/from", egress="nowhere"))
    assert sources == ["127.0.0.77"]
    assert unknown.error is FetchCode.REFUSED_PERMIT


async def test_numeric_look_alike_hosts_are_served(shared):
    """A numeric practice address, IPv4 or IPv6, is reached and recorded as the peer."""
    hosts, fetcher = shared
    hosts.routes["/n"] = Answer(PAGE)
    for url, peer in ((f"http://{HERE}/n", HERE), ("http://[2001:db8::10]/n", "2001:db8::10")):
        result = await fetcher.fetch(request(url))
        assert (result.error, result.peer) == (None, peer)


async def test_names_fail_in_different_ways(shared):
    """Absence, lack of data, failure and silence of the resolver are told apart."""
    hosts, fetcher = shared
    hosts.names.zone |= {"empty.test": [], "broken.test": "servfail", "silent.test": "silent"}
    names = ("none.test", "empty.test", "broken.test", "silent.test")
    codes = [FetchCode.NXDOMAIN, FetchCode.NODATA, FetchCode.SERVFAIL, FetchCode.DNS_TIMEOUT]
    results = await asyncio.gather(*(fetcher.fetch(request(f"http://{name}/")) for name in names))
    assert [result.error for result in results] == codes


async def test_a_name_is_resolved_with_its_chain(shared):
    """All addresses, the chain of names, the refused ones and the resolver are told."""
    hosts, fetcher = shared
    hosts.names.zone["www.chain.test"] = ["cname:edge.test", HERE, "2001:db8::10", "10.0.0.1"]
    answer = await fetcher.resolve(
        ResolveRequest(permit=permits.dns(CASE, "www.chain.test"), egress="home")
    )
    assert answer.outcome == "ok"
    assert answer.addresses == ("10.0.0.1", "2001:db8::10", HERE)
    assert answer.refused_addresses == ("10.0.0.1",)
    assert answer.cnames == ("edge.test",)
    assert (answer.ttl, answer.resolver) == (60, hosts.resolver)


async def test_a_name_needs_a_permit_for_names(shared):
    """A permit for a URL, or a local name, resolves nothing."""
    _, fetcher = shared
    for permit in (permits.reported(CASE, "http://site.test/"), permits.dns(CASE, "localhost")):
        answer = await fetcher.resolve(ResolveRequest(permit=permit, egress="home"))
        assert answer.outcome == "refused"


async def test_connections_fail_in_different_ways(shared):
    """A closed port is refused; a port of the practice network that nobody serves as well."""
    _hosts, fetcher = shared
    result = await fetcher.fetch(request("http://site.test:8099/"))
    assert (result.error, result.hops[0].peer) == (FetchCode.CONNECT_REFUSED, None)
