"""
What the processor spends on reading one page, beside the bare parser.

    python -m benchmarks.pages [--rounds 7] [--json]

The peer parses the same bytes with bs4 and the same parser, and finds every `a`, `img` and
`source`: what a crawler without engines, rules and scripts would do at least. For JSON it is the
parse alone. Both run in this process and take turns; what counts is processor time.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bs4 import BeautifulSoup

from benchmarks.crawl import bodies
from benchmarks.measure import Report, interleaved, machine, pin, ratio, versions
from crawler.extract.job import read_page

_WORDS = ("harbour", "light", "morning", "bridge", "stone", "river", "window", "garden")
_WANTED = ["a", "img", "source"]
_BATCH = 0.3
"""Seconds of processor time that one measurement takes at least, by the first reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page as it is served."""

    url: str
    body: bytes
    content_type: str = "text/html; charset=utf-8"

    def read(self) -> Report:
        """Read the page as the locked worker does."""
        return read_page({"url": self.url, "content_type": self.content_type}, self.body)

    def bare(self) -> object:
        """Parse the page and list its links and pictures, nothing else."""
        if self.content_type == "application/json":
            return json.loads(self.body)
        soup = BeautifulSoup(self.body.decode(), "lxml", multi_valued_attributes=None)
        return [tag.get("href") or tag.get("src") for tag in soup.find_all(_WANTED)]


def samples() -> dict[str, Sample]:
    """Write the five pages."""
    return {
        "gallery_5_pictures": Sample(
            url="https://gallery.example/g/1",
            body=bodies.page(1, [f"/i/{n}.jpg" for n in range(5)]).body,
        ),
        "vichan_300_posts_600_files": Sample(
            url="https://board.example/b/res/1.html", body=_vichan(300).encode()
        ),
        "plain_25000_elements": Sample(
            url="https://site.example/list.html", body=_elements(25_000).encode()
        ),
        "forum_50_posts": Sample(
            url="https://forum.example/threads/walk.1/", body=_forum(50).encode()
        ),
        "json_twin_500_posts": Sample(
            url="https://board.example/b/res/1.json",
            body=json.dumps({"posts": [_post(n) for n in range(500)]}).encode(),
            content_type="application/json",
        ),
    }


def _vichan(posts: int) -> str:
    words = random.Random(1)
    shown = "".join(_reply(number, words) for number in range(1, posts + 1))
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>/b/ - walks</title>"
        '<link rel="stylesheet" href="/stylesheets/style.css"><script src="/main.js"></script>'
        '</head><body class="8chan vichan is-not-moderator active-thread">'
        '<header><h1>/b/ - walks</h1></header><form name="post" action="/post.php" method="post">'
        '<input type="text" name="email"><textarea name="body"></textarea></form><hr>'
        f'<form name="postcontrols" action="/post.php"><div class="thread" id="thread_1">{shown}'
        "</div></form></body></html>"
    )


def _reply(number: int, words: random.Random) -> str:
    kind, name = ("op", "op") if number == 1 else ("reply", "reply")
    quote = f'<a onclick="highlightReply(1)" href="/b/res/1.html#1">&gt;&gt;{number}</a>'
    files = "".join(_file(number * 10 + at) for at in range(2))
    return (
        f'<div class="post {kind}" id="{name}_{number}"><p class="intro">'
        f'<input type="checkbox" class="delete" name="delete_{number}" id="delete_{number}">'
        '<label><span class="name">Anonymous</span> <time datetime="2026-01-02T03:04:05Z">'
        f'01/02/26</time></label><a class="post_no" href="/b/res/1.html#{number}">No.</a>'
        f'<a class="post_no" href="/b/res/1.html#q{number}">{number}</a></p>'
        f'<div class="files">{files}</div><div class="body"><p class="body-line ltr">{quote}</p>'
        f'<p class="body-line ltr">{_text(words, 30)}</p></div></div><br>'
    )


def _file(number: int) -> str:
    stored = 1_700_000_000_000 + number
    return (
        f'<div class="file multifile"><p class="fileinfo">File: <a href="/b/src/{stored}.jpg">'
        f'{stored}.jpg</a> <span class="unimportant">(120 KB, 800x600, <a download="walk.jpg" '
        f'class="postfilename" href="/b/src/{stored}.jpg">walk-{number}.jpg</a>)</span></p>'
        f'<a href="/b/src/{stored}.jpg" target="_blank"><img class="post-image" alt="" '
        f'src="/b/thumb/{stored}.jpg" style="width:200px;height:150px"></a></div>'
    )


def _elements(count: int) -> str:
    """Write a list whose items hold one link, one picture and two other elements each."""
    items = "".join(
        f'<li class="entry e{n % 7}"><a class="name" href="/item/{n}.html">item {n}</a>'
        f'<img src="/small/{n}.png" alt=""><span class="size">{n} KB</span><p>walk {n}</p></li>'
        for n in range(count // 5)
    )
    return f"<!doctype html><html><head><title>list</title></head><body><ul>{items}</ul></body>"


def _forum(posts: int) -> str:
    words = random.Random(2)
    shown = "".join(_message(number, words) for number in range(1, posts + 1))
    return (
        '<!doctype html><html id="XF" data-app="public" data-template="thread_view" class="has-js">'
        '<head><title>A walk | Forum</title><meta property="og:image" content="/logo.og.png">'
        '<link rel="stylesheet" href="/css.php?css=public:core.less"></head>'
        '<body data-template="thread_view"><div class="p-pageWrapper" id="top">'
        f'<h1 class="p-title-value">A walk</h1><div class="block-body js-replyNewMessageContainer">'
        f"{shown}</div></div></body></html>"
    )


def _message(number: int, words: random.Random) -> str:
    pictures = "".join(
        f'<a href="/attachments/walk-{at}-jpg.{number * 10 + at}/" target="_blank">'
        f'<img src="/attachments/{at}-jpg.{number * 10 + at}/?thumb=1" class="bbImage" '
        'alt="walk.jpg"></a>'
        for at in range(2)
    )
    return (
        f'<article class="message message--post js-post" data-content="post-{number}" '
        f'id="js-post-{number}"><span class="u-anchorTarget" id="post-{number}"></span>'
        '<div class="message-inner"><div class="message-cell message-cell--user">'
        f'<section class="message-user"><a href="/members/m.{number % 9}/" class="avatar">'
        f'<img src="/data/avatars/m/0/{number % 9}.jpg" alt="m"></a><h4 class="message-name">m</h4>'
        '</section></div><div class="message-cell message-cell--main"><article class="message-body '
        f'js-selectToQuote"><div class="bbWrapper">{_text(words, 60)}<br>{pictures}'
        f'{_text(words, 40)}</div></article><footer><a href="/posts/{number}/react">Like</a> '
        f'<a href="/posts/{number}/report" class="actionBar-action--report">Report</a></footer>'
        "</div></div></article>"
    )


def _post(number: int) -> Report:
    words = random.Random(number)
    return {
        "no": number + 1, "resto": 1 if number else 0, "name": "Anonymous", "time": 1_760_000_000,
        "com": f"<p class='body-line ltr'>{_text(words, 40)}</p>", "sub": _text(words, 3),
        "filename": f"walk-{number}", "ext": ".jpg", "tim": str(1_700_000_000_000 + number),
        "w": 800, "h": 600, "tn_w": 200, "tn_h": 150, "fsize": 120_000,
        "md5": "1B2M2Y8AsgTpgAmY7PhCfg==", "last_modified": 1_760_000_000,
    }  # fmt: skip


def _text(words: random.Random, count: int) -> str:
    return " ".join(words.choices(_WORDS, k=count))


# ------------------------------------------------------------------------- measuring


def measured(sample: Sample, rounds: int) -> Report:
    """Return processor milliseconds per page of ours and of the peer, and their ratio."""
    sample.read()
    sample.bare()
    times = _times(sample.read)
    tasks = {
        "read": partial(_often, sample.read, times),
        "bare": partial(_often, sample.bare, times),
    }
    seconds = interleaved(tasks, rounds=rounds, clock=time.process_time)
    per_page = {name: statistics.median(found) / times * 1000 for name, found in seconds.items()}
    return {
        "kilobytes": round(len(sample.body) / 1000, 1),
        "candidates": len(sample.read()["candidates"]),
        "read_ms": round(per_page["read"], 2),
        "bare_ms": round(per_page["bare"], 2),
        "read_to_bare": round(ratio(seconds["bare"], seconds["read"]), 2),
    }


def _times(task: Callable[[], object]) -> int:
    """Return how often a task is repeated, so that the clock's step does not matter."""
    started = time.process_time()
    task()
    return max(1, round(_BATCH / max(1e-4, time.process_time() - started)))


def _often(task: Callable[[], object], times: int) -> None:
    """Repeat a task; collect what its trees left behind within the time that is measured."""
    for _ in range(times):
        task()
    gc.collect()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    pin()
    report = {
        "pages": {name: measured(sample, asked.rounds) for name, sample in samples().items()},
        "versions": versions("beautifulsoup4", "lxml"),
        "machine": machine(),
    }
    print(json.dumps(report, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
