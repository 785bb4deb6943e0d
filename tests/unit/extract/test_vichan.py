"""Threads of a vichan image board, as HTML and JSON."""

from __future__ import annotations

import pytest
from vichan_pages import BASE, THREAD, TWIN

from crawler.extract.read import extract


def urls(record, role=None):
    return [c.url for c in record.candidates if role is None or c.role == role]


def test_a_thread_gives_every_file_in_full_size():
    """Pictures, films behind the player, spoilered and further files of a post, on any host."""
    record = extract(THREAD, BASE)
    assert record.engine == "vichan"
    assert record.site_type == "image_board"
    assert record.state == "content"
    assert urls(record, "original") == [
        "https://board.example/b/src/1690000000001.jpg",
        "https://board.example/b/src/1690000000002.webm",
        "https://media.board.example/b/src/1690000000003.png",
    ]


def test_thumbnails_and_spoilers_are_left_out():
    """What only stands for an original is never a candidate beside it."""
    record = extract(THREAD, BASE)
    assert not [url for url in urls(record) if "thumb" in url or "spoiler" in url]


def test_reverse_search_exif_and_report_links_are_refused_by_rule():
    """Links that would tell a third party or change the evidence are named and kept apart."""
    record = extract(THREAD, BASE)
    refused = {link.url: link.why for link in record.refused}
    assert len([why for why in refused.values() if why == "reverse_image_search"]) == 3
    assert any("exif.regex.info" in url for url in refused)
    assert any("/report.php" in url for url in refused)
    assert not set(refused) & set(urls(record))
    assert not [url for url in urls(record) if "imgops" in url or "google" in url]


def test_a_defanged_locker_link_in_a_post_is_a_locker_hop():
    """Written links to lockers are found, also defanged, and marked as the one hop."""
    record = extract(THREAD, BASE)
    assert urls(record, "locker") == ["https://locker.example/a1b2c3d4e5f6/walk.zip"]


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("#100", ["https://board.example/b/src/1690000000001.jpg"]),
        ("#q100", ["https://board.example/b/src/1690000000001.jpg"]),
        (
            "#101",
            [
                "https://board.example/b/src/1690000000002.webm",
                "https://media.board.example/b/src/1690000000003.png",
                "https://locker.example/a1b2c3d4e5f6/walk.zip",
            ],
        ),
    ],
)
def test_a_fragment_limits_the_record_to_its_post(fragment, expected):
    """Only the reported post's own files are candidates."""
    record = extract(THREAD, BASE + fragment)
    assert record.post_found is True
    assert urls(record) == expected


def test_a_deleted_file_in_the_reported_post_is_gone():
    """The post still stands, its file was deleted."""
    record = extract(THREAD, BASE + "#q102")
    assert (record.state, record.state_rule) == ("gone", "vichan:file_deleted")
    assert urls(record) == []


def test_a_missing_post_is_gone_only_on_the_whole_thread():
    """A page of the last fifty posts cannot say that an older post is gone."""
    assert extract(THREAD, BASE + "#999").state == "gone"
    partial = extract(THREAD, "https://board.example/b/res/100+50.html#999")
    assert (partial.state, partial.post_found) == ("unknown", False)
    assert partial.json_twin == "https://board.example/b/res/100.json"
    assert extract(THREAD, "https://board.example/b/index.html#999").state == "unknown"


def test_a_quoted_removal_phrase_and_a_password_field_mean_nothing():
    """Posts quote such phrases, and boards carry a password field for deleting posts."""
    record = extract(THREAD, BASE)
    assert not [s for s in record.signs if s.startswith(("removal", "login", "password"))]


def test_the_json_twin_gives_files_and_claimed_hashes():
    """`tim` and `ext` below the board, further files, infinity's file store; deleted ones not."""
    record = extract(TWIN, "https://board.example/b/res/100.json", "application/json")
    assert record.engine == "vichan"
    assert urls(record) == [
        "https://board.example/b/src/1690000000001.jpg",
        "https://board.example/b/src/1690000000002.webm",
        "https://board.example/b/src/1690000000003.png",
        "https://board.example/file_store/abcdef0123456789abcdef0123456789.gif",
    ]
    assert record.candidates[0].claimed_hash == "md5:d41d8cd98f00b204e9800998ecf8427e"


def test_the_json_twin_is_limited_to_a_post_as_well():
    """Post scope, a deleted file and a missing post are read from JSON too."""
    url = "https://board.example/b/res/100.json"
    assert urls(extract(TWIN, url + "#103")) == [
        "https://board.example/file_store/abcdef0123456789abcdef0123456789.gif"
    ]
    assert extract(TWIN, url + "#102").state_rule == "vichan:file_deleted"
    assert extract(TWIN, url + "#999").state_rule == "vichan:post_missing"


def test_a_pruned_thread_is_expired():
    """A board that says a thread was pruned is not credited with a removal."""
    page = (
        "<body class='8chan vichan'><header><h1>Error</h1></header><h2 class='error'>"
        "This thread has expired and was pruned.</h2><p class='unimportant'>v</p></body>"
    )
    assert extract(page, BASE).state == "expired"


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"posts":3}', '{"posts":[1,null]}', "{broken", "[" * 5000]
)
def test_odd_json_is_unknown_and_never_gone(body):
    """Anything that is not a thread says nothing."""
    record = extract(body, "https://board.example/b/res/100.json", "application/json")
    assert record.state == "unknown"
    assert record.candidates == ()
