"""Bytes -> digests -> comparison with the hash list."""
