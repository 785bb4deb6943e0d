"""JSON of boards as it comes: pages of threads, catalogues, deleted files, texts with links."""

from __future__ import annotations

import json

import pytest

from crawler.extract.read import extract

H = "https://board.example"


def read(data, url):
    return extract(json.dumps(data), url)


def urls(record, *roles):
    return [c.url for c in record.candidates if not roles or c.role in roles]


THREAD = {
    "posts": [
        {"no": 1, "resto": 0, "tim": "1690000000001", "ext": ".jpg", "filename": "lake",
         "com": 'see <a href="https://files.example/a.zip">this</a><br>https://locker.example/a1b2c3<wbr>d4e5f6'},
        {"no": 2, "resto": 1, "tim": "1690000000002-0", "ext": ".webm",
         "extra_files": [{"tim": "1690000000002-1", "ext": ".png"}, {"tim": "", "ext": "deleted"}]},
        {"no": 3, "resto": 1, "filedeleted": 1, "com": "x"},
        {"no": 4, "resto": 1, "tim": "walk at dusk", "ext": ".jpeg"},
    ]
}  # fmt: skip
FILES = [
    f"{H}/b/src/1690000000001.jpg",
    f"{H}/b/src/1690000000002-0.webm",
    f"{H}/b/src/1690000000002-1.png",
    f"{H}/b/src/walk%20at%20dusk.jpeg",
]
FOUR = {"posts": [{"no": 1, "now": "x", "tim": 1700000000000001, "ext": ".jpg", "archived": 1}]}


@pytest.mark.parametrize(
    "path", ["/b/res/1.json", "/b/res/1.html", "/b/res/1-lakes.html", "/b/res/1+50.json", "/b/0.json", "/b/"]
)  # fmt: skip
def test_the_address_may_be_that_of_the_page_or_of_its_twin(path):
    """Files lie below the board, whatever form was asked."""
    assert urls(read(THREAD, H + path), "original") == FILES


@pytest.mark.parametrize(
    ("fragment", "files"),
    [("#1", FILES[:1]), ("#q2", FILES[1:3]), ("#reply_4", FILES[3:]), ("#top", FILES)],
)
def test_the_fragment_of_the_page_limits_its_twin(fragment, files):
    """As it limits the page."""
    assert urls(read(THREAD, f"{H}/b/res/1.html{fragment}"), "original") == files


def test_links_in_the_texts_of_posts_are_found():
    """Anchors and written addresses, also where a long word may be broken; none of other posts."""
    record = read(THREAD, f"{H}/b/res/1.json")
    assert urls(record, "linked") == ["https://files.example/a.zip"]
    assert urls(record, "locker") == ["https://locker.example/a1b2c3d4e5f6"]
    assert urls(read(THREAD, f"{H}/b/res/1.json#2"), "linked", "locker") == []


def test_deleted_files_are_a_sign_and_settle_only_their_own_post():
    """A post with another file is content; one without is gone."""
    url = f"{H}/b/res/1.json"
    states = {
        number: (read(THREAD, url + number).state, read(THREAD, url + number).signs)
        for number in ("", "#1", "#2", "#3")
    }
    assert states == {
        "": ("content", ("file_deleted",)),
        "#1": ("content", ()),
        "#2": ("content", ("file_deleted",)),
        "#3": ("gone", ("file_deleted",)),
    }


@pytest.mark.parametrize(
    "data",
    [{"threads": [THREAD]}, {"threads": [{"posts": THREAD["posts"][:2]}, {"posts": THREAD["posts"][2:]}]},
     [{"page": 0, "threads": THREAD["posts"]}]],
    ids=["page", "two_threads", "catalogue"],
)  # fmt: skip
def test_pages_of_threads_and_catalogues_are_read_too(data):
    """A post that is not among them may still exist."""
    assert urls(read(data, f"{H}/b/0.json"), "original") == FILES
    missing = read(data, f"{H}/b/0.json#99")
    assert (missing.state, missing.post_found, missing.candidates) == ("unknown", False, ())


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://a.4cdn.org/b/thread/1.json", "https://i.4cdn.org/b/1700000000000001.jpg"),
        ("https://boards.4chan.org/b/thread/1/lakes#p1", "https://i.4cdn.org/b/1700000000000001.jpg"),
        ("https://a.boards.example/b/catalog.json", "https://i.boards.example/b/1700000000000001.jpg"),
        (f"{H}/b/thread/1.json", f"{H}/b/src/1700000000000001.jpg"),
    ],
)  # fmt: skip
def test_files_of_4chan_lie_at_the_host_for_files(url, file):
    """Under the address of the page and of its twin alike; archived threads say so."""
    record = read(FOUR, url)
    assert (record.engine, urls(record), "archived" in record.signs) == ("4chan", [file], True)


LYNX = {"pageCount": 1, "threads": [{"threadId": 5, "files": [{"path": "/.media/aa.png", "thumb": "/.media/t_aa"}],
        "posts": [{"postId": 6, "files": [{"path": "/.media/bb", "originalName": "b.mp4"}]}]}]}  # fmt: skip
JS = [{"postId": 5, "files": [{"filename": "a.png", "hash": "a", "thumbextension": ".jpg"}],
       "replies": [{"postId": 6, "files": [{"filename": "bb", "mimetype": "video/mp4"}]}]}]  # fmt: skip
FOOL = {"5": {"op": {"num": "5", "subnum": "0", "media": {"media_link": "/a/image/1/5.png", "thumb_link": "/t/5s.jpg"}},
              "posts": {"5_1": {"num": "5", "subnum": "1", "media": {"remote_media_link": f"{H}/r/6.webm"}},
                        "7": {"num": "7", "subnum": "0", "media": None}}}}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "path", "engine", "files"),
    [
        (LYNX, "/b/1.json", "lynxchan", ["/.media/aa.png", "/.media/bb"]),
        (JS, "/b/1.json", "jschan", ["/file/a.png", "/file/bb"]),
        (FOOL, "/_/api/chan/index/?board=a&page=1", "foolfuuka", ["/a/image/1/5.png", "/r/6.webm"]),
    ],
)
def test_other_boards_pages_of_threads_are_read(data, path, engine, files):
    """Lists and objects, with the kinds of files that have no extension."""
    record = read(data, H + path)
    assert (record.engine, record.state) == (engine, "content")
    assert [c.url.removeprefix(H) for c in record.candidates] == files
    assert [c.kind for c in record.candidates] == ["picture", "video"]


def test_a_reply_that_only_the_archive_has_is_named_by_two_numbers():
    """As in `#5_1`."""
    url = f"{H}/_/api/chan/thread/?board=a&num=5"
    assert urls(read(FOOL, f"{url}#5_1")) == [f"{H}/r/6.webm"]
    assert urls(read(FOOL, f"{url}#5")) == [f"{H}/a/image/1/5.png"]


@pytest.mark.parametrize(
    ("data", "state"),
    [({"posts": []}, "unknown"), ([], "unknown"), ([1, "x", None], "unknown"), ({"threads": []}, "unknown"),
     ({"error": "Thread not found."}, "gone"), ({"posts": [{"no": 1}]}, "content"), ([[[]]], "unknown")],
)  # fmt: skip
def test_an_answer_without_posts_says_nothing(data, state):
    """Only what a board says in words, or a post that is missing from its thread, is gone."""
    assert read(data, f"{H}/b/res/1.json").state == state


def test_names_of_files_that_leave_their_place_are_not_used():
    """Raw values of a site are checked before they become a part of an address."""
    names = ("../x", "a/b", "..", "a?b", "a#b", "a\nb", "")
    posts = [{"no": n, "tim": name, "ext": ".png"} for n, name in enumerate(names)]
    assert urls(read({"posts": posts}, f"{H}/b/res/1.json")) == []
