"""A progress bar on standard error, for people only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from console.output.text import plain

Advance = Callable[[int], None]
"""Say that this many more are done."""


@contextmanager
def progress(total: int | None, label: str, *, file: IO[str] | None = None) -> Iterator[Advance]:
    """
    Show how far a long piece of work is; `total` is none while it is not known.

    Nothing is written unless `file` (standard error by default) is a terminal.
    """
    stream = file or sys.stderr
    if not stream.isatty():
        yield lambda _count: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    console = Console(file=stream, highlight=False)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(plain(label), total=total)
        yield lambda count: bar.advance(task, count)
