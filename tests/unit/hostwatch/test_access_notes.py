"""Passwords in the access notes of reports."""

import pytest

from hostwatch.workflow.access import passwords_in


@pytest.mark.parametrize(
    ("notes", "found"),
    [
        ([], ()),
        ([None, ""], ()),
        (["password: open sesame"], ("open sesame",)),
        (["From the forum.\r\n  PassWord :\tx:y \r\nThanks"], ("x:y",)),
        (["password: a", "password: b\npassword: a"], ("a", "b")),
        (["the password: is below", "passwords: a", "password a", "password:", "password:  "], ()),
        (["password: " + "x" * 201, "password: a\x00b", "password: \ud800"], ()),
        (["\n".join(f"password: {n}" for n in range(30))], tuple(map(str, range(10)))),
    ],
)
def test_a_password_stands_on_a_line_of_its_own(notes, found):
    """The first ten that fit, each once, in the order in which they were told."""
    assert passwords_in(notes) == found
