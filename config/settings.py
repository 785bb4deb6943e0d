"""
The one configuration: `hostwatch.toml`, with environment override (`HOSTWATCH_MAIL__PORT=587`).

Each room is handed only its own group.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;]+@[A-Za-z0-9.-]+$")]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mandate(_Group):
    """Who may run this, and by what right; without it nothing but the sandbox runs."""

    organisation: str = Field(min_length=3)
    law: str = Field(min_length=3)
    """Statute, authority decision or police agreement."""
    authority: str = Field(min_length=3)
    """Supervising authority or police unit."""
    review_date: date
    """When the mandate is reviewed next; a date in the past stops fetching and sending."""
    fetch_media: bool
    """False: pages, link-checks and lists of URLs only."""
    hash_self_referrals: bool = False
    """Whether a picture that a self-referral service hands over may be digested here."""


class Hotline(_Group):
    """Who we are, as it stands in notices."""

    name: str = Field(min_length=3)
    domain: str = Field(pattern=r"^[a-z0-9.-]+$")
    contact: MailAddress
    """Role address; never a person's."""
    country: Country
    statute: str
    """Statute under which the material is assessed, quoted in notices."""
    network: str = ""
    """Membership, such as `INHOPE`; may be empty."""


class Paths(_Group):
    """Where things lie; relative paths are taken from the configuration's folder."""

    database: Path = Path("hostwatch.sqlite3")
    key_file: Path = Path("master.key")
    hash_lists: Path = Path("hashlists")
    ranges: Path = Path("ranges")
    policy: Path = Path("policy.toml")
    catalogue: Path = Path("catalogue.toml")
    partners: Path = Path("partners.toml")


class Database(_Group):
    """Where cases are kept, if not in the SQLite file that `paths.database` names."""

    url: str | None = Field(None, pattern=r"^postgresql://[^\s]+$")
    """`postgresql://hostwatch@db.internal/hostwatch`, without a password."""
    password_file: Path | None = None
    beat_s: float = Field(5.0, ge=0.5, le=60)
    """
    Seconds between two signs of life of a worker. Its leases hold for three of them, and after
    four without a sign it is taken for dead.
    """


class Egress(_Group):
    """One way out to the internet."""

    name: Name
    kind: Literal["direct", "http_proxy", "socks5"] = "direct"
    """Through a proxy, numeric addresses alone are asked for; there is no way back to direct."""
    proxy: str | None = None
    """Numeric address and port of the proxy, `192.0.2.80:3128` or `[2001:db8::80]:1080`."""
    credentials_file: Path | None = None
    """For the proxy: one line `USER:PASSWORD`, mode 0600."""
    resolvers: tuple[str, ...] = ()
    """
    DNS servers of this way out; empty takes those of `network`. Through `socks5` they are asked
    over TCP by way of the proxy, so one must be named.
    """
    nat_prefix: str | None = None
    """`64:ff9b::/96` where this way out has IPv6 alone and reaches IPv4 through that prefix."""
    source_address: str | None = None
    """Local address that connections leave from; none lets the system choose."""
    network: str
    """Operator's network, such as `AS64500`; two profiles prove more only if these differ."""
    country: Country
    operator: str
    approver: str
    unfiltered: bool


class Network(_Group):
    """Names and manners."""

    resolvers: tuple[str, ...] = ()
    """`192.0.2.53` or `192.0.2.53:5353`; empty uses the system's."""
    user_agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    accept_language: str = "en;q=0.9, *;q=0.5"
    control_host: str = "example.com"
    """A name that is known to be up: asked for before a vanished host is believed to be gone."""
    own_networks: tuple[str, ...] = ()
    """The hotline's own public ranges, which are never fetched from."""


class Fetch(_Group):
    """Caps and pace of the fetcher."""

    connect_s: float = Field(10.0, gt=0)
    read_s: float = Field(15.0, gt=0)
    total_s: float = Field(60.0, gt=0)
    page_bytes: int = Field(2 * 1024 * 1024, gt=0)
    media_bytes: int = Field(64 * 1024 * 1024, gt=0)
    pace_starts: int = Field(1, ge=1)
    """Request starts allowed per `pace_period_s` and host."""
    pace_period_s: float = Field(2.0, gt=0)
    per_host: int = Field(2, ge=1)
    """Requests to one host at the same time."""
    per_site: int = Field(4, ge=1)
    """Requests to one registrable domain at the same time; `per_host` where that is more."""
    per_address: int = Field(8, ge=1)
    """Requests to one numeric address at the same time; `per_host` where that is more."""
    overall: int = Field(32, ge=1)
    retry_first_s: float = Field(30.0, ge=0)
    """Longest first rest after 429 or 503 without `Retry-After`; doubles, with full jitter."""
    retry_longest_s: float = Field(6 * 3600.0, ge=0)
    retry_after_s: float = Field(24 * 3600.0, ge=0)
    """Longest `Retry-After` that is believed."""
    failures: int = Field(5, ge=1)
    """Failures in a row after which a host is left alone."""
    failures_rest_s: float = Field(30 * 60.0, ge=0)
    """For so long; then one request tries whether it answers again."""
    candidates: int = Field(1000, ge=1, le=1000)
    """Media candidates fetched per page."""
    media_s: float = Field(1800.0, gt=0)
    """After so long a first visit begins with no further candidate; a person is told."""
    countdown_s: float = Field(120.0, ge=0)
    """Longest honest wait on a cyberlocker's landing page."""


class Mail(_Group):
    """The hotline's own relay."""

    host: str = "localhost"
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password_file: Path | None = None
    sender: MailAddress
    timeout_s: float = Field(30.0, gt=0)


class Police(_Group):
    """The own national police unit that takes reports."""

    name: str
    address: MailAddress
    language: str = "en"


class Isolation(_Group):
    """How much lock real work insists on."""

    mode: Literal["strict", "best-effort"] = "strict"
    workers: int = Field(2, ge=1, le=64)
    memory_mb: int = Field(1024, ge=256)
    cpu_s: int = Field(20, ge=1)
    wall_s: float = Field(40.0, gt=0)
    jobs_per_worker: int = Field(200, ge=1)


class HashList(_Group):
    """A hash list that `hostwatch hashlist update` brings up to date from its source."""

    name: Name
    kind: Literal["ncmec", "file"]
    """NCMEC's hash sharing interface version 2, or a file that somebody else puts in place."""
    tier: Literal["baseline", "national", "local"] = "national"
    classification: str | None = None
    """`SCHEME:VALUE` of entries without a class of their own; never guessed."""
    classes: dict[str, str] = Field(default_factory=dict)
    """Class as the source writes it -> `SCHEME:VALUE`, or `-` to leave its entries out."""
    licence: str = ""
    """Under which agreement the list may be used."""
    base_url: str | None = None
    """ncmec: `https://hashsharing.ncmec.org/npo`, without `/v2`."""
    credentials_file: Path | None = None
    """ncmec: one line `USER:PASSWORD`, mode 0600."""
    egress: Name | None = None
    """ncmec: way out to ask by; none takes the first."""
    members: tuple[str, ...] = ()
    """ncmec: numbers of the members whose entries are taken; empty takes all."""
    file: Path | None = None
    format: (
        Literal["text", "csv", "icse", "jsonl", "ncmec", "threatexchange", "vics", "vpdq"] | None
    ) = None
    """file: none lets its content decide."""
    columns: dict[str, str] = Field(default_factory=dict)
    """file, CSV: `md5`, `sha1`, ... -> header name or number from 1."""
    match_categories: tuple[int, ...] = ()
    """file, VICS: the categories that are listed."""
    rows: Literal["baseline", "all"] | None = None
    """file, ICSE: the rows that are listed."""


class RangeSource(_Group):
    """A table or list of addresses or names that `hostwatch ranges update` keeps up to date."""

    kind: Literal[
        "asn", "country", "front", "suffixes", "rdap-ipv4", "rdap-ipv6", "rdap-asn", "rdap-dns"
    ]
    name: Name
    url: str | None = None
    """`https://...`; this or `file`."""
    file: Path | None = None
    """A file that somebody else puts in place."""
    claims: Literal["physical", "registry", "seat"] | None = None
    """country: what each line states; none takes what is usual for the file's form."""
    licence: str = ""
    credentials_file: Path | None = None
    """One line `USER:PASSWORD`, mode 0600, where the source asks for it."""
    egress: Name | None = None
    """Way out to ask by; none takes the first."""
    every_days: float = Field(7.0, gt=0, le=45)
    """How old the last import may be before an update fetches again."""


class Doors(_Group):
    """Where the web pages listen."""

    console_host: str = "127.0.0.1"
    console_port: int = Field(8480, ge=0, le=65535)
    answers_host: str = "127.0.0.1"
    answers_port: int = Field(8481, ge=0, le=65535)
    answers_url: str = "http://127.0.0.1:8481"
    """Public address of the answers page, printed in notices."""
    monitor_host: str = "127.0.0.1"
    monitor_port: int = Field(8490, ge=0, le=65535)
    """Of `hostwatch worker`, which has no other page: health and metrics."""


class Audit(_Group):
    """Signed checkpoints of the audit trail, kept where the database is not."""

    checkpoints: Path = Path("checkpoints")
    """Folder; best a medium that this machine can only add to."""
    mail_to: MailAddress | None = None
    """Role address at a second organisation or officer, who keeps each checkpoint."""
    every_hours: float = Field(24.0, gt=0, le=744)


class Log(_Group):
    """Where and how much is logged; standard error when no file is named."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: Path | None = None


class Settings(_Group):
    """Everything that an administrator decides."""

    mandate: Mandate | None = None
    hotline: Hotline
    paths: Paths = Paths()
    database: Database = Database()
    egress: tuple[Egress, ...] = Field(min_length=1)
    network: Network = Network()
    fetch: Fetch = Fetch()
    mail: Mail
    police: Police | None = None
    isolation: Isolation = Isolation()
    hash_list: tuple[HashList, ...] = ()
    ranges: tuple[RangeSource, ...] = ()
    doors: Doors = Doors()
    audit: Audit = Audit()
    log: Log = Log()
