"""
The tables of the store, the same for every database.

A row holds the few clear columns that queries and statistics need, and one `sealed` column with
the whole record. No clear column names a location, a host, an address, a digest of what was seen
or a person outside staff; what must be found by such a value is found by its blind index (32
bytes).
Times are whole microseconds since 1970 in UTC: they sort, and differ by subtraction.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the signature of SQLAlchemy
        """Turn an aware time into an integer. Raises `TypeError` for a naive one."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature of SQLAlchemy
        """Turn the integer back into a time in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


metadata = MetaData()


def _word(name: str, *, nullable: bool = False, index: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable, index=index)


def _of_case() -> Column[str]:
    return Column("case_id", Text, ForeignKey("cases.id"), nullable=False, index=True)


def _row() -> Column[int]:
    # SQLite counts only a plain INTEGER primary key up by itself
    number = BigInteger().with_variant(Integer(), "sqlite")
    return Column("row", number, primary_key=True, autoincrement=True)


def _sealed() -> Column[bytes]:
    return Column("sealed", LargeBinary, nullable=True)


def _blind(name: str, *, unique: bool = True) -> Column[bytes]:
    return Column(name, LargeBinary(32), nullable=True, unique=unique)


KEY_CHECK = "key check"
"""Member of `meta`: a wrapped key that opens under the right master key only."""
INDEX_KEY = "index key"
"""Member of `meta`: the wrapped key of the blind indexes."""
CURRENT_KEY = "current key"
"""Member of `meta`: id of the master key that wraps new keys."""

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    _word("stage", index=True),
    _word("priority"),
    _word("site_type"),
    _word("needs", nullable=True),
    _word("comparison"),
    _word("verdict"),
    _word("verdict_rule"),
    _word("close_reason", nullable=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("closed_at", Moment, nullable=True),
    Column("first_seen", Moment, nullable=True),
    Column("last_seen", Moment, nullable=True),
    Column("next_action_at", Moment, nullable=True, index=True),
    Column("reports", Integer, nullable=False),
    Column("reappearances", Integer, nullable=False),
    Column("provider", Text, nullable=True),
    Column("asn", BigInteger, nullable=True),
    Column("country", Text, nullable=True),
    _blind("canonical_blind"),
    _blind("host_blind", unique=False),
    _sealed(),
    Index("due_hosts", "host_blind", "next_action_at"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    _row(),
    Column("id", Text, nullable=False, unique=True),
    _of_case(),
    Column("received_at", Moment, nullable=False),
    _blind("idempotency_blind"),
    _sealed(),
)

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    _of_case(),
    Column("ordinal", Integer, nullable=False),
    _word("kind"),
    _word("role"),
    _word("comparison"),
    _word("verdict"),
    _blind("digest_blind", unique=False),
    _sealed(),
    Index("ix_assets_digest_blind", "digest_blind"),
)

observations = Table(
    "observations",
    metadata,
    _row(),
    Column("id", Text, nullable=False, unique=True),
    _of_case(),
    Column("asset_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    _word("egress"),
    _word("presence"),
    _word("rule"),
    _word("control"),
    _word("error", nullable=True),
    _sealed(),
)

snapshots = Table(
    "snapshots",
    metadata,
    _row(),
    Column("id", Text, nullable=False, unique=True),
    _of_case(),
    Column("asset_id", Text, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("country", Text, nullable=True),
    _sealed(),
)

assessments = Table(
    "assessments",
    metadata,
    _of_case(),
    Column("ordinal", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("illegal", Boolean, nullable=False),
    _sealed(),
    Index("one_assessment", "case_id", "ordinal", unique=True),
)

notices = Table(
    "notices",
    metadata,
    _row(),
    Column("serial", Text, nullable=False, unique=True),
    _of_case(),
    Column("version", Integer, nullable=False),
    _word("kind"),
    _word("recipient_kind"),
    _word("channel"),
    _word("state", index=True),
    Column("reminder", Integer, nullable=False),
    Column("drafted_at", Moment, nullable=False),
    Column("claimed_at", Moment, nullable=True),
    Column("sent_at", Moment, nullable=True),
    Column("deadline", Moment, nullable=True),
    Column("retry_at", Moment, nullable=True),
    _blind("answer_blind"),
    _sealed(),
)

message_ids = Table(
    "message_ids",
    metadata,
    Column("blind", LargeBinary(32), primary_key=True),
    Column("serial", Text, ForeignKey("notices.serial"), nullable=False),
    _of_case(),
)

answers = Table(
    "answers",
    metadata,
    _row(),
    Column("id", Text, nullable=False, unique=True),
    Column("serial", Text, ForeignKey("notices.serial"), nullable=False, index=True),
    _of_case(),
    Column("at", Moment, nullable=False),
    _word("claim"),
    _word("channel"),
    _sealed(),
)

host_leases = Table(
    "host_leases",
    metadata,
    Column("host_blind", LargeBinary(32), primary_key=True),
    Column("owner", Text, nullable=True),
    Column("leased_until", Moment, nullable=True),
    Column("next_allowed_at", Moment, nullable=True),
)

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    _word("role"),
    Column("created_at", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    _word("action"),
    Column("case_id", Text, nullable=True, index=True),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)

SEALED_TABLES = (cases, reports, assets, observations, snapshots, assessments, notices, answers)
"""Tables whose rows are unreadable once the key of their case is destroyed."""
