"""Further forms of board pages, old and new, written for these tests from facts; nothing is copied."""

from __future__ import annotations

from typing import NamedTuple

H = "https://board.example"
M = "https://media.board.example"
SHA = "0123456789abcdef" * 4
MD5 = "0123456789abcdef" * 2
AD = (
    '<div class="ad"><a href="https://shop.adhost.example/click?id=7"><img width="468"'
    ' src="https://img.adhost.example/468.gif" alt="ad"></a><iframe src="https://adhost.example/f/1">'
    "</iframe></div>"
)
TOP = (
    '<header><img class="board_image" src="/banner.php?b"><a href="/"><img src="/logo.png" alt="home"></a>'
    f"{AD}</header>"
)
QUICK = (
    '<form id="quick-reply" action="/post.php" method="post"><textarea name="body"></textarea>'
    '<input type="text" name="captcha"><img class="captcha" src="/captcha/image?1"><input type="file" name="file">'
    '<input type="password" name="password"></form>'
)


def lookups(url: str) -> str:
    """Return the links to other services that boards put beside a file."""
    return (
        f'<a href="https://imgops.com/{url}">ImgOps</a> <a href="http://exif.int21h.win/?url={url}">Exif</a>'
        f'<a href="https://www.google.com/searchbyimage?sbisrc=x&image_url={url}">g</a>'
        f'<a href="https://yandex.com/images/search?url={url}&rpt=imagelike">y</a>'
        f'<a href="https://saucenao.com/search.php?url={url}">s</a><a href="http://iqdb.org/?url={url}">q</a>'
        f'<a href="https://lookup.example/find?url={url}">other</a>'
    )


class Variant(NamedTuple):
    """A page, what it is, and the files of its posts in order."""

    engine: str
    url: str
    html: str
    posts: dict[str, list[str]]
    numbers: tuple[str, ...] = ()
    """Posts that a fragment may name; all posts when empty."""


def fileinfo(path: str, name: str, *, host: str = H) -> str:
    """Write the line above a file, in vichan's way."""
    return (
        f'<p class="fileinfo"><span>File: </span><a href="{path}">{name}</a> <span class="unimportant">(12 KB, 640x480, '
        f'<a download="lake view.jpg" title="Save" href="{path}">lake view.jpg</a>) '
        f'<span class="image_id">{lookups(host + path)}</span>'
        '<span class="controls"><a title="Delete file" href="/mod.php?/b/deletefile/5/0/ab">[F]</a></span></span></p>'
    )


VICHAN_NEW = Variant(
    "vichan",
    f"{H}/b/res/500-about-lakes.html",
    f"""<!doctype html><html><head><meta property="og:image" content="{H}/b/thumb/1650000000001.png">
<meta name="twitter:image" content="{H}/b/thumb/1650000000001.png"><link rel="shortcut icon" href="/static/fav.png"></head>
<body class="is-not-moderator vichan 8chan active-thread">{TOP}{QUICK}
<form action="/post.php" name="postcontrols" method="post"><input name="board" type="hidden" value="b">
<div data-board="b" id="thread_500" class="thread"><a class="post_anchor" id="500"></a>
<div id="op_500" class="post op"><div class="head"><div class="files"><div class="file">
{fileinfo("/b/src/1650000000001.jpg", "1650000000001.jpg")}
<a target="_blank" href="
\t/b/src/1650000000001.jpg
\t"><img style="width:250px" class="post-image" src="
\t/b/thumb/1650000000001.png
\t" alt=""></a></div></div></div>
<p class="intro"><input type="checkbox" class="delete" name="delete_500"><img class="flag" src="/static/flags/us.png">
<a class="post_no" href="/b/res/500.html#500">No.</a><a class="post_no" href="#q500">500</a></p>
<div class="head"><img class="icon" title="Sticky" src="/static/sticky.gif"><img src="/pin.png" alt="Locked"></div>
<div class="body"><p class="body-line">lakes <a href="/b/src/1650000000002.webm">&gt;that film</a></p></div></div><br>
{AD}<div class="post reply" id="reply_501"><p class="intro"><a id="501" class="post_anchor"></a></p><div class="files">
<div class="file multifile" style="width:295px">{fileinfo("/b/src/1650000000002-0.webm", "1650000000002-0.webm")}
<a class="file" target="_blank" href="/player.php?v=/b/src/1650000000002-0.webm&amp;t=lake%20view.webm&amp;loop=1">
<img class="post-image" src="/b/thumb/1650000000002-0.jpg"></a></div>
<div class="file multifile">{fileinfo("/b/src/1650000000002-1.mp3", "1650000000002-1.mp3")}
<a href="/b/src/1650000000002-1.mp3" class="file"><img class="post-image" src="/static/file.png"></a></div>
<div class="file multifile">{fileinfo("/b/src/1650000000002-2.PNG", "1650000000002-2.PNG")}
<a href="/b/src/1650000000002-2.PNG"><img class="post-image" src="/static/spoiler.png"></a></div>
<div class="file multifile"><img class="post-image deleted" src="/static/deleted.png" alt=""></div></div>
<div class="body"><p>x</p></div></div><br>
<div class="post reply" id="reply_502"><div class="video-container" data-video="abc"><a class="file"
 href="https://www.youtube.com/watch?v=abc"><img class="post-image" src="//img.youtube.com/vi/abc/0.jpg"></a></div>
<div class="body">x</div></div><br class="clear"></div>
<div class="delete"><input type="submit" name="delete" value="Delete"></div></form></body></html>""",
    {
        "500": [f"{H}/b/src/1650000000001.jpg"],
        "501": [f"{H}/b/src/1650000000002-{end}" for end in ("0.webm", "1.mp3", "2.PNG")],
        "502": [],
    },
)

TINYBOARD = Variant(
    "vichan",
    f"{H}/b/res/700.html",
    f"""<html><body>{TOP}<form name="postcontrols" action="/post.php"><div id="thread_700">
<p class="fileinfo">File: <a href="/b/src/1330000000001.gif">1330000000001.gif</a> <span class="unimportant">(3 KB)</span></p>
<a href="/b/src/1330000000001.gif" target="_blank"><img src="/b/thumb/1330000000001.gif" style="width:100px"></a>
<div class="post op"><p class="intro" id="700"><a class="post_no" href="/b/res/700.html#700">No.</a></p>
<p class="body">hills</p></div><div class="post reply" id="reply_701"><p class="intro" id="701">x</p>
<p class="fileinfo">File: <a href="/b/src/1330000000002.jpg">1330000000002.jpg</a></p>
<a href="/b/src/1330000000002.jpg"><img src="/b/thumb/1330000000002.jpg"></a><p class="body">x</p></div><br>
</div></form><p class="unimportant">old</p></body></html>""",
    {"700": [f"{H}/b/src/1330000000001.gif"], "701": [f"{H}/b/src/1330000000002.jpg"]},
    ("701",),
)

FILEBOARD = Variant(
    "vichan",
    f"{H}/f/index.html",
    f"""<html><body class="8chan vichan active-index">{TOP}<form name="postcontrols" action="/post.php"><table>
<tr id="filethread_31" class="intro"><td><input class="delete" type="checkbox" name="delete_31"><td><a class="post_no"
 href="/f/res/31.html#q31">31</a><td>Anon<td>[<a href="/f/src/1400000000031.swf">dance.swf</a>]<td><td>1 MB
<td><a href="/f/res/31.html">[Reply]</a></tr>
<tr id="filethread_32" class="intro"><td><td>[<a href="/f/src/1400000000032.pdf">map.pdf</a>]<td></tr></table></form></body></html>""",
    {"31": [f"{H}/f/src/1400000000031.swf"], "32": [f"{H}/f/src/1400000000032.pdf"]},
)

INFINITY = Variant(
    "vichan",
    f"{H}/b/res/900.html",
    f"""<html><head><base href="{H}/"></head><body class="8chan is-not-moderator">{TOP}<form name="postcontrols">
<div class="thread" id="thread_900"><div class="files"><div class="file"><p class="fileinfo">File:
<a title="Save" href="//media.board.example/file_dl/{SHA}.jpg/hills.jpg">{SHA}.jpg</a></p>
<a href="//media.board.example/file_store/{SHA}.jpg" target="_blank"><img class="post-image" data-md5="x"
 src="//media.board.example/file_store/thumb/{SHA}.jpg"></a></div></div><div class="post op" id="op_900"><p class="intro">x</p>
<div class="body">x</div></div>
<div class="post reply has-file" id="reply_901"><p class="intro">x</p><div class="files"><p class="fileinfo">Embed:
<span class="unimportant"><a href="https://youtu.be/abc">https://youtu.be/abc</a></span></p><div class="file"><iframe
 src="https://www.youtube.com/embed/abc"></iframe></div></div></div>
<div class="post reply" id="reply_902"><div class="files"><div class="file"><p class="fileinfo">File: <a
 href="/b/src/caf%C3%A9%20lake%2B1.jpg">x</a></p><a href="/b/src/caf%C3%A9%20lake%2B1.jpg"><video class="post-image" autoplay
 src="/b/thumb/1.webm" poster="/static/file.png"></video></a></div></div></div></div></form></body></html>""",
    {
        "900": [f"{M}/file_store/{SHA}.jpg"],
        "902": [f"{H}/b/src/caf%C3%A9%20lake%2B1.jpg"],
    },
)


def upload(path: str, mime: str, name: str, thumb: str) -> str:
    """Write one upload in LynxChan's newer way."""
    return (
        f'<figure class="uploadCell"><details open><summary><div class="uploadDetails"><a class="nameLink coloredIcon"'
        f' target="_blank" href="{path}"></a><span class="hideFileButton"></span><span class="sizeLabel">1 KB</span>'
        f'<a class="originalNameLink" href="{path}" download="{name}">{name}</a></div><div><a class="unlinkLink"'
        ' href="/unlinkSingle.js?boardUri=b&postId=1&index=0">[Unlink]</a></div></summary><br>'
        f'<a class="imgLink" target="_blank" href="{path}" data-filemime="{mime}"><img src="{thumb}"></a></details></figure>'
    )


LYNX_NEW = Variant(
    "lynxchan",
    f"{H}/b/res/40.html",
    f"""<html><head><meta property="og:image" content="{H}/.media/t_{SHA}"></head><body id="body">
<img id="bannerImage" src="/randomBanner.js?boardUri=b"><a id="linkCatalog" href="/b/catalog.html">c</a>
<form action="/replyThread.js" id="postingForm"><img class="captchaImage" src="/captcha.js?boardUri=b"></form>
<a class="archiveLinkThread" href="https://archive.today/?run=1&url={H}/b/res/40.html">Archive</a>{AD}
<div id="divThreads"><div class="opCell multipleUploads" data-boarduri="b" id="40"><div class="innerOP"><div class="opHead title">
<input type="checkbox" class="deletionCheckBox" name="b-40"><img class="imgFlag" src="/.static/flags/de.png">
<img class="pinIndicator" src="/.static/pin.png"><a class="linkSelf" href="/b/res/40.html#40">No.</a>
<a class="linkQuote" href="/b/res/40.html#q40">40</a></div><div class="panelUploads">
{upload(f"/.media/{SHA}.jpg", "image/jpeg", "a.jpg", f"/.media/t_{SHA}")}
{upload(f"/.media/{MD5}.pdf", "application/pdf", "b.pdf", "/genericThumb.png")}</div><div class="divMessage">lake</div></div>
<div class="divPosts"><div class="postCell" id="41" data-boarduri="b"><div class="innerPost"><div class="postInfo title">
<a class="linkSelf" href="/b/res/40.html#41">No.</a></div><div class="panelUploads">
{upload(f"/.media/{MD5}-imagejpeg", "image/jpeg", "c.jpg", "/b/custom.spoiler")}</div>
<div class="divMessage">x</div></div></div></div></div></div>
<form action="/contentActions.js"><input type="password" name="password"><button>Delete</button></form></body></html>""",
    {
        "40": [f"{H}/.media/{SHA}.jpg", f"{H}/.media/{MD5}.pdf"],
        "41": [f"{H}/.media/{MD5}-imagejpeg"],
    },
)

LYNX_OTHER_FRONT = Variant(
    "lynxchan",
    f"{H}/b/res/60.html",
    f"""<html><body>{TOP}<div id="divThreads"><div class="opCell" id="60"><div class="opWrapper"><article class="post postOp">
<section class="postContent"><div class="panelUploads"><figure class="uploadCell"><figcaption class="fileInfo"><a
 class="originalNameLink" href="/b/media/{MD5}.png" download="a.png">a.png</a><a class="nameLink"
 href="/b/media/{MD5}.png">f</a></figcaption><a class="imgLink" href="/b/media/{MD5}.png"><img src="/b/media/t_{MD5}.png"></a>
</figure></div><p class="divMessage">x</p></section></article></div><section class="divPosts"><article class="postCell" id="61">
<div class="panelUploads"><figure class="uploadCell"><a class="imgLink" href="/b/media/{MD5}0.webm"><img
 src="/b/media/t_{MD5}0"></a></figure></div></article></section></div></div></body></html>""",
    {"60": [f"{H}/b/media/{MD5}.png"], "61": [f"{H}/b/media/{MD5}0.webm"]},
)

JSCHAN_OLD = Variant(
    "jschan",
    f"{H}/b/thread/70.html",
    f"""<html><body>{TOP}<form action="/forms/board/b/actions" method="post"><section class="thread"><div class="anchor" id="70"></div>
<article class="post-container op" data-board="b" data-post-id="70"><header class="post-info"><input class="post-check"
 name="checkedposts" type="checkbox" value="70"><img class="flag" src="/flag/b/x.png"><a class="no-decoration"
 href="/b/thread/70.html#70">No.</a></header><div class="post-data"><div class="post-files fn"><div class="post-file">
<span class="post-file-info"><span><a href="/file/{SHA}.jpg" download="lake.jpg">lake.jpg</a></span><span class="jsonly">
<a class="dummy-link hide-image" data-src="/file/thumb-{SHA}.jpg">Hide</a></span>
<a class="no-decoration" href="https://tineye.com/search?url={H}/file/{SHA}.jpg">t</a></span>
<div class="post-file-src" data-type="image" data-attachment="false"><a target="_blank" href="/file/{SHA}.jpg"><img
 class="file-thumb" src="/file/thumb-{SHA}.jpg"></a></div></div>
<div class="post-file"><div class="post-file-src" data-type="audio"><a href="/file/{MD5}.mp3"><div class="audioimg file-thumb">
</div></a></div></div><div class="post-file"><div class="post-file-src" data-type="image"><a href="/file/small.gif"><img
 class="file-thumb" src="/file/small.gif"></a></div></div></div><pre class="post-message">x <a class="quote"
 href="/b/thread/70.html#71">&gt;&gt;71</a></pre></div></article>{AD}
<div class="anchor" id="71"></div><article class="post-container" data-board="b" data-post-id="71"><div class="post-files">
<div class="post-file"><div class="post-file-src" data-type="image"><a href="/file/{MD5}.png"><div class="spoilerimg file-thumb">
</div></a></div></div></div></article></section><input type="password" name="postpassword">
<img class="captcha" src="/captcha?1"></form></body></html>""",
    {
        "70": [f"{H}/file/{SHA}.jpg", f"{H}/file/{MD5}.mp3", f"{H}/file/small.gif"],
        "71": [f"{H}/file/{MD5}.png"],
    },
)

TINYIB_INDEX = Variant(
    "tinyib",
    f"{H}/pics/",
    f"""<html><head><script src="js/tinyib.js"></script></head><body>{TOP}<div class="postarea"><form id="postform"
 name="postform" action="imgboard.php"><input type="hidden" name="parent" value="0"><img id="captchaimage" src="inc/captcha.php">
<input type="password" name="password"></form></div><form id="delform" action="imgboard.php?delete" method="post">
<span class="filesize">File: <a href="src/155000001.png" target="_blank" onclick="return expandFile(event, '20');">155000001.png</a>
&ndash;(3KB, 20x20, a.png)</span><br><div id="thumbfile20"><a href="src/155000001.png" target="_blank"><img class="thumb"
 id="thumbnail20" src="thumb/155000001s.png" alt="20"></a></div><div id="expand20" style="display: none;">%3Ca%20href%3D%22src%2F155000001.png%22%3E</div>
<div id="file20" class="thumb" style="display: none;"></div><a id="20"></a><label><input type="checkbox" name="delete" value="20">
<span class="postername">A</span></label><span class="reflink"><a href="res/20.html#20">No.</a><a href="res/20.html#q20">20</a>
<img src="sticky.png" alt="Stickied"><img src="lock.png"></span>[<a href="res/20.html">Reply</a>]<div class="message">x</div>
<span class="omittedposts">3 posts omitted.</span>
<table><tbody><tr><td class="doubledash">&#0168;</td><td class="reply" id="reply21"><a id="21"></a><label><input type="checkbox"
 name="delete" value="21"></label><br><span class="filesize"><a href="src/155000002.webm">155000002.webm</a></span><br>
<div id="thumbfile21"><a href="src/155000002.webm"><img class="thumb" id="thumbnail21" src="thumb/155000002s.jpg"></a></div>
<div id="expand21">%3Cvideo%3E%3Csource%20src%3D%22src%2F155000002.webm%22%3E</div><div class="message">y</div></td></tr></tbody></table>
<hr><span class="filesize">Embed: <a href="#" onclick="return expandFile(event, '25');">a film</a>&ndash;(YouTube)</span><br>
<div id="thumbfile25"><a href="#"><img class="thumb" id="thumbnail25" src="thumb/155000009.jpg"></a></div>
<div id="expand25">%3Ciframe%20src%3D%22https%3A%2F%2Fwww.youtube.com%2Fembed%2Fabc%22%3E</div><a id="25"></a>
<label><input type="checkbox" name="delete" value="25"></label><div class="message">x</div><br clear="left"><hr></form></body></html>""",
    {"20": [f"{H}/pics/src/155000001.png"], "21": [f"{H}/pics/src/155000002.webm"], "25": []},
)

TINYIB_FORK = Variant(
    "imageboard",
    f"{H}/b/res/80",
    """<html><body><nav><img src="/logo.png"></nav><div class="content"><section id="reply_80" data-post-id="80" class="post oppost">
<div class="post__inner"><div class="post__file-preview file" data-hash="x"><div class="post__file-info"><a
 href="/b/src/160000080.jpg">160000080.jpg</a> <a href="https://www.google.com/searchbyimage?image_url=/b/src/160000080.jpg">g</a></div>
<a class="file__thumbnail thumbnail" id="thumbnail_wrapper_80" href="/b/src/160000080.jpg"><img class="thumbnail__content"
 src="/b/thumb/160000080s.jpg"></a></div><div class="post__message message">x</div></div></section>
<section id="reply_81" data-post-id="81" class="post reply"><div class="file"><a class="file__thumbnail"
 href="/b/src/160000081.mp4"><img src="/b/thumb/160000081s.jpg"></a></div><div class="post__message message">y</div></section></div>
</body></html>""",
    {"80": [f"{H}/b/src/160000080.jpg"], "81": [f"{H}/b/src/160000081.mp4"]},
)

KUSABA_OLD = Variant(
    "kusabax",
    f"{H}/b/res/90.html",
    f"""<html><body>{TOP}<form id="delform" action="/cgi/board.php" method="post"><input type="hidden" name="board" value="b">
<a name="s0"></a><span class="filesize">File: <a href="{M}/b/src/118000000090.jpg" onclick="javascript:expandimg('90',
 '{M}/b/src/118000000090.jpg', '{M}/b/thumb/118000000090s.jpg', '9', '9', '9', '9');return false;">118000000090.jpg</a>-(9KB)</span>
<span class="thumbnailmsg">Thumbnail displayed</span><br><a target="_blank" href="{M}/b/src/118000000090.jpg">
<span id="thumb90"><img class="thumb" src="{M}/b/thumb/118000000090s.jpg"></span></a><a name="90"></a><label>
<input type="checkbox" name="delete" value="90"></label><span class="reflink"><a href="/b/res/90.html#90">No.</a>
<a href="/b/res/90.html#i90">90</a></span><span class="extrabtns"><img style="border: 0;" src="/css/sticky.gif">
<a href="#" onclick="addtowatchedthreads('90','b')"><img src="/css/icons/blank.gif" class="watchthread"></a></span>
<blockquote>x</blockquote>
<table><tbody><tr><td class="doubledash">&gt;&gt;</td><td class="reply" id="reply91"><a name="91"></a><label><input type="checkbox"
 name="delete" value="91"></label><br><span class="filesize">File: <a href="{M}/b/src/118000000091.swf">118000000091.swf</a></span>
<br><a href="{M}/b/src/118000000091.swf"><span id="thumb91"><img class="thumb" src="/inc/filetypes/flash.png"></span></a>
<blockquote>y</blockquote></td></tr></tbody></table>
<table><tbody><tr><td class="doubledash">&gt;&gt;</td><td class="reply" id="reply92"><a name="92"></a><label><input type="checkbox"
 name="delete" value="92"></label><br><div style="float:left;border:black 3px dashed;">
\tFile<br>Removed
</div><blockquote>z</blockquote></td></tr></tbody></table><br clear="left"><hr></form></body></html>""",
    {"90": [f"{M}/b/src/118000000090.jpg"], "91": [f"{M}/b/src/118000000091.swf"], "92": []},
)

KUSABA_X = Variant(
    "kusabax",
    f"{H}/b/res/95.html",
    f"""<html><body>{TOP}<form id="delform" action="/board.php" method="post"><div id="thread95b" class="replies">
<div class="postnode op"><a name="s1"></a><span class="filesize">Audio <a target="_blank" href="/b/src/118000000095.mp3">a song</a>
- (3MB)</span><span class="thumbnailmsg">Extension icon displayed</span><br /><a class="audiowrap" target="_blank"
 href="/b/src/118000000095.mp3"><span id="thumb95"><img src="/inc/filetypes/mp3.png" class="thumb" /></span></a><a name="95"></a>
<label class="postinfo"><input type="checkbox" name="post[]" value="95" /></label><span class="reflink">No.</span>
<span class="extrabtns"><a class="qrl" href="#"><svg class="icon"></svg></a></span><img class="_country_" src="/images/flags/xx.png">
<span id="dnb-b-95-y"></span><br /><blockquote class="postmessage">x</blockquote></div>
<table class="postnode"><tbody><tr><td class="doubledash">&gt;&gt;</td><td class="reply" id="reply96"><a name="96"></a>
<label class="postinfo"><input type="checkbox" name="post[]" value="96" /></label><br /><span class="filesize">File <a
 href="/b/src/118000000096.webm">118000000096.webm</a></span><br /><a class="movie" data-id="96" data-thumb="/b/thumb/118000000096s.jpg"
 href="/b/src/118000000096.webm"><span id="thumb96"><img class="thumb" src="/b/thumb/118000000096s.jpg" /></span></a>
<blockquote class="postmessage">y</blockquote></td></tr></tbody></table></div><div id="newposts_load"><img src="/images/loading.gif">
</div><input type="password" name="postpassword"></form></body></html>""",
    {"95": [f"{H}/b/src/118000000095.mp3"], "96": [f"{H}/b/src/118000000096.webm"]},
)

FUTABA_OLD = Variant(
    "futaba",
    "https://img.board.example/b/res/1100.htm",
    """<html><head><base href="https://img.board.example/b/"></head><body bgcolor="#FFFFEE">
<form action="futaba.php?guid=on" method="POST" enctype="multipart/form-data"><input type=hidden name=mode value="regist">
<input type=hidden name=resto value="1100"><table class="ftbl"><tr><td><textarea name=com id="ftxa"></textarea>
<input type=password name=pwd></td></tr><tr><td><a href="https://shop.adhost.example/6009.php" target="_blank"><img
 src="https://img.adhost.example/banner_img/102.gif" width=468 height=60></a></td></tr></table></form><hr>
<form action="futaba.php?guid=on" method=POST>広告:::<b><a href="https://shop.adhost.example/x/ref=nosim/">x</a></b><br>画像ファイル名：<a
 href="https://mar.files.example/img/b/src/1295700000066.jpg" target="_blank">1295700000066.jpg</a>-(38452 B)<small>サムネ表示</small><br>
<a href="https://mar.files.example/img/b/src/1295700000066.jpg" target="_blank"><img
 src="https://mar.files.example/img/b/thumb/1295700000066s.jpg" border=0 align=left></a><input type=checkbox name="1100" value=delete
 id=delcheck1100>11/01/23 No.1100 <a class=del href="javascript:void(0);" onclick="del(1100);return(false);">del</a>
<blockquote>x</blockquote><span id=ddel>削除された記事が<span id=ddnum>0</span>件あります.</span>
<table border=0><tr><td nowrap align=right valign=top>…</td><td bgcolor='#F0E0D6'><input type=checkbox name="1101" value=delete
 id=delcheck1101>No.1101 <blockquote>y</blockquote></td></tr></table>
<table border=0><tr><td nowrap align=right valign=top>…</td><td bgcolor='#F0E0D6'><input type=checkbox name="1102" value=delete
 id=delcheck1102>No.1102<br><a href="https://mar.files.example/img/b/src/1295700000067.png">1295700000067.png</a><br><a
 href="https://mar.files.example/img/b/src/1295700000067.png"><img src="https://mar.files.example/img/b/thumb/1295700000067s.jpg"></a>
<blockquote>z</blockquote></td></tr></table><br clear=left><hr><div class="delform"><input type=hidden name=mode value=usrdel>
<input type=password name=pwd></div></form><div align=center><a href="https://shop.adhost.example/q"><img
 src="https://img.adhost.example/ad/src/1295200000000.gif"></a></div></body></html>""",
    {
        "1100": ["https://mar.files.example/img/b/src/1295700000066.jpg"],
        "1101": [],
        "1102": ["https://mar.files.example/img/b/src/1295700000067.png"],
    },
)

FUTABA_NEW = Variant(
    "futaba",
    "https://may.board.example/b/res/1200.htm",
    """<html><body><div id="master"><a href="https://shop.adhost.example/r"><img src="/bin/ad1.gif"></a></div>
<div class="thre" data-res="1200">画像ファイル名：<a href="/b/src/1700000001200.webp" target="_blank">1700000001200.webp</a>-(9 B)<br>
<a href="/b/src/1700000001200.webp" target="_blank"><img src="/b/thumb/1700000001200s.jpg" loading="lazy"></a>
<span id="delcheck1200" class="rsc">0</span><span class="cnw">24/01/01</span><span class="cno">No.1200</span>
<a href="javascript:void(0);" onclick="sd(1200);return(false);" class="sod" id="sd1200">+</a><blockquote>x</blockquote>
<table border=0><tr><td class=rts>…</td><td class=rtd><span id="delcheck1201" class="rsc">1</span><span class="cno">No.1201</span>
<br><a href="/b/src/1700000001201.mp4">1700000001201.mp4</a><br><a href="/b/src/1700000001201.mp4"><img
 src="/b/thumb/1700000001201s.jpg"></a><blockquote>y</blockquote></td></tr></table><div style="clear:left"></div></div>
<div class="tue"><a href="https://shop.adhost.example/s"><img src="https://img.adhost.example/t.jpg"></a></div></body></html>""",
    {
        "1200": ["https://may.board.example/b/src/1700000001200.webp"],
        "1201": ["https://may.board.example/b/src/1700000001201.mp4"],
    },
)

FOOL_NEW = Variant(
    "foolfuuka",
    f"{H}/a/thread/300/",
    f"""<html><head><meta name="generator" content="FoolFuuka 2"></head><body>{TOP}<div class="container-fluid"><div id="main">
<article id="300" class="clearfix thread doc_id_1 board_a" data-doc-id="1" data-thread-num="300"><div class="thread_image_box">
<a href="{M}/a/image/1400/00/1400000000300.jpg" class="thread_image_link" target="_blank"><div class="spoiler_box">
<span class="spoiler_box_text">Spoiler</span></div></a><div class="post_file">1KiB, <a class="post_file_filename"
 href="{M}/a/image/1400/00/1400000000300.jpg">lake.jpg</a></div><div class="post_file_controls"><a class="btnr parent"
 href="{H}/a/search/image/abc">View Same</a>{lookups(M + "/a/thumb/1400/00/1400000000300s.jpg")}<a class="btnr parent" download="lake.jpg"
 href="{M}/a/image/1400/00/1400000000300.jpg"><i class="icon-download-alt"></i></a></div></div><header><div class="post_data">
<h2 class="post_title">This thread was removed, they said</h2><span class="post_controls"><a class="btnr parent" href="#"
 data-function="report">Report</a><a class="btnr parent" href="#" data-function="delete">Delete</a></span></div></header>
<div class="text">x</div><aside class="posts">
<article class="post doc_id_2 has_image" id="301"><div class="post_wrapper"><div class="post_file"><span class="post_file_controls">
{lookups(M + "/a/thumb/1400/00/1400000000301s.jpg")}</span>lake.png</div><div class="thread_image_box"><a class="thread_image_link"
 href="{H}/a/redirect/1400000000301.png"><img class="lazyload post_image" src="/foolfuuka/transparent_pixel.png"
 data-original="{M}/a/thumb/1400/00/1400000000301s.jpg"><noscript><a class="thread_image_link"
 href="{H}/a/redirect/1400000000301.png"><img src="{M}/a/thumb/1400/00/1400000000301s.jpg"></a></noscript></a></div>
<div class="text">y</div></div></article>{AD}
<article class="post doc_id_3 post_ghost has_image" id="301_1"><div class="post_wrapper"><div class="thread_image_box"><a
 class="thread_image_link" href="{M}/a/image/1400/00/1400000000302.webm"><img class="post_image"
 src="{M}/a/thumb/1400/00/1400000000302s.jpg"></a></div><div class="text">z</div></div></article>
<article class="post doc_id_4 has_image" id="303"><div class="post_wrapper"><div class="thread_image_box"><img
 src="/foolfuuka/images/banned-image.png" width="150"></div><div class="text">w</div></div></article></aside></article>
<article class="clearfix thread backlink_container"><div id="backlink"></div></article></div></div></body></html>""",
    {
        "300": [f"{M}/a/image/1400/00/1400000000300.jpg"],
        "301": [f"{H}/a/redirect/1400000000301.png"],
        "301_1": [f"{M}/a/image/1400/00/1400000000302.webm"],
        "303": [],
    },
)

FUUKA = Variant(
    "foolfuuka",
    f"{H}/a/thread/310/",
    f"""<html><body><form id="postform" action="/a/submit"><div class="content"><div id="310"><span>File: 1 KB, lake.jpg</span>
[<a href="/a/search/image/abc">View Same</a>] {lookups(M + "/a/thumb/1400/00/1400000000310s.jpg")}<br>
<a rel="noreferrer" href="{M}/a/image/1400/00/1400000000310.jpg"><img class="thumb" alt="310"
 src="{M}/a/thumb/1400/00/1400000000310s.jpg"></a><label><input type="checkbox" name="delete[]" value="5"><span class="filetitle">
</span></label><a class="js" href="/a/thread/310/#310">No.</a><img class="inline" src="/icons/file-delete-icon.png" alt="[DELETED]">
<div class="quoted-by" style="display: none">Quoted By:</div><blockquote><p>x</p></blockquote></div>
<table><tr><td class="doubledash">&gt;&gt;</td><td class="subreply reply" id="p311"><label><input type="checkbox" name="delete[]"
 value="6"></label><a class="js" href="/a/thread/310/#p311">No.</a><br><span>File: lake.png</span><br><a
 href="{M}/a/image/1400/00/1400000000311.png"><img class="thumb" src="/images/spoiler.png"></a><blockquote><p>y</p></blockquote>
</td></tr></table><br class="newthr"><hr></div></form></body></html>""",
    {
        "310": [f"{M}/a/image/1400/00/1400000000310.jpg"],
        "311": [f"{M}/a/image/1400/00/1400000000311.png"],
    },
)

FOUR_NEW = Variant(
    "4chan",
    "https://boards.example/b/thread/410/lakes#top",
    f"""<html><head><meta property="og:image" content="https://s.boards.example/image/fp/logo.png"></head><body class="is_thread">
<div id="bannerCnt" class="title desktop" data-src="12.jpg"></div>{AD}<form name="post" id="postForm"><div id="captchaFormPart"></div></form>
<form name="delform" id="delform" action="https://sys.boards.example/b/imgboard.php" method="post"><div class="board"><div class="thread" id="t410">
<div class="postContainer opContainer" id="pc410"><div id="p410" class="post op"><div class="postInfoM mobile" id="pim410"></div>
<div class="file" id="f410"><div class="fileText" id="fT410">File: <a title="a long name of a lake.jpg" target="_blank"
 href="//i.media.example/b/1700000000410.jpg">a long(...).jpg</a> (9 KB, 9x9)</div><a class="fileThumb" target="_blank"
 href="//i.media.example/b/1700000000410.jpg" data-m="1"><img src="//i.media.example/b/1700000000410s.jpg" data-md5="x" loading="lazy">
<div data-tip data-tip-cb="mShowFull" class="mFileInfo mobile">9 KB JPG</div></a></div><div class="postInfo desktop"><input
 type="checkbox" name="410" value="delete"><span class="nameBlock">A</span><img class="stickyIcon retina"
 src="//s.media.example/image/sticky.gif"><a class="postMenuBtn" href="#">▶</a></div><blockquote class="postMessage" id="m410">
see https://locker.example/a1b2c3<wbr>d4e5f6/lake.zip</blockquote></div></div>
<div class="postContainer replyContainer" id="pc411"><div class="sideArrows">&gt;&gt;</div><div id="p411" class="post reply">
<div class="file" id="f411"><div class="fileText" id="fT411" title="x.pdf">File: <a href="//i.media.example/b/1700000000411.pdf">Spoiler
 Image</a></div><a class="fileThumb imgspoiler" href="//i.media.example/b/1700000000411.pdf"><img
 src="//s.media.example/image/spoiler-b1.png"></a></div><blockquote class="postMessage" id="m411">x</blockquote></div></div>
<div class="postContainer replyContainer" id="pc412"><div id="p412" class="post reply"><div class="file" id="f412"><span class="fileThumb">
<img src="//s.media.example/image/filedeleted-res.gif" alt="File deleted." class="fileDeletedRes retina"></span></div>
<blockquote class="postMessage" id="m412">x</blockquote></div></div></div></div><div class="closed">Thread archived.</div></form></body></html>""",
    {
        "410": [
            "https://i.media.example/b/1700000000410.jpg",
            "https://locker.example/a1b2c3d4e5f6/lake.zip",
        ],
        "411": ["https://i.media.example/b/1700000000411.pdf"],
        "412": [],
    },
)

SCRIPTED = Variant(
    "imageboard",
    f"{H}/b/res/600.html",
    """<html><body><form id="delform" action="/x.cgi"><div class="thread" id="t600"><div class="post" id="p600">
<a href="#" onclick="return grow(this,'/b/src/600000001.jpg','/b/thumb/600000001s.jpg')"><img src="/b/thumb/600000001s.jpg"
 onerror="this.src='/img/missing.png'"></a><p class="body">x</p></div><div class="post" id="p601"><video controls
 poster="/b/thumb/600000002s.jpg"><source src="/b/src/600000002.webm" type="video/webm"></video><a href="/b/src/600000002.webm">f</a>
</div></div><input type="checkbox" name="delete" value="600"></form></body></html>""",
    {"600": [f"{H}/b/src/600000001.jpg"], "601": [f"{H}/b/src/600000002.webm"]},
)

TABLES = Variant(
    "wakaba",
    f"{H}/lit/res/660.php",
    f"""<html><body>{TOP}<form id="delform" action="/lit/taimaba.pl" method="post"><input type="hidden" name="board" value="lit">
<div id="litthread660"><div class="thread_header"><a id="660"></a><span class="filetitle">x</span><span class="reflink"><a
 href="/lit/res/660.php#i660">No.660</a></span><a class="rptbtn" onclick="openReport('660')">Report</a></div>
<span class="filesize"><a target="_blank" href="/lit/src/1394579380660.jpg"> 1394579380660.jpg </a><span class="thumbnailmsg">
Thumbnail displayed</span></span><a onclick="return imageExpansion(this)" target="_blank" href="/lit/src/1394579380660.jpg"><img
 src="/lit/thumb/1394579380660s.jpg" class="thumb"></a><blockquote class="opcomment">x</blockquote>
<table><tbody><tr><td class="doubledash">&gt;&gt;</td><td class="reply" id="reply661"><a id="661"></a><div class="replyheader">y</div>
<span class="filesize"><a href="/lit/src/1394579380661.png">1394579380661.png</a></span><a href="/lit/src/1394579380661.png"><div
 class="nothumb">No thumbnail</div></a><blockquote>y</blockquote></td></tr></tbody></table></div><hr class="threadend"></form></body></html>""",
    {"660": [f"{H}/lit/src/1394579380660.jpg"], "661": [f"{H}/lit/src/1394579380661.png"]},
)

FUTALLABY = Variant(
    "futaba",
    f"{H}/pics/index.php?res=15",
    f"""<html><head><link rel="stylesheet" href="futaba.css" title="plain"></head><body><p class="adminbar"><a
 href="index.php?mode=admin">m</a></p><div class="logo"><img alt="x" src="title.png"></div>{AD}<div class="postarea"><form
 action="index.php" method="post"><input type="hidden" name="mode" value="regist" /><input type="hidden" name="resto" value="15" />
<input type="file" name="upfile" /><input type="checkbox" name="textonly" value="on" /><input type="password" name="pwd" /></form></div>
<hr /><form action="index.php" method="post"><span class="filesize">File : <a href="src/1554986000015.jpg" target="_blank">
1554986000015.jpg</a>-(9 B)</span><a href="src/1554986000015.jpg"><img alt="9 B" width="200" src="src/1554986000015.jpg"></a><br />
<input type="checkbox" name="15" value="delete" /><span class="filetitle"></span> Name <span class="postername">A</span> No.15
<blockquote>x</blockquote><table><tr><td class="doubledash">&gt;&gt;</td><td class="reply"><input type="checkbox" name="16"
 value="delete" /><span class="replytitle"></span> No.16 <span class="filesize">File : <a href="src/1554986000016.png">
1554986000016.png</a></span><br /><span class="thumbnailmsg">Thumbnail</span><a href="src/1554986000016.png"><img
 src="thumb/1554986000016s.jpg" /></a><blockquote>y</blockquote></td></tr></table>
<table><tr><td class="doubledash">&gt;&gt;</td><td class="reply"><input type="checkbox" name="17" value="delete" /> No.17
<blockquote>z</blockquote></td></tr></table><br clear="left" /><hr /><table align="right"><tr><td><input type="hidden" name="mode"
 value="usrdel" />[<input type="checkbox" name="onlyimgdel" value="on" />]<input type="password" name="pwd" /></td></tr></table></form>
</body></html>""",
    {
        "15": [f"{H}/pics/src/1554986000015.jpg"],
        "16": [f"{H}/pics/src/1554986000016.png"],
        "17": [],
    },
)

GALLERY = Variant(
    "foolfuuka",
    f"{H}/a/gallery/2/",
    f"""<html><body>{TOP}<div id="thread_o_matic" class="clearfix"><article id="320" class="thread doc_id_9"><header>
<div class="post_data"><h2 class="post_title">x</h2></div></header><div class="thread_image_box" title="x"><a data-expand="true"
 class="thread_image_link" href="{H}/a/thread/320"><img class="thread_image" src="{M}/a/thumb/1400/00/1400000000320s.jpg"></a>
<div class="post_file">1KiB, lake.jpg</div><div class="post_file_controls"><a class="btnr" target="_blank"
 href="{M}/a/image/1400/00/1400000000320.jpg">Full</a>{lookups(M + "/a/thumb/1400/00/1400000000320s.jpg")}</div></div>
<div class="thread_tools_bottom"><img src="{H}/icons/spoiler-icon.png"></div></article></div></body></html>""",
    {"320": [f"{M}/a/image/1400/00/1400000000320.jpg"]},
)

VARIANTS = {
    "vichan_new": VICHAN_NEW, "tinyboard": TINYBOARD, "fileboard": FILEBOARD, "infinity": INFINITY,
    "lynx_new": LYNX_NEW, "lynx_other_front": LYNX_OTHER_FRONT, "jschan_old": JSCHAN_OLD,
    "tinyib_index": TINYIB_INDEX, "tinyib_fork": TINYIB_FORK, "kusaba_old": KUSABA_OLD,
    "kusaba_x": KUSABA_X, "futaba_old": FUTABA_OLD, "futaba_new": FUTABA_NEW, "fool_new": FOOL_NEW,
    "fuuka": FUUKA, "gallery": GALLERY, "four_new": FOUR_NEW, "scripted": SCRIPTED, "futallaby": FUTALLABY, "tables": TABLES,
}  # fmt: skip
