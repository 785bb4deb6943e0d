"""What an operation of the staff works with: the store, the clock, the rules, and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cases.ports import CaseStore, Clock, Transaction
from config.policy import Policy
from config.settings import Settings
from hostwatch.permissions import Action, Actor, require


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One actor at work."""

    store: CaseStore
    clock: Clock
    settings: Settings
    policy: Policy
    actor: Actor

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return self.clock.now()

    def require(self, action: Action) -> None:
        """Refuse the actor if the role does not allow the action. Raises `NotPermitted`."""
        require(self.actor, action)

    async def audit(
        self, tx: Transaction, action: Action | str, case_id: str | None = None, **detail: object
    ) -> None:
        """Put who did what into the trail, under the policy version in force."""
        await tx.audit(
            self.now(),
            self.actor.name,
            str(action),
            case_id,
            login=self.actor.login,
            policy=self.policy.version,
            **detail,
        )
