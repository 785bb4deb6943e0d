"""Tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text

from console.output.rows import Row
from console.output.text import plain


def print_table(rows: Iterable[Row], columns: Sequence[str], title: str, file: IO[str]) -> None:
    """
    Print the named columns of the rows; a member that is none or missing stays empty.

    Values are shown as they are: no markup, no control characters. When `file` is no terminal,
    the table is as wide as it needs to be, so that nothing is folded in a pipe.
    """
    table = _table(title, show_header=True)
    for column in columns:
        table.add_column(Text(column.replace("_", " ")), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(row.get(column))) for column in columns))
    _print(table, file)


def print_pairs(values: Mapping[str, object], title: str, file: IO[str]) -> None:
    """Print one record, a name and a value per line; members without a value are left out."""
    table = _table(title, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        text = _shown(value)
        if text:
            table.add_row(Text(name.replace("_", " ")), Text(text))
    _print(table, file)


def _table(title: str, *, show_header: bool) -> Table:
    shown = Text(plain(title), style="bold")
    return Table(title=shown, title_justify="left", show_header=show_header, header_style="bold")


def _print(table: Table, file: IO[str]) -> None:
    console = Console(file=file, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = max(80, console.measure(table, options=_endless(console)).maximum)
    console.print(table)


def _endless(console: Console) -> ConsoleOptions:
    return console.options.update(width=100_000)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return plain(value)
