"""Readers of image boards."""
