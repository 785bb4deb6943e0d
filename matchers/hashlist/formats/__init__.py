"""List files: which format one has, and its candidates; each file beside this one reads one."""

from __future__ import annotations

from matchers.hashlist.formats.choose import read_candidates
from matchers.hashlist.formats.options import ListFormat, Options, Rows

__all__ = ["ListFormat", "Options", "Rows", "read_candidates"]
