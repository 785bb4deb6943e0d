"""The pages in a real browser: usable without script, nothing blocked, nothing asked elsewhere."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager

import pytest

from console.answers.app import create_answers
from console.answers.service import Accepted, Outcome, Summary, WrongCode
from console.web.app import create_console
from console.web.serve import listening

CHROMIUM = shutil.which("chromium")
playwright = pytest.importorskip("playwright.async_api", reason="playwright is missing")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing"),
]


class Desk:
    def __init__(self) -> None:
        self.taken: list[tuple[str, str | None]] = []

    async def notice_summary(self, serial: str) -> Summary | None:
        return Summary(serial=serial, locations=1, provider="Example Hosting")

    async def answer(self, serial: str, code: str, claim: str, reference: str | None) -> Outcome:
        if code != "ABCD-EFGH-JKMN":
            return WrongCode()
        self.taken.append((claim, reference))
        return Accepted()


class Engine:
    async def health(self) -> dict[str, object]:
        return {"database": "ok", "lateness_s": 0.0}

    async def counts(self) -> dict[str, int]:
        return {"received": 3, "needs_analyst": 2}


@asynccontextmanager
async def looking_at(app):
    """Yield an open page, the address, and what the browser complained of or asked elsewhere."""
    async with listening(app, host="127.0.0.1", port=0) as port, playwright.async_playwright() as p:
        home = f"http://127.0.0.1:{port}"
        browser = await p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(java_script_enabled=False)
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("requestfailed", lambda request: faults.append(request.url))
        page.on(
            "request",
            lambda request: None if request.url.startswith(home) else faults.append(request.url),
        )
        yield page, home, faults
        await browser.close()


async def test_a_provider_answers_without_script():
    """Choose, type the code, send, read the thanks; the style sheet is allowed, all else silent."""
    desk = Desk()
    async with looking_at(create_answers(desk)) as (page, home, faults):
        await page.goto(f"{home}/n/HW-2026-000001-N1")
        assert "1 location at Example Hosting." in await page.inner_text("main")
        await page.get_by_label("We removed it").check()
        await page.get_by_label("Your reference").fill("T-1")
        await page.get_by_label("Code printed").fill("ABCD-EFGH-JKMN")
        await page.get_by_role("button").click()
        assert "is recorded" in await page.inner_text("main")
    assert desk.taken == [("removed", "T-1")]
    assert faults == []


async def test_the_overview_is_readable():
    """Counts stand in a table, the style sheet is loaded."""
    async with looking_at(create_console(Engine())) as (page, home, faults):
        await page.goto(home)
        assert "2 cases wait for an analyst" in await page.inner_text("main")
        assert await page.get_by_role("cell", name="received").count() == 1
        width = await page.locator("body").evaluate("body => getComputedStyle(body).maxWidth")
        assert width == "672px"
    assert faults == []
