"""Read a composed notice as its recipient would."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import timedelta

from notice_builders import (
    CASE_ID,
    NOW,
    material,
    notice,
)

from cases.model import (
    NoticeKind,
)
from notices.compose import render_text

TEMPLATES = ("cyberlocker", "image_board", "generic", "front", "police", "partner", "withdrawal")
PROVIDER_TEMPLATES = ("cyberlocker", "image_board", "generic", "front")
EARLIER = notice(
    serial=f"{CASE_ID}-N7", sent_at=NOW - timedelta(days=1), message_id="<first.1@hotline.example>"
)


def parsed(composed):
    return email.message_from_bytes(composed.message, policy=email.policy.default)


def parts(composed):
    return {
        part.get_filename(): part.get_content()
        for part in parsed(composed).walk()
        if part.get_filename()
    }


def json_part(composed, name="hostwatch-notice.json"):
    content = parts(composed)[name]
    return json.loads(content if isinstance(content, str) else content.decode())


def text_of(template, **changes):
    kind = NoticeKind.WITHDRAWAL if template == "withdrawal" else NoticeKind.FIRST
    named = notice(template=template, kind=kind)
    return render_text(material(notice=named, earlier=EARLIER, **changes))


def decoded(composed):
    message = parsed(composed)
    texts = [str(message.items())]
    for part in message.walk():
        if part.get_content_maintype() in {"text", "application"}:
            content = part.get_content()
            texts.append(content if isinstance(content, str) else content.decode())
    return "\n".join(texts)
