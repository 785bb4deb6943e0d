"""Passwords from the sealed access notes open the case's archives, and show nowhere."""

from __future__ import annotations

import pytest
from operations_house import House
from scripted_web import ListedJudge, Say, ScriptedWeb

from cases.model import Stage
from hostwatch.workflow.steps import step

URL = "http://files.test/walk.zip"
NOTE = "Found in a forum.\npassword: open sesame"


class Judge(ListedJudge):
    """Knows its labels; no list is imported meanwhile."""

    def reload_if_changed(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("note", "stage", "comparison", "needs"),
    [
        (NOTE, Stage.ASSESSED, "match", None),
        ("", Stage.VISITING, "not_checked", "encrypted"),
    ],
)
async def test_a_note_of_the_report_opens_the_archive(
    house: House, capsys, note, stage, comparison, needs
):
    """With the password what is inside decides; without it a person is asked, and it is not clean."""
    web = ScriptedWeb({URL: Say(body="box", kind="archive")}, holds={"archive"})
    judge = Judge(inside={"box": "open sesame"})
    entered = await house.report(URL, note=note)
    await step(house.engine(web, matcher=judge), entered.case_id)
    case = await house.case(entered.case_id)
    assert (case.stage, case.comparison, case.needs) == (stage, comparison, needs)
    async with house.store.reading() as tx:
        kept = [await tx.assets(case.id), await tx.observations(case.id), await house.trail()]
    said = capsys.readouterr()
    assert "sesame" not in repr(kept) + said.out + said.err
    web.assert_tidy()
