"""Board pages written for these tests from the facts about the engine; nothing is copied."""

from __future__ import annotations

BASE = "https://board.example/b/res/100.html"

THREAD = """<!doctype html><html><head><title>/b/ - Scenery</title>
<link rel="icon" href="/static/favicon.gif"></head>
<body class="8chan vichan is-not-moderator active-thread">
<form name="post" enctype="multipart/form-data" action="/post.php" method="post">
<input type="hidden" name="board" value="b"><input type="text" name="name"></form>
<form name="postcontrols" action="/post.php" method="post">
<div class="thread" id="thread_100" data-board="b">
 <div class="files"><div class="file">
  <p class="fileinfo">File: <a href="/b/src/1690000000001.jpg">1690000000001.jpg</a>
   <span class="unimportant">(1 MB, 900x600, <span class="postfilename">hills.jpg</span>)</span>
   <span class="image_id"><a target="_blank"
    href="http://imgops.com/https://board.example/b/src/1690000000001.jpg">ImgOps</a>
    <a href="https://www.google.com/searchbyimage?image_url=https://board.example/b/src/1690000000001.jpg">G</a>
    <a href="http://exif.regex.info/exif.cgi?url=https://board.example/b/src/1690000000001.jpg">E</a>
    <a href="https://tineye.com/search?url=https%3A%2F%2Fboard.example%2Fb%2Fsrc%2F1690000000001.jpg">T</a>
   </span></p>
  <a href="/b/src/1690000000001.jpg" target="_blank"><img class="post-image"
   src="/b/thumb/1690000000001.jpg" style="width:255px" alt=""></a></div></div>
 <div class="post op" id="op_100"><p class="intro"><a id="100" class="post_anchor"></a>
  <a class="post_no" href="/b/res/100.html#100">No.</a><a class="post_no" href="#q100">100</a></p>
  <div class="body"><p class="body-line">This file was removed, said the title of another page.</p></div></div>
 <div class="post reply has-file body-not-empty" id="reply_101"><p class="intro">
  <a class="post_no" href="/b/res/100.html#q101">101</a></p>
  <div class="files">
   <div class="file multifile"><p class="fileinfo">File (<a href="javascript:void(0)">hide</a>):
     <a href="/player.php?v=/b/src/1690000000002.webm&amp;t=lake.webm&amp;loop=1">1690000000002.webm</a></p>
    <a href="/player.php?v=/b/src/1690000000002.webm&amp;t=lake.webm&amp;loop=1" target="_blank">
     <img class="post-image" src="/b/thumb/1690000000002.jpg"></a></div>
   <div class="file multifile"><p class="fileinfo">File:
     <a href="https://media.board.example/b/src/1690000000003.png">1690000000003.png</a></p>
    <a href="https://media.board.example/b/src/1690000000003.png"><img class="post-image"
     src="/static/spoiler.png"></a></div></div>
  <div class="body">see hxxps://locker[.]example/a1b2c3d4e5f6/walk.zip</div></div>
 <div class="post reply" id="reply_102"><p class="intro">
  <a class="post_no" href="#q102">102</a> <a href="/mod.php?/b/delete/102">[D]</a>
  <a href="/report.php?board=b&amp;post=delete_102">Report</a></p>
  <div class="files"><div class="file"><img class="post-image deleted" src="/static/deleted.png"></div></div>
  <div class="body"></div></div>
</div>
<input type="password" name="password" value=""><input type="submit" name="delete" value="Delete">
</form></body></html>"""

TWIN = """{"posts":[
 {"no":100,"resto":0,"com":"x","tim":"1690000000001","ext":".jpg","filename":"hills",
  "md5":"1B2M2Y8AsgTpgAmY7PhCfg==","fsize":1000},
 {"no":101,"resto":100,"tim":"1690000000002","ext":".webm","filename":"lake",
  "extra_files":[{"tim":"1690000000003","ext":".png","filename":"c"},
                 {"tim":"1690000000009","ext":"deleted"},
                 {"tim":"../../etc/passwd","ext":".png"}]},
 {"no":102,"resto":100,"tim":"1690000000004","ext":".jpg","filedeleted":1},
 {"no":103,"resto":100,"tim":"abcdef0123456789abcdef0123456789","ext":".gif","fpath":1}]}"""
