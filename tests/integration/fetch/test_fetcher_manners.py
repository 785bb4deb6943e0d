"""Given cookies, strict certificates, mail and name servers; and how the fetcher treats a host."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from practice_hosts import HERE, Answer, Hosts, request

from cases.model import AssetKind, Presence
from crawler.fetch import permits
from crawler.fetch.contract import FetchCode, ResolveRequest
from crawler.outcome import presence
from crawler.seen import Seen

CASE = "HW-2026-000001"
PAGE = b"<!doctype html><title>x</title>"


async def resolve(fetcher, name, records):
    question = ResolveRequest(permit=permits.dns(CASE, name), egress="home", records=records)
    return await fetcher.resolve(question)


async def test_given_cookies_go_to_their_host_as_they_are_and_to_no_other():
    """They are in the jar before the first request, unquoted, for that host alone."""
    async with Hosts() as hosts:
        hosts.names.zone |= {"img.site.test": [HERE], "other.test": [HERE]}
        hosts.routes |= dict.fromkeys(("/", "/x"), Answer(PAGE))
        hosts.routes["/away"] = Answer(status=302, headers=[("Location", "http://img.site.test/x")])
        given = (("age", "18,yes=%2F"), ("sid", "a b"))
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request("http://site.test/", jar="j", cookies=given))
            await fetcher.fetch(request("http://site.test/x", jar="j"))
            await fetcher.fetch(request("http://site.test/away", jar="j"))
            await fetcher.fetch(request("http://site.test/x", cookies=given))
            await fetcher.fetch(request("http://site.test/x", jar="k"))
            refused = await fetcher.fetch(request("http://127.0.0.1/", jar="k", cookies=given))
            await fetcher.fetch(request("http://site.test/x", jar="k"))
    sent = [seen.headers.get("Cookie") for seen in hosts.seen]
    both = "age=18,yes=%2F; sid=a b"
    assert sent == [both, both, both, None, both, None, None]
    assert refused.error is FetchCode.REFUSED_ADDRESS


@pytest.mark.parametrize(
    "cookies",
    [
        (("a b", "1"),),
        (("", "1"),),
        (("a", "1;2"),),
        (("a", "1\r\nX: y"),),
        (("a", "é"),),
        (("a", "x" * 5000),),
        tuple((f"a{n}", "1") for n in range(51)),
    ],
)
async def test_cookies_that_cannot_be_sent_are_refused_before_anything_is(cookies):
    """A name that is no token, a line end, a letter outside ASCII, too long, too many."""
    async with Hosts() as hosts:
        fetcher = hosts.fetcher()
        found = await fetcher.fetch(request("http://site.test/", cookies=cookies))
    assert found.error is FetchCode.REFUSED_MALFORMED


async def test_a_strict_request_ends_at_a_bad_certificate():
    """`verify` asks once; `tolerate` asks again without cookies and referer, and says so."""
    async with Hosts() as hosts:
        await hosts.site("203.0.113.11", 443, tls=hosts.authority.server("else.test"))
        hosts.names.zone["secure.test"] = ["203.0.113.11"]
        hosts.routes["/"] = Answer(PAGE)
        url, more = "https://secure.test/", {"referer": "https://secure.test/p"}
        async with hosts.fetcher() as fetcher:
            given = {"cookies": (("a", "1"),), **more}
            strict = await fetcher.fetch(request(url, tls="verify", **given))
            before = len(hosts.seen)
            loose = await fetcher.fetch(request(url, **given))
    assert (strict.error, len(strict.hops), before) == (FetchCode.TLS_FAILED, 1, 0)
    assert (loose.error, loose.tls, len(loose.hops)) == (None, "unverified", 2)
    assert not {"Cookie", "Referer"} & set(hosts.seen[0].headers)


async def test_mail_hosts_and_name_servers_are_told_apart_from_their_absence():
    """In order of preference; none, no such name, failure and silence differ; null MX is a word."""
    async with Hosts() as hosts:
        hosts.names.zone |= {
            "mail.test": ["mx:20 B.mail.test.", "mx:10 z.mail.test.", "mx:10 a.mail.test.", HERE],
            "null.test": ["mx:0 ."],
            "odd.test": ["mx:10 192.0.2.1.", "mx:20 .", "mx:30 ok.test."],
            "served.test": ["ns:ns2.test.", "ns:NS1.test."],
            "broken.test": "servfail",
            "silent.test": "silent",
        }
        async with hosts.fetcher(fetch={"connect_s": 0.5}) as fetcher:
            names = ("mail.test", "null.test", "odd.test", "site.test", "none.test", "broken.test")
            found = {name: await resolve(fetcher, name, "mx") for name in (*names, "silent.test")}
            servers = await resolve(fetcher, "served.test", "ns")
    assert found["mail.test"].names == ("a.mail.test", "z.mail.test", "b.mail.test")
    assert found["null.test"].names == ("",)
    assert found["odd.test"].names == ("ok.test",)
    assert found["mail.test"].addresses == ()
    assert {name: one.outcome for name, one in found.items()} == {
        "mail.test": "ok",
        "null.test": "ok",
        "odd.test": "ok",
        "site.test": "nodata",
        "none.test": "nxdomain",
        "broken.test": "servfail",
        "silent.test": "timeout",
    }
    assert set(servers.names) == {"ns1.test", "ns2.test"}
    assert (servers.dns, servers.ttl) == ("local", 60)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_asks_for_a_pause_is_left_alone(status):
    """Seconds or a date; other hosts and other ways out go on; nothing of it reads as gone."""
    until = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    async with Hosts() as hosts:
        hosts.names.zone |= {"dated.test": [HERE], "free.test": [HERE]}
        for host, value in (("site.test", "3600"), ("dated.test", until)):
            hosts.routes[host, "/"] = Answer(status=status, headers=[("Retry-After", value)])
        hosts.routes["/"] = Answer(PAGE)
        async with hosts.fetcher() as fetcher:
            urls = ["http://site.test/", "http://dated.test/", "http://free.test/"]
            first = [await fetcher.fetch(request(url)) for url in urls]
            asked = len(hosts.seen)
            again = [await fetcher.fetch(request(url)) for url in urls]
            abroad = await fetcher.fetch(request(urls[0], egress="abroad"))
    assert [one.status for one in first] == [status, status, 200]
    assert [one.error for one in again] == [FetchCode.HOST_RESTING, FetchCode.HOST_RESTING, None]
    assert (len(hosts.seen) - asked, abroad.status) == (2, status)
    said = [presence(Seen(kind=AssetKind.PAGE, result=one))[0] for one in (first[0], again[0])]
    assert said == [Presence.TEMPORARY, Presence.NO_VERDICT]


async def test_a_short_pause_is_waited_for():
    """What is over in a moment costs a moment, and no failed fetch."""
    async with Hosts() as hosts:
        answers = iter([Answer(status=429, headers=[("Retry-After", "1")])])

        async def talk(_request):
            return next(answers, Answer(PAGE)).clone()

        hosts.routes["/"] = talk
        async with hosts.fetcher() as fetcher:
            found = [await fetcher.fetch(request("http://site.test/")) for _ in range(2)]
    assert [one.status for one in found] == [429, 200]


async def test_a_host_that_fails_again_and_again_is_tried_by_one_request():
    """Five failures, a rest, one try, and all is as before when it answers."""
    working = False

    async def talk(request):
        if not working:
            request.transport.abort()
        return Answer(PAGE).clone()

    async with Hosts() as hosts:
        hosts.routes["/"] = talk
        async with hosts.fetcher(fetch={"failures_rest_s": 6.0}) as fetcher:
            url = "http://site.test/"
            failed = [(await fetcher.fetch(request(url))).error for _ in range(7)]
            asked = len(hosts.seen)
            working = True
            # rests of up to 5 s are waited for
            await asyncio.sleep(1.2)
            found = [(await fetcher.fetch(request(url))).error for _ in range(3)]
    assert failed == [FetchCode.RESET] * 5 + [FetchCode.HOST_RESTING] * 2
    assert asked == 5
    assert found == [None] * 3


async def test_no_address_and_no_site_is_asked_by_too_many_at_once():
    """Many names on one server, and many hosts of one domain, share its places."""
    running, most = {"a": 0, "s": 0}, {"a": 0, "s": 0}

    async def talk(request):
        key = "s" if request.host.endswith("site.test") else "a"
        running[key] += 1
        most[key] = max(most[key], running[key])
        await asyncio.sleep(0.1)
        running[key] -= 1
        return Answer(PAGE).clone()

    async with Hosts() as hosts:
        await hosts.site("203.0.113.12", 80)
        hosts.routes["/"] = talk
        shared = [f"h{n}.d{n}.test" for n in range(9)]
        under = [f"h{n}.site.test" for n in range(9)]
        hosts.names.zone |= {host: [HERE] for host in shared}
        hosts.names.zone |= {host: ["203.0.113.12"] for host in under}
        caps = {"per_host": 1, "per_site": 2, "per_address": 3}
        async with hosts.fetcher(fetch=caps) as fetcher:
            urls = [f"http://{host}/" for host in (*shared, *under)]
            found = await asyncio.gather(*(fetcher.fetch(request(url)) for url in urls))
    assert {one.error for one in found} == {None}
    assert most == {"a": 3, "s": 2}
