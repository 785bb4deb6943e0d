"""Assets of a case, and one more look at them."""

from __future__ import annotations

from dataclasses import replace

from scripted_web import (
    ENTRY,
    ListedJudge,
    case,
    digests,
    options,
    page,
)  # fmt: skip

from cases.model import Asset, AssetKind, Match, SiteType
from crawler.visit import SiblingMemory, recheck

SITE = "https://site.example/notes/walk-over-the-hills"
IMAGE = "https://img.example/i/1699000000001.jpg"
LOCKER = "https://locker.example/a1b2c3d4e5f6/walk.zip.html"
CHECK = "https://locker.example/?op=checkfiles"
FILE = "https://s3.locker.example/d/abcdefgh12345/walk.zip"
MATCH = Match(strength="strong", entry=ENTRY)
HOME = page("<h1>Welcome home</h1><p>Upload and share.</p>")


def reported(url=SITE, kind=AssetKind.PAGE, **members) -> Asset:
    given = {
        "id": "HW-2026-000001-0", "case_id": "HW-2026-000001", "kind": kind, "role": "reported",
        "url": url, "host": url.split("/")[2],
    }  # fmt: skip
    return Asset(**{**given, **members})


def media(number=1, url=IMAGE, label="hills", referer=SITE, **members) -> Asset:
    given = {
        "id": f"HW-2026-000001-{number}", "case_id": "HW-2026-000001", "kind": AssetKind.PICTURE,
        "role": "inline", "url": url, "host": url.split("/")[2], "referer": referer,
        "digests": digests(label), "pdq": "f" * 64, "comparison": MATCH, "why": "generic:img",
    }  # fmt: skip
    return Asset(**{**given, **members})


def download(**members) -> Asset:
    return media(
        url=FILE, label="walk", referer=LOCKER, kind=AssetKind.ARCHIVE, role="download",
        why="xfilesharing:direct_link", pdq=None, downloads=1, **members,
    )  # fmt: skip


def direct(url=IMAGE, **members) -> Asset:
    return replace(media(url=url, **members), id="HW-2026-000001-0", role="reported", referer=None)


async def look(web, url, assets, judge=None, siblings=None, case_members=None, **changes):
    keys = {k: changes.pop(k) for k in ("prove", "assessed") if k in changes}
    found = await recheck(
        web,
        case(url, **(case_members or {})),
        assets,
        judge or ListedJudge({"hills", "walk"}),
        options(**changes),
        siblings=siblings if siblings is not None else SiblingMemory(),
        **keys,
    )
    web.assert_tidy()
    return found


def said(found):
    return [o.presence for o in found.observations]


CYBERLOCKER = {"site_type": SiteType.CYBERLOCKER, "engine": "xfilesharing"}
MENU = "<a href='/?op=login'>Login</a>"
LANDING = page(
    MENU
    + "<form method=POST><input type=hidden name=op value=download2><input type=hidden name=rand value=r>"
    "<span id='countdown_str'>Wait <span id='cxc'>3</span></span></form>"
)
DEAD = page(f"{MENU}<h2>File Not Found</h2>")


def checkfiles(word):
    return page(f"{MENU}<table><tr><td>{LOCKER}</td><td>{word}</td></tr></table>")
