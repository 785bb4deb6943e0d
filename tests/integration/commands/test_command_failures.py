"""The last door: whatever was raised, a person reads one sentence and a script an exit code."""

from __future__ import annotations

import errno
import io

import pytest
from command_house import Said

from cases.errors import (
    ConfigurationProblem,
    InvalidInput,
    KeyProblem,
    NotPermitted,
    StaleWrite,
    StoreBusy,
    StoreProblem,
    TemporaryFailure,
    UnknownRecord,
)
from console.cli import failures

SECRET = "http://secret.test/"
CODES = {
    TemporaryFailure: 75,
    StoreBusy: 75,
    ConfigurationProblem: 78,
    KeyProblem: 78,
    InvalidInput: 65,
    NotPermitted: 77,
    UnknownRecord: 66,
    StaleWrite: 1,
    StoreProblem: 74,
}


def told(problem: BaseException) -> Said:
    err = io.StringIO()
    return Said(failures.tell(problem, err), "", err.getvalue())


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_every_error_of_ours_has_its_exit_code(kind, code):
    """The documented ones of sysexits.h, with the error's own sentence."""
    told(kind("What, where, what to do.")).is_sentence(code, "What, where, what to do.")


def test_an_error_of_several_tasks_is_told_as_the_one_that_is_meant_for_a_user():
    """However deep it lies."""
    inner = ExceptionGroup("inner", [ValueError(SECRET), StoreProblem("The disk is full.")])
    told(ExceptionGroup("outer", [KeyError("x"), inner])).is_sentence(74, "The disk is full.")


def test_an_unexpected_error_tells_its_place_and_nothing_that_it_concerned():
    """Its text may quote a location or an answer."""
    try:
        raise ZeroDivisionError(SECRET)
    except ZeroDivisionError as problem:
        said = told(problem)
    assert said.code == 70
    assert "ZeroDivisionError in test_command_failures:" in said.err
    assert "secret" not in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_refusal_of_the_system_is_told_by_its_reason(number):
    """Not by the file, whose name could be a location."""
    said = told(OSError(number, "No such luck", SECRET))
    said.is_sentence(74, "No such luck")
    assert "secret" not in said.err


def test_text_that_is_no_unicode_is_the_caller_s_mistake():
    """As a terminal of another encoding types it."""
    try:
        "\udcff".encode()
    except UnicodeEncodeError as problem:
        told(problem).is_sentence(65, "UTF-8")


def test_no_sentence_steers_the_terminal():
    """What was typed may come back in it; each line stays one line."""
    said = told(InvalidInput("found '\x1b[2J\u202e\r\x07'\nand another"))
    said.is_sentence(65, "\\x1b[2J\\u202e\\r\\x07", "\nand another")
