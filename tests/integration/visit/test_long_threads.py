"""First visits to threads of hundreds of files over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from recheck_scene import Scene
from recheck_yard import yard

from cases.model import Match, NotChecked
from crawler.visit import first_visit
from sandbox.reply import PictureBody, Reply, page

pytestmark = pytest.mark.asyncio(loop_scope="module")
FILES = 600


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place():
    async with yard() as made:
        yield made


def thread(listed):
    """Show one file in each post; the file with the number `listed` is the listed picture."""
    posts = "".join(f"<p>post {n} <a href='/src/{n}.jpg'>{n}.jpg</a></p>" for n in range(FILES))

    def answer(visit):
        number = visit.path.removeprefix("/src/").removesuffix(".jpg")
        if not number.isdigit():
            return page("a long walk", posts)
        if int(number) != listed:
            return Reply(status=404, body="not found")
        return Reply(body=PictureBody(name="situation"), content_type="image/jpeg")

    return answer


async def visited(place, listed, **changes):
    scene = Scene(place, "page")
    scene.says(thread(listed))
    options = place.options("home", candidates=1000, **changes)
    return await first_visit(place.fetcher, scene.case, place.judge, options)


async def test_the_last_file_of_a_long_thread_is_compared(place):
    """Every file is asked for once; the listed one is found at the end."""
    found = await visited(place, FILES - 1)
    assert len(found.assets) == FILES + 1
    assert isinstance(found.assets[-1].comparison, Match)
    assert (found.needs, found.reason) == (None, "match")


async def test_a_thread_that_takes_too_long_is_left_and_a_person_is_told(place):
    """Some files were compared and the listed one was not: that is no clean answer."""
    start = place.clock

    def slow():
        place.clock += timedelta(seconds=1)
        return place.clock

    try:
        found = await visited(place, FILES - 1, now=slow, media_s=300)
    finally:
        place.clock = start
    assert found.assets[-1].comparison == NotChecked(reason="out_of_time")
    assert found.assets[1].comparison == NotChecked(reason="status_404")
    assert found.needs == "out_of_time"
