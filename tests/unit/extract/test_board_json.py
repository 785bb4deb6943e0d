"""The machine-readable forms of threads, and other JSON that names media."""

from __future__ import annotations

import json

import pytest

from crawler.extract.read import extract

H = "https://board.example"
SHA = "cd" * 32
MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="


def read(data, url):
    return extract(json.dumps(data), url, "application/json")


def urls(record):
    return [c.url for c in record.candidates]


FOUR = {"posts": [
    {"no": 1, "now": "01/02/24", "tim": 1700000000000001, "ext": ".jpg", "md5": MD5},
    {"no": 2, "now": "01/02/24", "tim": 1700000000000002, "ext": ".webm", "filedeleted": 1}]}  # fmt: skip
LYNX = {"threadId": 1, "files": [{"path": f"/.media/{SHA}", "thumb": "/.media/t_x", "mime": "image/png"}],
        "posts": [{"postId": 2, "files": [{"path": "/.media/b.webm", "mime": "video/webm"}]}]}  # fmt: skip
JS = {"postId": 1, "files": [{"filename": f"{SHA}.png", "mimetype": "image/png"}],
      "replies": [{"postId": 2, "files": [{"filename": "b.mp4"}, {"filename": "../x"}]}]}  # fmt: skip
FOOL = {"1": {"op": {"num": "1", "media": {"media_link": f"{H}/a/image/1.jpg", "thumb_link": "x", "media_hash": MD5}},
              "posts": {"2": {"num": "2", "media": {"media_link": None, "remote_media_link": f"{H}/r/2.png"}},
                        "3": {"num": "3", "media": None}}}}  # fmt: skip
CASES = {
    "4chan": (FOUR, "https://a.4cdn.org/b/thread/1.json", ["https://i.4cdn.org/b/1700000000000001.jpg"]),
    "lynxchan": (LYNX, f"{H}/b/res/1.json", [f"{H}/.media/{SHA}", f"{H}/.media/b.webm"]),
    "jschan": (JS, f"{H}/b/thread/1.json", [f"{H}/file/{SHA}.png", f"{H}/file/b.mp4"]),
    "foolfuuka": (FOOL, f"{H}/_/api/chan/thread/?board=a&num=1", [f"{H}/a/image/1.jpg", f"{H}/r/2.png"]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_twin_gives_full_size_files_and_is_limited_to_a_post(name):
    """Files of all posts; of one when the fragment names it; a missing one is gone."""
    data, url, files = CASES[name]
    record = read(data, url)
    assert (record.engine, record.site_type, record.state) == (name, "image_board", "content")
    assert urls(record) == files
    assert urls(read(data, url + "#1")) == files[:1]
    assert read(data, url + "#9").state == "gone"
    assert read(data, url + "#9").post_found is False


def test_a_deleted_file_in_the_twin_is_gone_for_its_post():
    """`filedeleted` says that the file went and the post stayed."""
    record = read(FOUR, CASES["4chan"][1] + "#2")
    assert (record.state, record.state_rule) == ("gone", "4chan:file_deleted")


def test_hashes_that_hosts_publish_are_claims():
    """MD5 of 4chan and FoolFuuka; SHA-256 in the names of LynxChan and jschan."""
    claims = {
        name: read(data, url).candidates[0].claimed_hash for name, (data, url, _) in CASES.items()
    }
    assert claims == {
        "4chan": "md5:d41d8cd98f00b204e9800998ecf8427e",
        "foolfuuka": "md5:d41d8cd98f00b204e9800998ecf8427e",
        "lynxchan": f"sha256:{SHA}",
        "jschan": f"sha256:{SHA}",
    }


def test_files_lie_at_the_sites_own_media_host():
    """A board of 4chan's shape at another site: `a.` is its interface, `i.` its files."""
    assert urls(read(FOUR, "https://a.boards.example/b/thread/1.json")) == [
        "https://i.boards.example/b/1700000000000001.jpg"
    ]


@pytest.mark.parametrize(
    ("data", "engine", "expected"),
    [
        ({"success": True, "files": [{"hash": "x", "url": f"{H}/abc.png", "size": 3}]}, "pomf", [f"{H}/abc.png"]),
        ({"version": "1.0", "type": "photo", "url": f"{H}/a.jpg", "thumbnail_url": f"{H}/a.th.jpg"}, "generic", [f"{H}/a.jpg"]),
        ({"stat": "ok", "result": {"element_url": f"{H}/upload/a.jpg", "derivatives": {"thumb": {"url": f"{H}/i/a-th.jpg"}}}},
         "generic", [f"{H}/upload/a.jpg"]),
        ({"error": "Thread not found."}, "generic", []),
    ],
)  # fmt: skip
def test_other_json_is_walked_for_media(data, engine, expected):
    """Upload answers, oEmbed and gallery interfaces; small forms are left out."""
    record = read(data, f"{H}/api")
    assert (record.engine, urls(record)) == (engine, expected)
    assert record.state == ("content" if expected else "gone")
