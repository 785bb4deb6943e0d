"""The pages of situations: refusals, walls, notices, parking, and the ways of saying "not here"."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.rechecks.situation import Trouble, Truth
from sandbox.reply import PictureBody, Reply, not_found, page

SHALLOW = frozenset({"/", "/robots.txt", "/favicon.ico"})
"""What files and the front of a site answer when the rest does not."""
UNKNOWN_PLACEHOLDER = "unknown-placeholder"
"""Album name of a "removed" picture whose digest nobody knows."""

ROOT = page(
    "Notes",
    "<h1>Notes from the hills</h1><p>Walks, weather and what grows there.</p>"
    "<ul><li><a href='/ridge'>Ridge</a></li><li><a href='/lake'>Lake</a></li></ul>"
    "<p>Written by people who like to be outside, for people who cannot be there today.</p>",
)
WALL = page("Welcome", "<h1>One moment, please</h1><p>Choose how you would like to go on.</p>")
_MAINTENANCE = page("Back soon", "<h1>We are painting the walls</h1><p>Come back tomorrow.</p>")
_AGE_GATE = page("Enter", "<h1>Please tell us your age</h1><form><button>I am 18</button></form>")
_LOGIN = page(
    "Log in",
    "<h1>Log in</h1><form method='post' action='/login'><input name='user'>"
    "<input type='password' name='pass'></form>",
)
_CAPTCHA = page("Check", "<h1>Are you a person?</h1><div class='g-recaptcha'></div>")
_CHALLENGE = page(
    "Just a moment...", "<noscript>Enable it</noscript><script>_cf_chl_opt={}</script>", status=403
)
_FILTER = page(
    "Blocked", "<h1>Access to this website has been blocked by order of a court</h1>", status=404
)
_GEO = page("Sorry", "<h1>This content is not available in your country</h1>")


def home() -> Reply:
    """Redirect to the root page."""
    return Reply(status=302, headers={"location": "/"})


def _error(status: int) -> Reply:
    return page(str(status), f"<h1>{status}</h1>", status=status)


EVERYWHERE: Mapping[Trouble, Reply] = {
    Trouble.FORBIDDEN: _error(403),
    Trouble.LEGAL: page("451", "<h1>Unavailable For Legal Reasons</h1>", status=451),
    Trouble.GEO: _GEO,
    Trouble.CAPTCHA: _CAPTCHA,
    Trouble.CHALLENGE: _CHALLENGE,
    Trouble.LOGIN: _LOGIN,
    Trouble.FILTER_PAGE: _FILTER,
    Trouble.ERROR_500: _error(500),
    Trouble.ERROR_503: _error(503),
    Trouble.BUSY: _error(429),
    Trouble.MAINTENANCE: _MAINTENANCE,
    Trouble.AGE_GATE: _AGE_GATE,
    Trouble.WHOLE_HOST_404: not_found(),
}
"""Answered for every path of the host."""
IN_PLACES: Mapping[Trouble, Reply] = {
    Trouble.NOT_MODIFIED: Reply(status=304),
    Trouble.EMPTY: Reply(body=""),
    Trouble.DEEP_WALL: WALL,
    Trouble.ALL_HOME: home(),
}
"""Answered for some paths; the others that answer for some answer 404."""
WHOLE_HOST: Mapping[Truth, Reply] = {
    Truth.PARKED: page(
        "walks.example",
        "<h1>This domain is for sale</h1><p>Make an offer.</p>"
        "<script src='https://img.sedoparking.example/js/parking.js'></script>",
    ),
    Truth.SUSPENDED: page("Account Suspended", "<h1>This account has been suspended</h1>"),
    Truth.WILDCARD: page("Welcome", "<h1>It works!</h1><p>The server runs.</p>"),
}
MANNERS: Mapping[Truth, Reply] = {
    Truth.GONE_SOFT: page(
        "Walks", "<h1>Have a look around</h1><p>Here is our selection for every season.</p>"
    ),
    Truth.GONE_HOME: home(),
    Truth.GONE_ANY_PICTURE: Reply(
        body=PictureBody(name=UNKNOWN_PLACEHOLDER), content_type="image/jpeg"
    ),
}
"""How hosts answer for everything that is not there, if not with 404."""
OVER: Mapping[Truth, Reply] = {
    Truth.GONE_404: not_found(),
    Truth.GONE_410: _error(410),
    Truth.GONE_NOTICE: page("Removed", "<h1>This picture has been removed</h1>"),
}
LOCKER_EXPIRED = page(
    "Download",
    "<div class='navbar'><a href='/?op=news'>News</a> <a href='/?op=checkfiles'>Link checker</a>"
    "</div><h2>This file has expired</h2><p>Files are kept for thirty days.</p>",
)
