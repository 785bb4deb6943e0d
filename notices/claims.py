"""The answers that a recipient may give; each is a claim, never a proof."""

from __future__ import annotations

CLAIMS = ("removed", "not_ours", "moved", "not_illegal_here", "accepted", "need_more")
