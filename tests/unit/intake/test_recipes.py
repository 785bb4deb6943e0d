"""The recipe of a case, written down as TOML."""

from __future__ import annotations

import pytest

from cases.errors import InvalidInput
from cases.model import Cookie, Pathway, PathwayStep
from hostwatch.intake.recipe import read_recipe

WHOLE = """
referrer = "https://portal.example/"
user_agent = "Mozilla/5.0 (X11)"
accept_language = "de"
egress = "second"
tls = "verify"
passwords = ["open sesame"]

[[step]]
url = "https://portal.example/in"
referrer = "https://search.example/"

[[step]]
url = "https://portal.example/on"

[[cookie]]
name = "age"
value = "1"
host = "Site.Example."
"""


def read(text):
    return read_recipe(text, egresses={"first", "second"})


def test_a_whole_recipe_is_read():
    """Steps in order, hosts of cookies in lower case."""
    assert read(WHOLE) == Pathway(
        steps=(
            PathwayStep(url="https://portal.example/in", referrer="https://search.example/"),
            PathwayStep(url="https://portal.example/on"),
        ),
        referrer="https://portal.example/",
        user_agent="Mozilla/5.0 (X11)",
        accept_language="de",
        cookies=(Cookie(name="age", value="1", host="site.example"),),
        egress="second",
        tls="verify",
        passwords=("open sesame",),
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "says nothing"),
        ("not toml at all", "not TOML"),
        ("colour = 'red'", "colour"),
        ("egress = 'third'", "first, second"),
        ("tls = 'off'", "tls"),
        ('user_agent = "a\\r\\nX-Evil: secret"', "user_agent"),
        ("accept_language = 'd\u00e9'", "accept_language"),
        ("[[step]]\nurl = 'http://127.0.0.1/secret'", "step.0.url"),
        ("[[step]]\nurl = 'file:///etc/secret'", "step.0.url"),
        ("[[step]]\nreferrer = 'https://a.example/'", "step.0.url"),
        ("[[cookie]]\nname = 'a b'\nvalue = '1'\nhost = 'a.example'", "cookie.0.name"),
        ("[[cookie]]\nname = 'a'\nvalue = 'secret;x'\nhost = 'a.example'", "cookie.0.value"),
        ("[[cookie]]\nname = 'a'\nvalue = '1'", "cookie.0.host"),
        ('passwords = ["sec\\u0007ret"]', "passwords.0"),
        ("passwords = 'secret'", "passwords"),
        ("[[step]]\nurl = 'https://a.example/secret'\n" * 11, "step"),
        ("a = " + "[" * 20_000, ""),
    ],
)
def test_what_is_not_usable_is_named_and_never_quoted(text, names):
    """The refusal says which key; what stood there may be a secret."""
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert names in str(refused.value)
    assert "secret" not in str(refused.value)
