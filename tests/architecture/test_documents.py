"""What the documents and project files say, held against the code."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.specifiers import SpecifierSet

from cases import errors

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
OLDEST_PYTHON = "3.11.0"
DEMO = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt '.[sandbox]'"
TEST = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[dev]'"


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def name_of(requirement: str) -> str:
    """Take the plain name out of `sqlalchemy[asyncio]>=2`, as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def required() -> set[str]:
    found = project()
    extras = (name for names in found["optional-dependencies"].values() for name in names)
    return {name_of(name) for name in (*found["dependencies"], *extras)} - {"hostwatch"}


def test_the_readme_starts_with_who_may_run_this():
    """Linux, hotlines with a mandate, and what it never is."""
    first = (ROOT / "README.md").read_text("utf-8").splitlines()[0]
    for words in ("Linux", "hotlines with a mandate", "never a tool to browse"):
        assert words in first


def test_the_readme_prints_both_commands_whole():
    """Each is complete in a fresh clone."""
    text = README.read_text("utf-8")
    assert f"\n{DEMO} && .venv/bin/hostwatch demo\n" in text
    assert f"\n{TEST} && .venv/bin/pytest\n" in text


def test_ci_runs_what_the_readme_prints():
    """The same lines, with the oracle for our PDQ added and the demo's report asked for."""
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()]
    assert f"{TEST.replace('dev]', 'dev,oracle]')} || exit" in lines
    assert any(line.split(" | ")[0] == ".venv/bin/pytest 2>&1" for line in lines)
    assert any(line.startswith(f"{DEMO} && .venv/bin/hostwatch demo --report") for line in lines)


def test_constraints_hold_versions_only():
    """A name and a version a line, no address, no path, each name once, every dependency."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9A-Za-z.]+", line)
    ] == []
    names = [name_of(line) for line in lines]
    assert len(names) == len(set(names))
    assert required() - set(names) == set()


def test_every_pin_runs_on_the_oldest_python():
    """What is pinned installs on the first release of the Python that the README asks for."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {(name_of(line), line.partition("==")[2]) for line in lines}
    newer = [
        f"{one.name} {one.version}: {needs}"
        for one in distributions()
        if (name_of(one.name), one.version) in pinned
        if (needs := one.metadata["Requires-Python"])
        if not SpecifierSet(needs).contains(OLDEST_PYTHON)
    ]
    assert newer == []


def test_every_dependency_has_its_reason():
    """`docs/decisions.md` names each; the plug-ins of pytest share a line, stubs need none."""
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8").lower()
    told = {name for name in required() if re.search(rf"\b{re.escape(name)}\b", text)}
    untold = required() - told
    assert {name for name in untold if not name.startswith(("pytest-", "types-"))} == set()


def test_every_exit_code_is_documented():
    """The table of `docs/operations.md` holds the code of every error."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.HostwatchError)}
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert codes | {0, 2, 70, 130} == documented


def test_links_between_the_documents_lead_somewhere():
    """No link of a document points at a file that is not there."""
    broken = [
        f"{path.name}: {target}"
        for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_proof_stands_where_it_is_said_to():
    """`docs/proofs.md` names tests that are there."""
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "proofs.md").read_text("utf-8"))
    assert named != []
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_ci_script_can_be_run():
    """It is executable, stops at the first fault, and forbids skipping."""
    script = ROOT / ".ci" / "run"
    text = script.read_text("utf-8")
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert "HOSTWATCH_NO_SKIP=1" in text
