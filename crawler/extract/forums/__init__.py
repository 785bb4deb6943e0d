"""Readers of forums."""
