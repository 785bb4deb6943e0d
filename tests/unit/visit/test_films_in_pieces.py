"""A film that a page gives only as a list of its pieces, and lockers of no known engine."""

from __future__ import annotations

from scripted_web import ListedJudge, ScriptedWeb, Sleeps, case, options, page, picture

from cases.model import NotChecked
from crawler.visit import first_visit

SITE = "https://tube.example/v/1"
LIST = "https://c.tube.example/h/master.m3u8"
STILL = "https://c.tube.example/h/still.jpg"


async def test_a_playlist_is_never_compared_as_if_it_were_the_film():
    """It is not requested; beside its still the film is named as not compared."""
    web = ScriptedWeb()
    film = f"<video poster='{STILL}'><source src='{LIST}'></video>"
    web.put(SITE, page(f"<body>{film}</body>"))
    web.put(STILL, picture("still"))
    found = await first_visit(web, case(SITE), ListedJudge(), options())
    by_url = {asset.url: asset.comparison for asset in found.assets}
    assert by_url[LIST] == NotChecked(reason="film_in_pieces")
    assert LIST not in [request.permit.url for request in web.log]
    assert found.needs == "partly_compared"


async def test_a_locker_of_no_known_engine_is_walked_by_its_declared_form():
    """The wait that it shows is kept, and its hidden fields are sent."""
    web, slept = ScriptedWeb(), Sleeps()
    here, there = "https://files.example/f/x8", "https://files.example/f/x8/get"
    web.put(
        here,
        page(
            "<title>walk</title><b id='countdown'>15</b><form method='post' action='/f/x8/get'>"
            "<input type='hidden' name='t' value='1'><button>Free download</button></form>"
        ),
    )
    web.put(there, picture("walk"))
    found = await first_visit(web, case(here), ListedJudge(), options(sleep=slept))
    assert slept == [15]
    assert [(r.method, r.form) for r in web.log if r.permit.url == there] == [
        ("POST", (("t", "1"),))
    ]
    assert [asset.role for asset in found.assets] == ["reported", "download"]
