"""What stands in `deploy/` names commands, settings, figures and paths that are there."""

from __future__ import annotations

import ast
import ipaddress
import os
import re
import shlex
import subprocess
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer

from cases.model import StoreCounts
from config.settings import Settings
from console.cli.commands import app
from console.web import probe
from hostwatch import figures
from hostwatch.counters import Counters
from hostwatch.figures import Plant

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
SCRIPTS = ("hostwatch-staff", "import-ranges", "make-backup")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
WORKERS = ("hostwatch-run.service", "hostwatch-worker@.service")
OURS = {"hostwatch-failed@.service"}
"""Units that do not start hostwatch."""


def read_unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """Read a unit: section -> key -> values in order (systemd.syntax(7))."""
    found: dict[str, dict[str, list[str]]] = {}
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith(("#", ";")):
            continue
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
            found[section] = {}
            continue
        key, mark, value = line.partition("=")
        assert mark, f"{path.name}: {line}"
        assert re.fullmatch(r"[A-Za-z]+", key), f"{path.name}: {line}"
        found[section].setdefault(key, []).append(value)
    return found


def service(path: Path) -> dict[str, list[str]]:
    return read_unit(path)["Service"]


def commands(command=None, path: tuple[str, ...] = ()):
    """Walk the tree of commands: ("notices", "list") and its options."""
    here = typer.main.get_command(app) if command is None else command
    below = getattr(here, "commands", None)
    if below is None:
        yield path, {option for one in here.params for option in (*one.opts, *one.secondary_opts)}
        return
    for name, one in below.items():
        yield from commands(one, (*path, name))


COMMANDS = dict(commands())


def check_command(words: list[str]) -> None:
    """Fail unless the words call a command of ours with options of its own."""
    name = next((tuple(words[:n]) for n in (2, 1) if tuple(words[:n]) in COMMANDS), None)
    assert name is not None, words
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= COMMANDS[name], words


def setting_of(variable: str) -> bool:
    """Tell whether HOSTWATCH_GROUP__KEY is a key of the configuration."""
    group, _, key = variable.removeprefix("HOSTWATCH_").lower().partition("__")
    field = Settings.model_fields.get(group)
    kind = field.annotation if field is not None else None
    return key in getattr(kind, "model_fields", {})


def variables(texts: list[str]) -> list[str]:
    return [name for text in texts for name in re.findall(r"HOSTWATCH_[A-Z_]+", text)]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_starts_a_command_that_is_there(path):
    """By its full path; scripts of ours stand in `deploy/` and may be run."""
    words = shlex.split(service(path)["ExecStart"][0])
    program = Path(words[0])
    if program.name == "hostwatch":
        check_command(words[1:])
    elif program.parent == Path("/opt/hostwatch/share"):
        assert os.access(DEPLOY / program.name, os.X_OK)
    else:
        assert path.name in OURS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_variable_of_a_unit_is_a_setting(path):
    """A misspelt key would only be told at the start."""
    plain = {"HOSTWATCH_DATA", "HOSTWATCH_ACTOR"}
    used = set(variables(service(path).get("Environment", []))) - plain
    assert {name for name in used if not setting_of(name)} == set()


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.name not in OURS], ids=lambda path: path.name
)
def test_every_unit_is_locked_down(path):
    """No right of root, nothing of the system writable, no core file, no swap, no new privilege."""
    found = service(path)
    for key, value in (
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictNamespaces", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("SystemCallArchitectures", "native"),
        ("MemorySwapMax", "0"),
        ("LimitCORE", "0"),
        ("UMask", "0077"),
    ):
        assert found[key] == [value], key
    assert found["User"][0].startswith("hostwatch")
    assert found["SystemCallFilter"][0] == "@system-service"


@pytest.mark.parametrize("name", WORKERS)
def test_a_workers_filter_lets_the_decoders_lock_themselves(name):
    """Landlock and seccomp are called inside; the systemd of Debian 12 has no group for them."""
    allowed = " ".join(service(DEPLOY / "systemd" / name)["SystemCallFilter"]).split()
    assert {
        "seccomp",
        "landlock_create_ruleset",
        "landlock_add_rule",
        "landlock_restrict_self",
    } <= set(allowed)
    assert not any(word.startswith("~") for word in allowed)


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.name not in OURS], ids=lambda path: path.name
)
def test_keys_come_as_credentials_into_a_private_folder(path):
    """What is copied is loaded, into the folder that the configuration is told."""
    found = service(path)
    loaded = {one.partition(":")[0] for one in found["LoadCredential"]}
    words = shlex.split(found["ExecStartPre"][0])
    copied = {word.removeprefix("%d/") for word in words if word.startswith("%d/")}
    assert copied <= loaded
    assert "master.key" in copied
    folder = f"%t/{found['RuntimeDirectory'][0]}"
    assert words[-1] == f"{folder}/"
    assert found["RuntimeDirectoryMode"] == ["0700"]
    told = " ".join(found["Environment"])
    assert f"HOSTWATCH_PATHS__KEY_FILE={folder}/master.key" in told


def test_a_console_may_not_go_to_the_web():
    """It is another user than the worker, and may only speak to this machine."""
    found = service(DEPLOY / "systemd" / "hostwatch-console.service")
    assert found["IPAddressDeny"] == ["any"]
    assert found["IPAddressAllow"] == ["localhost"]
    assert found["User"] == ["hostwatch-console"]


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_may_not_go_to_private_networks(name):
    """The metadata services of clouds among them."""
    denied = " ".join(service(DEPLOY / "systemd" / name)["IPAddressDeny"]).split()
    networks = [ipaddress.ip_network(one) for one in denied]
    for inside in (
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "fd00::1",
        "fe80::1",
    ):
        address = ipaddress.ip_address(inside)
        assert any(address in network for network in networks), inside
    for outside in ("8.8.8.8", "2606:4700::1111"):
        address = ipaddress.ip_address(outside)
        assert not any(address in network for network in networks), outside


@pytest.mark.parametrize("path", TIMERS, ids=lambda path: path.name)
def test_every_timer_has_its_service(path):
    """And is made up for after the machine was off."""
    assert path.with_suffix(".service") in UNITS
    assert read_unit(path)["Timer"]["Persistent"] == ["yes"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_shell_and_call_what_is_there(name):
    """Every line that calls hostwatch names a command and options of its own."""
    path = DEPLOY / name
    assert os.access(path, os.X_OK)
    subprocess.run(["/bin/sh", "-n", path], check=True, timeout=10)
    text = path.read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        called = re.match(r"\s*(?:if )?hostwatch (.*?)(?:; then)?$", line)
        if called:
            check_command(shlex.split(called[1]))


def test_a_backup_is_written_before_an_old_one_goes(tmp_path):
    """A failing backup never leaves the folder without one."""
    fake = tmp_path / "bin"
    fake.mkdir()
    program = fake / "hostwatch"
    program.write_text('#!/bin/sh\n[ "$FAIL" ] && exit 74\n[ "$2" = create ] && : > "$3"\nexit 0\n')
    program.chmod(0o755)
    data, place = tmp_path / "data", tmp_path / "backups"
    for folder in (data, place):
        folder.mkdir()
    for file in ("hostwatch.toml", "policy.toml", "catalogue.toml", "partners.toml", "master.key"):
        (data / file).write_text("x")
    old = place / "2020-01-01-000000.backup"
    old.write_text("x")
    os.utime(old, (0, 0))
    environment = {"PATH": f"{fake}:/usr/bin:/bin", "HOSTWATCH_DATA": str(data)}

    def run(**more: str) -> int:
        return subprocess.run(
            [DEPLOY / "make-backup", place],
            env=environment | more,
            check=False,
            capture_output=True,
            timeout=20,
        ).returncode

    assert run(FAIL="1") == 74
    assert old.exists()
    assert run() == 0
    assert not old.exists()
    names = {path.suffix for path in place.iterdir()}
    assert names == {".backup", ".toml"}


# --------------------------------------------------------------------------- container


CONTAINER = (DEPLOY / "container" / "Containerfile").read_text("utf-8")
COMPOSE = (DEPLOY / "container" / "compose.yaml").read_text("utf-8")


def test_the_image_holds_every_package_of_ours():
    """What `pyproject.toml` puts into the wheel is copied into the build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = re.findall(r"^COPY (\w+) (\w+)$", CONTAINER, re.MULTILINE)
    assert {name for name, _ in copied} == set(wanted)
    assert all(source == target for source, target in copied)
    extras = re.findall(r"'\.\[([a-z,]+)\]'", CONTAINER)[0].split(",")
    assert set(extras) <= set(project["project"]["optional-dependencies"])


def test_the_image_runs_as_nobody_in_particular():
    """A number, so that a cluster can check it; no root, no shell, one writable folder."""
    last = CONTAINER.rpartition("FROM ")[2]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", last, re.MULTILINE)
    assert "VOLUME /data" in last
    assert (
        re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)
        == ["docker.io/library/debian:trixie-slim"] * 2
    )
    assert not re.search(r"index-url|find-links|https?://", CONTAINER)


def test_the_image_asks_for_life_and_starts_a_command():
    """The health check is a module of ours; the entry point and its command are there."""
    check = ast.literal_eval(re.search(r"HEALTHCHECK.*?CMD (\[.*?\])", CONTAINER, re.DOTALL)[1])
    assert check[3] == probe.__name__
    assert check[4:] == ["8480", "8490"]
    settings = Settings.model_fields["doors"].annotation()
    assert [str(settings.console_port), str(settings.monitor_port)] == check[4:]
    entry = ast.literal_eval(re.search(r"^ENTRYPOINT (\[.*\])$", CONTAINER, re.MULTILINE)[1])
    command = ast.literal_eval(re.search(r"^CMD (\[.*\])$", CONTAINER, re.MULTILINE)[1])
    assert entry == ["hostwatch"]
    check_command(command)


def test_the_composition_locks_its_containers_down():
    """Read-only, no capability, no new privilege, no swap; commands and variables are ours."""
    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert line in COMPOSE
    for command in re.findall(r"^    command: \[(\w+)\]", COMPOSE, re.MULTILINE):
        check_command([command])
    assert {name for name in variables([COMPOSE]) if not setting_of(name)} == set()
    for first, second in re.findall(r"mem_limit: (\S+)\n\s+memswap_limit: (\S+)", COMPOSE):
        assert first == second
    published = re.findall(r'"([\d.:]+):\d+:\d+"', COMPOSE)
    assert published
    assert {one.partition(":")[0] for one in published} == {"127.0.0.1"}


def test_the_database_keeps_its_promises():
    """An accepted report is on disk before anybody is told."""
    assert "synchronous_commit=on" in COMPOSE
    assert "--data-checksums" in COMPOSE
    assert not re.search(r"fsync=off|trust", COMPOSE)


# --------------------------------------------------------------------------- firewall


FIREWALL = (DEPLOY / "firewall" / "hostwatch.nft").read_text("utf-8")


def test_the_firewall_closes_every_special_address():
    """Each example of the fetcher's own policy lies in the sets."""
    body = {
        name: re.search(rf"set {name} {{.*?}}\n    }}", FIREWALL, re.DOTALL)[0]
        for name in ("never4", "never6")
    }
    ranges = [
        ipaddress.ip_network(one)
        for text in body.values()
        for one in re.findall(r"[0-9a-f:.]+/\d+", text.partition("elements")[2])
    ]
    for inside in (
        "0.0.0.1", "10.9.9.9", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255",
        "192.168.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1",
        "203.0.113.1", "::1", "::ffff:10.0.0.1", "64:ff9b:1::1", "fc00::1", "fe80::1", "ff02::1",
        "2001:db8::1", "2002:a00::1",
    ):  # fmt: skip
        assert any(ipaddress.ip_address(inside) in one for one in ranges), inside


def test_the_firewall_drops_and_never_rejects():
    """A rejected connection would look like a host that has gone."""
    rules = [line.split("#")[0] for line in FIREWALL.splitlines()]
    assert any(re.search(r"\bdrop\b", rule) for rule in rules)
    assert not any(re.search(r"\breject\b", rule) for rule in rules)


def test_the_firewall_knows_the_users_of_the_units():
    """Nobody else is judged, nobody is forgotten."""
    judged = set(re.findall(r'meta skuid "([\w-]+)"', FIREWALL))
    users = {service(path)["User"][0] for path in UNITS if path.name not in OURS}
    assert judged == users


# --------------------------------------------------------------------------- monitoring


ALERTS = (DEPLOY / "monitoring" / "alerts.yml").read_text("utf-8")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def known_metrics() -> set[str]:
    """List every metric that the metrics page may show, with its suffix."""
    counts = StoreCounts(
        cases={},
        needs={},
        notices={},
        due=0,
        oldest_due=None,
        leases=0,
        workers=(),
        audit_sequence=0,
    )
    plant = Plant(lists=(), ranges_built=(date(2026, 1, 1),), locks={}, held=0, fetcher_alive=True)
    made = [
        *figures.of_store(counts, NOW, alarm_s=1, dead_after_s=1),
        *figures.of_plant(plant, NOW),
        *figures.of_counters(Counters()),
        *figures.of_checkpoint(NOW, NOW),
    ]
    named = {f"hostwatch_{one.name}{'_total' if one.kind == 'counter' else ''}" for one in made}
    return named | {"hostwatch_healthy", "hostwatch_database_up", "hostwatch_paused"}


def used_metrics(text: str) -> set[str]:
    return set(re.findall(r"\bhostwatch_[a-z_]+\b", text))


def test_every_alert_asks_for_a_metric_that_is_there():
    """A misspelt name would never fire."""
    expressions = re.findall(r"expr: (?:>-\n)?(.*?)\n        (?:for|labels):", ALERTS, re.DOTALL)
    assert len(expressions) == ALERTS.count("- alert:")
    assert used_metrics("\n".join(expressions)) - known_metrics() == set()


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    """Severity, summary and action; and the manual has a line for each."""
    alerts = re.split(r"- alert: ", ALERTS)[1:]
    told = set(re.findall(r"\bHostwatch[A-Z]\w+", OPERATIONS.partition("## Upgrades")[0]))
    for alert in alerts:
        assert re.search(r"severity: (critical|warning|info)", alert)
        assert "summary: " in alert
        assert "action: " in alert
    assert {alert.splitlines()[0] for alert in alerts} == told


def test_every_metric_is_in_the_manual():
    """The table of `docs/operations.md` names each, and none that is not there."""
    told = used_metrics(OPERATIONS)
    seconds = {name for name in known_metrics() if name.endswith("_seconds_total")}
    assert told - known_metrics() == set()
    assert known_metrics() - told - seconds == set()


def test_every_group_of_the_configuration_is_in_the_manual():
    """The reference has a row for each table of the file."""
    rows = set(re.findall(r"^\| `\[+(\w+)\]+` \|", OPERATIONS, re.MULTILINE))
    assert rows == set(Settings.model_fields)
