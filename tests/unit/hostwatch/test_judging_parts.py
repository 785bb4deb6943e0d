"""How the reason of a comparison names the part that agreed."""

from __future__ import annotations

from cases.model import ListEntry, Match, Possible
from hostwatch.workflow.judging import explain

ENTRY = ListEntry(hash_list="list", version="1", tier="national", signal_type="sha256")


def test_the_part_stands_at_the_end() -> None:
    """A member of an archive, or the frames of a film."""
    inside = Match(strength="strong", entry=ENTRY, part="member_3")
    assert explain(inside) == "strong:sha256:list:member_3"
    film = Possible(
        tier="review", distance=9, quality=80, view="40%_of_25_frames", entry=ENTRY, part="video"
    )
    assert explain(film) == "review:9:40%_of_25_frames:video"
