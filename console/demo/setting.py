"""The data directory of a demo: the same files that a hotline writes, for the practice web."""

from __future__ import annotations

import json
import shutil
import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sandbox.description import Description, write_files

ADMINISTRATOR = "demo-admin"
ANALYST = "demo-analyst"
MANAGER = "demo-manager"


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(description: Description, *, answers_port: int, today: date) -> str:
    """Return `hostwatch.toml` for the practice web."""
    return "\n".join(
        (
            *_identity(description, today),
            *_egresses(description),
            *_manners(description),
            *_doors(answers_port),
        )
    )


def _identity(description: Description, today: date) -> tuple[str, ...]:
    return (
        "[mandate]",
        'organisation = "Practice Hotline"',
        'law = "Practice Act, section 1 (invented)"',
        'authority = "Practice Supervisor (invented)"',
        f"review_date = {today + timedelta(days=30)}",
        "fetch_media = true",
        "[hotline]",
        'name = "Practice Hotline"',
        'domain = "hotline.test"',
        'contact = "reports@hotline.test"',
        f"country = {_text(description.home_country)}",
        'statute = "Practice Criminal Code, article 240b (invented)"',
        'network = "Practice network of hotlines"',
    )


def _egresses(description: Description) -> tuple[str, ...]:
    lines: list[str] = []
    countries = {"home": description.home_country, "abroad": description.partner_country}
    for name, address in description.source_addresses.items():
        lines += [
            "[[egress]]",
            f"name = {_text(name)}",
            f"source_address = {_text(address)}",
            f"network = {_text(description.egress_networks[name])}",
            f"country = {_text(countries.get(name, description.home_country))}",
            'operator = "Practice carrier"',
            'approver = "Practice Supervisor"',
            "unfiltered = true",
        ]
    return tuple(lines)


def _manners(description: Description) -> tuple[str, ...]:
    return (
        "[network]",
        f"resolvers = [{_text(description.network.resolver)}]",
        'control_host = "www.innocent.test"',
        "[fetch]",
        "connect_s = 2.0",
        "read_s = 2.0",
        "total_s = 4.0",
        "pace_starts = 60",
        "pace_period_s = 1.0",
        "per_host = 8",
        "retry_first_s = 0.5",
        "retry_after_s = 5.0",
        "failures_rest_s = 1.0",
        "countdown_s = 20.0",
        "[mail]",
        f"host = {_text(description.smtp_host)}",
        f"port = {description.smtp_port}",
        'security = "starttls"',
        'sender = "reports@hotline.test"',
        "timeout_s = 10.0",
        "[police]",
        f"name = {_text(description.police.name)}",
        f"address = {_text(description.police.address)}",
        f"language = {_text(description.police.language)}",
        "[isolation]",
        'mode = "best-effort"',
    )


def _doors(answers_port: int) -> tuple[str, ...]:
    return (
        "[doors]",
        "console_port = 0",
        "monitor_port = 0",
        f"answers_port = {answers_port}",
        f'answers_url = "http://127.0.0.1:{answers_port}"',
        "[log]",
        'file = "hostwatch.log"',
        "",
    )


def _text(value: str) -> str:
    return json.dumps(value)


def lay_out(data: Path, files: Path, description: Description, *, answers_port: int) -> None:
    """Write the practice web's files, and its configuration over the one that `init` wrote."""
    written = write_files(files, description)
    for name in ("policy.toml", "catalogue.toml", "partners.toml"):
        shutil.copyfile(written[name], data / name)
    today = datetime.now(UTC).date()
    text = configuration(description, answers_port=answers_port, today=today)
    (data / "hostwatch.toml").write_text(text, encoding="utf-8")
