"""
Policy as data: cadences, thresholds, holds and the order of recipients per country.

The version of the policy stands on every decision that was made by it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.durations import Duration


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CadenceStep(_Group):
    """Re-check every `every` until the case is `until` old."""

    until: Duration
    every: Duration


class Cadence(_Group):
    """When open and watched cases are looked at again."""

    open: tuple[CadenceStep, ...]
    """In ascending `until`; after the last step its `every` goes on."""
    confirm_after: Duration
    """How soon a first gone-observation is checked again."""
    after_claim: Duration
    """Extra check this long after a provider said "removed"."""
    watch: tuple[CadenceStep, ...]
    """After removal, counted from the closing; the last `until` ends the watch."""
    retry_first: Duration
    """First visit that got no answer: try again after this, doubling ..."""
    retry_cap: Duration
    """... up to this."""
    retry_limit: int = Field(ge=1)
    """Unanswered first visits until an analyst is asked."""
    lateness_alarm: Duration
    """A due case older than this raises the alarm."""


class Takedown(_Group):
    """What must agree before `removed`, `site_down` or `changed` is said."""

    agreeing: int = Field(ge=3)
    span: Duration
    """First to last agreeing observation; 12 h in every real policy."""
    networks: int = Field(ge=2)
    """Unfiltered egress profiles in different networks."""
    site_down: Duration
    changed: int = Field(ge=3)
    ask_after: Duration = timedelta(days=7)
    """A person is asked once the content was not seen for so long, without proof of removal."""
    placeholders: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...] = ()
    """SHA-256 of pictures that hosts show in place of removed ones."""


class Matching(_Group):
    """Tiers of perceptual distance, bits of 256, and the quality gate."""

    confident: int = Field(ge=0, le=52)
    review: int = Field(ge=0, le=80)
    quality: int = Field(ge=0, le=100)
    film_share: int = Field(default=80, ge=1, le=100)
    """Percent of a film's frames that must be near for `confident`; vPDQ's own figure is 80."""
    film_frames: int = Field(default=2, ge=2)
    """At least so many of them; one frame alone is never more than `review`."""
    small: int = Field(default=6, ge=0, le=6)
    """Bits of 64: pHash and dHash of local lists match up to this, for review only."""
    quarantine_hosts: int = Field(default=25, ge=2)
    """A signal that matches on more unrelated registered domains than this ..."""
    quarantine_window: Duration = timedelta(hours=1)
    """... within this time is set aside until a person has looked at it."""
    quarantine_rest: Duration = timedelta(hours=24)
    """A signal that a person let go on is left alone this long."""


class NoticeRules(_Group):
    """How notices are drafted, held, proven and reminded of."""

    fresh_proof: Duration
    """Liveness and trace may be at most this old when a notice leaves; 15 min at most."""
    police_first_hold: Duration
    """A home notice to a provider waits this long after the police were told."""
    deadline: Duration
    """How long a recipient has, as said in the notice."""
    reminder_after: Duration
    reminders: int = Field(ge=0)
    repeat_after: Duration
    """No identical notice to one recipient before this has passed; 24 h in a real policy."""
    retry_mail: Duration
    defang: bool = True
    """Human part shows `hxxps://host[.]example`; the machine part is exact."""


class CountryRule(_Group):
    """Who is told when the content host stands in this country."""

    order: Literal["police_first", "host_first", "partner", "police_only", "do_not_notify"]
    deadline: Duration | None = None
    reason: str = ""
    """Required for `do_not_notify`: why, and who approved it."""


class Downloads(_Group):
    """How often a locker's file itself may be fetched ("do no favours")."""

    per_asset: int = Field(ge=1)


class Policy(_Group):
    """One reviewed policy file."""

    version: str
    reviewed_by: str
    reviewed_on: str
    practice: bool = False
    """Durations are scaled for practice; refused outside the sandbox."""
    cadence: Cadence
    takedown: Takedown
    matching: Matching
    notices: NoticeRules
    downloads: Downloads
    home: CountryRule
    """When the content host stands in the hotline's own country."""
    abroad: CountryRule
    countries: dict[str, CountryRule] = Field(default_factory=dict)
    """ISO code -> rule that goes before `home` and `abroad`."""
