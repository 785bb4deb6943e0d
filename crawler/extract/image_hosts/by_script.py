"""
Hosts whose pages hold no media: what they show is made by scripts in the reader's browser.

Lufi keeps ciphertext and gets its key from the fragment, so that nothing can be compared without
running its scripts. Lychee asks its own interface. Both need an analyst.
"""

from __future__ import annotations

from collections.abc import Callable

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.page import Page
from crawler.extract.stated import own_words, stated

_TOLD = frozenset({"gone", "expired", "login", "password"})


def _reader(name: str, sign: str) -> Callable[[Page], Reading]:
    def read(page: Page) -> Reading:
        """Read only what the page says in words."""
        spoken = stated(own_words(page))
        state, rule = spoken if spoken is not None and spoken[0] in _TOLD else ("unknown", sign)
        return Reading(state=state, state_rule=f"{name}:{rule}", signs=(sign,), generic=False)

    return read


LUFI = Engine(
    name="lufi",
    site_type=SiteType.CYBERLOCKER,
    markers=(
        frozenset({"link:lufi-down.js", "link:lufi-common.js", "link:lufi.css"}),
        frozenset({"link:sjcl.js"}),
        frozenset({"div#pb", "div#filesize", "div.progress-bar"}),
        frozenset({"link:lufi-notifications.js", "link:filereader.js"}),
    ),
    read=_reader("lufi", "encrypted_in_browser"),
)
LYCHEE = Engine(
    name="lychee",
    site_type=SiteType.IMAGE_HOST,
    markers=(
        frozenset({"generator:lychee"}),
        frozenset({"div#lychee_view_container", "div#lychee_content", "div#app"}),
        frozenset({"div#lychee_toolbar_public", "div#lychee_application_container"}),
    ),
    read=_reader("lychee", "script_page"),
)
