"""Who sits behind which mailbox and what they do with a notice; data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.network import PROVIDERS

POLICE = "desk@police-unit.test"
PARTNER = "desk@hotline-nord.test"
SITE_OWNER = "abuse@townhall.test"
REGISTRAR = "abuse@practice-names.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One mailbox."""

    behaviour: Literal["removes", "ignores", "partner"]
    provider: str | None = None
    """Takes down only what stands at this provider; none takes down whatever it is told."""
    delay_s: float = 2.0
    """Seconds of the practice clock between the notice and the takedown."""


_IGNORING = {"quietrack", "shieldfront", "farrack", "murky", "registry"}
DESKS = {
    **{
        provider.abuse: Desk(
            behaviour="ignores" if provider.key in _IGNORING else "removes",
            provider=provider.key,
        )
        for provider in PROVIDERS.values()
    },
    POLICE: Desk(behaviour="ignores"),
    REGISTRAR: Desk(behaviour="ignores"),
    SITE_OWNER: Desk(behaviour="removes", provider="harbour", delay_s=3.0),
    PARTNER: Desk(behaviour="partner", provider="nordrack"),
}
