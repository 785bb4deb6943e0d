"""
What the locked worker reads from a page; validated again in the core.

The record holds URLs, form fields and machine words. It never holds text of the page, but for the
payment details that law enforcement needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal, cast

State = Literal[
    "content",
    "countdown",
    "captcha",
    "password",
    "premium",
    "login",
    "missing_part",
    "expired",
    "gone",
    "challenge",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A media URL on the page that may be fetched."""

    url: str
    """Absolute, not re-quoted."""
    kind: Literal["picture", "video", "archive", "file", "page"]
    role: Literal["original", "preview", "linked", "inline", "download", "locker"]
    why: str
    """Engine and rule, such as `vichan:file`."""
    claimed_hash: str | None = None
    """`md5:...` as the host publishes it; a hint for grouping, never a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLink:
    """A link that must never be requested, and the rule that says so."""

    url: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The declared next step of a landing page (countdown, then a form)."""

    method: Literal["GET", "POST"]
    url: str
    form: tuple[tuple[str, str], ...] = ()
    wait_s: int = 0


PAGE_CUT: Final = "page_cut"
"""Sign: the page is longer than what was read."""
MORE_MEDIA: Final = "more_media"
"""Sign: the page holds more candidates than a record may carry."""
EMBEDDED: Final = "embedded_pictures"
"""Sign: pictures larger than ornaments stand in the page itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """Everything that leaves the worker about one page."""

    engine: str
    """`vichan`, `xfilesharing`, `generic`, ..."""
    site_type: str
    """A value of `cases.model.SiteType`."""
    state: State
    state_rule: str = ""
    candidates: tuple[Candidate, ...] = ()
    refused: tuple[RefusedLink, ...] = ()
    next: NextStep | None = None
    json_twin: str | None = None
    link_check: NextStep | None = None
    """The host's own link-check request for this file, where the engine has one."""
    signs: tuple[str, ...] = ()
    """`removal_notice:<rule>`, `login_form`, `captcha`, `challenge`, `parked`, `suspended`, ..."""
    payments: tuple[str, ...] = ()
    """Where the page wants money to go (`btc:<address>`, `paypal.me:<handle>`,
    `processor:<host>`), at most 20: the one thing quoted from a page, for law enforcement only."""
    post_found: bool | None = None
    """Whether the post of the fragment is on the page; none without a fragment."""
    text_sha256: str = ""
    """Of the normalised visible text without digits and the URL's own words: soft-404 rule."""
    text_length: int = 0
    links: int = 0
    data_images: int = 0
    """Pictures that stand in the page itself as `data:` addresses; counted, never returned."""

    @property
    def partial(self) -> bool:
        """Whether the page may hold media that the record does not name."""
        return PAGE_CUT in self.signs or MORE_MEDIA in self.signs


def plain(record: PageRecord) -> dict[str, object]:
    """Return a record as plain JSON values."""
    return cast("dict[str, object]", json.loads(json.dumps(record, default=_members)))


def _members(part: PageRecord | Candidate | RefusedLink | NextStep) -> dict[str, object]:
    """Return the members of one part of a record; JSON asks again for those within."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__}
