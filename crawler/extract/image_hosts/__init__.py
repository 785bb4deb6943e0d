"""Readers of image hosts and galleries."""
