"""One host that changes before our eyes, and all that was seen of it over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from recheck_yard import BETWEEN_LOOKS, RULE, verdict

from cases.iccam import iccam_action
from cases.model import Presence
from cases.questions import question
from sandbox.rechecks.answers import Heard, hear
from sandbox.rechecks.course import case_of
from sandbox.rechecks.situation import Situation, Spell, Truth

LATER = 10.0
"""Hour at which the host has changed."""


class Scene:
    """One host, and all that was seen of its listed asset."""

    number = 0

    def __init__(self, place, kind="picture", scheme="http"):
        Scene.number += 1
        self.place, self.kind = place, kind
        self.host = f"row{Scene.number}.rechecks.test"
        self.situation = Situation(
            seed=Scene.number, kind=kind, ways=("home", "abroad"), chapters=((0.0, Truth.SHOWN),)
        )
        case = case_of(self.situation, self.host)
        self.case = replace(case, url=case.url.replace("http:", f"{scheme}:"))
        self.becomes()
        self.seen = []

    def becomes(self, truth=Truth.SHOWN, trouble=None, ways=()):
        spells = (Spell(trouble=trouble, start_h=0, end_h=99, ways=frozenset(ways)),)
        now = replace(self.situation, chapters=((0.0, truth),), spells=spells if trouble else ())
        self.place.server.hosts[self.host] = lambda visit: hear(now, LATER, visit)

    def says(self, reply):
        """Answer everything with one reply, or with what a function of the visit gives."""
        answer = reply if callable(reply) else lambda _: reply
        self.place.server.hosts[self.host] = lambda visit: Heard(reply=answer(visit))

    async def look(self, *ways):
        """Look through each way out in turn; return the presences."""
        for way in ways:
            self.place.clock += BETWEEN_LOOKS
            self.seen.append(await self.place.listed(self.case, self.kind, way))
        return [one.presence for one in self.seen[-len(ways) :]]

    async def shown(self):
        assert set(await self.look("home", "abroad")) <= {
            Presence.PRESENT_EXACT,
            Presence.PRESENT_LISTED_ALIVE,
        }
        return self

    @property
    def verdict(self):
        return verdict(self.seen).verdict

    @property
    def reason(self):
        """Action and reason that ICCAM would be told now."""
        last = self.seen[-1]
        return iccam_action(
            self.verdict, last.presence, last.error, status=last.status, evidence=last.evidence
        )

    @property
    def question(self):
        """What a person is asked a fortnight from now, if nothing changes."""
        later = self.seen[-1].at + timedelta(days=14)
        return question(verdict(self.seen), self.seen, rule=RULE, now=later)
