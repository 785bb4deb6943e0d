"""The practice policy: the rules of a real one with durations of seconds."""

from __future__ import annotations

_TEMPLATE = """\
# Practice policy: the order of things is that of a real policy, the durations are seconds.
version = "practice-1"
reviewed_by = "sandbox"
reviewed_on = "2026-11-22"
practice = true

[cadence]
open = [{{ until = "{first_day}", every = "{often}" }}, {{ until = "{week}", every = "{seldom}" }}]
confirm_after = "{confirm}"
after_claim = "{confirm}"
watch = [
  {{ until = "{watch_first}", every = "{seldom}" }},
  {{ until = "{watch}", every = "{rare}" }},
]
retry_first = "{retry}"
retry_cap = "{retry_cap}"
retry_limit = 3
lateness_alarm = "{alarm}"

[takedown]
agreeing = 3
span = "{span}"
networks = 2
site_down = "{site_down}"
changed = 3

[matching]
confident = 31
review = 52
quality = 50

[notices]
fresh_proof = "15m"
police_first_hold = "{police_hold}"
deadline = "24h"
reminder_after = "48h"
reminders = 2
repeat_after = "24h"
retry_mail = "{retry}"
defang = true

[downloads]
per_asset = 40

[home]
order = "police_first"
deadline = "24h"

[abroad]
order = "partner"
deadline = "48h"
"""
_SECONDS = {
    "first_day": 20.0,
    "often": 2.5,
    "week": 600.0,
    "seldom": 4.0,
    "rare": 5.0,
    "confirm": 1.0,
    "watch_first": 8.0,
    "watch": 20.0,
    "retry": 1.0,
    "retry_cap": 4.0,
    "alarm": 60.0,
    "span": 4.0,
    "site_down": 5.0,
    "police_hold": 2.0,
}


def practice_policy(scale: float = 1.0) -> str:
    """Return the policy file as TOML; every practice duration is multiplied by `scale`."""
    return _TEMPLATE.format(
        **{name: f"{seconds * scale:.3f}s" for name, seconds in _SECONDS.items()}
    )


def practice_clock(scale: float = 1.0) -> str:
    """
    Return the sentence that says how time is shortened.

    >>> practice_clock()
    'practice clock: 12 h shown as 4 s'
    """
    return f"practice clock: 12 h shown as {_SECONDS['span'] * scale:g} s"
