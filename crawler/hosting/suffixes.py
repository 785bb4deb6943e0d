"""The public suffix list: imported from a file, with its date; the one that comes along else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from cases.errors import InvalidInput
from crawler.hosting.range_source import whole
from crawler.hosting.replace_file import replace_file

FILE = "public_suffix_list.dat"
_VERSION = re.compile(r"^// VERSION:\s*(\d{4}-\d{2}-\d{2})", re.MULTILINE)
_LABEL = r"[^\s.!*/:@\\]{1,63}"
_RULE = re.compile(rf"!?(?:\*\.)*{_LABEL}(?:\.{_LABEL})*")
_BEGIN_ICANN = "// ===BEGIN ICANN DOMAINS==="
_BEGIN_PRIVATE = "// ===BEGIN PRIVATE DOMAINS==="
_MAX_REFUSED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SuffixReport:
    """What became of each line of an imported list."""

    accepted: int
    refused: tuple[tuple[int, str], ...]
    """Line number and machine word."""
    path: Path
    built: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SuffixList:
    """A list and where it is from."""

    path: Path | None
    """None: the list that comes along with tldextract."""
    version: str
    """Its date, or `unknown`."""

    @property
    def source(self) -> str:
        """Return the name that evidence gives as its source."""
        return "public_suffix_list" if self.path is not None else "public_suffix_list:bundled"


def suffix_path(ranges_dir: Path) -> Path:
    """Return where the imported list lies."""
    return ranges_dir / FILE


def newest_list(ranges_dir: Path | None) -> SuffixList:
    """Return the imported list if it is usable and not older than the one that comes along."""
    bundled = SuffixList(path=None, version=_version_of(bundled_text()))
    if ranges_dir is None:
        return bundled
    path = suffix_path(ranges_dir)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return bundled
    version = _version_of(text)
    usable = _BEGIN_PRIVATE in text and version != "unknown" and version >= bundled.version
    return SuffixList(path=path, version=version) if usable else bundled


def import_suffixes(source: Path, *, into: Path) -> SuffixReport:
    """
    Import a public suffix list; bad lines are named and left out.

    Raises:
        InvalidInput: it cannot be read, is no such list, tells no date, or holds fewer than half of
            the rules of the list that comes along. An earlier list stays as it was.
    """
    text = _text(source)
    version = _version_of(text)
    if _BEGIN_ICANN not in text or _BEGIN_PRIVATE not in text or version == "unknown":
        raise InvalidInput(
            f"{source.name} is not a public suffix list: its two parts and the line '// VERSION: "
            "YYYY-MM-DD' are expected, as at publicsuffix.org. Nothing was changed."
        )
    kept, refused = _sorted_lines(text)
    accepted = rules_in("\n".join(kept))
    least = rules_in(bundled_text()) // 2
    if accepted < least or len(refused) > _MAX_REFUSED:
        raise InvalidInput(
            f"{source.name} holds {accepted:,} usable rules and {len(refused):,} bad lines; "
            f"{least:,} rules at least are expected; fetch it again. Nothing was changed."
        )
    path = suffix_path(into)
    replace_file(path, ("\n".join(kept) + "\n").encode())
    return SuffixReport(
        accepted=accepted,
        refused=tuple(refused),
        path=path,
        built=date.fromisoformat(version),
    )


def rules_in(text: str) -> int:
    """Count the rules of a list."""
    return sum(1 for line in text.splitlines() if line and not line.startswith("//"))


def bundled_text() -> str:
    """Return the list that tldextract carries."""
    return (files("tldextract") / ".tld_set_snapshot").read_text(encoding="utf-8")


def _text(source: Path) -> str:
    try:
        return whole(source).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{source.name} is not UTF-8 text. Nothing was changed.") from None


def _sorted_lines(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    kept: list[str] = []
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        rule = line.strip()
        if not rule or rule.startswith("//"):
            kept.append(rule[:200])
        elif _RULE.fullmatch(rule.lower()):
            kept.append(rule.lower())
        else:
            refused.append((number, "bad_rule"))
    return kept, refused


def _version_of(text: str) -> str:
    found = _VERSION.search(text[:5000])
    if found is None:
        return "unknown"
    try:
        return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        return "unknown"
