"""Measurements against the field's open tools; `python -m benchmarks.NAME --json`."""
