"""No blocked, failing or changed answer is ever taken for gone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from recheck_parts import (
    CHECK,
    CYBERLOCKER,
    HOME,
    IMAGE,
    LANDING,
    LOCKER,
    SITE,
    checkfiles,
    download,
    look,
    media,
    reported,
)
from scripted_web import (
    NOTHING,
    Say,
    ScriptedWeb,
    fails,
    page,
    picture,
)  # fmt: skip

from crawler.fetch.contract import FetchCode
from crawler.outcome import GONE

BAD = [
    fails(FetchCode.TIMEOUT), fails(FetchCode.RESET), fails(FetchCode.SERVFAIL), fails(FetchCode.TLS_FAILED),
    fails(FetchCode.CONNECT_REFUSED), fails(FetchCode.REFUSED_ADDRESS), fails(FetchCode.TOO_SLOW),
    fails(FetchCode.REDIRECT_LOOP), fails(FetchCode.NODATA), Say(raises=True),
    page("<title>File not found</title>", 403), page("<h1>Removed</h1>", 451), page("x", 429),
    page("<h1>404 Not Found</h1>", 500), page("<h1>Account suspended</h1>", 503),
    page("<title>Just a moment...</title><script>_cf_chl_opt</script>", 404),
    page("<h1>Access to this website is blocked by court order</h1>", 404),
    page("<title>Log in</title><form><input name=u><input type=password></form>", 200),
    page("<div class='g-recaptcha'></div>"), page("<p>hotlinking is off</p>"), page("", 200),
    Say(html="<p>x</p>", record_error="cpu_limit"), Say(body="half", complete=False),
    replace(NOTHING, tls="unverified"), picture("lake"), picture("hills"),
]  # fmt: skip
OTHERS = [
    NOTHING,
    HOME,
    page("x", 403),
    fails(FetchCode.TIMEOUT),
    picture("sorry"),
    page("<h1>Walks</h1>", 200),
]
SETTINGS = settings(max_examples=300, deadline=None)


@SETTINGS
@given(
    bad=st.sampled_from(BAD),
    page_says=st.sampled_from([*BAD, page(f"<img src='{IMAGE}'>")]),
    root=st.sampled_from(OTHERS),
    rest=st.sampled_from([NOTHING, HOME, page("x", 403), fails(FetchCode.TIMEOUT)]),
)
async def test_no_blocked_failing_or_changed_answer_is_ever_gone(bad, page_says, root, rest):
    """Hundreds of situations in which a naive tool says removed: the picture never reads as gone."""
    web = ScriptedWeb(
        {SITE: page_says, IMAGE: bad, "https://img.example/": root}, {"img.example": rest}
    )
    found = await look(web, SITE, [reported(), media()])
    assert found.observations[1].presence not in GONE


@SETTINGS
@given(
    check=st.sampled_from([*BAD, checkfiles("Not found!"), NOTHING]),
    landing=st.sampled_from([*BAD[:15], LANDING]),
    root=st.sampled_from(OTHERS),
    prove=st.booleans(),
)
async def test_no_failing_landing_page_is_ever_gone(check, landing, root, prove):
    """Even when the host's link-check says so, a failing page proves nothing."""
    web = ScriptedWeb({CHECK: check, LOCKER: landing}, {"locker.example": root})
    found = await look(web, LOCKER, [download()], case_members=CYBERLOCKER, prove=prove)
    assert found.observations[0].presence not in GONE
