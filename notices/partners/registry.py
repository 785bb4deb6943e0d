"""The reviewed list of partner hotlines: whom, where, by what right, and what is illegal there."""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from cases.errors import ConfigurationProblem
from cases.model import Classification
from config.settings import Country, MailAddress, Name
from notices.wording import one_line

_ANYTHING = "*"


def _key_bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        msg = "a key is the member x of an Ed25519 JWK: 43 base64url characters"
        raise ValueError(msg)
    return value


_Key = Annotated[str, BeforeValidator(_key_bytes)]
_ClassPattern = Annotated[str, Field(pattern=r"^(\*|[a-z0-9_-]+:(\*|[A-Za-z0-9_.-]+))$")]


class Partner(BaseModel):
    """One partner hotline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    name: str = Field(min_length=3, max_length=120)
    countries: tuple[Country, ...] = Field(min_length=1)
    """Where it is competent."""
    address: MailAddress
    language: str = Field(default="en", pattern=r"^[a-z]{2}(-[A-Za-z]{2,4})?$")
    transfer_basis: str = Field(min_length=3)
    """By what agreement or law data may be passed on."""
    illegal_here: tuple[_ClassPattern, ...] = Field(min_length=1)
    """`scheme:value`, `scheme:*`, or `*`: what the partner can act on."""
    key: _Key | None = None
    """Its public signing key, to check what it sends back."""

    def acts_on(self, classification: Classification | None) -> bool:
        """Return whether material of this class is illegal in the partner's country."""
        if _ANYTHING in self.illegal_here:
            return True
        if classification is None:
            return False
        scheme, value = classification.scheme, classification.value
        return bool({f"{scheme}:{value}", f"{scheme}:*"} & set(self.illegal_here))


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """All partner hotlines, in the order of the file; the first that fits is told."""

    entries: tuple[Partner, ...] = ()

    def get(self, partner_id: str) -> Partner | None:
        """Return a partner by its id."""
        return next((p for p in self.entries if p.id == partner_id), None)

    def for_country(self, country: str, classification: Classification | None) -> Partner | None:
        """Return the first partner that is competent there and can act on the class."""
        there = (p for p in self.entries if country in p.countries)
        return next((p for p in there if p.acts_on(classification)), None)


def load_partners(path: Path) -> Partners:
    """
    Read the partners' file.

    Raises:
        ConfigurationProblem: the file is missing, is not TOML, or an entry is not usable.

    """
    entries = _entries(path, _parsed(path))
    partners = tuple(_partner(path, number, entry) for number, entry in enumerate(entries, start=1))
    _refuse_twins(path, partners)
    return Partners(entries=partners)


def _parsed(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ConfigurationProblem(
            f"{path}: the list of partner hotlines cannot be read ({reason}); "
            "create it, or correct the key paths.partners."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationProblem(f"{path}: this is not a TOML file: {error}.") from None


def _entries(path: Path, document: dict[str, object]) -> list[object]:
    surplus = sorted(document.keys() - {"partner"})
    entries = document.get("partner", [])
    if surplus or not isinstance(entries, list):
        found = ", ".join(surplus) or "partner as a single table"
        raise ConfigurationProblem(
            f"{path}: found {found}; allowed are only tables headed [[partner]]."
        )
    return entries


def _partner(path: Path, number: int, entry: object) -> Partner:
    try:
        return Partner.model_validate(entry)
    except ValidationError as error:
        sentences = "; ".join(_sentence(detail) for detail in error.errors()[:5])
        raise ConfigurationProblem(f"{path}: partner {number}: {sentences}.") from None


def _sentence(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"]) or "the entry"
    if detail["type"] == "missing":
        return f"the key {key} is missing"
    found = one_line(repr(detail["input"]), 60)
    return f"the key {key} holds {found}: {one_line(detail['msg'], 160)}"


def _refuse_twins(path: Path, partners: Iterable[Partner]) -> None:
    seen: set[str] = set()
    for partner in partners:
        if partner.id in seen:
            raise ConfigurationProblem(
                f"{path}: the id {partner.id} stands twice; give each partner its own id."
            )
        seen.add(partner.id)
