"""Immutable, memory-mapped look-up: exact digests, and perceptual codes by distance."""
