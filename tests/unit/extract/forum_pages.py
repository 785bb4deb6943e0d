"""Forum pages written for these tests from facts about the engines; nothing is copied."""

from __future__ import annotations

F = "https://forum.example"
X = "https://img.example/u/hills.jpg"

PHPBB = f"""<html><body id="phpbb" class="section-viewtopic ltr"><a href="./ucp.php?mode=logout&amp;sid=1">out</a>
<a href="./memberlist.php">m</a><div id="page-body"><div id="p5" class="post has-profile bg2"><dl class="postprofile" id="profile5">
<dt><a href="./memberlist.php?mode=viewprofile&amp;u=2" class="avatar"><img class="avatar" src="./download/file.php?avatar=2_1.jpg"></a></dt></dl>
<div class="postbody"><ul class="post-buttons"><li><a href="./app.php/post/5/report">!</a></li><li>
<a href="./posting.php?mode=delete&amp;p=5">X</a></li></ul><div class="content">hi <img src="{X}" class="postimage" alt="Image">
<img class="smilies" src="./images/smilies/icon_e_smile.gif"></div><dl class="attachbox"><dt>Attachments</dt><dd><dl class="thumbnail">
<dt><a href="./download/file.php?id=12&amp;mode=view"><img src="./download/file.php?id=12&amp;t=1" class="postimage" alt="lake.jpg"></a></dt></dl></dd>
<dd><dl class="file"><dt><a class="postlink" href="./download/file.php?id=13">walk.zip</a></dt></dl></dd></dl></div></div>
<div id="p6" class="post bg1"><div class="postbody"><div class="content"><div class="inline-attachment"><dl class="file">
<dt class="attach-image"><img src="./download/file.php?id=14&amp;sid=ab" class="postimage" alt="sea.png"></dt></dl></div></div></div></div></div></body></html>"""

XENFORO = f"""<html id="XF" data-app="public"><body><div class="p-pageWrapper"><div class="p-body"><a href="/logout/?t=1">o</a>
<article class="message message--post js-post" data-content="post-5" id="js-post-5"><div class="message-userArea"><a class="avatar">
<img src="/data/avatars/m/0/1.jpg"></a></div><div class="bbWrapper">hi <div class="bbImageWrapper js-lbImage"
 data-src="/proxy.php?image=https%3A%2F%2Fimg.example%2Fu%2Fhills.jpg&amp;hash=1"><img
 src="/proxy.php?image=https%3A%2F%2Fimg.example%2Fu%2Fhills.jpg&amp;hash=1" data-url="{X}" class="bbImage"></div>
<img src="data:image/gif;base64,R0" class="smilie smilie--sprite" alt=":)"></div><section class="message-attachments"><ul class="attachmentList">
<li class="file file--linked"><a class="file-preview js-lbImage" href="/attachments/lake-jpg.12/" target="_blank"><img
 src="/data/attachments/0/12-ab.jpg" alt="lake.jpg"></a><div class="file-content"><a href="/attachments/lake-jpg.12/"><span class="file-name"
 title="lake.jpg">lake.jpg</span></a></div></li><li class="file"><a class="file-preview" href="/attachments/walk-zip.13/"><i></i></a></li></ul></section>
<a href="/posts/5/report">Report</a></article><article class="message message--post" data-content="post-6" id="js-post-6"><div class="bbWrapper">
<a href="/attachments/sea-png.14/"><img src="/data/attachments/0/14-cd.jpg" class="bbImage"></a></div></article></div></div></body></html>"""

XENFORO1 = """<html id="XenForo"><body><ol id="messageList"><li id="post-5" class="message"><div class="messageContent"><blockquote
 class="messageText ugc">x <img src="https://img.example/u/hills.jpg" class="bbCodeImage LbImage"></blockquote></div><div class="attachedFiles">
<ul class="attachmentList"><li class="attachment image"><div class="thumbnail"><a href="attachments/lake-jpg.12/" class="lbTrigger" target="_blank">
<img src="data/attachments/0/12-ab.jpg" alt="lake.jpg" class="LbImage"></a></div></li></ul></div><a href="posts/5/report" class="OverlayTrigger">r</a>
</li></ol></body></html>"""

VB4 = f"""<html><body><a href="login.php?do=logout&amp;logouthash=1">o</a><a href="forumdisplay.php?f=2">f</a><ol id="posts">
<li class="postbitlegacy postbitim postcontainer" id="post_5"><div class="userinfo"><img src="image.php?u=1&amp;dateline=2"></div>
<div id="post_message_5"><blockquote class="postcontent restore">hi <img src="{X}" border="0" alt="">
<div class="bbcode_quote"><a href="showthread.php?p=4#post4">quote</a></div></blockquote></div><div class="attachments"><fieldset>
<a href="attachment.php?attachmentid=12&amp;d=1300000000" id="attachment12" rel="Lightbox_5"><img
 src="attachment.php?attachmentid=12&amp;d=1300000000&amp;thumb=1" class="thumbnail" alt="Name: lake.jpg"></a>
<a href="attachment.php?attachmentid=13&amp;d=1300000001">walk.zip</a> (1 KB)</fieldset></div><a href="report.php?p=5">r</a></li>
<li class="postcontainer" id="post_6"><div id="post_message_6"><blockquote class="postcontent"><img
 src="attachment.php?attachmentid=14&amp;stc=1" class="attachment" alt="sea.png"></blockquote></div></li></ol></body></html>"""

VB3 = f"""<html><head><script src="clientscript/vbulletin_global.js"></script></head><body><a href="showthread.php?t=1">t</a>
<table class="tborder" id="post5"><tr><td class="alt2"><img src="customavatars/avatar1_1.gif"></td><td class="alt1" id="td_post_5">
<div id="post_message_5">hi <img src="{X}"></div><fieldset class="fieldset"><legend>Attached Thumbnails</legend>
<a href="attachment.php?attachmentid=12&amp;d=1" rel="Lightbox" id="attachment12"><img src="attachment.php?attachmentid=12&amp;thumb=1&amp;d=1"></a>
</fieldset><a href="editpost.php?do=deletepost&amp;p=5">x</a></td></tr></table></body></html>"""

VB5 = f"""<html><body><ul><li class="b-post js-post" data-node-id="5"><div class="b-post__content"><div class="js-post__content-text">hi
<img src="{X}"><figure class="bbcode-attachment"><a href="filedata/fetch?id=12&amp;d=1"><img src="filedata/fetch?id=12&amp;d=1&amp;type=medium"
 class="bbcode-attachment thumbnail" alt="lake.jpg"></a></figure></div></div></li></ul></body></html>"""

MYBB = f"""<html><head><script src="/jscripts/general.js"></script></head><body><a href="member.php?action=logout&amp;logoutkey=1">o</a>
<a href="misc.php?action=help">h</a><div class="post classic" id="post_5"><a name="pid5" id="pid5"></a><div class="post_author"><div class="author_avatar">
<img src="./uploads/avatars/avatar_1.png"></div></div><div class="post_content"><div class="post_body scaleimages" id="pid_5">hi
<img src="{X}" loading="lazy" alt="[Image: hills.jpg]" class="mycode_img"><br><fieldset><legend>Attached Files</legend>
<a href="attachment.php?aid=12" target="_blank"><img src="attachment.php?thumbnail=12" class="attachment" alt="" title="Filename: lake.jpg"></a>
<a href="attachment.php?aid=13" title="">walk.zip</a></fieldset></div></div><a href="report.php?type=post&amp;pid=5">r</a></div>
<div class="post" id="post_6"><a id="pid6"></a><div class="post_body" id="pid_6"><img src="attachment.php?aid=14" class="attachment" alt="sea.png"></div></div></body></html>"""

SMF = f"""<html><body><a href="{F}/index.php?action=logout;ab=1">o</a><form id="quickModForm"><div class="windowbg" id="msg5"><div class="post_wrapper">
<div class="poster"><img class="avatar" src="{F}/index.php?action=dlattach;attach=3;type=avatar"></div><div class="postarea"><div class="inner" id="msg_5">hi
<img src="https://img.example/u/hills.jpg" alt="" class="bbc_img"></div><div id="msg_5_footer" class="attachments"><div class="attached">
<div class="attachments_top"><a href="{F}/index.php?action=dlattach;topic=1.0;attach=12;image" id="link_12"><img
 src="{F}/index.php?action=dlattach;topic=1.0;attach=15;image" id="thumb_12" class="atc_img" alt=""></a></div><div class="attachments_bot">
<a href="{F}/index.php?action=dlattach;topic=1.0;attach=12">lake.jpg</a></div></div><div class="attached"><a
 href="{F}/index.php?action=dlattach;topic=1.0;attach=13">walk.zip</a></div></div>
<a href="{F}/index.php?action=reporttm;topic=1.0;msg=5">r</a><a href="{F}/index.php?action=deletemsg;topic=1.0;msg=5">x</a></div></div></div>
<div class="windowbg" id="msg6"><div class="post_wrapper"><div class="inner" id="msg_6">x</div><div class="attachments"><img
 src="{F}/index.php?action=dlattach;topic=1.0;attach=14;image" class="atc_img" alt="sea.png"></div></div></div></form></body></html>"""

_A = f"{F}/index.php?action=dlattach;topic=1.0;attach="
FORUMS = {
    "phpbb": ("phpbb", f"{F}/viewtopic.php?t=1", PHPBB, "#p5",
              [f"{F}/download/file.php?id=12&mode=view", f"{F}/download/file.php?id=13", X],
              [f"{F}/download/file.php?id=14&sid=ab"]),
    "xenforo": ("xenforo", f"{F}/threads/x.1/", XENFORO, "#post-5",
                [f"{F}/attachments/lake-jpg.12/", f"{F}/attachments/walk-zip.13/", X],
                [f"{F}/attachments/sea-png.14/"]),
    "xenforo1": ("xenforo", f"{F}/", XENFORO1, "#post-5", [f"{F}/attachments/lake-jpg.12/", X], []),
    "vbulletin4": ("vbulletin", f"{F}/showthread.php?t=1", VB4, "#post5",
                   [f"{F}/attachment.php?attachmentid=12&d=1300000000",
                    f"{F}/attachment.php?attachmentid=13&d=1300000001", X],
                   [f"{F}/attachment.php?attachmentid=14&stc=1"]),
    "vbulletin3": ("vbulletin", f"{F}/showthread.php?t=1", VB3, "#post5",
                   [f"{F}/attachment.php?attachmentid=12&d=1", X], []),
    "vbulletin5": ("vbulletin", f"{F}/forum/x", VB5, "#post5",
                   [f"{F}/forum/filedata/fetch?id=12&d=1", X], []),
    "mybb": ("mybb", f"{F}/showthread.php?tid=1", MYBB, "#pid5",
             [f"{F}/attachment.php?aid=12", f"{F}/attachment.php?aid=13", X],
             [f"{F}/attachment.php?aid=14"]),
    "smf": ("smf", f"{F}/index.php?topic=1.0", SMF, "#msg5",
            [f"{_A}12;image", f"{_A}13", X], [f"{_A}14;image"]),
}  # fmt: skip
