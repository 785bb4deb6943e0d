"""The kinds of image boards, as data: structural marks, where a thread is, where files are."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.extract.image_boards.board import Board, engine_of
from crawler.extract.image_boards.twins import foolfuuka_json, fourchan_json, res_json

_RES = re.compile(r"/res/\d+(?:\.(?:html?|php))?$")
_LABELS = ("h1", "h2", "h3", "h4", "p", "span", "div", "label")
"""Elements in which LynxChan writes the code and the reason of an error."""


LYNXCHAN = Board(
    name="lynxchan",
    markers=(
        frozenset({"a.imgLink"}),
        frozenset({"div.postCell", "div.opCell"}),
        frozenset({"div.innerPost", "div.innerOP"}),
        frozenset({"div.panelUploads", "figure.uploadCell", "div.uploadCell"}),
        frozenset({"a.linkSelf", "a.linkQuote"}),
        frozenset({"a.originalNameLink", "a.nameLink"}),
        frozenset({"div.divMessage", "div.divPosts"}),
        frozenset({"path:/.media/", "path:/.static/"}),
        frozenset({"link:replythread.js", "link:newthread.js", "link:contentactions.js"}),
        frozenset({"link:renewbypass.js", "link:blockbypass.js", "link:boardmanagement.js"}),
        frozenset({"nav#dynamicHeader", "span#dynamicHeaderBoardLinks"}),
        frozenset(f"{tag}#errorLabel" for tag in _LABELS),
        frozenset(f"{tag}#codeLabel" for tag in _LABELS),
    ),
    thread_path=_RES,
    source=re.compile(r"/\.media/(?!t_)[^/]+$|/src/[^/]+$|/media/[0-9a-f]{16,}[^/]*$"),
    bare=True,
    twin=res_json,
    claims_hash=True,
)
JSCHAN = Board(
    name="jschan",
    markers=(
        frozenset({"div.post-file-src"}),
        frozenset({"div.post-container", "article.post-container"}),
        frozenset({"div.post-file", "span.post-file-info"}),
        frozenset({"div.post-files"}),
        frozenset({"img.file-thumb", "div.file-thumb", "div.spoilerimg"}),
        frozenset({"a.post-file-filename", "a.no-decoration"}),
        frozenset({"path:/file/thumb/"}),
        frozenset({"form[postForm]", "input[checkedposts]"}),
        frozenset({"h1.board-title"}),
        frozenset({"a.nav-item"}),
        frozenset({"service:blockbypass"}),
        frozenset({"input.captchafield", "iframe.captcha"}),
    ),
    thread_path=re.compile(r"/thread/\d+\.html$"),
    source=re.compile(r"/file/(?!thumb[/-])[^/]+$"),
    bare=True,
    twin=res_json,
    claims_hash=True,
)
TINYIB = Board(
    name="tinyib",
    markers=(
        frozenset({"div#thumbfile", "div#expand", "img#thumbnail"}),
        frozenset({"span.filesize"}),
        frozenset({"link:imgboard.php"}),
        frozenset({"input[parent]"}),
        frozenset({"div.message"}),
        frozenset({"span.reflink"}),
        frozenset({"link:tinyib.js", "body.tinyib", "link:tinyib.css"}),
        frozenset({"div#post", "td#reply"}),
    ),
    thread_path=_RES,
)
FUTABA = Board(
    name="futaba",
    markers=(
        frozenset({"div.thre"}),
        frozenset({"td.rtd", "td.rts"}),
        frozenset({"link:futaba.php", "link:futallaby.php"}),
        frozenset({"input#delcheck", "a.del", "span.cno", "span.cnw"}),
        frozenset({"table#ftbl", "textarea#ftxa"}),
        frozenset({"input[value=delete]"}),
        frozenset({"input[resto]"}),
        frozenset({"link:futaba.html", "link:futaba.htm"}),
        frozenset({"input[onlyimgdel]", "input[textonly]"}),
        frozenset({"input[mode]"}),
        frozenset({"input[pwd]"}),
    ),
    thread_path=re.compile(r"/res/\d+(?:\.html?)?$|^\?(?:.*&)?res=\d+"),
)
WAKABA = Board(
    name="wakaba",
    markers=(
        frozenset({"link:wakaba.pl", "link:kareha.pl"}),
        frozenset({"span.thumbnailmsg"}),
        frozenset({"span.filesize"}),
        frozenset({"td.doubledash"}),
        frozenset({"form#delform"}),
        frozenset({"span.reflink"}),
        frozenset({"input[task]"}),
    ),
    thread_path=_RES,
)
KUSABAX = Board(
    name="kusabax",
    markers=(
        frozenset({"span.filesize"}),
        frozenset({"span.thumbnailmsg"}),
        frozenset({"span#thumb"}),
        frozenset({"span.extrabtns", "span#dnb"}),
        frozenset({"link:kusaba.js", "link:kusaba.php"}),
        frozenset({"input[post[]]"}),
        frozenset({"link:board.php"}),
        frozenset({"div.nothumb"}),
        frozenset({"input[moddelete]", "input[reportpost]", "input[fileonly]"}),
        frozenset({"input[replythread]", "input[quickreply]"}),
        frozenset({"input[board]"}),
    ),
    thread_path=_RES,
)
FOOLFUUKA = Board(
    name="foolfuuka",
    markers=(
        frozenset({"a.thread_image_link"}),
        frozenset({"div.thread_image_box"}),
        frozenset({"div.post_file", "a.post_file_filename", "span.post_file_controls"}),
        frozenset({"article.thread", "article.post"}),
        frozenset({"aside.posts"}),
        frozenset({"img.post_image", "img.thread_image"}),
        frozenset({"div.post_wrapper", "div.post_data", "span.post_data"}),
        frozenset({"link:foolfuuka.js", "generator:foolfuuka"}),
        frozenset({"body.theme_default"}),
        frozenset({"div#post_tools_modal"}),
        frozenset({"br.newthr", "div.quoted-by"}),
        frozenset({"a.js"}),
        frozenset({"input[delete[]]"}),
    ),
    thread_path=re.compile(r"/thread/\d+/?$"),
    source=re.compile(r"/(?:image|full_image|redirect)/(?:\d+/){0,5}\d[^/]*$"),
    twin=foolfuuka_json,
)
FOURCHAN = Board(
    name="4chan",
    markers=(
        frozenset({"div.postContainer"}),
        frozenset({"blockquote.postMessage"}),
        frozenset({"a.fileThumb"}),
        frozenset({"div.fileText", "span.fileText"}),
        frozenset({"div.opContainer", "div.replyContainer"}),
        frozenset({"span.nameBlock"}),
        frozenset({"form#delform", "form[delform]"}),
        frozenset({"div.postInfo"}),
        frozenset({"span.dateTime"}),
        frozenset({"span.postNum", "div.sideArrows"}),
        frozenset({"div.boxbar"}),
        frozenset({"div.boxcontent"}),
        frozenset({"div.boardBanner", "div.boardTitle"}),
        frozenset({"table.flashListing"}),
    ),
    thread_path=re.compile(r"/thread/\d+(?:/[^/]*)?$"),
    source=re.compile(
        r"^/[\w-]{1,20}/(?:(?:src/)?\d{10,20}\.\w{2,5}|[^/]{1,200}\.swf)$|/src/[^/]+$"
    ),
    twin=fourchan_json,
)

BOARDS = tuple(
    engine_of(board)
    for board in (LYNXCHAN, JSCHAN, FOOLFUUKA, FOURCHAN, KUSABAX, TINYIB, FUTABA, WAKABA)
)


def _thread_address(url: str) -> int:
    """Require a thread's address, or one marker more."""
    return 0 if re.search(r"/(?:res|thread)/\d+", urlsplit(url).path) else -1


ANY_BOARD = engine_of(
    Board(
        name="imageboard",
        markers=(
            frozenset({"path:/src/"}),
            frozenset({"path:/thumb/"}),
            frozenset({"form#delform", "form[delform]", "input[delete]", "input[post[]]"}),
            frozenset({"input[value=delete]", "input[postpassword]", "input[deletepassword]"}),
        ),
        shape=_thread_address,
        thread_path=_RES,
        twin=res_json,
    )
)
"""Boards of no known kind that keep files below `src` and thumbnails below `thumb`."""
