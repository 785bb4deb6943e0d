"""
What one observation says of one asset: an ordered table of small rules, the first that fits wins.

Order matters more than any single rule. What shows the content is asked first; then what keeps us
from seeing it (blocked, temporary, gated, our own fault); only what passes all of these may be
read as gone. So a 403, a challenge, a time-out or a 503 is never gone, whatever else the answer
holds, and neither is an answer over an unverified connection.
"""

from __future__ import annotations

from collections.abc import Callable

from cases.model import GONE, SHOWING, Presence
from crawler import seen
from crawler.seen import NEAR, Seen

__all__ = ["FIELD_WORDS", "GONE", "NEAR", "RULES", "SECOND_LOOK", "Seen", "presence"]

SECOND_LOOK = GONE | {
    Presence.BLOCKED_HERE,
    Presence.TEMPORARY,
    Presence.PRESENT_GATED,
    Presence.PRESENT_UNVERIFIED,
    Presence.NO_VERDICT,
}
"""Presences after which the other ways out are asked too: the fault may be the first one's."""

RULES: tuple[tuple[str, Presence, Callable[[Seen], bool]], ...] = (
    # our own side: says nothing about the host
    ("nothing_asked", Presence.NO_VERDICT, seen.nothing_asked),
    ("own_fault", Presence.NO_VERDICT, seen.own_fault),
    ("pathway_failed", Presence.PATHWAY_BROKEN, seen.pathway_failed),
    ("refused", Presence.REFUSED_BY_POLICY, seen.refused),
    # the content itself
    ("same_digest", Presence.PRESENT_EXACT, seen.same_digest),
    ("near_or_listed", Presence.PRESENT_SIMILAR, seen.near_or_listed),
    ("link_check_contradicted", Presence.NO_VERDICT, seen.link_check_contradicted),
    ("link_check_alive", Presence.PRESENT_LISTED_ALIVE, seen.link_check_alive),
    # what keeps us from seeing it
    ("challenge", Presence.BLOCKED_HERE, seen.challenge),
    ("filter_page", Presence.BLOCKED_HERE, seen.filter_page),
    ("blocking_status", Presence.BLOCKED_HERE, seen.blocking_status),
    ("outside_control_failed", Presence.NO_VERDICT, seen.outside_control_failed),
    ("capped", Presence.INCOMPLETE, seen.capped),
    ("page_unread", Presence.NO_VERDICT, seen.page_unread),
    ("no_such_host", Presence.HOST_GONE, seen.no_such_host),
    ("exchange_failed", Presence.TEMPORARY, seen.exchange_failed),
    ("shown_or_offered", Presence.PRESENT_LISTED_ALIVE, seen.shown_or_offered),
    ("gating_status", Presence.PRESENT_GATED, seen.gating_status),
    ("gated_page", Presence.PRESENT_GATED, seen.gated_page),
    ("locked_archive", Presence.PRESENT_GATED, seen.locked_archive),
    ("odd_status", Presence.TEMPORARY, seen.odd_status),
    ("unverified_connection", Presence.TEMPORARY, seen.gone_over_unverified_connection),
    ("control_failed", Presence.NO_VERDICT, seen.gone_while_control_failed),
    # gone
    ("suspended", Presence.HOST_GONE, seen.suspended),
    ("parked", Presence.HOST_GONE, seen.parked),
    ("expired_text", Presence.EXPIRED, seen.expired_text),
    ("expired_with_page", Presence.EXPIRED, seen.gone_with_its_page),
    ("not_found_status", Presence.GONE_HARD, seen.not_found_status),
    ("removal_text", Presence.GONE_NOTICE, seen.removal_text),
    ("known_placeholder", Presence.GONE_PLACEHOLDER, seen.known_placeholder),
    ("same_as_sibling", Presence.GONE_PLACEHOLDER, seen.same_as_sibling),
    ("media_left_page", Presence.GONE_NOTICE, seen.media_left_page),
    # something answers
    ("empty_answer", Presence.INCOMPLETE, seen.empty_answer),
    ("page_for_media", Presence.PRESENT_GATED, seen.page_for_media),
    ("answers", Presence.PRESENT_UNVERIFIED, seen.answers),
    ("nothing_fits", Presence.NO_VERDICT, lambda _: True),
)
"""Name, presence, condition; the first condition that holds decides."""

FIELD_WORDS: dict[str, frozenset[Presence]] = {
    "PRESENT exact": frozenset({Presence.PRESENT_EXACT}),
    "PRESENT near": frozenset({Presence.PRESENT_SIMILAR}),
    "CHANGED": frozenset({Presence.PRESENT_UNVERIFIED}),
    "REMOVED": frozenset({Presence.GONE_HARD}),
    "REMOVED (placeholder)": frozenset({Presence.GONE_PLACEHOLDER, Presence.GONE_NOTICE}),
    "REMOVED (file)": frozenset({Presence.GONE_NOTICE, Presence.EXPIRED}),
    "BLOCKED_HERE": frozenset({Presence.BLOCKED_HERE}),
    "UNREACHABLE_BY_US": frozenset({Presence.BLOCKED_HERE, Presence.PRESENT_GATED}),
    "UNREACHABLE": frozenset({Presence.TEMPORARY}),
    "DOMAIN_DOWN": frozenset({Presence.HOST_GONE}),
    "PRESENT_GATED": frozenset({Presence.PRESENT_GATED}),
    "NO_VERDICT": frozenset({Presence.NO_VERDICT}),
    "MOVED": SHOWING,
    "REAPPEARED": SHOWING,
}
"""
Verdict words of other systems and papers -> the presences that lead to them here.

Each row of the field's table is played over real HTTP, under its own name, in
`tests/integration/visit/test_field_verdict_rows.py`, with its verdict and its ICCAM reason.
"""


def presence(what: Seen) -> tuple[Presence, str]:
    """
    Say what an observation means for its asset; return the presence and the rule's name.

    >>> from cases.model import AssetKind
    >>> presence(Seen(kind=AssetKind.PICTURE, digests_equal=True, link_check="alive"))
    (<Presence.PRESENT_EXACT: 'present_exact'>, 'same_digest')
    """
    return next((said, name) for name, said, fits in RULES if fits(what))
