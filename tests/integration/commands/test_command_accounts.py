"""Who may do what at the command line, and command lines that cannot be understood."""

from __future__ import annotations

import json

import pytest
from command_house import ADMINISTRATOR, ANALYST, AUDITOR, MANAGER, added, in_store, run

UNKNOWN_CASE, UNKNOWN_NOTICE = "HW-2001-000001", "HW-2001-000001-N1"
REFUSED = {
    "an auditor approves nothing": (AUDITOR, ("notices", "approve", "--all")),
    "an auditor assesses nothing": (
        AUDITOR,
        ("case", "assess", UNKNOWN_CASE, "--classification", "ncmec:A1", "--law", "Act, 1"),
    ),
    "an auditor closes nothing": (AUDITOR, ("case", "close", UNKNOWN_CASE, "--reason", "spam")),
    "an analyst withdraws nothing": (ANALYST, ("notices", "withdraw", UNKNOWN_NOTICE)),
    "an analyst stops nothing": (ANALYST, ("pause", "--fetching")),
    "an analyst makes no account": (ANALYST, ("account", "add", "eve", "--role", "manager")),
    "a manager makes no account": (MANAGER, ("account", "add", "eve", "--role", "manager")),
    "an administrator reveals nothing": (
        ADMINISTRATOR,
        ("cases", "show", UNKNOWN_CASE, "--reveal", "I would like to see"),
    ),
    "an administrator approves nothing": (ADMINISTRATOR, ("notices", "approve", UNKNOWN_NOTICE)),
    "an analyst runs no worker": (ANALYST, ("run",)),
    "an auditor re-checks nothing": (AUDITOR, ("recheck", "--due")),
}


@pytest.mark.parametrize(("account", "command"), REFUSED.values(), ids=REFUSED)
def test_a_role_that_may_not_is_refused_by_name(data, account, command):
    """Exit code 77; the sentence names the account, its role and the roles that may."""
    run(data, *command, account=account).is_sentence(77, f"{account} is ", " needs ")


@pytest.mark.parametrize("account", ["nobody", "", "\x1b[2J", "adam ", "x" * 5000])
def test_an_unknown_account_does_nothing(data, account, monkeypatch):
    """Also none of the operating system's login names."""
    monkeypatch.setenv("LOGNAME", "stranger")
    run(data, "cases", "list", account=account).is_sentence(77, "no active account")


def test_an_account_that_was_switched_off_does_nothing(data):
    """Whatever its role was."""
    from dataclasses import replace

    async def switch_off(tx):
        await tx.save_account(replace(await tx.account(ANALYST), active=False))

    in_store(data, switch_off)
    run(data, "cases", "list").is_sentence(77, "no active account")


@pytest.mark.parametrize(
    "name", ["a b", "a;b", "a" * 33, "\x1b[2J", "a.b@c", "\u00e4", "-", "../x"]
)
def test_an_account_name_is_letters_digits_and_dashes(data, name):
    """It stands in the trail, so it can neither steer a terminal nor look like a location."""
    said = run(data, "account", "add", "--role", "analyst", "--", name, account=ADMINISTRATOR)
    said.is_sentence(65, "account name")


def test_roles_are_one_of_four(data):
    """Anything else is a mistyped command line."""
    run(data, "account", "add", "eve", "--role", "root", account=ADMINISTRATOR).is_sentence(
        2, "--role"
    )


# --------------------------------------------------------------------------- what is not there

MISSING = {
    "show": ("cases", "show", UNKNOWN_CASE),
    "reveal": ("cases", "show", UNKNOWN_CASE, "--reveal", "police request 4711"),
    "why": ("cases", "why", UNKNOWN_CASE),
    "assess": (
        *("case", "assess", UNKNOWN_CASE),
        *("--classification", "ncmec:A1", "--law", "Act, article 1"),
    ),
    "close": ("case", "close", UNKNOWN_CASE, "--reason", "spam"),
    "notice": ("notices", "show", UNKNOWN_NOTICE),
    "revealed notice": ("notices", "show", UNKNOWN_NOTICE, "--reveal", "police request 4711"),
    "approve": ("notices", "approve", UNKNOWN_NOTICE),
    "hold": ("notices", "hold", UNKNOWN_NOTICE, "--reason", "talked to them"),
    "done": ("notices", "done", UNKNOWN_NOTICE),
}


@pytest.mark.parametrize("command", MISSING.values(), ids=MISSING)
def test_an_unknown_case_or_notice_is_told(data, command):
    """Exit code 66, and the id that was looked for."""
    run(data, *command).is_sentence(66, "There is no", "HW-2001-000001")


@pytest.mark.parametrize(
    "name", ["\x1b[2J\x07", "\udcff\udcfe", "x" * 100_000, "' OR 1=1 --", "\x00"]
)
def test_nonsense_for_an_id_is_told_too(data, name):
    """What was typed comes back escaped and short, if at all."""
    for command in (("cases", "show"), ("cases", "why"), ("notices", "show")):
        said = run(data, *command, "--", name)
        assert said.code in (65, 66), said
        said.is_sentence(said.code)
        assert len(said.err) < 500


# --------------------------------------------------------------------------- bad arguments

MISTYPED = {
    "unknown command": ("nonsense",),
    "unknown option": ("cases", "list", "--nonsense"),
    "missing argument": ("cases", "show"),
    "number out of range": ("cases", "list", "--limit", "0"),
    "number beyond all reason": ("cases", "list", "--limit", "9" * 30),
    "no number": ("notices", "list", "--limit", "many"),
    "unknown stage": ("cases", "list", "--stage", "nowhere"),
    "unknown reason": ("case", "close", UNKNOWN_CASE, "--reason", "boredom"),
    "no date": ("ranges", "import", "x", "--kind", "asn", "--name", "n", "--build-date", "soon"),
    "hold for no number": (
        *("notices", "hold", UNKNOWN_NOTICE),
        *("--reason", "abc", "--days", "nan"),
    ),
    "negative hold": ("notices", "hold", UNKNOWN_NOTICE, "--reason", "abc", "--days", "-1"),
    "control characters": ("\x1b[2J",),
}


@pytest.mark.parametrize("command", MISTYPED.values(), ids=MISTYPED)
def test_a_mistyped_command_line_is_one_sentence_and_exit_code_2(data, command):
    """It says what and where help is, and nothing has happened."""
    run(data, *command, account=MANAGER).is_sentence(2, "--help`")


UNUSABLE = {
    "recheck of nothing": ("recheck",),
    "recheck of both": ("recheck", "--due", "--case", UNKNOWN_CASE),
    "approve nothing": ("notices", "approve"),
    "approve all and one": ("notices", "approve", "--all", UNKNOWN_NOTICE),
    "pause nothing": ("pause",),
    "hold for ever and more": (
        *("notices", "hold", UNKNOWN_NOTICE),
        *("--reason", "abc", "--days", "1e300"),
    ),
    "a classification of one part": (
        *("case", "assess", UNKNOWN_CASE, "--law", "Act, 1"),
        *("--classification", "bad"),
    ),
    "a location for a classification": (
        *("case", "assess", UNKNOWN_CASE, "--law", "Act, 1"),
        *("--classification", "http://secret.test/1"),
    ),
    "a law of nothing": (
        *("case", "assess", UNKNOWN_CASE, "--law", " "),
        *("--classification", "ncmec:A1"),
    ),
    "assessed twice by oneself": (
        *("case", "assess", UNKNOWN_CASE, "--law", "Act, article 1"),
        *("--classification", "ncmec:A1", "--second-assessor", MANAGER),
    ),
    "a second assessor that is a mail address": (
        *("case", "assess", UNKNOWN_CASE, "--law", "Act, article 1"),
        *("--classification", "ncmec:A1", "--second-assessor", "jo@hotline.test"),
    ),
}


@pytest.mark.parametrize("command", UNUSABLE.values(), ids=UNUSABLE)
def test_arguments_that_make_no_sense_together_are_one_sentence(data, command):
    """Exit code 65; nothing was looked for or changed."""
    said = run(data, *command, account=MANAGER)
    said.is_sentence(65)
    assert "secret" not in said.err


@pytest.mark.parametrize(
    "reason",
    [
        "",
        ".",
        "ok",
        "       a       ",
        "see http://board.test/1",
        "jane@post.test",
        "at board.test",
    ],
)
def test_a_reveal_needs_a_reason_that_means_something_and_names_no_location(data, reason):
    """Nothing is shown, and nothing goes into the trail."""
    case = added(run(data, "report", "add", "http://a.test/1", "--json"))
    run(data, "cases", "show", case, "--reveal", reason).is_sentence(65, "--reveal needs a reason")
    trail = json.loads(run(data, "cases", "show", case, "--json").out)["trail"]
    assert [entry["action"] for entry in trail] == ["report_add"]


def test_a_reveal_is_in_the_trail_with_its_reason(data):
    """Who, when and why; the location itself stays out of it."""
    case = added(run(data, "report", "add", "http://hidden.test/1", "--json"))
    assert "hidden" not in run(data, "cases", "show", case, "--json").out
    shown = run(data, "cases", "show", case, "--reveal", "police request 4711", "--json")
    assert json.loads(shown.out)["url"] == "http://hidden.test/1"
    entry = json.loads(shown.out)["trail"][-1]
    assert (entry["actor"], entry["action"]) == (ANALYST, "case_reveal")
    assert "police request 4711" in entry["detail"]
    assert "hidden" not in entry["detail"]


def test_cases_are_closed_by_hand_only_from_where_that_makes_sense(data):
    """A closed one is not closed again, and removal is proven, never typed."""
    case = added(run(data, "report", "add", "http://a.test/1", "--json"))
    run(data, "case", "close", case, "--reason", "removed").is_sentence(65, "proven")
    run(data, "case", "close", case, "--reason", "changed").is_sentence(65, "never visited")
    assert run(data, "case", "close", case, "--reason", "spam").code == 0
    run(data, "case", "close", case, "--reason", "spam").is_sentence(65, "closed")


def test_nothing_can_be_assessed_before_it_was_fetched(data):
    """The sentence says so."""
    case = added(run(data, "report", "add", "http://a.test/1", "--json"))
    run(
        data, "case", "assess", case, "--classification", "ncmec:A1", "--law", "Act, article 1"
    ).is_sentence(65, "Nothing of this case has been fetched")


# --------------------------------------------------------------------------- the switches


def test_pause_and_resume_turn_the_switches_and_leave_a_trail(data):
    """Both at once or one by one; doing it twice changes nothing."""

    async def switches(tx):
        return await tx.setting("paused_fetching"), await tx.setting("paused_sending")

    assert run(data, "pause", "--fetching", "--sending", account=MANAGER).code == 0
    assert in_store(data, switches) == ("yes", "yes")
    assert run(data, "pause", "--fetching", account=ADMINISTRATOR).code == 0
    said = run(data, "resume", "--sending", account=MANAGER)
    assert said.out == "sending resumed\n"
    assert in_store(data, switches) == ("yes", None)


def test_a_paused_hotline_fetches_nothing_in_the_foreground_either(data):
    """`recheck` obeys the switch as the worker does; exit code 75."""
    from command_house import give_mandate

    give_mandate(data)
    run(data, "report", "add", "http://a.test/1")
    run(data, "pause", "--fetching", account=MANAGER)
    run(data, "recheck", "--due").is_sentence(75, "resume --fetching")


def test_the_invariants_are_checked_for_accounts_only(data):
    """`check` tells case ids, so it needs an account as everything else does."""
    assert run(data, "check", account=AUDITOR).out == "All invariants hold.\n"
    run(data, "check", account="nobody").is_sentence(77)
