"""Board pages written for these tests from facts about the engines; nothing is copied."""

from __future__ import annotations

H = "https://board.example"
SHA = "ab" * 32
SEARCH = (
    '<a href="https://imgops.com/{0}">i</a><a href="https://iqdb.org/?url={0}">q</a>'
    '<a href="https://www.google.com/searchbyimage?image_url={0}">g</a>'
    '<a href="https://saucenao.com/search.php?url={0}">s</a>'
)

LYNX_URL = f"{H}/b/res/10.html"
LYNX = f"""<html><head><title>/b/ - Hills</title></head><body>
<form id="postingForm" action="/replyThread.js"><input name="threadId" value="10"></form>
<form action="/contentActions.js?json=1"><div id="divThreads"><div class="opCell" id="10">
<div class="innerOP"><div class="panelUploads"><figure class="uploadCell"><div class="uploadDetails">
<a class="nameLink" href="/.media/{SHA}">Open</a> <a class="originalNameLink" download="hills.png"
 href="/.media/{SHA}">hills.png</a></div><a class="imgLink" href="/.media/{SHA}" data-filemime="image/png"
 data-filewidth="900"><img src="/.media/t_{SHA}" loading="lazy"></a></figure></div>
<a class="linkSelf" href="/b/res/10.html#10">No.</a><a class="linkQuote" href="#q10">10</a>
<div class="divMessage">hills</div></div>
<div class="divPosts"><div class="postCell" id="11"><div class="innerPost"><div class="panelUploads">
<figure class="uploadCell"><a class="imgLink" href="/.media/two.webm" data-filemime="video/webm">
<img src="/genericThumb.png"></a></figure><figure class="uploadCell"><a class="imgLink"
 href="/.media/three.jpg" data-filemime="image/jpeg"><img src="/spoiler.png"></a></figure></div>
<div class="divMessage">lake</div></div></div>
<div class="postCell" id="12"><div class="innerPost"><div class="divMessage">no file</div></div></div>
</div></div></div><a href="/unlink.js?x=1">u</a><input type="password" name="password"></form></body></html>"""

JS_URL = f"{H}/b/thread/10.html"
JSCHAN = f"""<html><body><form action="/forms/board/b/actions" method="post"><div class="thread">
<div class="anchor" id="10"></div><article class="post-container op" data-board="b" data-post-id="10">
<div class="post-files"><div class="post-file"><span class="post-file-info"><a class="post-file-filename"
 href="/file/{SHA}.png" download="hills.png">hills.png</a> <a href="https://tineye.com/search?url={H}/file/{SHA}.png">
[tineye]</a></span><div class="post-file-src" data-type="image"><a target="_blank" href="/file/{SHA}.png">
<img class="file-thumb" src="/file/thumb/{SHA}.jpg" data-src="/file/thumb/{SHA}.jpg"></a></div></div></div>
<pre class="post-message">x</pre></article>
<div class="anchor" id="11"></div><div class="post-container" data-board="b" data-post-id="11">
<div class="post-files"><div class="post-file"><div class="post-file-src" data-type="video">
<a href="/file/two.mp4"><div class="spoilerimg file-thumb"></div></a></div></div><div class="post-file">
<div class="post-file-src" data-type="attachment"><a href="/file/three.zip"><div class="attachmentimg file-thumb">
</div></a></div></div></div></div></div></form></body></html>"""

TINY_URL = f"{H}/b/res/10.html"
TINYIB = """<html><head><script src="../js/tinyib.js"></script></head><body>
<form action="../imgboard.php" id="postform"><input type="hidden" name="parent" value="10"></form>
<form id="delform" action="../imgboard.php?delete"><div id="post10" class="op"><span class="filesize">
<a href="../src/1001.jpg" onclick="return expandFile(event, '10');">1001.jpg</a>&ndash;(1KB, hills.jpg)</span>
<div id="thumbfile10"><a target="_blank" href="../src/1001.jpg"><img src="../thumb/1001s.jpg" class="thumb"
 id="thumbnail10"></a></div><div id="expand10" style="display:none">%3Ca%20href%3D%22..%2Fsrc%2F1001.jpg%22%3E</div>
<a id="10"></a><label><input type="checkbox" name="delete" value="10"></label><span class="reflink">
<a href="10.html#10">No.</a><a href="10.html#q10">10</a></span><div class="message">hills</div></div>
<table><tr><td class="doubledash">&#0168;</td><td class="reply" id="reply11"><a id="11"></a>
<label><input type="checkbox" name="delete" value="11"></label><a href="../imgboard.php?report=11">R</a>
<span class="filesize"><a href="../src/1002.webm">1002.webm</a></span><div id="thumbfile11">
<a href="../src/1002.webm"><img src="../spoiler.png" id="thumbnail11"></a></div><div class="message">x</div></td></tr></table>
<table><tr><td class="reply" id="reply12"><a id="12"></a><div class="message">no file</div></td></tr></table>
</form></body></html>"""

FUTABA_URL = f"{H}/b/res/10.htm"
FUTABA = """<html><head><base href="https://jun.media.example/b/"><title>x</title></head><body>
<div id="ad"><a href="https://adhost.example/c?1"><img src="/bin/banner1.gif"></a></div>
<form action="futaba.php?guid=on" method="POST" id="fm"><input type="hidden" name="resto" value="10"></form>
<div class="thre" data-res="10">画像ファイル名：<a href="/b/src/1700000000001.jpg" target="_blank">1700000000001.jpg</a>
<a href="/b/src/1700000000001.jpg"><img src="/b/thumb/1700000000001s.jpg" border=0 align=left></a>
<input type=checkbox name="10" value=delete id=delcheck10><span class="cno">No.10</span>
<a class="del" href="javascript:void(0);" onclick="del(10);">del</a><blockquote>hills</blockquote>
<table border=0><tr><td class=rts>…</td><td class=rtd><input type=checkbox name="11" value=delete id=delcheck11>
<span class="cno">No.11</span><br><a href="/b/src/1700000000002.webm">1700000000002.webm</a><br>
<a href="/b/src/1700000000002.webm"><img src="/b/thumb/1700000000002s.jpg"></a><blockquote>x</blockquote></td></tr></table>
</div></body></html>"""

WAKABA_URL = f"{H}/w/res/10.html"
WAKABA = """<html><body><form action="/w/wakaba.pl" method="post"><input type="hidden" name="task" value="post" /></form>
<form id="delform" action="/w/wakaba.pl"><span class="filesize">File: <a target="_blank" href="/w/src/1001.jpg">1001.jpg</a>
</span><span class="thumbnailmsg">Thumbnail displayed</span><br /><a target="_blank" href="/w/src/1001.jpg">
<img src="/w/thumb/1001s.jpg" class="thumb" /></a><a name="10"></a><label><input type="checkbox" name="delete" value="10" />
</label><span class="reflink"><a href="/w/res/10.html#i10">No.10</a></span><blockquote><p>x</p></blockquote>
<table><tbody><tr><td class="doubledash">&gt;&gt;</td><td class="reply" id="reply11"><a name="11"></a>
<span class="filesize">File: <a href="/w/src/1002.png">1002.png</a></span><a href="/w/src/1002.png">
<img src="/w/thumb/1002s.jpg" class="thumb" /></a></td></tr></tbody></table><br clear="left" /><hr /></form></body></html>"""

KUSABA_URL = f"{H}/b/res/10.html"
KUSABAX = """<html><head><script src="/lib/javascript/kusaba.js"></script></head><body>
<form id="delform" action="/board.php" method="post"><div id="thread10b"><a name="s1"></a>
<span class="filesize">File <a href="https://board.example/b/src/1001.jpg" onclick="javascript:expandimg('10','/b/src/1001.jpg',
'/b/thumb/1001s.jpg');return false;" target="_blank">1001.jpg</a> - (<span>1KB</span>)</span>
<a href="https://iqdb.org/?url=https://board.example/b/thumb/1001s.jpg">iqdb</a>
<span class="thumbnailmsg">Thumbnail displayed</span><br /><a href="https://board.example/b/src/1001.jpg">
<span id="thumb10"><img src="/b/thumb/1001s.jpg" class="thumb" /></span></a><a name="10"></a>
<label><input type="checkbox" name="post[]" value="10" /></label><span class="reflink"><a href="#10">No.</a></span>
<span class="extrabtns"></span><blockquote>x</blockquote>
<table><tbody><tr><td class="doubledash">&gt;&gt;</td><td class="reply" id="reply11"><a name="11"></a>
<input type="checkbox" name="post[]" value="11" /><span class="filesize">File <a href="/b/src/1002.gif">1002.gif</a></span>
<a href="/b/src/1002.gif"><span id="thumb11"><img src="/b/thumb/1002s.gif" class="thumb"></span></a></td></tr></tbody></table>
<table><tbody><tr><td class="reply" id="reply12"><a name="12"></a><div class="nothumb">File<br />Removed</div>
<blockquote>x</blockquote></td></tr></tbody></table></div></form></body></html>"""

FOOL_URL = f"{H}/a/thread/10/"
FOOLFUUKA = f"""<html><body><div id="main"><article class="clearfix thread doc_id_5" data-doc-id="5" data-thread-num="10" id="10">
<div class="thread_image_box"><a href="https://img.archive.example/a/image/17/00/1001.jpg" class="thread_image_link">
<img src="https://img.archive.example/a/thumb/17/00/1001s.jpg" class="lazyload post_image" data-md5="x"></a>
<div class="post_file"><span class="post_file_controls"><a href="/a/search/image/abc/">View Same</a>
{SEARCH.format("https://img.archive.example/a/thumb/17/00/1001s.jpg")}
<a href="https://img.archive.example/a/image/17/00/1001.jpg" download="hills.jpg" class="btnr parent">d</a></span>
<a class="post_file_filename" href="https://img.archive.example/a/image/17/00/1001.jpg">hills.jpg</a></div></div>
<header><div class="post_data">x</div></header><div class="text">hills</div>
<aside class="posts"><article class="post doc_id_6 has_image" id="11"><div class="post_wrapper"><div class="post_file">
<a class="post_file_filename" href="/a/full_image/1002.png">c.png</a></div><div class="thread_image_box">
<a class="thread_image_link" href="/a/full_image/1002.png"><img class="post_image" src="/t/1002s.jpg"></a></div>
<div class="text">x</div></div></article></aside></article></div></body></html>"""

FOUR_URL = "https://boards.example/b/thread/10/hills"
FOURCHAN = f"""<html><body><form name="delform" id="delform"><div class="board"><div class="thread" id="t10">
<div class="postContainer opContainer" id="pc10"><div id="p10" class="post op"><div class="file" id="f10">
<div class="fileText" id="fT10">File: <a href="//i.media.example/b/1700000000000001.jpg">hills.jpg</a> (1 KB)
{SEARCH.format("https://i.media.example/b/1700000000000001s.jpg")}</div>
<a class="fileThumb" href="//i.media.example/b/1700000000000001.jpg"><img src="//i.media.example/b/1700000000000001s.jpg"
 data-md5="x"></a></div><div class="postInfo"><span class="nameBlock">A</span></div><blockquote class="postMessage" id="m10">x
</blockquote></div></div>
<div class="postContainer replyContainer" id="pc11"><div class="sideArrows" id="sa11"></div><div id="p11" class="post reply">
<div class="file"><a class="fileThumb imgspoiler" href="//i.media.example/b/1700000000000002.webm"><img src="//s.media.example/image/spoiler.png">
</a></div><blockquote class="postMessage" id="m11">x</blockquote></div></div>
<div class="postContainer replyContainer" id="pc12"><div id="p12" class="post reply"><div class="file"><span class="fileThumb">
<img src="//s.media.example/image/filedeleted-res.gif" alt="File deleted." class="fileDeletedRes"></span></div>
<blockquote class="postMessage">x</blockquote></div></div></div></div></form></body></html>"""

MEDIA = "https://jun.media.example/b/src/"
BOARDS = {
    "lynxchan": (LYNX_URL, LYNX, {"10": [f"{H}/.media/{SHA}"],
                 "11": [f"{H}/.media/two.webm", f"{H}/.media/three.jpg"]}),
    "jschan": (JS_URL, JSCHAN, {"10": [f"{H}/file/{SHA}.png"],
               "11": [f"{H}/file/two.mp4", f"{H}/file/three.zip"]}),
    "tinyib": (TINY_URL, TINYIB, {"10": [f"{H}/b/src/1001.jpg"], "11": [f"{H}/b/src/1002.webm"]}),
    "futaba": (FUTABA_URL, FUTABA, {"10": [f"{MEDIA}1700000000001.jpg"],
               "11": [f"{MEDIA}1700000000002.webm"]}),
    "wakaba": (WAKABA_URL, WAKABA, {"10": [f"{H}/w/src/1001.jpg"], "11": [f"{H}/w/src/1002.png"]}),
    "kusabax": (KUSABA_URL, KUSABAX, {"10": [f"{H}/b/src/1001.jpg"], "11": [f"{H}/b/src/1002.gif"]}),
    "foolfuuka": (FOOL_URL, FOOLFUUKA, {"10": ["https://img.archive.example/a/image/17/00/1001.jpg"],
                  "11": [f"{H}/a/full_image/1002.png"]}),
    "4chan": (FOUR_URL, FOURCHAN, {"10": ["https://i.media.example/b/1700000000000001.jpg"],
              "11": ["https://i.media.example/b/1700000000000002.webm"]}),
}  # fmt: skip
