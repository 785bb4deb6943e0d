"""Several links to one file are one object."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recheck_parts import LOCKER, download, look
from scripted_web import ListedJudge, Say, ScriptedWeb, digests, page

from cases.model import Presence
from crawler.visit.objects import Downloads, file_at

OTHER = "https://mirror.example/zz99yy88xx77/walk.zip.html"
DIRECT = page(
    "<a href='/?op=login'>Login</a><span id='direct_link'><a href='https://s3.locker.example/d/abcdefgh12345/walk.zip'>x</a></span>"
)
FILE = "https://s3.locker.example/d/abcdefgh12345/walk.zip"


@pytest.mark.parametrize(
    "url",
    [
        "https://locker.example/a1b2c3d4e5f6/walk.zip.html",
        "http://www.locker.example/a1b2c3d4e5f6",
        "https://locker.example/a1b2c3d4e5f6/other-name.zip#x",
    ],
)
def test_one_code_at_one_host_is_one_file(url):
    """Name, scheme, `www.` and fragment of a link do not matter."""
    assert file_at(url) == file_at(LOCKER)


def test_other_hosts_and_addresses_without_a_code_are_files_of_their_own():
    """Only what is surely one file is taken for one."""
    others = {OTHER, "https://locker.example/f?id=1", "https://locker.example/f?id=2"}
    assert len({file_at(url) for url in (*others, LOCKER)}) == 4


def same(number, url, label, downloads):
    asset = replace(download(), id=f"HW-2026-000001-{number}", referer=url, downloads=downloads)
    return replace(asset, digests=digests(label))


def test_where_only_the_fragment_names_a_file_it_is_not_left_out():
    """Two links to one host that differ after the hash sign are two files."""
    assert file_at("https://box.example/#!aB3!key") != file_at("https://box.example/#!cD4!key")


def test_links_that_share_a_code_or_a_digest_share_their_downloads():
    """Also through a third one that joins two groups."""
    one, two = same(1, LOCKER, "walk", 2), same(2, OTHER, "hills", 1)
    bridge = same(3, LOCKER, "hills", 1)
    apart = same(4, "https://third.example/aaaabbbbcccc", "lake", 1)
    counted = Downloads.of([one, two, bridge, apart])
    assert counted.names[one.id] == counted.names[two.id] == counted.names[bridge.id]
    assert counted.refusal(two, 4) == "download_cap"
    assert counted.refusal(two, 5) is None
    counted.count(two)
    assert counted.refusal(one, 99) == "same_object_proven"
    assert counted.refusal(apart, 2) is None


async def test_one_proof_downloads_an_object_once():
    """The second link of the same file is looked at by its landing page."""
    short = LOCKER.removesuffix("/walk.zip.html")
    web = ScriptedWeb({LOCKER: DIRECT, short: DIRECT, FILE: Say(body="walk", kind="archive")})
    assets = [same(1, LOCKER, "walk", 1), same(2, short, "walk", 0)]
    found = await look(web, "https://forum.example/t", assets, ListedJudge({"walk"}), prove=True)
    assert web.urls.count(FILE) == 1
    assert [one.presence for one in found.observations] == [
        Presence.PRESENT_EXACT,
        Presence.PRESENT_LISTED_ALIVE,
    ]
    assert "same_object_proven" in found.observations[1].evidence
    assert [asset.downloads for asset in found.assets] == [2, 0]
