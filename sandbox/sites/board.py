"""
An image board in the manner of vichan: threads, a JSON twin, a catalog.

Its pages also carry what must never be requested: reverse searches at another host that quote the
picture's address, report and delete links.
"""

from __future__ import annotations

import json

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.reply import PictureBody, Reply, Visit, not_found, page, picture

SEARCH_HOST = "search.lookalike.test"
_POSTS = 4


def parts(item: Item) -> dict[str, str]:
    """Return the paths of a thread: path -> part."""
    found = {
        f"/{item.board}/res/{item.token}.html": "page",
        f"/{item.board}/res/{item.token}.json": "twin",
    }
    for number in range(item.pictures):
        found[media_path(item, number)] = f"media:{number}"
        found[f"/{item.board}/thumb/{_file(item, number)}.jpg"] = f"thumb:{number}"
    return found


def media_path(item: Item, number: int = 0) -> str:
    """Return the path of a picture in full size."""
    return f"/{item.board}/src/{_file(item, number)}.jpg"


def page_path(item: Item) -> str:
    """Return the path of the thread."""
    return f"/{item.board}/res/{item.token}.html"


def _file(item: Item, number: int) -> str:
    return f"17{int(item.token):08d}{number:03d}"


def answer(item: Item, part: str, phase: Phase, visit: Visit) -> Reply:
    """Answer for one part of a thread."""
    if phase is Phase.EXPIRED:
        return _pruned() if part == "page" else not_found()
    if phase is Phase.GONE:
        return not_found()
    if part == "page":
        return _thread(item, visit)
    if part == "twin":
        return Reply(body=json.dumps(_twin(item)), content_type="application/json")
    kind, number = part.split(":")
    reply = picture(item, int(number), phase)
    return reply if kind == "media" else _thumb(item, int(number))


def other(visit: Visit) -> Reply:
    """Answer for a path that belongs to no thread."""
    name = visit.path.rsplit("/", 1)[-1]
    if visit.path == "/" or name in {"index.html", "catalog.html"}:
        return page(
            "Board",
            "<header><h1>/b/ - Scenery</h1></header><div class='threads' id='Grid'></div>"
            "<footer><p class='unimportant'>- vichan -</p></footer>",
        )
    if name == "catalog.json":
        return Reply(body="[]", content_type="application/json")
    return not_found()


def _pruned() -> Reply:
    """Answer as the board's error document does for a thread that ran out, and for its files."""
    body = (
        "<h1>404</h1><h2>This thread has expired and was pruned.</h2>"
        "<p>Old threads make room for new ones.</p><p><a href='/'>Return</a></p>"
    )
    return page("404", body, status=404)


def _thumb(item: Item, number: int) -> Reply:
    body = PictureBody(name=item.picture(number), variant="thumb")
    return Reply(body=body, content_type="image/jpeg")


def _post_number(item: Item, number: int) -> int:
    return int(item.token) + number


def _thread(item: Item, visit: Visit) -> Reply:
    posts = "\n".join(_post(item, visit, number) for number in range(max(_POSTS, item.pictures)))
    body = (
        f"<header><h1>/{item.board}/ - Scenery</h1></header>"
        "<form name='postcontrols' action='/post.php' method='post'>"
        f"<input type='hidden' name='board' value='{item.board}'>"
        f"<div class='thread' id='thread_{item.token}' data-board='{item.board}'>\n{posts}\n</div>"
        "<div id='post-moderation-fields'><input type='password' name='password' size='12'>"
        "<input type='submit' name='delete' value='Delete'>"
        "<input type='submit' name='report' value='Report'></div></form>"
        "<footer><p class='unimportant'>- vichan -</p></footer>"
    )
    return page(
        "Scenery",
        body,
        head="<link rel='stylesheet' href='/stylesheets/style.css'>"
        "<script src='/main.js'></script>",
        attributes="class='8chan vichan is-not-moderator active-thread' data-stylesheet='default'",
    )


def _post(item: Item, visit: Visit, number: int) -> str:
    id_ = _post_number(item, number)
    kind = "op" if number == 0 else "reply"
    files = _files(item, visit, number) if number < item.pictures else ""
    # The files of an opening post stand before it, those of a reply inside.
    before, inside = (files, "") if number == 0 else ("", files)
    return (
        f"{before}<div class='post {kind}' id='{kind}_{id_}'><a id='{id_}' class='post_anchor'></a>"
        f"<p class='intro'><span class='name'>Anonymous</span> "
        f"<a class='post_no' href='/{item.board}/res/{item.token}.html#{id_}'>No.{id_}</a> "
        f"<a href='/report.php?board={item.board}&amp;post=delete_{id_}'>Report</a> "
        f"<a href='/mod.php?/{item.board}/delete/{id_}'>D</a></p>"
        f"{inside}<div class='body'><p class='body-line'>Somewhere in the hills.</p></div></div>"
    )


def _files(item: Item, visit: Visit, number: int) -> str:
    path, name = media_path(item, number), _file(item, number)
    searched = f"{visit.base}{path}"
    return (
        "<div class='files'><div class='file'><p class='fileinfo'>File: "
        f"<a href='{path}'>{name}.jpg</a> <span class='unimportant'>(hills.jpg)</span> "
        f"<span class='image_id'><a href='http://{SEARCH_HOST}/searchbyimage?image_url={searched}'>"
        f"search</a> <a href='http://{SEARCH_HOST}/exif/{searched}'>exif</a></span></p>"
        f"<a href='{path}' target='_blank'><img class='post-image' "
        f"src='/{item.board}/thumb/{name}.jpg' alt=''></a></div></div>"
    )


def _twin(item: Item) -> dict[str, object]:
    posts: list[dict[str, object]] = []
    for number in range(max(_POSTS, item.pictures)):
        post: dict[str, object] = {"no": _post_number(item, number), "com": "", "time": 1700000000}
        if number < item.pictures:
            post |= {"tim": _file(item, number), "ext": ".jpg", "filename": "hills"}
        posts.append(post)
    return {"posts": posts}
