"""What the sandbox says of itself in its first line: where everything is, and what to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crawler.fetch.practice import Endpoint, PracticeNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is right to say of one report at the end of a run."""

    reference: str
    """The report's own reference, `S-001`, as it stands in the report files."""
    scenario: str
    outcome: str
    """`new`, `added` (a further report of a known location) or `insufficient`."""
    comparison: str
    """`match`, `possible`, `no_match` or `not_checked`."""
    verdicts: tuple[str, ...]
    """Takedown verdicts that are right; never any other."""
    recipients: tuple[str, ...] = ()
    """Kinds of recipient that must be among those told."""
    needs: str = ""
    """Why a person must look: `assessment`, `certificate`, `unanswered`, `password`."""
    events: tuple[str, ...] = ()
    """`moved`, `reappeared`."""
    duplicate_of: str = ""
    """Reference of the report that named the location first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The practice police unit."""

    name: str
    address: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Addresses, identities and files of a running sandbox. No picture is among them."""

    network: PracticeNetwork
    source_addresses: Mapping[str, str]
    """Egress profile (`home`, `abroad`) -> local address that its connections leave from."""
    egress_networks: Mapping[str, str]
    """Egress profile -> its operator's network, `AS64496`."""
    home_country: str
    partner_country: str
    smtp_host: str
    smtp_port: int
    """STARTTLS is required; the certificate is the practice authority's."""
    police: Mailbox
    internal_port: int
    """Port on 127.0.0.1 of the server that nobody may reach."""
    scale: float
    """Seconds of a run for each second of the practice clock."""
    expectations: tuple[Expectation, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    """Name below a data directory -> text."""

    def to_json(self) -> dict[str, Any]:
        """Return members that JSON knows."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Description:
        """Read the first line of the sandbox, which is ours and trusted."""
        members = dict(value)
        network = members.pop("network")
        return cls(
            network=PracticeNetwork(
                endpoints=tuple(Endpoint(**endpoint) for endpoint in network["endpoints"]),
                resolver=network["resolver"],
                ca_pem=network["ca_pem"],
            ),
            police=Mailbox(**members.pop("police")),
            expectations=tuple(_expectation(entry) for entry in members.pop("expectations")),
            **members,
        )


def _expectation(entry: Mapping[str, Any]) -> Expectation:
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
    }
    return Expectation(**tuples)


def write_files(directory: Path, description: Description) -> dict[str, Path]:
    """
    Write the sandbox's files into a data directory, made if need be.

    Returns the path of each by its name: `reports.csv`, `reports.jsonl`, `hashlist.csv`,
    `hashlist-pdq.txt`, `ranges/asn.csv`, `ranges/country-one.csv`, `ranges/country-two.csv`,
    `fronts.csv`, `rdap/ipv4.json`, `rdap/asn.json`, `rdap/dns.json`, `catalogue.toml`,
    `partners.toml`, `policy.toml`.
    """
    written = {}
    for name, text in description.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written[name] = path
    return written
