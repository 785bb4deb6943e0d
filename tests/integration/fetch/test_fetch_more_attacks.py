"""
Hostile servers, names and redirects against the real fetcher process, and the table of all cases.

Every case of the attack table that is the fetcher's; `Hosts._internal` is the internal server, which
counts connections and answers `SECRET`.

  #   case                                    tests
  1   special address in a DNS answer         test_one_bad_answer_of_the_resolver_refuses_the_name
  2   mixed answers                           test_one_bad_answer_of_the_resolver_refuses_the_name
  3   rebinding: check to connect, hop to hop test_a_name_is_resolved_once_per_hop_and_the_answer_is_kept, test_a_name_that_changes_between_hops_is_judged_again
  4   mapped, 6to4, Teredo, NAT64, ISATAP     test_one_bad_answer_of_the_resolver_refuses_the_name, test_numeric_hosts_in_disguise_reach_nobody
  5   numeric hosts in disguise               test_numeric_hosts_in_disguise_reach_nobody
  6   user information, backslash, tab        test_ambiguous_authorities_are_refused_or_stay_on_their_host
  7   other schemes                           test_no_redirect_leads_to_an_internal_server
  8   bad ports                               test_no_redirect_leads_to_an_internal_server
  9   redirect to a literal                   test_no_redirect_leads_to_an_internal_server
  10  loops: redirect, forty hops, refresh    test_redirects_end, test_a_meta_refresh_is_a_link_and_never_followed_by_the_fetcher
  11  cookie and referer to other sites       test_cookies_and_referers_stay_where_they_belong
  12  bombs, stacked codings, false lengths   test_bombs_and_lies_end_at_a_cap_in_bounded_memory, test_bombs_of_every_coding_end_at_the_cap_in_bounded_memory
  13  drips and floods                        test_slow_servers_end_by_time, test_broken_heads_are_malformed, test_headers_without_end_and_bodies_without_end_cost_no_memory
  14  a picture as protocol                   test_no_byte_of_a_picture_reaches_a_log_or_a_result, test_no_byte_of_a_picture_leaves_the_fetcher_by_its_pipes
  15  a proxy is told numbers only            test_a_proxy_is_told_numbers_and_the_peer_is_the_target, test_what_is_refused_is_not_even_told_to_the_proxy
  16  signed URLs                             test_a_signed_url_arrives_byte_for_byte, test_a_signed_url_with_letters_is_sent_as_utf8_and_otherwise_untouched
  24  never-request links                     test_links_of_the_never_request_list_are_refused_derived_and_redirected
  28  disguised site, profile replayed        test_a_disguised_site_is_seen_by_the_profile_that_shows_it
  30  proxy down                              test_a_dead_proxy_is_our_fault_and_nobody_goes_around_it
"""

import ast
import asyncio
import gzip
import os
import re
import zlib
from pathlib import Path

import pytest
from practice_hosts import HERE, JPEG, Answer, Hosts, limits, redirect, request
from test_fetch_attacks import all_of, resident_kib, windows

from crawler.fetch import never_request, permits
from crawler.fetch.contract import REFUSALS, Derivation, FetchCode, FetchRequest, Permit
from crawler.fetch.wire import REQUEST, SETUP, dump
from isolation import child

CASE = "HW-2026-000001"
PAGE = b"<!doctype html><title>x</title>"
GUARD_RSS_KIB = 40_000
"""What an attack may add to the fetcher's largest size."""


def test_every_attack_case_has_its_tests():
    """The table names tests that exist, and no case is left out."""
    here = Path(__file__).parent
    table = ast.get_docstring(ast.parse(Path(__file__).read_text("utf-8")))
    rows = re.findall(r"^ *(\d+)  +\S.*? (test_\w+(?:, test_\w+)*)$", table, re.MULTILINE)
    known = {
        node.name
        for file in here.glob("test_*.py")
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
    }
    named = {name for _, names in rows for name in names.split(", ")}
    assert {int(number) for number, _ in rows} == {*range(1, 17), 24, 28, 30}
    assert named <= known


async def test_a_name_is_resolved_once_per_hop_and_the_answer_is_kept():
    """Rebinding between check and connect: the second answer is never asked for."""
    async with Hosts() as hosts:
        hosts.names.zone["rebind.test"] = [[HERE], [HERE], *[["127.0.0.1"]] * 20]
        hosts.names.zone["flip.test"] = [[HERE], ["::1"], *[[HERE]] * 20]
        hosts.routes["/p"] = Answer(PAGE)
        async with hosts.fetcher() as fetcher:
            first = await fetcher.fetch(request("http://rebind.test/p"))
            asked = hosts.names.asked.count("rebind.test")
            again = await fetcher.fetch(request("http://rebind.test/p"))
            flipped = await fetcher.fetch(request("http://flip.test/p"))
    assert (first.error, first.peer, asked) == (None, HERE, 2)
    assert again.error is FetchCode.REFUSED_ADDRESS
    assert flipped.error is FetchCode.REFUSED_ADDRESS, "A is fine, AAAA is not"
    assert (hosts.internal_connections, len(hosts.seen)) == (0, 1)


DISGUISED = """
2130706433 017700000001 0x7f000001 0x7f.0x0.0x0.0x1 0x7f.1 0177.0.0.1 0177.1 127.1 127.0.1 127.0.0.01
127.0.0.1. 127.0.0.1.. ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 127．0．0．1 ｌocalhost localhost. localhost
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1]
[2002:7f00:1::1] [2001:0:7f00:1::] [fe80::1%25lo] [fe80::5efe:127.0.0.1] %31%32%37.0.0.1 127.0.0.1%00.test
0 0.0.0.0 00.00.00.00 4294967296 127.0.0.256 1.1.1.1.1
"""


async def test_numeric_hosts_in_disguise_reach_nobody():
    """Decimal, octal, hexadecimal, short, dotted, full-width and circled: reported and redirected."""
    async with Hosts() as hosts:
        urls = [f"http://{host}:{hosts.internal_port}/" for host in DISGUISED.split()]
        for number, url in enumerate(urls):
            hosts.routes[f"/r{number}"] = redirect(url.encode("utf-8").decode("latin-1"))
        async with hosts.fetcher() as fetcher:
            reported = await all_of(fetcher, urls)
            redirected = await all_of(fetcher, [f"http://site.test/r{n}" for n in range(len(urls))])
    assert [url for url, one in zip(urls, reported, strict=True) if one.error not in REFUSALS] == []
    assert {one.error for one in redirected} == {FetchCode.REFUSED_REDIRECT}
    assert hosts.internal_connections == 0
    assert not [name for name in hosts.names.asked if name != "site.test"]


async def test_ambiguous_authorities_are_refused_or_stay_on_their_host():
    """`a@b`, a backslash, a fragment mark, a tab in the scheme: no two readings."""
    async with Hosts() as hosts:
        port = hosts.internal_port
        hosts.routes["/"] = hosts.routes[f"/@127.0.0.1:{port}/"] = Answer(PAGE)
        urls = [
            f"http://site.test@127.0.0.1:{port}/",
            f"http://site.test\\@127.0.0.1:{port}/",
            f"http://site.test#@127.0.0.1:{port}/",
            f"http://site.test?@127.0.0.1:{port}/",
            f"ht\ttp://127.0.0.1:{port}/",
            f"http:\\\\127.0.0.1:{port}\\",
            f"http:/127.0.0.1:{port}/",
            f"http:///127.0.0.1:{port}/",
            f"//127.0.0.1:{port}/",
            f"\x00http://127.0.0.1:{port}/",
            f"http://site.test:80:{port}/",
            f"http://[site.test]:{port}/",
        ]
        async with hosts.fetcher() as fetcher:
            found = await all_of(fetcher, urls)
    assert hosts.internal_connections == 0
    answered = {url for url, one in zip(urls, found, strict=True) if one.error is None}
    assert answered <= {urls[1], urls[2], urls[3]}
    assert {seen.host for seen in hosts.seen} <= {"site.test"}


async def test_a_meta_refresh_is_a_link_and_never_followed_by_the_fetcher():
    """Pages that refresh to themselves, to each other or to an internal host cost one request."""
    async with Hosts() as hosts:
        goals = {
            "/a": "/b",
            "/b": "/a",
            "/self": "/self",
            "/in": f"http://127.0.0.1:{hosts.internal_port}/",
        }
        for path, goal in goals.items():
            text = f'<!doctype html><meta http-equiv=refresh content="0; url={goal}"><p>x'
            hosts.routes[path] = Answer(text.encode())
        jobs = {"page": "crawler.extract.job:read_page"}
        async with hosts.fetcher(jobs=jobs) as fetcher:
            found = await all_of(fetcher, [f"http://site.test{path}" for path in goals])
    assert len(hosts.seen) == len(goals)
    assert hosts.internal_connections == 0
    assert {one.error for one in found} == {None}
    why = [item["why"] for one in found for item in one.record["candidates"]]
    assert set(why) == {"generic:meta_refresh"}


def bombs():
    """64 MiB of blanks in a few KiB, in each coding that the machine can pack."""
    plain = b"<p>" + b" " * (1 << 20)
    gz = zlib.compressobj(9, zlib.DEFLATED, 31)
    found = {"gzip": b"".join(gz.compress(plain) for _ in range(64)) + gz.flush()}
    try:
        import brotli

        br = brotli.Compressor(quality=5)
        found["br"] = b"".join(br.process(plain) for _ in range(64)) + br.finish()
    except ImportError:
        pass
    try:
        from backports import zstd

        packer = zstd.ZstdCompressor()
        found["zstd"] = b"".join(packer.compress(plain) for _ in range(64)) + packer.flush()
    except ImportError:
        pass
    return found


async def test_bombs_of_every_coding_end_at_the_cap_in_bounded_memory():
    """Each ends as too large (or unreadable where the coding is unknown), with no digest of a part."""
    packed = bombs()
    async with Hosts() as hosts:
        for coding, body in packed.items():
            hosts.routes[f"/{coding}"] = Answer(body, headers=[("Content-Encoding", coding)])
        stacked = gzip.compress(packed["gzip"])
        for number, coding in enumerate(
            ("gzip, gzip", "gzip, identity, gzip", "br, gzip", "x, gzip")
        ):
            hosts.routes[f"/s{number}"] = Answer(stacked, headers=[("Content-Encoding", coding)])
        hosts.routes["/warm"] = Answer(gzip.compress(PAGE), headers=[("Content-Encoding", "gzip")])
        async with hosts.fetcher(fetch={"media_bytes": 8_000_000}) as fetcher:
            await fetcher.fetch(request("http://site.test/warm"))
            before = resident_kib(fetcher.pid)
            found = await all_of(fetcher, [f"http://site.test/{coding}" for coding in packed])
            stacks = await all_of(fetcher, [f"http://site.test/s{n}" for n in range(4)])
            grown = resident_kib(fetcher.pid) - before
    codes = {FetchCode.TOO_LARGE, FetchCode.MALFORMED_ANSWER}
    assert {one.error for one in found} <= codes
    assert found[0].error is FetchCode.TOO_LARGE
    assert all(one.body.digests is None and one.ticket is None for one in found if one.body)
    assert all(one.error in {None, *codes} for one in stacks)
    assert all(one.body.kind == "archive" for one in stacks if one.error is None), "opaque"
    assert grown < GUARD_RSS_KIB


async def test_headers_without_end_and_bodies_without_end_cost_no_memory():
    """Header floods, 1xx floods and chunk extensions at full speed end with a code, in bounds."""

    def flood(start, piece):
        async def talk(_reader, writer):
            writer.write(start)
            while True:
                writer.write(piece * 2000)
                await writer.drain()

        return talk

    ok, chunked = b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n\r\n"
    talks = {
        8081: flood(ok, b"X-A: b\r\n"),
        8082: flood(ok + b"X: ", b"a" * 16),
        8083: flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        8084: flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
        8085: flood(ok + chunked + b"5;a=", b"b" * 16),
        8086: flood(ok + chunked, b"1;x=y\r\na\r\n"),
        8087: flood(ok + chunked + b"0\r\n", b"T: r\r\n"),
        8088: flood(ok + b"Set-Cookie: ", b"a=b; "),
    }
    async with Hosts() as hosts:
        for port, talk in talks.items():
            await hosts.raw(HERE, port, talk)
        async with hosts.fetcher(fetch={"page_bytes": 500_000}) as fetcher:
            await fetcher.fetch(request("http://site.test/"))
            before = resident_kib(fetcher.pid)
            urls = [f"http://site.test:{port}/" for port in talks]
            found = await all_of(fetcher, urls, limits=limits(total_s=1.5))
            grown = resident_kib(fetcher.pid) - before
    ends = {FetchCode.TIMEOUT, FetchCode.MALFORMED_ANSWER, FetchCode.TOO_LARGE, FetchCode.RESET}
    assert {one.error for one in found} <= ends
    assert all(one.body is None or one.body.digests is None for one in found)
    assert grown < GUARD_RSS_KIB


async def test_no_byte_of_a_picture_leaves_the_fetcher_by_its_pipes():
    """Everything that the process says on both pipes holds no window of what it was sent."""
    head = b"HTTP/1.1 200 OK\r\n"
    pieces = {
        8081: JPEG,
        8082: head + b"Transfer-Encoding: chunked\r\n\r\n" + JPEG,
        8083: head + b"Connection: close\r\nContent-Length: 2\r\n\r\nok" + JPEG,
        8084: head + b"Content-Encoding: gzip\r\n\r\n" + JPEG,
        8085: head + JPEG[:4000] + b"\r\n\r\n",
        8086: b"HTTP/1.1 302 Found\r\nLocation: http://" + JPEG[140:260] + b"\r\n\r\n",
        8087: head + b"Content-Type: " + JPEG[140:260] + b"\r\n\r\n" + JPEG,
    }

    def says(data):
        async def talk(_reader, writer):
            writer.write(data)
            await writer.drain()

        return talk

    answers = []
    async with Hosts() as hosts:
        for port, data in pieces.items():
            await hosts.raw(HERE, port, says(data))
        process = await child.start("crawler.fetch.process", stderr=asyncio.subprocess.PIPE)
        setup = dump(SETUP, hosts.fetcher()._setup)
        await process.send({"op": "hello", "parent": os.getpid()}, setup)
        assert (await process.receive())["op"] == "ready"
        for number, port in enumerate(pieces):
            asked = request(f"http://site.test:{port}/", read_as="nothing")
            await process.send({"id": number, "op": "fetch"}, dump(REQUEST, asked))
            answers.append(await process.receive())
        process.writer.close()
        said = await asyncio.wait_for(process.process.stderr.read(), 10)
        await process.process.wait()
    kept = f"{answers!r}{said!r}"
    assert len(answers) == len(pieces)
    assert b"Traceback" not in said
    assert windows(kept, JPEG) == []
    assert windows(kept + JPEG[50:90].hex(), JPEG) != [], "the search itself finds what is there"


async def test_a_signed_url_with_letters_is_sent_as_utf8_and_otherwise_untouched():
    """What is not ASCII is percent-encoded once; what is encoded stays as it was, in either case."""
    path = "/%2F%2f/ü/%C3%BC/a%20b;c=1?sig=%3d%3D+%2B&n=é&e=%e9&x=[]&y='z'"
    async with Hosts() as hosts, hosts.fetcher() as fetcher:
        await fetcher.fetch(request(f"http://site.test{path}"))
    sent = hosts.seen[0].raw_path if hasattr(hosts.seen[0], "raw_path") else hosts.seen[0].path_qs
    assert sent == ("/%2F%2f/%C3%BC/%C3%BC/a%20b;c=1?sig=%3d%3D+%2B&n=%C3%A9&e=%e9&x=[]&y=%27z%27")


FAMILIES = {
    "reverse_image_search": "https://tineye.com/search?url=http://site.test/1.jpg",
    "exif_service": "https://exif.regex.info/exif.cgi?url=x",
    "archive_save": "https://web.archive.org/save/http://site.test/",
    "translate": "https://translate.google.com/translate?u=http://site.test/",
    "captcha": "http://site.test/captchas/1.jpg",
    "advertising": "https://ad.doubleclick.net/x.gif",
    "analytics": "https://www.google-analytics.com/collect",
    "delete": "http://site.test/abc~d?hash",
    "unlink": "http://site.test/mod.php?/b/unlink/1",
    "report": "http://site.test/?op=report_file&id=1",
    "logout": "http://site.test/user/sign-out",
}


def test_every_family_of_the_never_request_list_has_an_example():
    """Each rule of the data is asked for in the test below."""
    words = {*never_request._VERBS.values(), *never_request._COMPOUNDS.values()}
    assert set(FAMILIES) == words | {rule.rule for rule in never_request.HOST_RULES}


@pytest.mark.parametrize(
    "rule", never_request.HOST_RULES, ids=lambda rule: f"{rule.rule}:{rule.host}"
)
def test_each_host_of_the_never_request_list_is_refused_with_all_under_it(rule):
    """The host and a name under it; and a name that merely ends alike is another's."""
    tail = f"{rule.path.rstrip('/')}/x?{rule.query}=1"
    for host in (rule.host, f"www.{rule.host}"):
        assert never_request.never(f"https://{host}{tail}") == rule.rule
    assert never_request.never(f"https://not{rule.host}/x.jpg") is None


async def test_links_of_the_never_request_list_are_refused_derived_and_redirected():
    """No name is resolved for them and no host hears of them, whichever way they come."""
    async with Hosts() as hosts:
        for number, url in enumerate(FAMILIES.values()):
            hosts.routes[f"/r{number}"] = redirect(url)
        kinds = (Derivation.EMBEDDED_MEDIA, Derivation.JSON_TWIN, Derivation.DOWNLOAD_STEP,
                 Derivation.LOCKER_HOP)  # fmt: skip
        async with hosts.fetcher() as fetcher:
            derived = [
                await fetcher.fetch(
                    FetchRequest(
                        permit=Permit(case_id=CASE, derivation=kind, url=url), egress="home"
                    )
                )
                for url in FAMILIES.values()
                for kind in kinds
            ]
            urls = [f"http://site.test/r{n}" for n in range(len(FAMILIES))]
            redirected = await all_of(fetcher, urls)
    assert {one.error for one in derived} == {FetchCode.REFUSED_NEVER_REQUEST}
    assert {one.hops[-1].error for one in redirected} == {FetchCode.REFUSED_NEVER_REQUEST}
    assert len(hosts.seen) == len(FAMILIES)
    assert set(hosts.names.asked) == {"site.test"}
    start = permits.reported(CASE, "http://site.test/")
    refused = {permits.derive(start, Derivation.EMBEDDED_MEDIA, url) for url in FAMILIES.values()}
    assert refused == {FetchCode.REFUSED_NEVER_REQUEST}


async def test_a_disguised_site_is_seen_by_the_profile_that_shows_it():
    """By referer, cookie, user agent or language: the replayed profile gets the content each time."""
    shown = {
        "/referer": lambda r: r.headers.get("Referer") == "http://gate.test/in?x=1",
        "/cookie": lambda r: r.cookies.get("way") == "a,b=%2F",
        "/agent": lambda r: r.headers.get("User-Agent") == "Phone/1.0",
        "/language": lambda r: r.headers.get("Accept-Language") == "xx",
        "/step": lambda r: r.cookies.get("step") == "1",
    }

    async def disguised(request):
        return Answer(JPEG if shown[request.path](request) else PAGE).clone()

    async def step(_request):
        response = Answer(PAGE).clone()
        response.set_cookie("step", "1")
        return response

    profile = {
        "referer": "http://gate.test/in?x=1",
        "cookies": (("way", "a,b=%2F"),),
        "user_agent": "Phone/1.0",
        "accept_language": "xx",
        "read_as": "nothing",
    }
    async with Hosts() as hosts:
        hosts.routes |= dict.fromkeys(shown, disguised) | {"/first": step}
        urls = [f"http://site.test{path}" for path in shown]
        async with hosts.fetcher() as fetcher:
            plain = await all_of(fetcher, urls, jar="p", read_as="nothing")
            for jar in ("one", "two"):
                await fetcher.fetch(request("http://site.test/first", jar=jar, read_as="nothing"))
                replayed = await all_of(fetcher, urls, jar=jar, **profile)
                assert {one.body.kind for one in replayed} == {"picture"}
                await fetcher.forget(jar)
    assert {one.body.kind for one in plain} == {"page"}
