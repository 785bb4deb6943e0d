"""The kinds of forums, as data: structural marks, and how attachments are addressed."""

from __future__ import annotations

import re

from crawler.extract.forums.forum import Forum, engine_of

PHPBB = Forum(
    name="phpbb",
    markers=(
        frozenset({"body#phpbb", "div#page-body", "div#phpbb"}),
        frozenset({"link:viewtopic.php"}),
        frozenset({"link:ucp.php"}),
        frozenset({"link:posting.php", "link:memberlist.php"}),
        frozenset({"div.postbody", "div.postprofile", "dl.postprofile"}),
        frozenset({"dl.attachbox", "dl.file", "dl.thumbnail", "div.inline-attachment"}),
        frozenset({"img.postimage", "dt.attach-image"}),
        frozenset({"div#message", "h2.message-title"}),
        frozenset({"link:viewforum.php"}),
        frozenset({"table.forumline", "span.postbody", "td.postbody"}),
    ),
    attachment=re.compile(r"(?:download/file|/download)\.php\?(?:[^#]*[&;])?id=(\d+)"),
    small=re.compile(r"[?&;](?:t|thumb)=1(?:$|[&;#])|[?&;]avatar="),
)
XENFORO = Forum(
    name="xenforo",
    markers=(
        frozenset({"html#XF", "html#XenForo"}),
        frozenset({"div.bbWrapper", "blockquote.messageText"}),
        frozenset({"article.message", "article.message--post", "li.message"}),
        frozenset({"div.p-body", "div.p-pageWrapper"}),
        frozenset({"img.bbImage", "img.bbCodeImage", "div.bbImageWrapper"}),
        frozenset({"section.message-attachments", "ul.attachmentList", "div.attachedFiles"}),
        frozenset({"a.lbTrigger", "a.js-lbImage", "a.file-preview"}),
        frozenset({"div.blockMessage", "div.errorOverlay"}),
    ),
    attachment=re.compile(
        r"/attachments/(?:[^/?#]*\.)?(\d+)/?(?:$|[?#])|[?]attachments/(?:[^/?#&]*\.)?(\d+)/?"
        r"|/media/(?:[^/?#]*\.)?(\d+)/full(?:$|[?#])"
    ),
    small=re.compile(r"/data/attachments/"),
)
VBULLETIN = Forum(
    name="vbulletin",
    markers=(
        frozenset({"link:showthread.php"}),
        frozenset({"link:attachment.php", "link:newreply.php", "link:forumdisplay.php"}),
        frozenset({"blockquote.postcontent", "div#post_message_", "div.vb_postbit"}),
        frozenset({"li.postcontainer", "li.postbitlegacy", "li.postbit", "table#post"}),
        frozenset({"link:vbulletin_global.js", "link:vbulletin-core.js", "link:vbulletin_menu.js"}),
        frozenset({"a#attachment", "fieldset.fieldset"}),
        frozenset({"li.b-post", "div.js-post__content-text", "a.bbcode-attachment"}),
        frozenset({"td.vbmenu_control", "div.standard_error", "table.tborder[vb]"}),
        frozenset({"body.vbulletin", "html.vbulletin", "input[vb_login_username]"}),
        frozenset({"generator:vbulletin", "td.panelsurround"}),
        frozenset({"img.bbcode-attachment", "figure.bbcode-attachment", "div.b-post__content"}),
    ),
    attachment=re.compile(
        r"attachment\.php\?(?:[^#]*[&;])?attachmentid=(\d+)"
        r"|filedata/fetch\?(?:[^#]*[&;])?(?:id|filedataid|photoid)=(\d+)"
        r"|picture\.php\?(?:[^#]*[&;])?pictureid=(\d+)"
        r"|/attachments/[^?#]*?(\d+)d\d{6,}-[^/?#]+"
    ),
    small=re.compile(r"[?&;]thumb=1(?:$|[&;#])|[?&;]type=(?:thumb|icon|small|medium)\b|d\d+t-"),
)
MYBB = Forum(
    name="mybb",
    markers=(
        frozenset({"div.post_body", "div.post_content"}),
        frozenset({"div.post_author", "div.author_information"}),
        frozenset({"img.mycode_img", "cite.mycode_quote", "blockquote.mycode_quote"}),
        frozenset({"img.attachment"}),
        frozenset({"a#pid", "div#pid_", "div#post_"}),
        frozenset({"link:misc.php", "link:usercp.php"}),
        frozenset({"div#panel", "td.trow1", "td.tcat"}),
        frozenset({"link:jeditable.min.js", "link:general.js", "link:thread.js"}),
        frozenset({"link:showthread.php", "link:member.php"}),
    ),
    attachment=re.compile(r"attachment\.php\?(?:[^#]*[&;])?aid=(\d+)"),
    small=re.compile(r"attachment\.php\?(?:[^#]*[&;])?thumbnail="),
)
SMF = Forum(
    name="smf",
    markers=(
        frozenset({"div.post_wrapper", "div.postarea"}),
        frozenset({"div#msg_", "a#msg"}),
        frozenset({"img.bbc_img", "a.bbc_link", "div.bbc_standard_quote"}),
        frozenset({"query:action="}),
        frozenset({"img.atc_img", "div.attachments", "a#link_", "img#thumb_"}),
        frozenset({"form#quickModForm", "form#frmLogin", "div#fatal_error", "div#forumposts"}),
        frozenset({"link:script.js", "div.windowbg", "div#main_content_section"}),
    ),
    attachment=re.compile(r"[?&;]action=dlattach\b[^#]*?[;&]attach=(\d+)"),
    small=re.compile(r"[;&]type=(?:avatar|thumb)\b|[;&]thumb(?:$|[;&=#])"),
)

FORUMS = tuple(engine_of(forum) for forum in (PHPBB, XENFORO, VBULLETIN, MYBB, SMF))
