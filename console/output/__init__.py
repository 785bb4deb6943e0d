"""What staff see on a terminal: masked values, tables, JSON, CSV, progress."""

from __future__ import annotations

from console.output.export import csv_rows, print_json
from console.output.progress import progress
from console.output.rows import CASE_COLUMNS, NOTICE_COLUMNS, Row, case_row, notice_row
from console.output.table import print_pairs, print_table
from console.output.text import age, cell, plain

__all__ = [
    "CASE_COLUMNS",
    "NOTICE_COLUMNS",
    "Row",
    "age",
    "case_row",
    "cell",
    "csv_rows",
    "notice_row",
    "plain",
    "print_json",
    "print_pairs",
    "print_table",
    "progress",
]
