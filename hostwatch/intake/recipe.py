"""
The recipe of a case as an analyst writes it down: one TOML document.

    referrer = "https://portal.example/"
    user_agent = "Mozilla/5.0 ..."
    accept_language = "de"
    egress = "second"
    tls = "verify"
    passwords = ["..."]

    [[step]]
    url = "https://portal.example/in"
    referrer = "https://search.example/"

    [[cookie]]
    name = "age"
    value = "1"
    host = "site.example"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from cases.errors import InvalidInput
from cases.model import Cookie, Pathway, PathwayStep
from crawler.fetch.gate import Allowed, check

LONGEST = 256 * 1024
"""Bytes of a recipe."""
_STEPS = 10
_COOKIES = 50
"""As many as a jar holds for one site (reference: limits)."""
_PASSWORDS = 10
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 6265 section 4.1.1: the name of a cookie."""
_OCTETS = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
"""RFC 6265 section 4.1.1: the value of a cookie."""
_LINE = re.compile(r"[\x20-\x7e]+")
"""What a header field may hold (RFC 9110 section 5.5), without the obsolete bytes."""


def _usable(url: str) -> str:
    if not isinstance(check(url, reported=True), Allowed):
        raise ValueError("is no location that hostwatch would ask")  # noqa: TRY004 - pydantic wants it
    return url


def _header(text: str) -> str:
    if not _LINE.fullmatch(text):
        raise ValueError("may hold printable ASCII only")
    return text


def _name(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("is no name of a cookie (RFC 6265)")
    return text


def _octets(text: str) -> str:
    if not _OCTETS.fullmatch(text):
        raise ValueError("is no value of a cookie (RFC 6265)")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds characters that cannot be printed")
    return text


_Url = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_usable)]
_Header = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_header)]
_Password = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Step(_Form):
    url: _Url
    referrer: _Url | None = None


class _Cookie(_Form):
    name: Annotated[str, Field(max_length=256), AfterValidator(_name)]
    value: Annotated[str, Field(max_length=4096), AfterValidator(_octets)]
    host: Annotated[str, Field(min_length=1, max_length=253)]


class _Recipe(_Form):
    referrer: _Url | None = None
    user_agent: _Header | None = None
    accept_language: _Header | None = None
    egress: str | None = None
    tls: Literal["tolerate", "verify"] = "tolerate"
    passwords: tuple[_Password, ...] = Field((), max_length=_PASSWORDS)
    step: tuple[_Step, ...] = Field((), max_length=_STEPS)
    cookie: tuple[_Cookie, ...] = Field((), max_length=_COOKIES)


def read_recipe(text: str, *, egresses: Collection[str]) -> Pathway:
    """
    Read a recipe.

    Args:
        text: the TOML document.
        egresses: names of the profiles of the configuration.

    Raises:
        InvalidInput: names the key, never its value, and what is allowed.
    """
    recipe = _read(text)
    if recipe.egress is not None and recipe.egress not in egresses:
        known = ", ".join(sorted(egresses))
        raise InvalidInput(f"The recipe's egress is none of those configured: {known}.")
    pathway = Pathway(
        steps=tuple(PathwayStep(url=one.url, referrer=one.referrer) for one in recipe.step),
        referrer=recipe.referrer,
        user_agent=recipe.user_agent,
        accept_language=recipe.accept_language,
        cookies=tuple(
            Cookie(name=one.name, value=one.value, host=one.host.lower().rstrip("."))
            for one in recipe.cookie
        ),
        egress=recipe.egress,
        tls=recipe.tls,
        passwords=recipe.passwords,
    )
    if pathway == Pathway():
        raise InvalidInput("The recipe says nothing; to take a recipe away, use --clear.")
    return pathway


def _read(text: str) -> _Recipe:
    try:
        return _Recipe.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        # its message may quote the text
        raise InvalidInput("The recipe is not TOML; docs/analysts.md shows one.") from None
    except RecursionError:
        raise InvalidInput("The recipe is nested too deeply.") from None
    except ValidationError as refusal:
        found = refusal.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in found["loc"]) or "recipe"
        raise InvalidInput(f"The recipe's {where}: {found['msg']}.") from None
