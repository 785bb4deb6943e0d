"""Further forum themes, written for these tests from facts about the engines; nothing is copied."""

from __future__ import annotations

F = "https://forum.example"
X = "https://img.example/u/hills.jpg"
SIG = "https://sig.example/banner.jpg"
_A = f"{F}/index.php?action=dlattach;topic=1.0;attach="


def phpbb(inner: str) -> str:
    """Wrap a page of phpBB 3.3 with the hidden picture that runs its timed tasks."""
    return (
        "<html><body id='phpbb'><a href='./ucp.php?mode=register'>Join</a><a href='./memberlist.php'>m</a><div id='page-body'>"
        f"{inner}</div><img class='sr-only' src='./app.php/cron/cron.task.core.tidy' width='1' height='1'></body></html>"
    )


def xenforo(inner: str, meta: str = "") -> str:
    """Wrap a page of XenForo 2."""
    return (
        f"<html id='XF'><head><meta property='og:image' content='{F}/data/assets/logo/og.png'>{meta}</head><body><div class="
        f"'p-body'><div class='p-header-logo'><img src='/data/assets/logo/logo.png'></div>{inner}</div></body></html>"
    )


def xf_post(inner: str, after: str = "") -> str:
    """Make a XenForo post with avatar and signature."""
    return (
        "<article class='message message--post' id='js-post-5' data-content='post-5'><div class='message-cell "
        "message-cell--user'><section class='message-user'><a class='avatar'><img src='/data/avatars/m/0/1.jpg'></a></section>"
        f"</div><div class='message-cell--main'><div class='bbWrapper'>{inner}</div>{after}<aside class='message-signature'>"
        f"<div class='bbWrapper'><img src='{SIG}' data-url='{SIG}' class='bbImage'></div></aside></div></article>"
    )


PHPBB = phpbb(
    "<div id='p5' class='post'><dl class='postprofile'><dt><img class='avatar' src='./download/file.php?avatar=2_1.png'></dt>"
    f"<dd class='profile-rank'><img src='./images/ranks/star.gif'></dd></dl><div class='postbody'><div class='content'>hi <img "
    f"src='{X}' class='postimage'></div><dl class='attachbox'><dd><dl class='file'><dt class='attach-image'><img "
    "src='./download/file.php?id=14' class='postimage' alt='sea.png'></dt></dl></dd></dl><div id='sig5' class='signature'>"
    f"<img src='{SIG}' class='postimage'></div></div></div>"
)
SUBSILVER = (
    "<html><body><a href='./ucp.php?mode=login'>L</a><a href='./viewtopic.php?p=5#p5'>p</a><table class='tablebg'><tr><td>"
    "<a name='p5'></a><b class='postauthor'>a</b></td></tr><tr><td class='profile'><img src='./download/file.php?avatar=1.jpg'>"
    f"</td><td><div class='postbody'>hi <img src='{X}'></div><table><tr><td><a href='./download/file.php?id=14&amp;mode=view'>"
    f"<img src='./download/file.php?id=14&amp;t=1'></a></td></tr></table><span class='postbody'><br>_________________<br>"
    f"<img src='{SIG}'></span></td></tr></table></body></html>"
)
XF = xenforo(
    xf_post(
        f"hi <div class='bbImageWrapper js-lbImage' data-src='{F}/proxy.php?image=https%3A%2F%2Fimg.example%2Fu%2Fhills.jpg'>"
        f"<img src='{F}/proxy.php?image=https%3A%2F%2Fimg.example%2Fu%2Fhills.jpg&amp;hash=a' data-url='{X}' class='bbImage' "
        "data-zoom-target='1'></div>",
        "<section class='message-attachments'><ul><li class='file'><a class='file-preview js-lbImage' href='/attachments/"
        "sea-png.14/'><img src='/data/attachments/0/14-a.jpg' alt='sea.png'></a></li></ul></section>",
    )
)
VB3 = (
    "<html><head><script src='clientscript/vbulletin_global.js'></script></head><body><a href='showthread.php?t=1'>t</a>"
    "<table id='post5' class='tborder'><tr><td class='alt2'><img src='image.php?u=1&amp;dateline=2'></td><td class='alt1'>"
    f"<div id='post_message_5'>hi <img src='{X}'><img src='images/smilies/smile.gif'></div><fieldset class='fieldset'><img "
    "src='attachment.php?attachmentid=14&amp;stc=1&amp;d=1' class='attach' alt='sea.png'><img src='images/attach/zip.gif'>"
    f"</fieldset><div>__________________<br><img src='{SIG}'></div></td></tr></table></body></html>"
)
VB5 = (
    "<html><head><meta name='generator' content='vBulletin 5.6'></head><body><ul><li class='b-post js-post' data-node-id='5'>"
    "<div class='b-userinfo'><img src='./core/image.php?userid=1&amp;thumb=1'></div><div class='b-post__content'><div class="
    f"'js-post__content-text'>hi <img src='{X}'><a href='filedata/fetch?id=14&amp;d=1' class='bbcode-attachment'><img "
    "src='filedata/fetch?id=14&amp;d=1&amp;type=medium' alt='sea.png'></a></div></div><div class='post-signature restore'>"
    f"<img src='{SIG}'></div></li></ul></body></html>"
)
MYBB = (
    "<html><head><script src='/jscripts/general.js'></script></head><body><div id='panel'></div><table class='tborder' "
    "id='post_5'><tr><td class='post_author'><img src='images/star.png'></td></tr><tr><td class='post_content'><a id='pid5'></a>"
    f"<div class='post_body' id='pid_5'>hi <img src='{X}'><fieldset><a href='attachment.php?aid=14'><img "
    "src='attachment.php?thumbnail=14' class='attachment' title='Filename: sea.png'></a><img src='images/attachtypes/zip.png'>"
    f"</fieldset></div><div class='signature'><img src='{SIG}' class='mycode_img'></div></td></tr></table></body></html>"
)
SMF20 = (
    "<html><head><script src='/Themes/default/scripts/script.js'></script></head><body><div id='main_content_section'><form "
    "id='quickModForm'><div class='windowbg'><div class='post_wrapper'><div class='poster'><ul class='reset'><li class='avatar'>"
    f"<img class='avatar' src='{F}/avatars/a.gif'></li></ul></div><div class='postarea'><div class='post'><div class='inner' "
    f"id='msg_5'>hi <img src='{X}' class='bbc_img'></div></div></div><div class='moderatorbar'><div id='msg_5_footer' class="
    f"'attachments'><a href='{_A}14;image' id='link_14'><img src='{_A}15;image' id='thumb_14' alt='sea.png'></a></div><div class="
    f"'signature' id='msg_5_signature'><img src='{SIG}' class='bbc_img'></div></div></div></div></form></div></body></html>"
)
THEMES = {
    "phpbb": ("phpbb", f"{F}/viewtopic.php?t=1", PHPBB, "#p5", f"{F}/download/file.php?id=14"),
    "subsilver": ("phpbb", f"{F}/viewtopic.php?t=1", SUBSILVER, "",
                  f"{F}/download/file.php?id=14&mode=view"),
    "xenforo": ("xenforo", f"{F}/threads/x.1/", XF, "#post-5", f"{F}/attachments/sea-png.14/"),
    "vbulletin3": ("vbulletin", f"{F}/showthread.php?t=1", VB3, "#post5",
                   f"{F}/attachment.php?attachmentid=14&stc=1&d=1"),
    "vbulletin5": ("vbulletin", f"{F}/forum/x", VB5, "#post5", f"{F}/forum/filedata/fetch?id=14&d=1"),
    "mybb16": ("mybb", f"{F}/showthread.php?tid=1", MYBB, "#pid5", f"{F}/attachment.php?aid=14"),
    "smf20": ("smf", f"{F}/index.php?topic=1.0", SMF20, "#msg5", f"{_A}14;image"),
}  # fmt: skip
_VB = "<html><head><script src='clientscript/vbulletin_global.js'></script></head><body><a href='forumdisplay.php?f=2'>f</a>"
_SMF = "<html><head><script src='/Themes/default/scripts/script.js'></script></head><body><div id='main_content_section'>"
WALLS = {
    "phpbb members": (phpbb("<form id='login' action='./ucp.php?mode=login'><h2 class='login-title'>The board requires you to be "
                            "registered and logged in to open this.</h2><input name='username'><input type='password'></form>"),
                      "login"),
    "phpbb rights": (phpbb("<div id='message'><h2 class='message-title'>Note</h2><p>You are not authorised to read this forum."
                           "</p></div>"), "login"),
    "phpbb forum password": (phpbb("<form id='login_forum'><p>To view this forum you must enter its password.</p><input "
                                   "type='password' name='password'></form>"), "password"),
    "phpbb gone": (phpbb("<div id='message'><p>The requested topic does not exist.</p></div>"), "gone"),
    "phpbb guest": (phpbb("<div id='p5' class='post'><div class='postbody'><div class='content'>hi</div><div class='rules'>You do "
                          "not have the required permissions to view the files attached.</div></div></div>"), "login"),
    "xenforo guest": (xenforo(xf_post("hi", "<section class='message-attachments'><p>Please, log in or register to view "
                                      "attachments.</p></section>")), "login"),
    "xenforo gone": (xenforo("<div class='blockMessage'>The requested thread could not be found.</div>"), "gone"),
    "xenforo rights": (xenforo("<div class='blockMessage'>You do not have permission to view this page.</div>"), "login"),
    "vbulletin gone": (f"{_VB}<td class='tcat'>Message</td><div>No Thread specified. If you followed a link, tell us.</div>",
                       "gone"),
    "smf guest": ((f"{_SMF}<form id='quickModForm'><div class='windowbg' id='msg5'><div class='post_wrapper'><div class='inner' "
                  "id='msg_5'>hi</div><div class='attachments'>You are not allowed to view attachments.</div></div></div></form>"),
                  "login"),
}  # fmt: skip
