"""The files that a hotline brings along: reports, hash lists, range tables, registries."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sandbox import catalogue
from sandbox.network import PROVIDERS, RDAP_HOSTS
from sandbox.pictures import Album, PictureDigests
from sandbox.plan import Plan, Reported
from sandbox.policy import practice_policy
from sandbox.scenarios import DAMAGED_LINES

_REPORT_COLUMNS = ("url", "referrer", "note", "priority", "source", "reporter", "reference")
_SOURCES = ("public", "public", "public", "partner", "police", "staff", "self_referred")


def all_files(plan: Plan, album: Album, *, scale: float) -> dict[str, str]:
    """Return every file by its name below the data directory."""
    exact = {item.key: album.digests(item.key) for item in plan.items if item.listed == "exact"}
    similar = {item.key: album.digests(item.key) for item in plan.items if item.listed == "pdq"}
    return {
        "reports.csv": reports_csv(plan),
        "reports.jsonl": reports_jsonl(plan),
        "hashlist.csv": hash_list_csv(exact.values()),
        "hashlist-pdq.txt": hash_list_pdq([*exact.values(), *similar.values()]),
        "ranges/asn.csv": _asn_table(),
        "ranges/country-one.csv": _country_table(0),
        "ranges/country-two.csv": _country_table(1),
        "fronts.csv": _fronts(),
        **{f"rdap/{name}.json": text for name, text in bootstrap().items()},
        "catalogue.toml": catalogue.catalogue(datetime.now(UTC).date()),
        "partners.toml": catalogue.PARTNERS,
        "policy.toml": practice_policy(scale),
    }


# --------------------------------------------------------------------------- reports


def reports_csv(plan: Plan) -> str:
    """Return the reports as CSV, with damaged lines among them."""
    lines = _table(_REPORT_COLUMNS, (_report_fields(report) for report in plan.reports))
    header, *rest = lines.splitlines()
    half = len(rest) // 2
    return "\n".join([header, *rest[:half], *DAMAGED_LINES, *rest[half:]]) + "\n"


def reports_jsonl(plan: Plan) -> str:
    """Return the reports as JSON Lines."""
    rows = (dict(zip(_REPORT_COLUMNS, _report_fields(r), strict=True)) for r in plan.reports)
    return "".join(json.dumps({k: v for k, v in row.items() if v}) + "\n" for row in rows)


def _report_fields(report: Reported) -> tuple[str, ...]:
    reference = report.expectation.reference
    number = int(reference.partition("-")[2])
    reporter = f"reader-{number:02d}@post.example" if number % 4 == 0 else ""
    note = "=1+1 seen in the evening, please look" if number % 5 == 0 else ""
    priority = "urgent" if number % 11 == 0 else "normal"
    source = _SOURCES[number % len(_SOURCES)]
    return (report.url, "", note, priority, source, reporter, reference)


# --------------------------------------------------------------------------- hash lists


def hash_list_csv(digests: Iterable[PictureDigests]) -> str:
    """Return a list of cryptographic digests."""
    return _table(("md5", "sha1", "sha256"), ((d.md5, d.sha1, d.sha256) for d in digests))


def hash_list_pdq(digests: Iterable[PictureDigests]) -> str:
    """Return a list of perceptual digests, as plain text."""
    return "".join(f"pdq:{digest.pdq}\n" for digest in digests)


# --------------------------------------------------------------------------- ranges, registries


def _asn_table() -> str:
    rows = ((p.prefix, str(p.asn), p.name) for p in PROVIDERS.values())
    return _table(("network", "asn", "as_name"), rows)


def _country_table(number: int) -> str:
    rows = ((p.prefix, p.tables[number]) for p in PROVIDERS.values())
    return _table(("network", "country"), rows)


def _fronts() -> str:
    return _table(("network", "provider"), [(PROVIDERS["shieldfront"].prefix, "shieldfront")])


def bootstrap() -> dict[str, str]:
    """Return the bootstrap registries of RFC 9224 by name: `ipv4`, `asn`, `dns`."""
    numbers, names = (f"https://{host}/" for host in RDAP_HOSTS)
    asns = [f"{min(p.asn for p in PROVIDERS.values())}-{max(p.asn for p in PROVIDERS.values())}"]
    prefixes = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]
    services = {
        "ipv4": (prefixes, numbers),
        "asn": (asns, numbers),
        "dns": (["test", "example"], names),
    }
    return {name: _registry(keys, url) for name, (keys, url) in services.items()}


def _registry(keys: Sequence[str], url: str) -> str:
    return json.dumps(
        {
            "version": "1.0",
            "publication": "2026-11-01T00:00:00Z",
            "services": [[list(keys), [url]]],
        }
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
