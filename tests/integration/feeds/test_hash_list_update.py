"""`hashlist update` against a source over TLS: deltas, deletions, interruptions, refusals."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from ncmec_server import PASSWORD, USER, Shared, Source, serving
from operations_house import House

import hostwatch.feeds
from cases.errors import (
    ConfigurationProblem,
    HostwatchError,
    InvalidInput,
    NotPermitted,
    TemporaryFailure,
    UnknownRecord,
)
from cases.model import Classification, Digests, Match, Role
from config.settings import HashList
from hostwatch.feeds import FeedSetup, open_feed, read_credentials
from hostwatch.operations import feeding
from matchers.hashlist.publish import list_lists
from matchers.matcher import Matcher

FIRST = [Shared(f"image{number}", f"picture {number}".encode()) for number in range(8)]
PATIENCE = {"total_s": 20.0}


class Hotline:
    """A desk, the configured list, and what is listed."""

    def __init__(self, house: House, source: Source, **options: object) -> None:
        self.house, self.source = house, source
        credentials = house.directory / "ncmec.credentials"
        credentials.write_text(f"{USER}:{PASSWORD}\n")
        credentials.chmod(0o600)
        self.configure(credentials_file=credentials, **options)

    def configure(self, **options: object) -> None:
        fields = {"name": "ncmec", "kind": "ncmec", "base_url": self.source.base_url, **options}
        made = HashList(**fields)
        self.settings = self.house.settings.model_copy(update={"hash_list": (made,)})

    @property
    def into(self) -> Path:
        return self.settings.paths.hash_lists

    async def update(self, role: Role = Role.MANAGER, **options: object):
        desk = replace(self.house.desk(role), settings=self.settings)
        tls = ssl.create_default_context(cadata=self.source.authority.pem)
        return await feeding.update(desk, "ncmec", **{"tls": tls, **options})

    def matches(self, content: bytes) -> Classification | bool:
        matcher = Matcher.open(self.into, self.house.policy.matching)
        digests = Digests(
            md5=hashlib.md5(content).hexdigest(),
            sha1=hashlib.sha1(content).hexdigest(),
            sha256=hashlib.sha256(content).hexdigest(),
            length=len(content),
        )
        found = matcher.exact(digests)
        return isinstance(found, Match) and (found.entry.classification or True)

    def active(self):
        return next((one.manifest for one in list_lists(self.into) if one.active), None)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between attempts are counted, not waited for."""
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    made = hostwatch.feeds.FeedSetup

    def setup(**fields: object) -> FeedSetup:
        return made(**{"sleep": sleep, **PATIENCE, **fields})

    monkeypatch.setattr(feeding, "FeedSetup", setup)
    return paused


@pytest.fixture
async def source():
    async with serving(Source(entries=list(FIRST))) as served:
        yield served


@pytest.fixture
def hotline(house: House, source: Source) -> Hotline:
    return Hotline(house, source)


# --------------------------------------------------------------------------- what it brings


async def test_a_first_update_lists_everything(hotline: Hotline) -> None:
    """All pages are read; the trail names the list and its counts, nothing that is listed."""
    report = await hotline.update()
    assert report.manifest.counts == {"md5": 8, "sha1": 8}
    assert len(hotline.source.asked) == 3
    assert "from" not in hotline.source.asked[0]
    assert hotline.matches(b"picture 7") == Classification(scheme="ncmec", value="A1")
    trail = (await hotline.house.trail())[-1]
    assert '"list":"ncmec"' in trail.detail.replace(" ", "")
    assert "image" not in trail.detail


async def test_later_updates_bring_changes_only(hotline: Hotline) -> None:
    """New, changed and deleted entries; the window begins an hour before the last update, in UTC."""
    await hotline.update()
    first = hotline.active()
    hotline.house.clock.pass_by(days=1)
    late = "2026-03-02T00:00:00Z"
    hotline.source.entries += [
        Shared("image9", b"picture 9", at=late),
        Shared("image0", b"changed", at=late),
        Shared("image1", at=late, deleted=True),
        Shared("never-listed", at=late, deleted=True),
    ]
    hotline.source.asked.clear()
    report = await hotline.update()
    assert hotline.source.asked[0]["from"] == "2026-03-01T11:00:00Z"
    assert hotline.source.asked[0]["to"] == "2026-03-02T12:00:00Z"
    assert hotline.active().parent == first.version
    assert hotline.matches(b"picture 9")
    assert hotline.matches(b"changed")
    assert not hotline.matches(b"picture 0")
    assert not hotline.matches(b"picture 1")
    assert hotline.matches(b"picture 2")
    assert report.refused == {}


async def test_a_deletion_by_one_member_leaves_what_another_lists(hotline: Hotline) -> None:
    """Two members share the same picture; one takes its entry back."""
    hotline.source.entries.append(Shared("other", b"picture 3", member=77))
    await hotline.update()
    hotline.house.clock.pass_by(days=1)
    late = "2026-03-02T00:00:00Z"
    hotline.source.entries.append(Shared("other", member=77, at=late, deleted=True))
    await hotline.update()
    assert hotline.matches(b"picture 3")
    hotline.house.clock.pass_by(days=1)
    late = "2026-03-03T00:00:00Z"
    hotline.source.entries.append(Shared("image3", at=late, deleted=True))
    await hotline.update()
    assert not hotline.matches(b"picture 3")


async def test_of_an_entry_and_its_tombstone_the_later_one_holds(hotline: Hotline) -> None:
    """Pages are in no order of time."""
    hotline.source.entries += [
        Shared("a", at="2026-02-02T00:00:00Z", deleted=True),
        Shared("a", b"deleted", at="2026-02-01T00:00:00Z"),
        Shared("b", b"shared again", at="2026-02-02T00:00:00Z"),
        Shared("b", at="2026-02-01T00:00:00Z", deleted=True),
    ]
    await hotline.update()
    assert not hotline.matches(b"deleted")
    assert hotline.matches(b"shared again")


async def test_an_update_without_news_makes_no_second_version(hotline: Hotline) -> None:
    """Only the checkpoint moves."""
    await hotline.update()
    hotline.house.clock.pass_by(days=1)
    before = hotline.active()
    await hotline.update()
    assert hotline.active().checkpoint > before.checkpoint
    assert len(list_lists(hotline.into)) == 1


async def test_members_and_classes_are_chosen(house: House, source: Source) -> None:
    """A filter of members and a map of classes; what is left out is counted by reason."""
    source.entries += [
        Shared("x", b"other member", member=7),
        Shared("y", b"left out", classification="B2"),
        Shared("z", b"unknown class", classification="Q"),
        Shared("n", b"no class", classification=None),
    ]
    hotline = Hotline(house, source)
    hotline.configure(
        credentials_file=house.directory / "ncmec.credentials",
        members=("42",),
        classes={"A1": "national:one", "B2": "-"},
        classification="national:none",
    )
    report = await hotline.update()
    assert report.refused == {"other_member": 1, "class_left_out": 1, "class_not_mapped": 1}
    assert hotline.matches(b"picture 1") == Classification(scheme="national", value="one")
    assert hotline.matches(b"no class") == Classification(scheme="national", value="none")
    for content in (b"other member", b"left out", b"unknown class"):
        assert not hotline.matches(content)


async def test_everything_anew(hotline: Hotline) -> None:
    """`--full` lists what the source has now, and nothing else."""
    await hotline.update()
    del hotline.source.entries[0]
    hotline.house.clock.pass_by(days=1)
    hotline.source.asked.clear()
    await hotline.update(full=True)
    assert "from" not in hotline.source.asked[0]
    assert not hotline.matches(b"picture 0")
    assert hotline.matches(b"picture 1")


async def test_large_fingerprints_and_names_are_not_kept(hotline: Hotline) -> None:
    """A link to PhotoDNA is counted; no member's name reaches the disk."""
    hotline.source.entries.append(
        Shared("p", b"with link", extra='<pdna rel="related" href="/v2/pdna/1"/>')
    )
    report = await hotline.update()
    assert report.refused == {"unsupported_type": 1}
    everything = b"".join(p.read_bytes() for p in hotline.into.rglob("*") if p.is_file())
    assert b"A member" not in everything
    assert b"42:p" in everything


# --------------------------------------------------------------------------- what stops it


async def stopped(hotline: Hotline, kind: type[HostwatchError], *words: str) -> None:
    """Update, and find one sentence and the list as it was."""
    before = hotline.active()
    with pytest.raises(kind) as caught:
        await hotline.update()
    message = str(caught.value)
    for word in words:
        assert word in message
    assert "\n" not in message
    for secret in (PASSWORD, USER, "localhost", str(hotline.source.port)):
        assert secret not in message
    assert hotline.active() == before


async def test_an_interrupted_update_loses_nothing(hotline: Hotline, monkeypatch) -> None:
    """The connection dies amid the pages; the next update begins where this one did."""
    await hotline.update()
    hotline.house.clock.pass_by(days=1)
    late = "2026-03-02T00:00:00Z"
    hotline.source.entries += [Shared(f"n{at}", f"new {at}".encode(), at=late) for at in range(8)]
    hotline.source.asked.clear()
    hotline.source.silent_from = 2
    with monkeypatch.context() as patch:
        patch.setitem(PATIENCE, "total_s", 0.3)
        await stopped(hotline, TemporaryFailure, "did not answer in time", "unchanged")
    hotline.source.silent_from = None
    hotline.house.clock.pass_by(days=1)
    hotline.source.asked.clear()
    await hotline.update()
    assert hotline.source.asked[0]["from"] == "2026-03-01T11:00:00Z"
    assert all(hotline.matches(f"new {at}".encode()) for at in range(8))


async def test_a_busy_server_is_waited_for_as_it_asks(hotline: Hotline, quick: list[float]) -> None:
    """429 and 503 with Retry-After in seconds or as a date; then the update goes on."""
    hotline.source.moods = {
        1: web.Response(status=429, headers={"Retry-After": "7"}),
        3: web.Response(status=503, headers={"Retry-After": "Sun, 01 Mar 2026 12:00:09 GMT"}),
        4: web.Response(status=500),
    }
    await hotline.update()
    assert quick[0] == 7
    assert len(quick) == 3
    assert hotline.matches(b"picture 7")


@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (lambda: web.Response(status=401), InvalidInput, "credentials"),
        (lambda: web.Response(status=403), InvalidInput, "credentials"),
        (lambda: web.Response(status=404), InvalidInput, "base_url"),
        (lambda: web.Response(status=418, text="tea"), InvalidInput, "status 418"),
        (
            lambda: web.Response(status=302, headers={"Location": "https://elsewhere.test/"}),
            InvalidInput,
            "redirects",
        ),
        (lambda: web.Response(status=503), TemporaryFailure, "busy or broken (status 503)"),
        (
            lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
            TemporaryFailure,
            "busy",
        ),
        (lambda: web.Response(text="<html>"), InvalidInput, "not NCMEC"),
        (lambda: web.Response(text="<a/>"), InvalidInput, "not NCMEC"),
        (lambda: web.Response(body=b""), InvalidInput, "no valid XML"),
        (
            lambda: web.Response(body=b"x", headers={"Content-Encoding": "gzip"}),
            HostwatchError,
            "hash list ncmec",
        ),
    ],
)
async def test_refusals_are_one_sentence_and_change_nothing(
    hotline: Hotline, answer, kind: type[HostwatchError], word: str
) -> None:
    """Each failure says what to do; the list stays as it was."""
    await hotline.update()
    hotline.source.asked.clear()
    made = answer()
    hotline.source.moods = {number: answer() for number in range(1, 9)}
    assert made.status
    await stopped(hotline, kind, word)


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.test/v2/entries?start=3",
        "//elsewhere.test/v2/entries?start=3",
        "@elsewhere.test/v2/entries?start=3",
        "/v2/members?start=3",
        "/v2/entries/../../x?start=3",
        "/v2/entries",
        "/v2/entries?start=3#x",
        "/v2/entries?start=3 x",
        "/v2/entries?" + "a" * 4000,
    ],
)
async def test_the_next_page_stays_with_the_source(hotline: Hotline, address: str) -> None:
    """Nothing is asked of anybody else."""
    hotline.source.next_page = address
    await stopped(hotline, InvalidInput, "next page outside")
    assert len(hotline.source.asked) == 1


async def test_pages_in_a_circle_end(hotline: Hotline) -> None:
    """The same next page twice is no progress."""
    hotline.source.next_page = "/v2/entries?to=2027-01-01T00:00:00Z&start=0"
    await stopped(hotline, InvalidInput, "do not end")
    assert len(hotline.source.asked) < 5


async def test_a_certificate_of_nobody_is_refused(hotline: Hotline) -> None:
    """TLS is verified, and there is no second attempt without."""
    with pytest.raises(InvalidInput, match="certificate"):
        await hotline.update(tls=ssl.create_default_context())
    assert hotline.source.asked == []


async def test_nobody_there(hotline: Hotline, quick: list[float]) -> None:
    """A closed port is tried again with growing pauses, then told."""
    hotline.configure(
        credentials_file=hotline.house.directory / "ncmec.credentials",
        base_url="https://127.0.0.1:9/npo",
    )
    with pytest.raises(TemporaryFailure, match="connection failed"):
        await hotline.update()
    assert quick == [2, 4, 8, 16]


async def test_an_endless_page_is_cut(hotline: Hotline, monkeypatch) -> None:
    """A page beyond its cap is no page."""
    monkeypatch.setattr(hostwatch.feeds, "PAGE_BYTES", 1000)
    await stopped(hotline, InvalidInput, "larger than 1000 bytes")


async def test_nothing_secret_is_logged(hotline: Hotline, caplog) -> None:
    """Neither the password nor the address, whatever happens."""
    caplog.set_level(logging.DEBUG)
    await hotline.update()
    hotline.source.moods = {number: web.Response(status=401) for number in range(1, 99)}
    with pytest.raises(InvalidInput):
        await hotline.update()
    assert PASSWORD not in caplog.text
    assert "localhost" not in caplog.text


async def test_a_kill_amid_the_pages_leaves_nothing(hotline: Hotline) -> None:
    """What was read so far lies in no file that has a name."""
    hotline.source.silent_from = 2
    task = asyncio.create_task(hotline.update())
    while len(hotline.source.asked) < 2:
        await asyncio.sleep(0.01)
    assert [path for path in hotline.into.rglob("*") if path.is_file()] == []
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# --------------------------------------------------------------------------- who and what


async def test_only_managers_and_administrators_update(hotline: Hotline) -> None:
    """Refused before anything is asked."""
    with pytest.raises(NotPermitted):
        await hotline.update(Role.ANALYST)
    assert hotline.source.asked == []


async def test_a_list_that_is_not_configured(hotline: Hotline) -> None:
    """The sentence names those that are."""
    desk = replace(hotline.house.desk(Role.MANAGER), settings=hotline.settings)
    with pytest.raises(UnknownRecord, match="it has: ncmec"):
        await feeding.update(desk, "other")


async def test_a_list_from_a_file(house: House) -> None:
    """Kind `file` reads the file anew, with the options of the configuration."""
    file = house.directory / "incoming.csv"
    file.write_text(f"HASH\n{hashlib.md5(b'from a file').hexdigest()}\n")
    hotline = Hotline(house, Source(), kind="file", base_url=None)
    hotline.configure(
        kind="file",
        base_url=None,
        file=file,
        format="csv",
        columns={"md5": "HASH"},
        classification="national:A",
    )
    await hotline.update()
    assert hotline.matches(b"from a file") == Classification(scheme="national", value="A")


@pytest.mark.parametrize(
    ("content", "mode", "word"),
    [
        ("user:password\n", 0o644, "chmod 600"),
        ("userpassword\n", 0o600, "one line"),
        ("a:b\nc:d\n", 0o600, "one line"),
        ("a" * 600 + ":b", 0o600, "one line"),
        (b"\xff\xfe:x", 0o600, "as text"),
        (None, 0o600, "as text"),
    ],
)
def test_credentials_are_checked(tmp_path: Path, content, mode: int, word: str) -> None:
    """Readable by their owner only, one line, never quoted."""
    path = tmp_path / "credentials"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
    with pytest.raises(ConfigurationProblem, match=word) as caught:
        read_credentials(path)
    assert "password" not in str(caught.value).replace("PASSWORD", "")


def test_credentials_are_not_shown(tmp_path: Path) -> None:
    """Not even by accident."""
    path = tmp_path / "credentials"
    path.write_text(f"{USER}:{PASSWORD}\n")
    path.chmod(0o600)
    found = read_credentials(path)
    assert (found.user, found.password) == (USER, PASSWORD)
    assert PASSWORD not in repr(found)


async def test_the_way_out_is_the_configured_one(source: Source) -> None:
    """The local address of the egress is the one that the connection leaves from."""
    setup = FeedSetup(
        name="n",
        base_url=source.base_url,
        credentials=read_credentials_of(USER, PASSWORD),
        tls=ssl.create_default_context(cadata=source.authority.pem),
        source_address="127.0.0.9",
        now=lambda: datetime.now(UTC),
    )
    peers: list[str] = []
    answer = source.answer

    async def noting(request: web.Request) -> web.StreamResponse:
        peers.append(str(request.remote))
        return await answer(request)

    source.answer = noting
    async with serving(source), open_feed(replace(setup, base_url=source.base_url)) as fetch_page:
        await fetch_page("/v2/entries?to=2027-01-01T00:00:00Z")
    assert peers == ["127.0.0.9"]


def read_credentials_of(user: str, password: str) -> hostwatch.feeds.Credentials:
    return hostwatch.feeds.Credentials(user, password)
