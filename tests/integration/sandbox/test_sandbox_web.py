"""The practice web answers over real HTTP as its scenarios say."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re

import aiohttp
import pytest
from practice_client import address_of, ask_dns, fetch, reported


def listed(description):
    rows = description.files["hashlist.csv"].splitlines()[1:]
    return {row.split(",")[2] for row in rows}


def is_listed(description, got):
    return got.status == 200 and hashlib.sha256(got.body).hexdigest() in listed(description)


def picture_of(text):
    return re.search(r"(https?://[^'\"]+\.jpg)", text)[1]


async def test_a_thread_shows_listed_pictures_a_twin_and_links_that_nobody_may_follow(description):
    """A board's thread, its JSON form and its catalog are there, and the first picture is listed."""
    url = reported(description, "image_board_taken_down")[0]
    page = await fetch(description, url)
    base = url.partition("/b/")[0]
    paths = re.findall(r"<p class='fileinfo'>File: <a href='([^']+)'", page.text)
    assert len(paths) == 3
    assert is_listed(description, await fetch(description, base + paths[0]))
    assert not is_listed(description, await fetch(description, base + paths[1]))
    twin = json.loads((await fetch(description, url.replace(".html", ".json"))).text)
    assert twin["posts"][0]["tim"] + ".jpg" in paths[0]
    assert (await fetch(description, f"{base}/b/catalog.html")).status == 200
    assert (await fetch(description, f"{base}/robots.txt")).status == 200
    assert "searchbyimage?image_url=" in page.text


async def test_asking_a_forbidden_link_is_counted(running, description):
    """A reverse search, a report link and a delete link each leave a trace in the statistics."""
    before = running.command("stats")["stats"]["never_request_hits"]
    await fetch(description, "http://search.lookalike.test/searchbyimage?image_url=x")
    await fetch(description, "http://board.sandbox.test/report.php?board=b&post=delete_1")
    await fetch(description, "http://locker.sandbox.test/?op=del_file&id=1")
    assert running.command("stats")["stats"]["never_request_hits"] == before + 3


async def test_a_locker_insists_on_its_countdown_and_its_own_session(description):
    """Too early, or with another's session, there is no link; then there is."""
    url = reported(description, "cyberlocker_taken_down")[0]
    landing = await fetch(description, url)
    form = dict(re.findall(r"name='(\w+)' value='([^']*)'", landing.text))
    early = await fetch(description, url, method="POST", form=form)
    assert "Skipped countdown" in early.text
    await asyncio.sleep(1.0)
    foreign = await fetch(description, url, method="POST", form=form, egress="abroad")
    assert "Wrong session" in foreign.text
    late = await fetch(description, url, method="POST", form=form)
    assert is_listed(description, await fetch(description, picture_of(late.text)))


async def test_a_removed_locker_file_answers_200_and_the_link_check_says_so(running, description):
    """The page of a removed file is a page like any other; the link-check tells the truth."""
    gone, alive = reported(description, "cyberlocker_taken_down")[1:3]
    running.command("take_down", url=gone)
    page = await fetch(description, gone)
    assert (page.status, "File Not Found" in page.text) == (200, True)
    check = await fetch(
        description,
        "http://locker.sandbox.test/?op=checkfiles",
        method="POST",
        form={"op": "checkfiles", "list": f"{gone}\n{alive}", "process": "Check URLs"},
    )
    rows = re.findall(r"<tr><td>([^<]+)</td><td[^>]*>([^<]+)</td>", check.text)
    assert rows == [(gone, "Not found!"), (alive, "Found")]


async def test_a_password_protects_its_file(description):
    """Without the password there is no link."""
    url = reported(description, "cyberlocker_password")[0]
    landing = await fetch(description, url)
    assert "type='password'" in landing.text
    form = dict(re.findall(r"name='(\w+)' value='([^']*)'", landing.text))
    await asyncio.sleep(1.0)
    refused = await fetch(description, url, method="POST", form=form)
    assert "Wrong password" in refused.text
    assert "direct_link" not in refused.text


async def test_an_image_host_removes_in_two_manners(running, description):
    """One file is simply not there, another is replaced by the picture that any path has."""
    plain = reported(description, "image_host_taken_down")[0]
    replaced = reported(description, "image_host_placeholder_taken_down")[0]
    assert is_listed(description, await fetch(description, plain))
    assert is_listed(description, await fetch(description, replaced))
    running.command("take_down", scenario="image_host_taken_down")
    running.command("take_down", scenario="image_host_placeholder_taken_down")
    assert (await fetch(description, plain)).status == 404
    after = await fetch(description, replaced)
    sibling = await fetch(description, "https://img.pixelpier.test/r/no-such-thing.jpg")
    assert after.status == 200
    assert after.body == sibling.body


async def test_a_soft_404_site_answers_alike_for_what_is_gone_and_what_never_was(
    running, description
):
    """The removed page equals that of a random path, and differs from the root page."""
    gone = reported(description, "soft404_taken_down")[0]
    shown = reported(description, "lookalike_page_present")[0]
    running.command("take_down", url=gone)
    running.command("take_down", url=shown)
    random_path = await fetch(description, "http://www.softpage.test/notes/never-there")
    after = await fetch(description, gone)
    assert (after.status, after.body) == (200, random_path.body)
    assert (await fetch(description, "http://www.softpage.test/")).body != after.body
    assert "<figure>" in (await fetch(description, shown)).text


async def test_a_front_shows_itself(description):
    """A fronted page comes over TLS with the front's marks, from the front's addresses."""
    got = await fetch(description, reported(description, "behind_front")[0])
    assert got.headers["server"] == "shieldfront"
    assert (await address_of(description, "www.veil.test")).startswith("198.51.100.7")


async def test_a_filter_hides_one_thing_from_one_egress(description):
    """Home gets 404 for the reported location only; abroad and the root page are unharmed."""
    url = reported(description, "filter_always")[0]
    assert (await fetch(description, url, egress="home")).status == 404
    assert (await fetch(description, url, egress="abroad")).status == 200
    assert (await fetch(description, "http://www.filtered.test/", egress="home")).status == 200


@pytest.mark.parametrize(
    ("scenario", "status"),
    [("http_403_later", 403), ("http_451", 451), ("board_expired", 404)],
)
async def test_some_things_change_after_their_host_had_notice(
    running, description, scenario, status
):
    """The script begins with the first notice to the host."""
    url = reported(description, scenario)[0]
    assert (await fetch(description, url)).status == 200
    running.command("notice", url=url)
    await asyncio.sleep(0.3)
    later = await fetch(description, url)
    assert later.status == status
    assert ("pruned" in later.text) == (scenario == "board_expired")


async def test_a_picture_is_replaced_by_a_copy_or_by_another_one(running, description):
    """After its time the file has other bytes, that no exact list knows."""
    for scenario in ("reencoded", "changed"):
        page = await fetch(description, reported(description, scenario)[0])
        source = picture_of(page.text)
        first = await fetch(description, source)
        assert is_listed(description, first)
        running.command("notice", scenario=scenario)
        await asyncio.sleep(0.3)
        again = await fetch(description, source)
        assert again.status == 200
        assert not is_listed(description, again)
        assert again.body != first.body


async def test_a_reupload_returns(running, description):
    """What was taken down stands there again after its time."""
    url = reported(description, "reupload")[0]
    assert is_listed(description, await fetch(description, url))
    running.command("take_down", scenario="reupload")
    assert (await fetch(description, url)).status == 404
    await asyncio.sleep(1.6)
    assert is_listed(description, await fetch(description, url))


async def test_a_flaky_host_takes_turns(description):
    """An answer, 503, an answer, a reset, and so on."""
    url = reported(description, "flaky_503_reset")[0]
    assert (await fetch(description, url)).status == 200
    assert (await fetch(description, url)).status == 503
    assert (await fetch(description, url)).status == 200
    # By hand, because the client library quietly asks again after a reset.
    with pytest.raises(ConnectionError):
        await raw_answer(description, "192.0.2.76", url)
    assert (await fetch(description, url)).status == 200


async def raw_answer(description, address, url):
    endpoint = next(e for e in description.network.endpoints if e.address == address)
    reader, writer = await asyncio.open_connection(endpoint.real_address, endpoint.real_port)
    host, _, path = url.removeprefix("http://").partition("/")
    writer.write(f"GET /{path} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_a_silent_host_never_answers(description):
    """The connection stands and nothing comes, but for the root page."""
    with pytest.raises(TimeoutError):
        await fetch(description, reported(description, "timeout_always")[0], timeout=0.4)
    assert (await fetch(description, "http://www.silent.test/")).status == 200


async def test_redirects_lead_to_forbidden_places_and_the_inner_server_counts(running, description):
    """Four redirects point inwards; a connection to the inner server is seen in the statistics."""
    targets = [
        (await fetch(description, url)).headers["location"]
        for url in reported(description, "redirect_forbidden")
    ]
    assert [target.split("/")[2].partition(":")[0] for target in targets] == [
        "127.0.0.1",
        "169.254.169.254",
        "inside.onwards.test",
        "[",
    ]
    before = running.command("stats")["stats"]["forbidden_hits"]
    _, writer = await asyncio.open_connection("127.0.0.1", description.internal_port)
    writer.close()
    await asyncio.sleep(0.1)
    assert running.command("stats")["stats"]["forbidden_hits"] == before + 1


async def test_a_broken_certificate_is_not_trusted_and_the_others_are(description):
    """Only the host with the bad certificate fails verification."""
    with pytest.raises(aiohttp.ClientSSLError):
        await fetch(description, reported(description, "tls_broken")[0])
    await asyncio.sleep(0.02)
    assert (await fetch(description, "https://img.pixelpier.test/")).status == 200


async def test_names_vanish_and_move(running, description):
    """A dedicated site goes NXDOMAIN and another one moves, after their host had notice."""
    for scenario in ("nxdomain", "moved"):
        running.command("notice", scenario=scenario)
    await asyncio.sleep(0.3)
    gone = await ask_dns(description, "www.nameless.test")
    assert gone.rcode() == 3
    assert gone.authority
    assert (await ask_dns(description, "nameless.test")).rcode() == 3
    registry = json.loads(description.files["rdap/dns.json"])["services"][0][1][0]
    domain = json.loads((await fetch(description, f"{registry}domain/nameless.test")).text)
    assert domain["status"] == ["client hold"]
    assert await address_of(description, "www.wander.test") == "198.51.100.20"
    assert (await fetch(description, reported(description, "moved")[0])).status == 200


async def test_spellings_of_one_location_show_one_page(description):
    """Case, port, fragment and spelling of an escape do not matter to the site."""
    urls = reported(description, "duplicate")
    pages = [await fetch(description, url.replace(":80/", "/")) for url in urls]
    assert {page.status for page in pages} == {200}
    assert len({page.body for page in pages}) == 1


async def test_statistics_count_by_scenario_and_egress_and_name_no_host(running, description):
    """Requests are counted per scenario and egress; no host name is among the statistics."""
    before = running.command("stats")["stats"]
    page = await fetch(description, reported(description, "no_match")[0], egress="abroad")
    got = await fetch(description, picture_of(page.text), egress="abroad")
    after = running.command("stats")["stats"]
    assert after["requests"]["no_match"] == before["requests"].get("no_match", 0) + 2
    abroad = before["requests_by_egress"].get("abroad", 0)
    assert after["requests_by_egress"]["abroad"] == abroad + 2
    assert after["media_bytes"] == before["media_bytes"] + len(got.body)
    assert ".test" not in json.dumps(after)
