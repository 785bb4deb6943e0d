"""The generic pass: what any page embeds, links or writes, whatever software made it."""

from __future__ import annotations

from crawler.extract.generic.read import read_generic

__all__ = ["read_generic"]
