"""Guarded fetching in a process of its own."""
