"""
What a proof needs, and what is lacking of it, as sentences for a newcomer.

removed or expired   enough agreeing observations, far enough apart, through unfiltered egresses
                     in enough different networks, one of which had shown the content
site_down            host_gone through unfiltered egresses in enough different networks, for long
                     enough, and the status of the domain looked up at least once
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from cases.observed import History, Reading, Seen, registrar_asked, span, why_discounted


def lacking_removal(history: History, run: Sequence[Seen]) -> list[str]:
    """Say what keeps a run of gone observations from proving a removal; empty if nothing."""
    rule = history.rule
    lacking = _lacking_networks(history, run)
    if len(run) < rule.agreeing:
        more = count(rule.agreeing - len(run), "more agreeing observation")
        lacking.append(f"{more} through an unfiltered egress")
    if span(run) < rule.span:
        lacking.append(f"agreeing observations that lie at least {_length(rule.span)} apart")
    if not history.shown_through() & {seen.egress for seen in run}:
        lacking.append("a look through an unfiltered egress that had shown the content before")
    return lacking


def lacking_site_down(history: History, run: Sequence[Seen]) -> list[str]:
    """Say what keeps a run of host_gone observations from proving that the site is down."""
    lacking = _lacking_networks(history, run)
    if span(run) < history.rule.site_down:
        lacking.append(f"{_length(history.rule.site_down)} during which the host stays gone")
    if not any(registrar_asked(seen.observation) for seen in run):
        lacking.append("the status of the domain from its registrar or registry")
    return lacking


def _lacking_networks(history: History, run: Sequence[Seen]) -> list[str]:
    networks = len(history.networks_of(run))
    if networks == 0:
        return ["no unfiltered egress has looked yet"]
    if networks < history.rule.networks:
        which = "a second" if networks == 1 else "one more"
        return [f"{which} unfiltered egress in another network has not looked yet"]
    return []


def all_lacking(history: History) -> tuple[str, ...]:
    """Say what keeps the newest gone observations from proving anything more."""
    down, runs = history.host_gone(), history.absent()
    absent = runs[-1] if runs else ()
    only_down = down and not absent
    lacking = lacking_site_down(history, down) if only_down else lacking_removal(history, absent)
    return (*lacking, *discounts(history))


def weakness(history: History, run: Sequence[Seen]) -> str:
    """Name the weakest side of what we know, as a machine word."""
    networks = len(history.networks_of(run))
    if networks == 0:
        return "filtered_egress_only"
    return "one_network_only" if networks < history.rule.networks else "not_yet_confirmed"


def discounts(history: History) -> tuple[str, ...]:
    """Say why gone observations since the last answer do not count, each reason once."""
    reasons = (why_discounted(seen.observation) for seen in history.run(Reading.DISCOUNTED))
    return tuple(
        f"a gone observation did not count: {reason}" for reason in dict.fromkeys(reasons) if reason
    )


def count(number: int, noun: str) -> str:
    """Write a number with its noun; the plural takes an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
