"""
The commands that the sandbox obeys: JSON lines in, JSON lines out.

Every answer has `ok`; a refused command says why in `error`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.server import PracticeServer

Command = Mapping[str, Any]
Answer = dict[str, Any]


def obey(server: PracticeServer, line: str) -> Answer:
    """Carry out one command."""
    try:
        command = json.loads(line)
    except ValueError:
        return {"ok": False, "error": "a command is one JSON object on one line"}
    name = command.get("do") if isinstance(command, dict) else None
    action = _ACTIONS.get(name) if isinstance(name, str) else None
    if action is None:
        return {"ok": False, "error": f"do is none of: {', '.join(sorted(_ACTIONS))}"}
    try:
        return {"ok": True} | action(server, command)
    except (KeyError, TypeError) as missing:
        return {"ok": False, "error": f"{name} lacks or misuses {missing}"}


def _stats(server: PracticeServer, _: Command) -> Answer:
    return {"stats": server.stats()}


def _mails(server: PracticeServer, _: Command) -> Answer:
    return {"mails": server.mailroom.mails()}


def _mail_source(server: PracticeServer, command: Command) -> Answer:
    source = server.mailroom.source(command["message_id"])
    return {"source": None if source is None else base64.b64encode(source).decode()}


def _relay_log(server: PracticeServer, _: Command) -> Answer:
    return {"message_ids": server.mailroom.relay_log()}


def _take_down(server: PracticeServer, command: Command) -> Answer:
    if "url" in command:
        return {"taken_down": int(server.world.take_down(command["url"]) is not None)}
    return {"taken_down": server.world.take_down_scenario(command["scenario"])}


def _notice(server: PracticeServer, command: Command) -> Answer:
    if "url" in command:
        return {"noticed": int(server.world.notice(command["url"]) is not None)}
    return {"noticed": server.world.notice_scenario(command["scenario"])}


def _mail_refuse(server: PracticeServer, command: Command) -> Answer:
    server.mailroom.refusing = str(command.get("with") or "")
    return {}


def _servfail(server: PracticeServer, command: Command) -> Answer:
    host = str(command["host"]).lower()
    (server.zone.failing.discard if command.get("off") else server.zone.failing.add)(host)
    return {}


def _stop(_: PracticeServer, __: Command) -> Answer:
    return {"stopping": True}


_ACTIONS: dict[str, Callable[[PracticeServer, Command], Answer]] = {
    "stats": _stats,
    "mails": _mails,
    "mail_source": _mail_source,
    "relay_log": _relay_log,
    "take_down": _take_down,
    "notice": _notice,
    "mail_refuse": _mail_refuse,
    "servfail": _servfail,
    "stop": _stop,
}
