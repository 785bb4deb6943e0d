"""The sealed store: rows with few clear columns, everything else under the key of its case."""
