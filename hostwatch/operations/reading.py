"""Show a notice, with its text only on a stated reason."""

from __future__ import annotations

import base64
import email
import email.policy

from cases.errors import InvalidInput
from cases.model import Notice
from hostwatch.desk import Desk
from hostwatch.operations.cases import load_dossier, stated_reason
from hostwatch.permissions import Action
from hostwatch.rules import answer_page
from hostwatch.workflow.judging import basis
from notices.compose import Material, render_text


async def notice(desk: Desk, serial: str, *, reveal: str | None) -> tuple[Notice, str | None]:
    """
    Return a notice and, with a reason to reveal, its text: as sent, else as it would read now.

    Raises:
        InvalidInput: the reason is too short, or holds a location.
        UnknownRecord: there is no such notice.
    """
    desk.require(Action.CASE_READ)
    if reveal is None:
        async with desk.store.transaction() as tx:
            return await tx.notice(serial), None
    desk.require(Action.CASE_REVEAL)
    reason = stated_reason(reveal)
    async with desk.store.transaction() as tx:
        found = await tx.notice(serial)
        await desk.audit(tx, Action.CASE_REVEAL, found.case_id, serial=serial, reason=reason)
        if found.body is not None:
            return found, _text_of(found.body)
        dossier = await load_dossier(tx, found.case_id)
    assets = tuple(asset for asset in dossier.assets if asset.id in found.asset_ids)
    if not assets:
        raise InvalidInput(f"{serial} names assets that the case does not hold any more.")
    now = desk.now()
    return found, render_text(
        Material(
            notice=found,
            case=dossier.case,
            assets=assets,
            snapshots=dossier.snapshots,
            hotline=desk.settings.hotline,
            sender=desk.settings.mail.sender,
            assessment=basis(assets, dossier.assessments, found.law).assessment,
            answers_url=answer_page(desk.settings, found),
            proof_at=now,
            now=now,
            defang=desk.policy.notices.defang,
            gated_note=None,
        )
    )


def _text_of(body: str) -> str:
    """Return the human part of a frozen message."""
    message = email.message_from_bytes(base64.b64decode(body), policy=email.policy.default)
    part = message.get_body(preferencelist=("plain",))
    return str(part.get_content()) if part is not None else ""
