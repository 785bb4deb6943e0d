"""Hostile servers, names and redirects; the table of cases stands in `test_fetch_more_attacks`."""

import asyncio
import base64
import gzip
import logging
import zlib

import pytest
import structlog
from practice_hosts import HERE, JPEG, Answer, Hosts, limits, redirect, request

from crawler.fetch.contract import REFUSALS, Derivation, FetchCode

BAD_ANSWERS = [
    ["127.0.0.1"],
    ["10.0.0.1"],
    ["169.254.169.254"],
    ["168.63.129.16"],
    ["100.64.0.1"],
    ["224.0.0.1"],
    ["0.0.0.0"],
    ["192.168.1.1"],
    ["255.255.255.255"],
    ["198.51.100.99"],
    ["8.8.8.8"],
    ["::1"],
    ["::"],
    ["fe80::1"],
    ["fc00::1"],
    ["ff02::1"],
    ["::ffff:127.0.0.1"],
    ["::127.0.0.1"],
    ["2002:7f00:1::1"],
    ["2001::7f00:1"],
    ["64:ff9b::7f00:1"],
    ["2a00:1450::5efe:7f00:1"],
    [HERE, "127.0.0.1"],
    [HERE, "::1"],
]


async def all_of(fetcher, urls, **changes):
    return await asyncio.gather(*(fetcher.fetch(request(url, **changes)) for url in urls))


async def test_one_bad_answer_of_the_resolver_refuses_the_name():
    """Private, local, embedded and mixed answers are refused, and nobody is connected to."""
    async with Hosts() as hosts:
        for number, answer in enumerate(BAD_ANSWERS):
            hosts.names.zone[f"bad{number}.test"] = answer
        hosts.names.zone["alias.test"] = ["cname:bad0.test", "127.0.0.1"]
        async with hosts.fetcher() as fetcher:
            urls = [f"http://bad{number}.test/" for number in range(len(BAD_ANSWERS))]
            results = await all_of(fetcher, [*urls, "http://alias.test/"])
    assert {result.error for result in results} == {FetchCode.REFUSED_ADDRESS}
    assert all(result.hops[0].error is FetchCode.REFUSED_ADDRESS for result in results)
    assert hosts.seen == []


async def test_a_name_that_changes_between_hops_is_judged_again():
    """Rebinding: the first hop is served, the second answer is refused."""
    async with Hosts() as hosts:
        hosts.names.zone["rebind.test"] = [[HERE], [HERE], ["127.0.0.1"], ["127.0.0.1"]]
        hosts.routes["/first"] = redirect("http://rebind.test/second")
        async with hosts.fetcher() as fetcher:
            result = await fetcher.fetch(request("http://rebind.test/first"))
    assert result.error is FetchCode.REFUSED_REDIRECT
    assert [hop.error for hop in result.hops] == [None, FetchCode.REFUSED_ADDRESS]
    assert len(hosts.seen) == 1


async def test_no_redirect_leads_to_an_internal_server():
    """Each hostile `Location` is stopped at the hop, with its code, and connects to nothing."""
    async with Hosts() as hosts:
        port = hosts.internal_port
        real = hosts.endpoints[0]
        hosts.names.zone["inner.test"] = ["127.0.0.1"]
        targets = {
            f"http://127.0.0.1:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://127.0.0.2:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://{real.real_address}:{real.real_port}/": FetchCode.REFUSED_ADDRESS,
            f"//127.0.0.1:{port}/": FetchCode.REFUSED_ADDRESS,
            f"\\\\127.0.0.1:{port}\\": FetchCode.REFUSED_ADDRESS,
            f"/\\127.0.0.1:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http:\\\\127.0.0.1:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://127.0.0.1.:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://[::1]:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://[::ffff:127.0.0.1]:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://[::127.0.0.1]:{port}/": FetchCode.REFUSED_ADDRESS,
            f"http://inner.test:{port}/": FetchCode.REFUSED_ADDRESS,
            "http://169.254.169.254/latest/meta-data/": FetchCode.REFUSED_ADDRESS,
            f"http://127.1:{port}/": FetchCode.REFUSED_HOST,
            f"http://0x7f.1:{port}/": FetchCode.REFUSED_HOST,
            f"http://2130706433:{port}/": FetchCode.REFUSED_HOST,
            f"http://0177.0.0.1:{port}/": FetchCode.REFUSED_HOST,
            f"http://localhost:{port}/": FetchCode.REFUSED_HOST,
            f"http://127.0.0.1%00.test:{port}/": FetchCode.REFUSED_HOST,
            f"http://site.test@127.0.0.1:{port}/": FetchCode.REFUSED_USERINFO,
            f"http://127.0.0.1:{port}@site.test/": FetchCode.REFUSED_USERINFO,
            "http://site.test:22/": FetchCode.REFUSED_PORT,
            "http://site.test:6379/": FetchCode.REFUSED_PORT,
            "http://site.test:0/": FetchCode.REFUSED_PORT,
            "http://site.test:70000/": FetchCode.REFUSED_PORT,
            "file:///etc/passwd": FetchCode.REFUSED_SCHEME,
            "ftp://site.test/": FetchCode.REFUSED_SCHEME,
            "gopher://site.test/": FetchCode.REFUSED_SCHEME,
            "javascript:alert(1)": FetchCode.REFUSED_SCHEME,
            "unix:/run/docker.sock": FetchCode.REFUSED_SCHEME,
            "data:text/html,x": FetchCode.REFUSED_SCHEME,
            "http://hidden.onion/": FetchCode.REFUSED_HIDDEN_SERVICE,
            "http://site.test/" + "a" * 4100: FetchCode.REFUSED_LENGTH,
            "http://site.test/delete/1": FetchCode.REFUSED_NEVER_REQUEST,
            "https://tineye.com/search?url=x": FetchCode.REFUSED_NEVER_REQUEST,
            "/logout": FetchCode.REFUSED_NEVER_REQUEST,
        }
        for number, target in enumerate(targets):
            hosts.routes[f"/r{number}"] = redirect(target)
        async with hosts.fetcher() as fetcher:
            results = await all_of(fetcher, [f"http://site.test/r{n}" for n in range(len(targets))])
    assert hosts.internal_connections == 0
    assert len(hosts.seen) == len(targets)
    for (target, code), result in zip(targets.items(), results, strict=True):
        assert (target, result.error) == (target, FetchCode.REFUSED_REDIRECT)
        last = result.hops[-1]
        assert (target, last.error, last.peer, last.status) == (target, code, None, None)
        assert last.derivation is Derivation.REDIRECT_HOP


async def test_a_picture_in_a_data_redirect_is_not_recorded():
    """Of a `data:` target only the scheme is kept, since it carries content."""
    async with Hosts() as hosts:
        hosts.routes["/d"] = redirect(
            "data:image/jpeg;base64," + base64.b64encode(JPEG[:300]).decode()
        )
        async with hosts.fetcher() as fetcher:
            result = await fetcher.fetch(request("http://site.test/d"))
    assert result.hops[-1].url == "data:"


async def test_hostile_reported_urls_leave_the_machine_never():
    """A refused reported URL makes no connection, and its code is the precise one."""
    async with Hosts() as hosts:
        urls = {
            f"http://127.0.0.1:{hosts.internal_port}/": FetchCode.REFUSED_ADDRESS,
            "http://[::1]/": FetchCode.REFUSED_ADDRESS,
            "http://8.8.8.8/": FetchCode.REFUSED_ADDRESS,
            "http://0x7f.1/": FetchCode.REFUSED_HOST,
            "http://a@site.test/": FetchCode.REFUSED_USERINFO,
            "file:///etc/passwd": FetchCode.REFUSED_SCHEME,
            "http://x.onion/": FetchCode.REFUSED_HIDDEN_SERVICE,
            "http://site.test/" + "a" * 5000: FetchCode.REFUSED_LENGTH,
            "http://site.test/\ud800": None,
        }
        async with hosts.fetcher() as fetcher:
            results = await all_of(fetcher, urls)
    assert hosts.internal_connections == 0
    assert hosts.seen == []
    for (url, code), result in zip(urls.items(), results, strict=True):
        assert code is None or result.error is code, url
        assert result.error in REFUSALS


async def test_redirects_end():
    """A loop, a chain of forty and a loop with a counting cookie are all stopped."""
    counter = iter(range(1000))

    async def counting(_request):
        response = redirect("/count").clone()
        response.set_cookie("n", str(next(counter)))
        return response

    async with Hosts() as hosts:
        hosts.routes["/a"], hosts.routes["/b"] = redirect("/b"), redirect("/a")
        hosts.routes["/self"] = redirect("/self")
        hosts.routes["/count"] = counting
        for number in range(40):
            hosts.routes[f"/c{number}"] = redirect(f"/c{number + 1}")
        for number in range(10):
            hosts.routes[f"/t{number}"] = redirect(f"/t{number + 1}")
        hosts.routes["/t10"] = Answer(b"<html>arrived</html>")
        async with hosts.fetcher() as fetcher:
            urls = [f"http://site.test/{name}" for name in ("a", "self", "count", "c0", "t0")]
            results = await all_of(fetcher, urls)
    assert [result.error for result in results] == [
        FetchCode.REDIRECT_LOOP,
        FetchCode.REDIRECT_LOOP,
        FetchCode.TOO_MANY_REDIRECTS,
        FetchCode.TOO_MANY_REDIRECTS,
        None,
    ]
    assert [sum(hop.status is not None for hop in result.hops) for result in results[2:]] == [
        11,
        11,
        11,
    ]


async def test_cookies_and_referers_stay_where_they_belong():
    """A cookie goes to its own site only, none is set for a suffix, and https tells http nothing."""
    async with Hosts() as hosts:
        tls = hosts.authority.server("secure.test")
        await hosts.site("203.0.113.11", 443, tls=tls)
        hosts.names.zone |= {
            "secure.test": ["203.0.113.11"],
            "other.test": [HERE],
            "img.site.test": [HERE],
        }

        async def cookies(_request):
            response = redirect("http://other.test/x").clone()
            response.set_cookie("own", "1")
            response.set_cookie("wide", "1", domain="site.test")
            response.set_cookie("suffix", "1", domain="test")
            return response

        hosts.routes["/set"] = cookies
        hosts.routes["/down"] = redirect("http://site.test/plain")
        for path in ("/x", "/y", "/plain"):
            hosts.routes[path] = Answer(b"<html></html>")
        async with hosts.fetcher() as fetcher:
            first = await fetcher.fetch(
                request("http://site.test/set", jar="j", referer="http://site.test/page?q=1")
            )
            await all_of(fetcher, ["http://img.site.test/y", "http://other.test/y"], jar="j")
            await fetcher.fetch(request("http://site.test/y", jar="k"))
            secure = await fetcher.fetch(
                request("https://secure.test/down", referer="https://secure.test/page")
            )
            await fetcher.forget("j")
            await fetcher.fetch(request("http://site.test/plain", jar="j"))
    assert set(first.cookie_names) == {"own", "wide", "suffix"}
    got = {(seen.host, seen.path): seen.headers for seen in hosts.seen[:2]}
    assert got["site.test", "/set"]["Referer"] == "http://site.test/page?q=1"
    assert got["other.test", "/x"]["Referer"] == "http://site.test/"
    assert all("Cookie" not in got[key] for key in got)
    by_host = {seen.host: seen for seen in hosts.seen if seen.path == "/y"}
    assert by_host["img.site.test"].headers["Cookie"] == "wide=1"
    assert "Cookie" not in by_host["other.test"].headers
    assert "Cookie" not in by_host["site.test"].headers
    assert secure.hops[0].error is None
    plain = [seen for seen in hosts.seen if seen.path == "/plain"]
    assert ["Referer" in seen.headers for seen in plain] == [False, False]
    assert "Cookie" not in plain[1].headers


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


async def test_bombs_and_lies_end_at_a_cap_in_bounded_memory():
    """A gzip bomb, an endless body and false lengths end with a code and without digests."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"<p>" * 500_000) for _ in range(150)) + packer.flush()

    async def endless(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async def short(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 9000\r\n\r\n")
        writer.write(JPEG[:4000])
        await writer.drain()

    async def cut_early(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + JPEG[:100])
        await writer.drain()

    async def claims_much(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + JPEG)
        await writer.drain()
        await asyncio.sleep(30)

    async def cut_chunks(_reader, writer):
        writer.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + JPEG[:1024]
        )
        await writer.drain()

    async with Hosts() as hosts:
        hosts.routes["/bomb"] = Answer(bomb, headers=[("Content-Encoding", "gzip")])
        hosts.routes["/broken"] = Answer(
            b"\x1f\x8bnot gzip" * 50, headers=[("Content-Encoding", "gzip")]
        )
        hosts.routes["/twice"] = Answer(
            gzip.compress(gzip.compress(b"<html>")), headers=[("Content-Encoding", "gzip, gzip")]
        )
        hosts.routes["/good"] = Answer(
            gzip.compress(b"<html>ok</html>"), headers=[("Content-Encoding", "gzip")]
        )
        wild = {8081: endless, 8082: short, 8083: claims_much, 8084: cut_chunks, 8085: cut_early}
        for port, talk in wild.items():
            await hosts.raw(HERE, port, talk)
        async with hosts.fetcher(fetch={"media_bytes": 8_000_000}) as fetcher:
            await fetcher.fetch(request("http://site.test/good"))
            before = resident_kib(fetcher.pid)
            paths = ["/bomb", "/broken", "/twice", "/good"]
            results = await all_of(fetcher, [f"http://site.test{path}" for path in paths])
            wild_results = await all_of(fetcher, [f"http://site.test:{port}/" for port in wild])
            grown = resident_kib(fetcher.pid) - before
    errors = [result.error for result in [*results, *wild_results]]
    assert errors == [
        FetchCode.TOO_LARGE,
        FetchCode.MALFORMED_ANSWER,
        None,
        None,
        FetchCode.TOO_LARGE,
        FetchCode.TRUNCATED,
        FetchCode.TOO_LARGE,
        FetchCode.TRUNCATED,
        FetchCode.TRUNCATED,
    ]
    assert {result.body.kind for result in wild_results} == {"picture"}
    assert results[2].record["length"] == len(b"<html>")
    assert results[3].record["length"] == len(b"<html>ok</html>")
    for result in (results[0], *wild_results):
        assert not result.body.complete
        assert result.body.digests is None
        assert (result.ticket, result.record) == (None, None)
    assert grown < 40_000


async def test_slow_servers_end_by_time():
    """Dripping bodies and heads, endless 100 Continue and silence end by the total time-out."""

    async def drip_body(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
        await drip(writer, b" ")

    async def drip_head(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        await drip(writer, b"a")

    async def continues(_reader, writer):
        await drip(writer, b"HTTP/1.1 100 Continue\r\n\r\n")

    async def chunk_extension(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=")
        await drip(writer, b"b")

    async def silent(_reader, writer):
        await asyncio.sleep(30)
        writer.close()

    async def drip(writer, data):
        while True:
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0.05)

    async with Hosts() as hosts:
        wild = {
            8081: drip_body,
            8082: drip_head,
            8083: continues,
            8084: chunk_extension,
            8085: silent,
        }
        for port, talk in wild.items():
            await hosts.raw(HERE, port, talk)
        async with hosts.fetcher() as fetcher:
            started = asyncio.get_running_loop().time()
            results = await all_of(
                fetcher, [f"http://site.test:{port}/" for port in wild], limits=limits(total_s=1.0)
            )
            took = asyncio.get_running_loop().time() - started
    assert [result.error for result in results] == [FetchCode.TIMEOUT] * 5
    assert took < 4.0


async def test_broken_heads_are_malformed():
    """Oversized, too many and nonsensical headers end at once with their code."""

    def says(data):
        async def talk(_reader, writer):
            writer.write(data)
            await writer.drain()

        return talk

    many = b"".join(b"X-%d: 1\r\n" % number for number in range(500))
    talks = {
        8081: says(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"),
        8082: says(b"HTTP/1.1 200 OK\r\n" + many + b"\r\n"),
        8083: says(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n"),
        8084: says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        8085: says(b""),
    }
    async with Hosts() as hosts:
        for port, talk in talks.items():
            await hosts.raw(HERE, port, talk)
        async with hosts.fetcher() as fetcher:
            results = await all_of(fetcher, [f"http://site.test:{port}/" for port in talks])
    assert [result.error for result in results] == [
        FetchCode.MALFORMED_ANSWER,
        FetchCode.MALFORMED_ANSWER,
        FetchCode.MALFORMED_ANSWER,
        FetchCode.MALFORMED_ANSWER,
        FetchCode.RESET,
    ]


def windows(text, picture):
    """Windows of the picture that stand in the text, raw, escaped or encoded."""
    raw = [picture[at : at + 31] for at in range(0, len(picture) - 31, 7)]
    forms = [
        lambda w: repr(w)[2:-1],
        lambda w: w.hex(),
        lambda w: base64.b64encode(w)[:-4].decode(),
    ]
    forms.append(lambda w: w.decode("latin-1"))
    return [w for w in raw if any(form(w) in text for form in forms)]


async def test_no_byte_of_a_picture_reaches_a_log_or_a_result(caplog, capfd):
    """A picture sent as status line, chunk size, header or after the end leaves a code only."""

    def says(*parts):
        async def talk(_reader, writer):
            for part in parts:
                writer.write(part)
                await writer.drain()

        return talk

    head = b"HTTP/1.1 200 OK\r\n"
    talks = {
        8081: says(JPEG),
        8082: says(head + b"Transfer-Encoding: chunked\r\n\r\n" + JPEG),
        8083: says(head + b"Connection: close\r\nContent-Length: 2\r\n\r\nok" + JPEG),
        8084: says(head + JPEG + b"\r\n\r\n"),
        8085: says(b"HTTP/1.1 200 " + JPEG + b"\r\n\r\n"),
        8086: says(
            head + b"Server: " + JPEG[:180].replace(b"\n", b"").replace(b"\r", b"") + b"\r\n\r\n"
        ),
        8087: says(
            head
            + b"Set-Cookie: "
            + JPEG[20:90].replace(b"\n", b"").replace(b"\r", b"")
            + b"=1\r\n\r\n"
        ),
        8088: says(b"HTTP/1.1 302 Found\r\nLocation: " + JPEG[200:300] + b"\r\n\r\n"),
    }
    caplog.set_level(logging.DEBUG)
    async with Hosts() as hosts:
        for port, talk in talks.items():
            await hosts.raw(HERE, port, talk)
        with structlog.testing.capture_logs() as logs:
            async with hosts.fetcher() as fetcher:
                results = await all_of(
                    fetcher, [f"http://site.test:{port}/" for port in talks], read_as="nothing"
                )
    assert results[0].error is FetchCode.MALFORMED_ANSWER
    assert results[1].error in (FetchCode.MALFORMED_ANSWER, FetchCode.TRUNCATED)
    out, err = capfd.readouterr()
    kept = f"{results!r}{logs!r}{caplog.text}{out}{err}"
    assert windows(kept, JPEG) == []
    assert windows(f"{JPEG!r}", JPEG) != []


async def test_a_failure_of_the_reader_costs_the_record_alone():
    """When the locked worker fails, the digests stand and the record's error says why."""
    jobs = {"page": "isolation.selftest:self_test"}
    async with Hosts() as hosts:
        hosts.routes["/p"] = Answer(b"<html>x</html>")
        async with hosts.fetcher(jobs=jobs) as fetcher:
            result = await fetcher.fetch(request("http://site.test/p"))
            unread = await fetcher.fetch(request("http://site.test/p", read_as="rdap"))
    assert (result.error, result.record, result.record_error) == (None, None, "job_failed")
    assert result.body.digests.length == len(b"<html>x</html>")
    assert unread.record_error == "no_reader"


@pytest.mark.parametrize("path", ["/a%2Fb%3D?sig=%2F+x%3d&t=%zz&u=%C3%BC", "/?a=1&&b=?"])
async def test_a_signed_url_arrives_byte_for_byte(path):
    """Percent-encoding, plus signs and odd queries reach the server unchanged."""
    async with Hosts() as hosts, hosts.fetcher() as fetcher:
        await fetcher.fetch(request(f"http://site.test{path}#fragment"))
    assert [
        seen.raw_path if hasattr(seen, "raw_path") else seen.path_qs for seen in hosts.seen
    ] == [path]
