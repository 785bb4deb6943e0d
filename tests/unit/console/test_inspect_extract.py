"""`hostwatch inspect extract`: what is read from a saved page, without data directory or network."""

from __future__ import annotations

import io
import json

from console.cli import run_command

PAGE = """<html><body><div class="thre"><a href="/b/src/1700000000001.jpg?a=%2F&amp;b=1"><img src="/b/thumb/1s.jpg"></a>
<table><tr><td class=rtd>x</td></tr></table></div><a href="/b/delete/1">x</a></body></html>"""
FORM = """<body><a href='/?op=login'>l</a><form method=POST action=''><input type=hidden name=op value=download2>
<input type=hidden name=rand value=ab><span id=countdown>Wait 9 seconds</span></form></body>"""


def run(tmp_path, body, url, *more):
    file = tmp_path / "page.html"
    file.write_text(body)
    out = io.StringIO()
    words = ["inspect", "extract", "--html", str(file), "--url", url, *more]
    return run_command(words, out=out, err=io.StringIO()), out.getvalue()


def test_the_json_names_engine_state_media_refused_links_and_next_step(tmp_path):
    """Addresses are absolute and keep their escapes."""
    code, out = run(tmp_path, PAGE, "https://board.example/b/res/1.htm", "--json")
    assert code == 0
    answer = json.loads(out)
    assert (answer["engine"], answer["state"], answer["next"]) == ("futaba", "content", None)
    assert answer["candidates"] == [
        {
            "url": "https://board.example/b/src/1700000000001.jpg?a=%2F&b=1",
            "kind": "picture",
            "role": "original",
            "why": "futaba:file",
        }
    ]
    assert answer["refused"] == [{"url": "https://board.example/b/delete/1", "why": "delete"}]


def test_the_next_step_of_a_landing_page_is_an_object(tmp_path):
    """Method, address, fields and seconds."""
    _, out = run(tmp_path, FORM, "https://locker.example/a1b2c3d4e5f6", "--json")
    assert json.loads(out)["next"] == {
        "method": "POST",
        "url": "https://locker.example/a1b2c3d4e5f6",
        "form": {"op": "download2", "rand": "ab"},
        "wait_s": 9,
    }


def test_without_json_there_is_one_line_for_each_address(tmp_path):
    """Role, kind, address and rule; an address without scheme is refused in one sentence."""
    _, out = run(tmp_path, PAGE, "https://board.example/b/res/1.htm")
    assert out.splitlines()[0] == "futaba: content"
    assert "refused https://board.example/b/delete/1 (delete)" in out
    assert run(tmp_path, PAGE, "board.example")[0] == 2
