"""
A cyberlocker in the manner of XFileSharing: landing page, honest countdown, form, direct link.

A removed file's page answers 200. `?op=checkfiles` says which files are alive.
"""

from __future__ import annotations

import hashlib
import html
from urllib.parse import urlsplit

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.reply import Reply, Visit, not_found, page, picture

COUNTDOWN_S = 1
FILES_HOST = "files.locker.sandbox.test"
PASSWORD = "meadow"
_NAVIGATION = (
    "<div class='navbar'><a href='/'>Home</a> <a href='/?op=news'>News</a> "
    "<a href='/?op=checkfiles'>Link checker</a></div>"
)


def parts(item: Item) -> dict[str, str]:
    """Return the landing page's paths: path -> part."""
    return {page_path(item): "landing", f"/{item.token}": "landing"}


def file_parts(item: Item) -> dict[str, str]:
    """Return the direct link's path at the files' host: path -> part."""
    return {media_path(item): "media:0"}


def media_path(item: Item, number: int = 0) -> str:
    """Return the path of the file behind the direct link."""
    return f"/d/{_sign(item.token, 'direct')}/scenery{number}.jpg"


def page_path(item: Item) -> str:
    """Return the path of the landing page."""
    return f"/{item.token}/scenery.jpg.html"


def answer(item: Item, part: str, phase: Phase, visit: Visit) -> Reply:
    """Answer for the landing page, its form, or the file itself."""
    if phase in {Phase.GONE, Phase.EXPIRED}:
        return _missing() if part == "landing" else not_found()
    if part != "landing":
        return picture(item, 0, phase)
    if visit.method == "POST" and visit.form.get("op") == "download2":
        return _download(item, visit)
    return _landing(item, visit)


def other(visit: Visit) -> Reply:
    """Answer for a path that belongs to no file."""
    if visit.path == "/":
        return _page("Locker", "<h1>Share files</h1><p>Fast, simple, for everyone.</p>")
    return _missing()


def check_files(alive: dict[str, bool], visit: Visit) -> Reply:
    """Answer the link-check; `alive` tells of each path on this host whether its file is there."""
    lines = [line.strip() for line in visit.form.get("list", "").splitlines() if line.strip()]
    rows = "".join(_verdict(line, alive.get(urlsplit(line).path, False)) for line in lines)
    form = (
        "<form method='POST' action='/'><input type='hidden' name='op' value='checkfiles'>"
        "<textarea name='list'></textarea><input type='submit' name='process' value='Check URLs'>"
        "</form>"
    )
    return page("Link checker", f"<h2>Link checker</h2><table class='tbl1'>{rows}</table>{form}")


def _verdict(line: str, alive: bool) -> str:
    colour, word = ("green", "Found") if alive else ("red", "Not found!")
    shown = html.escape(line)
    return f"<tr><td>{shown}</td><td style='color:{colour};'>{word}</td><td></td></tr>"


def _landing(item: Item, visit: Visit, problem: str = "") -> Reply:
    stamp = f"{visit.now:.3f}"
    password = (
        "<input type='password' name='password' class='myForm'>" if item.look == "password" else ""
    )
    body = (
        "<h2>Download File</h2><div class='fname'>scenery.jpg</div>"
        f"{problem}<form name='F1' method='POST' action=''>"
        "<input type='hidden' name='op' value='download2'>"
        f"<input type='hidden' name='id' value='{item.token}'>"
        "<input type='hidden' name='fname' value='scenery.jpg'>"
        f"<input type='hidden' name='rand' value='{_rand(item, stamp, visit)}'>"
        "<input type='hidden' name='referer' value=''>"
        "<input type='hidden' name='method_free' value='Free Download'>"
        "<input type='hidden' name='method_premium' value=''>"
        f"{password}<span id='countdown_str'>Wait <span id='countdown'>{COUNTDOWN_S}</span> "
        "seconds</span><input type='submit' id='btn_download' value='Create Download Link'></form>"
        f"<a href='/?op=report_file&amp;id={item.token}'>Report abuse</a> "
        f"<a href='/?op=del_file&amp;id={item.token}&amp;del_id=1'>Delete file</a> "
        "<a href='/?op=checkfiles'>Check links</a>"
    )
    return _page("Download scenery.jpg", body)


def _rand(item: Item, stamp: str, visit: Visit) -> str:
    return f"{stamp}-{_sign(item.token, stamp, visit.egress)}"


def _sign(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:20]


def _download(item: Item, visit: Visit) -> Reply:
    stamp, _, _ = visit.form.get("rand", "").partition("-")
    if visit.form.get("rand") != _rand(item, stamp, visit):
        return _landing(item, visit, "<div class='err'>Wrong session</div>")
    # The clock of the visitor may tick a little faster than ours.
    if visit.now - float(stamp) < COUNTDOWN_S * 0.95:
        return _landing(item, visit, "<div class='err'>Skipped countdown</div>")
    if item.look == "password" and visit.form.get("password") != PASSWORD:
        return _landing(item, visit, "<div class='err'>Wrong password</div>")
    link = f"http://{FILES_HOST}{media_path(item)}"
    return _page(
        "Download scenery.jpg",
        "<h2>File Download Link Generated</h2>"
        f"<span id='direct_link'><a href='{link}'>{link}</a></span>",
    )


def _page(title: str, body: str) -> Reply:
    return page(title, f"{_NAVIGATION}<div id='container'>{body}</div>")


def _missing() -> Reply:
    body = (
        "<h2>File Not Found</h2><p>The file you were looking for could not be found, sorry for "
        "any inconvenience.</p><p>Possible causes of this error could be:</p><ul><li>The file was "
        "deleted by its owner or by administration</li></ul>"
    )
    return _page("File Not Found", body)
