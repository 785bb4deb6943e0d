"""Note in the trail under which rules a worker starts, when they are others than before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pydantic import BaseModel

from cases.audit import clear_detail
from hostwatch.engine import Engine
from hostwatch.permissions import SYSTEM

RULES = "rules_in_force"
_OF_ONE_MACHINE = {"paths", "doors", "log", "database", "audit"}
"""Groups of the configuration that say where things lie on a machine, not what is decided."""


async def note_rules(engine: Engine) -> bool:
    """
    Write a `policy_changed` entry if the rules are others than before; tell whether they are.

    The rules are the policy, the configuration and the active hash lists; before is when a worker
    last started. The entry holds versions and digests, so that files kept elsewhere can be held
    against it.
    """
    found = _rules(engine)
    text = json.dumps(found, sort_keys=True)
    async with engine.store.transaction() as tx:
        before = await tx.setting(RULES)
        if before == text:
            return False
        await tx.set_setting(RULES, text)
        changed = _changed(before, found)
        await tx.audit(
            engine.clock.now(), SYSTEM.name, "policy_changed", None, changed=changed, **found
        )
    return True


def _rules(engine: Engine) -> dict[str, object]:
    lists = {one.name: one.version for one in engine.matcher.lists()}
    return {
        "policy": _sayable(engine.policy.version),
        "policy_digest": _digest(engine.policy),
        "configuration_digest": _digest(engine.settings, without=_OF_ONE_MACHINE),
        "hash_lists": {_sayable(name): _sayable(version) for name, version in lists.items()},
    }


def _changed(before: str | None, found: Mapping[str, object]) -> list[str]:
    """Name what is other than before."""
    known = json.loads(before) if before else {}
    return sorted(name for name, value in found.items() if known.get(name) != value)


def _digest(model: BaseModel, *, without: set[str] | None = None) -> str:
    text = model.model_dump_json(exclude=without)
    return hashlib.sha256(text.encode()).hexdigest()


def _sayable(word: str) -> str:
    """Return a name or version, or its digest where it looks like a location."""
    try:
        clear_detail({"word": word})
    except ValueError:
        return hashlib.sha256(word.encode()).hexdigest()[:16]
    return word[:80]
