"""The kinds of image boards, as data: structural marks, where a thread is, where files are."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.extract.image_boards.board import Board, engine_of

_HTML = re.compile(r"(?P<head>.*/(?:res|thread)/\d+)(?:[-+][^/]*)?(?:\.html?)?/?")
_FOOL = re.compile(r"(?P<root>.*)/(?P<board>[\w-]{1,30})/(?:thread|last/\d+)/(?P<number>\d+)/?")
_RES = re.compile(r"/res/\d+(?:\.html?)?$")


def res_json(url: str) -> str | None:
    """
    Return the JSON form of a thread's page: the same path with `.json`.

    >>> res_json("https://board.example/b/res/12.html")
    'https://board.example/b/res/12.json'
    """
    parts = urlsplit(url)
    found = _HTML.fullmatch(parts.path)
    return f"{parts.scheme}://{parts.netloc}{found['head']}.json" if found else None


def fourchan_json(url: str) -> str | None:
    """
    Return the JSON form of a thread: at the site's `a.` host where pages are at `boards.`.

    >>> fourchan_json("https://boards.4chan.org/b/thread/12/walks")
    'https://a.4cdn.org/b/thread/12.json'
    """
    parts = urlsplit(url)
    found = re.fullmatch(r"(?P<head>/[\w-]{1,20}/thread/\d+)(?:/[^/]*)?", parts.path)
    if not found:
        return None
    host = parts.netloc
    if re.fullmatch(r"(?:boards\.)?4chan(?:nel)?\.org", host):
        host = "a.4cdn.org"
    elif host.startswith("boards."):
        host = "a." + host.removeprefix("boards.")
    return f"{parts.scheme}://{host}{found['head']}.json"


def foolfuuka_json(url: str) -> str | None:
    """
    Return the address of the archive's own interface for a thread.

    >>> foolfuuka_json("https://archive.example/a/thread/12/")
    'https://archive.example/_/api/chan/thread/?board=a&num=12'
    """
    parts = urlsplit(url)
    found = _FOOL.fullmatch(parts.path)
    if not found:
        return None
    query = f"?board={found['board']}&num={found['number']}"
    return f"{parts.scheme}://{parts.netloc}{found['root']}/_/api/chan/thread/{query}"


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
        frozenset({"path:/.media/"}),
    ),
    thread_path=_RES,
    source=re.compile(r"/\.media/(?!t_)[^/]+$"),
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
    ),
    thread_path=re.compile(r"/thread/\d+\.html$"),
    source=re.compile(r"/file/(?!thumb/)[^/]+$"),
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
        frozenset({"link:futaba.php"}),
        frozenset({"input#delcheck", "a.del", "span.cno", "span.cnw"}),
        frozenset({"table#ftbl", "textarea#ftxa"}),
        frozenset({"input[value=delete]"}),
        frozenset({"input[resto]"}),
        frozenset({"link:futaba.html", "link:futaba.htm"}),
    ),
    thread_path=_RES,
)
WAKABA = Board(
    name="wakaba",
    markers=(
        frozenset({"link:wakaba.pl", "link:kareha.pl", "link:futallaby.php"}),
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
    ),
    thread_path=re.compile(r"/thread/\d+/?$"),
    source=re.compile(r"/(?:image|full_image|redirect)/"),
    twin=foolfuuka_json,
)
FOURCHAN = Board(
    name="4chan",
    markers=(
        frozenset({"div.postContainer"}),
        frozenset({"blockquote.postMessage"}),
        frozenset({"a.fileThumb"}),
        frozenset({"div.fileText"}),
        frozenset({"div.opContainer", "div.replyContainer"}),
        frozenset({"span.nameBlock"}),
        frozenset({"form#delform", "form[delform]"}),
    ),
    thread_path=re.compile(r"/thread/\d+(?:/[^/]*)?$"),
    source=re.compile(r"^/[\w-]{1,20}/(?:src/)?\d{10,20}\.\w{2,5}$"),
    twin=fourchan_json,
)

BOARDS = tuple(
    engine_of(board)
    for board in (LYNXCHAN, JSCHAN, FOOLFUUKA, FOURCHAN, KUSABAX, TINYIB, FUTABA, WAKABA)
)
