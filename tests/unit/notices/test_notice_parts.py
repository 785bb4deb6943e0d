"""What a notice says where a part of a thing is on the list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from notice_builders import SHA256, asset, match, material
from notice_reading import PROVIDER_TEMPLATES, json_part, text_of

from cases.model import AssetKind
from notices import document
from notices.compose import compose
from notices.wording import part_words


def archive(strength: str = "strong"):
    inside = replace(match(strength=strength), part="member_3")
    return asset(kind=AssetKind.ARCHIVE, comparison=inside)


@pytest.mark.parametrize("template", PROVIDER_TEMPLATES)
def test_the_part_is_named_and_the_whole_is_to_be_removed(template):
    """The text names the member, and says whose digests stand there."""
    text = " ".join(text_of(template, assets=(archive(),)).split())
    assert "Found in it: member 3 of the archive" in text
    assert "A file inside the archive is byte for byte identical" in text
    assert "The content is byte for byte identical" not in text
    assert "The digests above are those of the whole archive" in text
    assert SHA256 in text


def test_providers_are_asked_to_remove_the_whole_archive():
    """Taking the one file out is not enough; where nothing has parts, nothing is said of them."""
    ask = "remove the whole archive or film, not a part of it"
    assert ask in text_of("cyberlocker", assets=(archive(),))
    assert ask not in text_of("cyberlocker")
    assert "Found in it" not in text_of("cyberlocker")


@pytest.mark.parametrize("strength", ["strong", "weak"])
def test_the_machine_part_names_the_part(strength):
    """Part and basis fit the published schema."""
    content = json_part(compose(material(assets=(archive(strength), asset(2)))))
    assert document.problems(content) == ()
    assert [place.get("part") for place in content["locations"]] == ["member_3", None]
    assert content["basis"] == [f"hash_match_{strength}_inside", "hash_match_strong"]


def test_parts_in_words():
    """What is unknown is shown as it is, on one line."""
    assert part_words(None) is None
    assert part_words("member_12") == "member 12 of the archive"
    assert part_words("video") == "key frames of the film"
    assert part_words("other\nthing") == "other thing"
