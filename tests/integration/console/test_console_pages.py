"""The staff pages and the answers page on real loopback sockets."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import asynccontextmanager

import pytest
import structlog
from aiohttp import ClientSession

from console.answers.app import create_answers
from console.answers.limit import WrongCodeLimit
from console.answers.service import Accepted, Expired, Outcome, Summary, Unknown, WrongCode
from console.web.app import create_console, create_monitor
from console.web.serve import listening
from hostwatch.figures import Figure, counter, gauge, worded

SERIAL = "HW-2026-000001-N1"
CODE = "ABCDEFGHJKMN"
FORM = {"code": CODE, "claim": "removed", "reference": "T-1"}
JSON = {"Accept": "application/json"}


class Engine:
    """Answers the questions of the staff pages."""

    def __init__(self, health: Mapping[str, object] | None = None) -> None:
        self.parts = health or {"database": "ok", "lateness_s": 1.5, "lateness_alarm_s": 60.0}
        self.broken = False

    async def health(self) -> Mapping[str, object]:
        if self.broken:
            raise OSError("/srv/secret")
        return self.parts

    async def ready(self) -> Mapping[str, object]:
        return {"database": self.parts["database"]}

    async def counts(self) -> Mapping[str, int]:
        return {"received": 2, "closed": 5, "needs_analyst": 1}

    async def figures(self) -> list[Figure]:
        return [
            gauge("lateness_seconds", "Late.", 1.5),
            worded("cases", "By stage.", "stage", {"received": 2}),
            counter("media_bytes", "Bytes.", 9),
        ]


class Desk:
    """Takes answers for one notice and remembers them."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, str | None]] = []
        self.expired = False

    async def notice_summary(self, serial: str) -> Summary | None:
        if serial != SERIAL:
            return None
        return Summary(serial=SERIAL, locations=2, provider="Example <Hosting>")

    async def answer(self, serial: str, code: str, claim: str, reference: str | None) -> Outcome:
        if serial != SERIAL:
            return Unknown()
        if code != CODE:
            return WrongCode()
        if self.expired:
            return Expired()
        self.taken.append((serial, claim, reference))
        return Accepted()


@asynccontextmanager
async def visiting(app):
    async with (
        listening(app, host="127.0.0.1", port=0) as port,
        ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.fixture
async def console():
    engine = Engine()
    async with visiting(create_console(engine)) as client:
        client.engine = engine  # type: ignore[attr-defined]
        yield client


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
async def answers(desk):
    app = create_answers(desk, limit=WrongCodeLimit(allowed=3))
    async with visiting(app) as client:
        yield client


async def test_health_says_ok_with_its_parts(console):
    """The figures that a probe needs, the status first."""
    async with console.get("/health") as response:
        assert response.status == 200
        assert await response.json() == {
            "status": "ok",
            "database": "ok",
            "lateness_s": 1.5,
            "lateness_alarm_s": 60.0,
        }


@pytest.mark.parametrize(
    "parts",
    [
        {"database": "down"},
        {"database": "ok", "fetcher": "crashed"},
        {"database": "ok", "lateness_s": 61.0, "lateness_alarm_s": 60.0},
        {"status": "degraded", "database": "ok"},
    ],
)
async def test_health_says_degraded_with_503(parts):
    """A plain probe understands the status; one bad part is enough."""
    app = create_console(Engine(parts))
    async with visiting(app) as client, client.get("/health") as response:
        assert response.status == 503
        assert (await response.json())["status"] == "degraded"


async def test_health_of_a_failing_store_is_down_and_says_no_more(console):
    """No text of an exception reaches a page."""
    console.engine.broken = True
    for path in ("/health", "/", "/metrics"):
        async with console.get(path) as response:
            text = await response.text()
            assert "secret" not in text
            assert "OSError" not in text
            assert response.status == (503 if path == "/health" else 200)


async def test_health_shows_machine_words_only():
    """A member that could name a place is left out."""
    parts = {"database": "ok", "host": "board.test", "url": "http://x.test/", "path": "/srv/x"}
    app = create_console(Engine(parts))
    async with visiting(app) as client, client.get("/health") as response:
        assert set(await response.json()) == {"status", "database"}


async def test_metrics_are_prometheus_text(console):
    """Every figure with its prefix, unit and label, and whether all is well."""
    async with console.get("/metrics") as response:
        text = await response.text()
        assert response.content_type == "text/plain"
    assert 'hostwatch_cases{stage="received"} 2.0' in text
    assert "hostwatch_lateness_seconds 1.5" in text
    assert "hostwatch_media_bytes_total 9.0" in text
    assert "hostwatch_healthy 1.0" in text


async def test_a_live_process_says_so_whatever_is_broken(console):
    """A supervisor must not restart a worker because its database is away."""
    console.engine.broken = True
    async with console.get("/live") as response:
        assert response.status == 200
        assert await response.json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("database", "status", "word"), [("ok", 200, "ready"), ("down", 503, "not_ready")]
)
async def test_ready_says_what_is_missing(database, status, word):
    """Lateness does not count: a late worker is the one that is needed."""
    parts = {"database": database, "lateness_s": 99.0, "lateness_alarm_s": 1.0}
    app = create_console(Engine(parts))
    async with visiting(app) as client, client.get("/ready") as response:
        assert response.status == status
        assert await response.json() == {"status": word, "database": database}


async def test_a_worker_without_staff_pages_still_answers_its_monitor():
    """The four pages for machines, and none for people."""
    async with visiting(create_monitor(Engine())) as client:
        for path, status in (("/live", 200), ("/ready", 200), ("/health", 200), ("/metrics", 200)):
            async with client.get(path) as response:
                assert response.status == status
        async with client.get("/") as response:
            assert response.status == 404


async def test_the_overview_is_text_only(console):
    """Counts per stage; no picture, script, frame or link to anywhere else."""
    async with console.get("/") as response:
        page = await response.text()
    assert "received" in page
    assert "1 case waits for an analyst" in " ".join(page.split())
    assert not re.search(r"<(img|picture|video|script|iframe|object|embed|svg|a)\b", page)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {"/static/hostwatch.css"}


@pytest.mark.parametrize(
    "path", ["/", "/live", "/ready", "/health", "/metrics", "/static/hostwatch.css", "/none"]
)
async def test_every_answer_carries_the_security_headers(console, path):
    """Also the faults; no cookie is set and the server is not named."""
    async with console.get(path) as response:
        headers = response.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers
        assert "Server" not in headers


@pytest.mark.parametrize("path", ["/static/", "/static/../app.py", "/static/%2e%2e/web/app.py"])
async def test_nothing_but_static_files_is_served(console, path):
    """No listing, no way up."""
    async with console.get(path) as response:
        assert response.status in {403, 404}


async def test_the_console_takes_no_writes(console):
    """Reading only."""
    async with console.post("/", data={"a": "b"}) as response:
        assert response.status == 405
        assert "Content-Security-Policy" in response.headers


async def test_reading_a_notice_shows_serial_count_and_provider_only(answers, desk):
    """GET, HEAD and any query change nothing: mail robots follow links."""
    async with answers.get(f"/n/{SERIAL}", params={"code": CODE, "claim": "removed"}) as response:
        page = await response.text()
        assert response.status == 200
    assert SERIAL in page
    assert "2 locations at Example &lt;Hosting&gt;." in page
    assert CODE not in page
    assert "http" not in page
    async with answers.head(f"/n/{SERIAL}") as response:
        assert response.status == 200
    assert desk.taken == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused(answers, desk, method):
    """Only a filled form answers."""
    async with answers.request(method, f"/n/{SERIAL}", data=FORM) as response:
        assert response.status == 405
    assert desk.taken == []


async def test_the_right_code_records_the_answer(answers, desk):
    """The answer is thanked for, and said to be checked."""
    async with answers.post(f"/n/{SERIAL}", data=FORM) as response:
        assert response.status == 200
        assert "is recorded" in await response.text()
    assert desk.taken == [(SERIAL, "removed", "T-1")]


async def test_an_unknown_serial_and_a_wrong_code_are_answered_alike(answers, desk):
    """Byte for byte, so that serials cannot be told apart by answering."""
    found = []
    for serial, form in ((SERIAL, {**FORM, "code": "WRONG"}), ("HW-2026-999999-N1", FORM)):
        for headers in ({}, JSON):
            async with answers.post(f"/n/{serial}", data=form, headers=headers) as response:
                found.append((response.status, await response.text()))
    assert found[:2] == found[2:]
    assert {status for status, _ in found} == {403}
    assert desk.taken == []


async def test_machines_are_answered_in_json(answers):
    """The same facts, and the claims that may be sent."""
    async with answers.get(f"/n/{SERIAL}", headers=JSON) as response:
        value = await response.json()
        assert (value["serial"], value["locations"]) == (SERIAL, 2)
        assert "not_ours" in value["claims"]
    async with answers.post(f"/n/{SERIAL}", data=FORM, headers=JSON) as response:
        assert (await response.json())["outcome"] == "accepted"


async def test_too_many_wrong_codes_close_the_serial_for_a_while(answers, desk):
    """Even the right code waits then; another serial does not."""
    for _ in range(3):
        async with answers.post(f"/n/{SERIAL}", data={**FORM, "code": "WRONG"}) as response:
            assert response.status == 403
    async with answers.post(f"/n/{SERIAL}", data=FORM, headers=JSON) as response:
        assert response.status == 429
        assert (await response.json())["outcome"] == "too_many"
        assert 0 < int(response.headers["Retry-After"]) <= 600
    async with answers.post("/n/HW-2026-999999-N1", data=FORM) as response:
        assert response.status == 403
    assert desk.taken == []


async def test_wrong_codes_at_the_same_time_do_not_pass_the_limit_together(answers):
    """Twenty tries at once get three chances."""

    async def attempt() -> int:
        async with answers.post(f"/n/{SERIAL}", data={**FORM, "code": "WRONG"}) as response:
            return response.status

    statuses = await asyncio.gather(*(attempt() for _ in range(20)))
    assert statuses.count(403) == 3
    assert statuses.count(429) == 17


async def test_an_expired_notice_says_so_to_the_right_code_only(answers, desk):
    """A wrong code learns nothing."""
    desk.expired = True
    async with answers.post(f"/n/{SERIAL}", data=FORM) as response:
        assert response.status == 410
    async with answers.post(f"/n/{SERIAL}", data={**FORM, "code": "WRONG"}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        ({**FORM, "claim": "gone"}, {}, 400),
        ({**FORM, "reference": "x" * 101}, {}, 400),
        ([("claim", "removed"), ("claim", "moved"), ("code", CODE)], {}, 400),
        (b"x" * 5000, {"Content-Type": "application/x-www-form-urlencoded"}, 413),
        (b"code=%ff%fe&claim=removed", {"Content-Type": "application/x-www-form-urlencoded"}, 403),
        (json.dumps(FORM), {"Content-Type": "application/json"}, 415),
        (b"--x\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        (b"a", {"Content-Type": "application/x-www-form-urlencoded; charset=nope"}, 400),
    ],
)
async def test_a_body_that_is_no_answer_is_refused(answers, desk, data, headers, status):
    """Too large, another type, doubled or broken fields."""
    async with answers.post(f"/n/{SERIAL}", data=data, headers=headers) as response:
        assert response.status == status
    assert desk.taken == []


@pytest.mark.parametrize("serial", ["..%2f..%2fetc", "a%00b", "x" * 200, "%F0%9F%98%80", "HW'--"])
async def test_a_strange_serial_is_an_unknown_one(answers, serial):
    """It never reaches the engine room."""
    async with answers.get(f"/n/{serial}") as response:
        assert response.status in {403, 404}


async def test_the_answers_page_may_send_its_form_home_only(answers):
    """And robots are asked to stay away."""
    async with answers.get(f"/n/{SERIAL}") as response:
        assert "form-action 'self'" in response.headers["Content-Security-Policy"]
        assert "noindex" in response.headers["X-Robots-Tag"]
    async with answers.get("/robots.txt") as response:
        assert "Disallow: /" in await response.text()


async def test_the_request_log_names_the_page_and_nobody(answers):
    """No path, serial, code, address or user agent."""
    with structlog.testing.capture_logs() as lines:
        async with answers.post(f"/n/{SERIAL}", data=FORM) as response:
            await response.read()
        async with answers.get("/none/secret?code=1") as response:
            await response.read()
        async with asyncio.timeout(20):  # a line is written after its answer went out
            while sum(line["event"] == "page_served" for line in lines) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    text = json.dumps(lines)
    for secret in (SERIAL, CODE, "secret", "127.0.0.1", "aiohttp"):
        assert secret not in text
    served = [line for line in lines if line["event"] == "page_served"]
    assert [(line["page"], line["status"]) for line in served] == [("answer", 200), ("none", 404)]
