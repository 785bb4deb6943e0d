"""
What happens on the practice web: one row per scenario, as data.

Seconds are those of the practice clock before scaling. `verdicts` are the takedown verdicts that
are right at the end of a run; `recipients` the kinds that must be among those told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.item import Listed
from sandbox.life import Life, Phase

HOME = ("content_host", "police")
REMOVED = ("removed",)
PRESENT = ("present",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario: where its things stand, what becomes of them, and what is right to say."""

    slug: str
    host: str
    count: int = 1
    report: Literal["page", "fragment", "media"] = "page"
    listed: Listed = "exact"
    look: Literal["plain", "placeholder", "password", "elsewhere"] = "plain"
    board: str = "b"
    pictures: int = 1
    life: Life = field(default_factory=Life)
    comparison: str = "match"
    verdicts: tuple[str, ...] = REMOVED
    recipients: tuple[str, ...] = HOME
    needs: str = ""
    """Why a person must look: `assessment`, `certificate`, `unanswered`, `password`."""
    events: tuple[str, ...] = ()
    """`moved`, `reappeared`."""
    respelt: bool = False
    """Reported again in other spellings."""
    embeds_at: str = ""
    """Host of the embedded picture, for `elsewhere`."""
    targets: tuple[str, ...] = ()
    """Where a redirector sends its visitors; one thing each. `{internal}` is the forbidden port."""


def _later(seconds: float, phase: Phase) -> Life:
    return Life(after_notice=((seconds, phase),))


ROWS = (
    Row(slug="image_board_taken_down", host="board.sandbox.test", pictures=3),
    Row(
        slug="image_board_taken_down",
        host="threads.oakboard.test",
        board="hills",
        pictures=2,
        report="fragment",
    ),
    Row(slug="image_board_taken_down", host="threads.oakboard.test", pictures=1, report="media"),
    Row(
        slug="board_expired",
        host="fast.oldboard.test",
        count=2,
        pictures=2,
        life=_later(2, Phase.EXPIRED),
        verdicts=("expired",),
    ),
    Row(slug="cyberlocker_taken_down", host="locker.sandbox.test", count=3),
    Row(
        slug="cyberlocker_password",
        host="locker.sandbox.test",
        look="password",
        comparison="not_checked",
        verdicts=("gated", "unknown"),
        recipients=(),
        needs="password",
    ),
    Row(slug="image_host_taken_down", host="img.pixelpier.test", report="media"),
    Row(slug="image_host_taken_down", host="img.pixelpier.test"),
    Row(
        slug="image_host_placeholder_taken_down",
        host="img.pixelpier.test",
        report="media",
        look="placeholder",
    ),
    Row(slug="object_storage_taken_down", host="holiday.bucketpier.test", report="media"),
    Row(
        slug="identified_service_taken_down",
        host="board.townhall.test",
        pictures=2,
        recipients=(*HOME, "site_owner"),
    ),
    Row(
        slug="two_hosts_taken_down",
        host="journal.meadow.test",
        look="elsewhere",
        embeds_at="img.pixelpier.test",
    ),
    Row(slug="soft404_taken_down", host="www.softpage.test", count=2),
    Row(
        slug="lookalike_page_present",
        host="www.softpage.test",
        life=Life(taken=Phase.SHOWN),
        verdicts=PRESENT,
    ),
    Row(
        slug="behind_front", host="www.veil.test", count=2, verdicts=PRESENT, recipients=("front",)
    ),
    Row(
        slug="http_403_later",
        host="www.forbid.test",
        life=_later(2, Phase.FORBIDDEN),
        verdicts=("present", "unknown"),
    ),
    Row(
        slug="http_403_always",
        host="www.forbid.test",
        life=Life(start=Phase.FORBIDDEN),
        comparison="not_checked",
        verdicts=("unknown",),
        recipients=(),
        needs="unanswered",
    ),
    Row(
        slug="http_451",
        host="www.lawful.test",
        life=_later(2, Phase.LEGAL),
        verdicts=("present", "unknown"),
    ),
    Row(
        slug="filter_later",
        host="www.filtered.test",
        life=_later(2, Phase.FILTERED),
        verdicts=("present", "not_visible_from_here"),
    ),
    Row(
        slug="filter_always",
        host="www.filtered.test",
        life=Life(start=Phase.FILTERED),
        verdicts=("present", "not_visible_from_here"),
    ),
    Row(
        slug="flaky_503_reset",
        host="www.wobble.test",
        count=2,
        life=Life(start=Phase.FLAKY),
        verdicts=("present", "unknown"),
    ),
    Row(
        slug="timeout_always",
        host="www.silent.test",
        life=Life(start=Phase.SILENT),
        comparison="not_checked",
        verdicts=("unknown",),
        recipients=(),
        needs="unanswered",
    ),
    Row(
        slug="timeout_later",
        host="www.later-silent.test",
        life=_later(2, Phase.SILENT),
        verdicts=("present", "unknown"),
    ),
    Row(
        slug="redirect_forbidden",
        host="www.onwards.test",
        comparison="not_checked",
        verdicts=("unknown",),
        recipients=(),
        needs="unanswered",
        targets=(
            "http://127.0.0.1:{internal}/",
            "http://169.254.169.254/latest/meta-data/",
            "http://inside.onwards.test/",
            "http://[::1]:{internal}/",
        ),
    ),
    Row(
        slug="nxdomain",
        host="www.nameless.test",
        life=_later(2, Phase.NAME_GONE),
        verdicts=("site_down",),
    ),
    Row(
        slug="nxdomain",
        host="www.nightshop.example",
        life=_later(2, Phase.NAME_GONE),
        verdicts=("site_down",),
    ),
    Row(
        slug="reencoded",
        host="www.altered.test",
        count=2,
        life=_later(2, Phase.REENCODED),
        verdicts=PRESENT,
    ),
    Row(
        slug="changed",
        host="www.swapped.test",
        life=_later(2, Phase.CHANGED),
        verdicts=("changed",),
    ),
    Row(
        slug="reupload",
        host="www.again.test",
        report="media",
        life=Life(returns_s=15),
        verdicts=PRESENT,
        events=("reappeared",),
    ),
    Row(slug="duplicate", host="www.spelling.test", respelt=True),
    Row(
        slug="possible",
        host="www.copies.test",
        count=2,
        listed="pdq",
        comparison="possible",
        verdicts=("present", "removed"),
        recipients=(),
        needs="assessment",
    ),
    Row(
        slug="no_match",
        host="www.innocent.test",
        count=2,
        listed="no",
        comparison="no_match",
        verdicts=("present", "unknown"),
        recipients=(),
    ),
    Row(
        slug="abroad_partner_taken_down",
        host="brett.nordforum.test",
        pictures=2,
        recipients=("partner_hotline",),
    ),
    Row(
        slug="abroad_partner_taken_down",
        host="www.weststrand.test",
        recipients=("partner_hotline",),
    ),
    Row(
        slug="abroad_no_partner", host="www.lointain.test", verdicts=PRESENT, recipients=("police",)
    ),
    Row(
        slug="unknown_country",
        host="www.murk.test",
        verdicts=PRESENT,
        recipients=(),
    ),
    Row(
        slug="tls_broken",
        host="www.latch.test",
        verdicts=("present", "unknown"),
        recipients=(),
        needs="certificate",
    ),
    Row(
        slug="moved",
        host="www.wander.test",
        life=_later(2, Phase.MOVED),
        verdicts=("present", "removed"),
        events=("moved",),
    ),
)

INSUFFICIENT = ("javascript:alert(1)", "http://", "http://127.0.0.1:{internal}/inside")
"""Reports that name no usable location."""
DAMAGED_LINES = (
    'http://www.spelling.test/a,"an unclosed quotation mark',
    "http://www.spelling.test/b,,,very urgent,,,S-900",
)
"""Lines of the CSV file that must be refused while every other line is kept."""
