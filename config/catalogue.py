"""
What is known of providers: platforms, fronts, hosts and identified services (operators).

The packaged files hold public, neutral providers only; a hotline's own entries lie in its own
file, which is read after them: an entry with the same id replaces the packaged one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from config.errors import ConfigurationError
from config.read import read_toml
from config.sentences import file_origin, sentences

_PACKAGED = ("fronts.toml", "platforms.toml", "parking.toml")
_HOST = r"^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$"
_CONTAINER = r"^(?:/[A-Za-z0-9_.-]{1,40}){0,4}/\{container\}$"
_PATTERN = r"^(?:[a-z0-9_{}-]{1,63}\.)+[a-z0-9-]{2,63}$"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Host = Annotated[str, StringConstraints(pattern=_HOST, max_length=253)]
Asn = Annotated[int, Field(ge=1, le=4294967295)]
Marker = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.:*-]{0,80}$", to_lower=True)]


def _host_pattern(value: str) -> str:
    bare = value.replace("{region}", "r")
    in_end = "{" in ".".join(value.split(".")[-2:])
    if value.count("{region}") > 1 or "{" in bare or "}" in bare or in_end:
        msg = (
            "a host suffix in which {region} stands at most once and in front of the last two "
            "labels, such as s3.{region}.host.example"
        )
        raise ValueError(msg)
    return value


def _prefix(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        msg = "a network in CIDR form without host bits, such as 192.0.2.0/24 or 2001:db8::/32"
        raise ValueError(msg) from None


HostPattern = Annotated[
    str, StringConstraints(pattern=_PATTERN, max_length=253), AfterValidator(_host_pattern)
]
Prefix = Annotated[str, AfterValidator(_prefix)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Channel(_Group):
    """One way in which a provider takes reports."""

    type: Literal["mail", "api", "form"]
    value: str = Field(min_length=3, max_length=300)
    """Mail address, https address of the form, or the name of the API."""
    languages: tuple[str, ...] = ("en",)
    scope: str = ""
    """What it is for, such as `child safety`; empty means any abuse."""

    @model_validator(mode="after")
    def _value_fits_type(self) -> Channel:
        if self.type == "form" and not self.value.startswith("https://"):
            msg = "an https:// address as value of a form"
            raise ValueError(msg)
        if self.type == "mail" and (self.value.count("@") != 1 or " " in self.value):
            msg = "one mail address as value of a mail channel"
            raise ValueError(msg)
        return self


class Provider(_Group):
    """One company or service."""

    id: Id
    name: str = Field(min_length=2, max_length=120)
    kind: Literal["operator", "platform", "front", "host", "parking"]
    """
    `operator` an identified service with its own abuse desk; `platform` object storage or page
    hosting; `front` a CDN or shield; `host` a hosting company; `parking` a service that shows
    advertisements on names without content.
    """
    registered_domains: tuple[Host, ...] = ()
    """Exact names, of an operator's site or of a provider."""
    host_suffixes: tuple[HostPattern, ...] = ()
    """Matched at label boundaries; `{region}` stands for one label or a part of one."""
    cname_suffixes: tuple[Host, ...] = ()
    name_server_suffixes: tuple[Host, ...] = ()
    """Of a parking service: names of name servers that serve nothing but parked names."""
    container_path: Annotated[str, StringConstraints(pattern=_CONTAINER)] | None = None
    """Where a URL's path names the customer's container: `/file/{container}`."""
    asns: tuple[Asn, ...] = ()
    edge_asns: tuple[Asn, ...] = ()
    """Networks that a front's servers stand in among others; such a number alone proves nothing."""
    as_name_words: tuple[
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9 .-]{2,40}$")], ...
    ] = ()
    """One of these is part of the name of each of `asns`; a number may pass to someone else."""
    prefixes: tuple[Prefix, ...] = ()
    header_markers: dict[Marker, Marker] = Field(default_factory=dict)
    """Header name -> text that its value contains; an empty text means any value."""
    cookie_markers: tuple[Marker, ...] = ()
    """Cookie names; a `*` at the end stands for anything."""
    also_hosts: bool = False
    """A front whose network carries hosting too, so that its number alone proves less."""
    front: Id | None = None
    """Of a platform: the front whose own platform it is, and behind which nothing is hidden."""
    has_abuse_desk: bool = False
    legal_country: Country | None = None
    regions: dict[str, Country] = Field(default_factory=dict)
    channel: tuple[Channel, ...] = ()
    verified_on: date | None = None
    """When a person last checked the channels; after 180 days they count less."""
    source: str = ""


class _File(_Group):
    provider: tuple[Provider, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All providers, with exact look-ups."""

    providers: tuple[Provider, ...]
    version: str
    """First 12 digits of the SHA-256 over all entries; stands on every claim."""
    _ids: Mapping[str, Provider]
    _domains: Mapping[str, Provider]
    _asns: Mapping[int, tuple[Provider, ...]]
    _kinds: Mapping[str, tuple[Provider, ...]]
    _ends: Mapping[tuple[str, str], tuple[tuple[Provider, str], ...]]
    """Kind and the last two labels of a host suffix -> those that end so."""

    def get(self, provider_id: str) -> Provider | None:
        """Return a provider by its id."""
        return self._ids.get(provider_id)

    def by_domain(self, names: Iterable[str]) -> Provider | None:
        """Return the operator that a site belongs to; exact names, most specific first."""
        return next((self._domains[name] for name in names if name in self._domains), None)

    def by_asn(self, asn: int) -> tuple[Provider, ...]:
        """Return the providers that a network number is listed for."""
        return self._asns.get(asn, ())

    def of_kind(self, kind: str) -> tuple[Provider, ...]:
        """Return the providers of a kind, in the order of the files."""
        return self._kinds.get(kind, ())

    def suffixes_near(self, kind: str, host: str) -> tuple[tuple[Provider, str], ...]:
        """Return the host suffixes of a kind that share their last two labels with a host."""
        return self._ends.get((kind, _end(host)), ())


def load_catalogue(paths: Sequence[Path] = ()) -> Catalogue:
    """
    Load the packaged providers and then the given files; later entries replace earlier ones.

    Raises:
        ConfigurationError: one sentence per fault.
    """
    known: dict[str, Provider] = {}
    for name in _PACKAGED:
        with as_file(files("config") / "catalogue" / name) as packaged:
            known.update(_read(packaged))
    for path in paths:
        known.update(_read(path))
    return build_catalogue(tuple(known.values()))


def build_catalogue(providers: tuple[Provider, ...]) -> Catalogue:
    """Index providers; where two claim one domain the later one has it."""
    numbers: dict[int, tuple[Provider, ...]] = {}
    for provider in providers:
        for asn in provider.asns:
            numbers[asn] = (*numbers.get(asn, ()), provider)
    text = "\n".join(provider.model_dump_json() for provider in providers)
    return Catalogue(
        providers=providers,
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        _ids=MappingProxyType({provider.id: provider for provider in providers}),
        _domains=MappingProxyType(
            {
                domain: provider
                for provider in providers
                if provider.kind == "operator"
                for domain in provider.registered_domains
            }
        ),
        _asns=MappingProxyType(numbers),
        _kinds=MappingProxyType(_by_kind(providers)),
        _ends=MappingProxyType(_by_end(providers)),
    )


def _by_kind(providers: tuple[Provider, ...]) -> dict[str, tuple[Provider, ...]]:
    kinds = dict.fromkeys(provider.kind for provider in providers)
    return {kind: tuple(one for one in providers if one.kind == kind) for kind in kinds}


def _by_end(
    providers: tuple[Provider, ...],
) -> dict[tuple[str, str], tuple[tuple[Provider, str], ...]]:
    found: dict[tuple[str, str], tuple[tuple[Provider, str], ...]] = {}
    for provider in providers:
        for pattern in provider.host_suffixes:
            key = (provider.kind, _end(pattern))
            found[key] = (*found.get(key, ()), (provider, pattern))
    return found


def _end(host: str) -> str:
    """Return the last two labels."""
    before, _, last = host.rpartition(".")
    return f"{before.rpartition('.')[2]}.{last}"


def _read(path: Path) -> dict[str, Provider]:
    data = read_toml(path)
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        found = sentences(error, _File, file_origin(path))
        raise ConfigurationError(*found) from None
    entries: dict[str, Provider] = {}
    for number, provider in enumerate(file.provider, start=1):
        if provider.id in entries:
            raise ConfigurationError(
                f"{path}: provider entry {number}, id: found '{provider.id}' a second time; "
                "allowed is each id once per file."
            )
        entries[provider.id] = provider
    return entries
