"""Translate reviewed policy and settings into the plain values that the domain decides with."""

from __future__ import annotations

from cases.model import EgressProfile, Notice
from cases.schedule import Cadence, Step
from cases.takedown import TakedownRule
from config.policy import CadenceStep, Policy
from config.settings import Settings


def cadence_of(policy: Policy) -> Cadence:
    """Translate the policy's cadence into the schedule's."""
    cadence = policy.cadence
    return Cadence(
        open=_steps(cadence.open),
        watch=_steps(cadence.watch),
        confirm_after=cadence.confirm_after,
        after_claim=cadence.after_claim,
        retry_first=cadence.retry_first,
        retry_cap=cadence.retry_cap,
        retry_limit=cadence.retry_limit,
    )


def _steps(steps: tuple[CadenceStep, ...]) -> tuple[Step, ...]:
    return tuple(Step(until=step.until, every=step.every) for step in steps)


def takedown_of(policy: Policy) -> TakedownRule:
    """Translate the policy's thresholds into the verdict's."""
    rule = policy.takedown
    return TakedownRule(
        agreeing=rule.agreeing,
        span=rule.span,
        networks=rule.networks,
        site_down=rule.site_down,
        changed=rule.changed,
        ask_after=rule.ask_after,
    )


def egresses_of(settings: Settings) -> tuple[EgressProfile, ...]:
    """Translate the configured ways out into what the verdict needs to know of them."""
    return tuple(
        EgressProfile(
            name=egress.name,
            network=egress.network,
            country=egress.country,
            unfiltered=egress.unfiltered,
        )
        for egress in settings.egress
    )


def answer_page(settings: Settings, notice: Notice) -> str:
    """Return the address of a notice's answer page, as it is printed in the notice."""
    return f"{settings.doors.answers_url.rstrip('/')}/n/{notice.serial}"
