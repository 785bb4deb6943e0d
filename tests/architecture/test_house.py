"""
The rules of the house that no type checker knows.

Each rule that searches has a planted breach beside it, so that a blind search is noticed.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "cases",
    "config",
    "console",
    "crawler",
    "hostwatch",
    "isolation",
    "matchers",
    "notices",
    "sandbox",
)
WRITERS = {
    "cases/audit_key.py": "the key that signs checkpoints, and files of checkpoints",
    "cases/erasures.py": "which cases were erased",
    "cases/sealing/key_file.py": "the master keys",
    "cases/store/sqlite.py": "the sealed database",
    "config/initialise.py": "the first configuration",
    "config/logging.py": "the log, redacted",
    "console/cli/audit.py": "an export of the audit trail",
    "console/demo/run.py": "the demo's report and, if asked, its data directory",
    "console/demo/setting.py": "the demo's configuration",
    "crawler/hosting/replace_file.py": "imported range tables",
    "hostwatch/downloads.py": "public tables that the configuration names, as they come",
    "hostwatch/operations/backup.py": "sealed backups, and a sealed database for a drill",
    "hostwatch/worker.py": "the lock file of the one worker",
    "isolation/attempts.py": "nothing: it proves that a locked worker cannot",
    "isolation/child.py": "the pipe to a worker",
    "isolation/worker.py": "the worker's pipe to the core",
    "matchers/hashlist/making.py": "further files of a version of a hash list",
    "matchers/hashlist/manifest.py": "the manifest of a hash list",
    "matchers/hashlist/ncmec/update.py": "entries of an update, in a file without a name",
    "matchers/hashlist/quarantine.py": "keys of signals that are set aside, marks of domains",
    "matchers/hashlist/referencing.py": "the opaque references of a hash list's entries",
    "matchers/hashlist/selfreferrals.py": "the register of self-referrals: references, digests",
    "matchers/hashlist/versions.py": "which version of a hash list is active",
    "matchers/hashlist/writer.py": "the classes of a hash list",
    "matchers/index/build.py": "the index files of a hash list",
    "matchers/index/tombstones.py": "which rows of a hash list's segment no longer count",
    "notices/partners/bundle.py": "the signing key for bundles",
}
"""Files that may open a file for writing, and what they write; no media passes through them."""

LONG = {"cases/model.py": "the values of the domain, read as one page"}
"""Files that may be longer than 500 lines."""

PRACTICE_MAKERS = ("sandbox/", "console/demo")
"""Where the practice network may be made."""

WRITING_CALLS = {
    "write_bytes",
    "write_text",
    "mkstemp",
    "mkdtemp",
    "memfd_create",
    "TemporaryFile",
    "NamedTemporaryFile",
    "SpooledTemporaryFile",
    "TemporaryDirectory",
    "copyfile",
    "copyfileobj",
    "copytree",
    "tofile",
    "savez",
}

NEVER = re.compile(
    "|".join(
        (
            "child" + " porn",
            "kiddie" + " porn",
            "TO" + "DO",
            "FIX" + "ME",
            r"\bX" + r"XX\b",
            "raise " + "NotImplemented",
            "/wo" + "rk/",
            "pypi" + r"\.org",
            "python" + "hosted",
        )
    )
)
TEXT = (".py", ".toml", ".md", ".html", ".css", ".txt", ".j2", ".yaml", ".yml", ".json")


@cache
def sources() -> dict[str, ast.Module]:
    """Parse every file of our packages."""
    files = (path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in files}


def texts() -> Iterator[Path]:
    """List every text file that we wrote."""
    top = (path for path in ROOT.iterdir() if not path.name.startswith(".") or path.name == ".ci")
    for place in sorted(top):
        inside = place.rglob("*") if place.is_dir() else (place,)
        for path in inside:
            if path.suffix in TEXT or path.parent.name == ".ci":
                yield path


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """List all functions and methods, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count lines from `def` to the last one, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def called(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def writes(tree: ast.AST) -> list[int]:
    """List the lines on which a file may be opened for writing or made."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (called(node) in WRITING_CALLS or opens_to_write(node))
    ]


def opens_to_write(node: ast.Call) -> bool:
    """Recognise `open`, `path.open`, `os.open`, `os.fdopen`, `memmap` that write or may write."""
    name = called(node)
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if name == "open" and owner == "os":
        return any(re.search("O_(WRONLY|RDWR|APPEND)", ast.unparse(x)) for x in node.args)
    if name == "fdopen" or (name == "open" and not owner):
        return mode_writes(node, node.args[1:2])
    if name == "memmap":
        return not any(
            word.arg == "mode" and ast.unparse(word.value) == "'r'" for word in node.keywords
        )
    texts_only = [x for x in node.args[:1] if ast.unparse(x) == "mode" or is_mode(x)]
    return name == "open" and mode_writes(node, texts_only)


def is_mode(node: ast.expr) -> bool:
    """Tell a mode such as `rb+` from a name."""
    return (
        isinstance(node, ast.Constant) and re.fullmatch("[rwaxbt+]+", str(node.value)) is not None
    )


def mode_writes(node: ast.Call, positional: list[ast.expr]) -> bool:
    """Return whether the mode writes, or is not to be seen from here."""
    modes = positional + [word.value for word in node.keywords if word.arg == "mode"]
    return any(
        not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes
    )


@pytest.mark.parametrize("name", PACKAGES)
def test_each_top_level_name_has_one_owner(name):
    """No other distribution installs a package of the same name, and ours is the one imported."""
    assert set(packages_distributions().get(name, [])) <= {"hostwatch"}
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)


def test_files_are_opened_for_writing_in_known_places_only():
    """Media is compared, never kept: whoever writes a file stands in the list with a reason."""
    found = {
        file: lines
        for file, tree in sources().items()
        if (lines := writes(tree)) and file not in WRITERS and not file.startswith("sandbox/")
    }
    assert found == {}


def test_the_list_of_writers_is_current():
    """A file that no longer writes leaves the list."""
    writing = {file for file, tree in sources().items() if writes(tree)}
    assert set(WRITERS) - writing == set()


@pytest.mark.parametrize(
    "breach",
    [
        "open('x', 'wb').write(body)",
        "open('x', mode='ab')",
        "open('x', mode)",
        "Path('x').open('w')",
        "path.open(mode='r+b')",
        "Path('x').write_bytes(body)",
        "os.open('x', os.O_CREAT | os.O_WRONLY)",
        "tempfile.NamedTemporaryFile()",
        "tempfile.SpooledTemporaryFile()",
        "array.tofile('x')",
        "path.open(mode)",
        "os.fdopen(descriptor, 'wb', 0)",
        "np.memmap('x', mode='w+')",
        "np.memmap('x')",
    ],
)
def test_a_planted_write_is_found(breach):
    """The search above is not blind."""
    assert writes(ast.parse(breach)) == [1]


@pytest.mark.parametrize(
    "fine",
    [
        "open('x')",
        "open('x', 'rb')",
        "path.open('rb')",
        "path.open()",
        "pool.open(job, header)",
        "os.open(p, os.O_RDONLY)",
        "os.fdopen(descriptor, 'rb', 0)",
        "np.memmap('x', mode='r')",
    ],
)
def test_reading_is_not_taken_for_writing(fine):
    """Otherwise the list would be full of readers."""
    assert writes(ast.parse(fine)) == []


def test_functions_are_short():
    """None above 60 lines; the median under 10."""
    lengths = {
        f"{file}:{function.lineno} {function.name}": length(function)
        for file, tree in sources().items()
        for function in functions(tree)
    }
    assert {where: lines for where, lines in lengths.items() if lines > 60} == {}
    assert statistics.median(lengths.values()) < 10


def test_a_long_function_is_measured():
    """A docstring does not count, everything else does."""
    body = "\n".join(f"    x = {number}" for number in range(61))
    (function,) = functions(ast.parse(f'def f():\n    """\n    Doc.\n    """\n{body}\n'))
    assert length(function) == 62


def test_files_are_short():
    """A file of more than 500 lines is split."""
    lengths = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n")
        for name in (*PACKAGES, "tests", "benchmarks")
        for path in (ROOT / name).rglob("*.py")
    }
    found = {file: lines for file, lines in lengths.items() if lines > 500}
    assert set(found) <= set(LONG), found


def test_every_module_says_what_it_is_for():
    """Each file of the packages and the tests begins with a docstring."""
    silent = [
        str(path.relative_to(ROOT))
        for name in (*PACKAGES, "tests", "benchmarks")
        for path in sorted((ROOT / name).rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_no_file_holds_a_word_that_must_not_stand_there():
    """The field's words only, nothing left undone, no place of one machine."""
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in texts()
        if (match := NEVER.search(path.read_text("utf-8")))
    }
    assert found == {}


def test_a_planted_word_is_found():
    """The search above is not blind."""
    assert NEVER.search("see TO" + "DO")
    assert any(path == Path(__file__) for path in texts())


def test_the_practice_network_is_made_by_the_demo_and_the_sandbox_only():
    """No configuration, environment variable or command can open it."""
    makers = {
        file
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "PracticeNetwork"
    }
    assert {file for file in makers if not file.startswith(PRACTICE_MAKERS)} == set()


def test_the_configuration_does_not_know_the_practice_network():
    """Neither by import nor by name."""
    found = {
        file
        for file, tree in sources().items()
        if file.startswith("config/") and "PracticeNetwork" in ast.unparse(tree)
    }
    assert found == set()


def test_imports_run_one_way():
    """The contracts of `pyproject.toml` hold."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
