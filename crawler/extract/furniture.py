"""Pictures that belong to a site and not to a post: smilies, avatars, ranks, signatures."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from bs4 import Tag
from bs4.element import NavigableString

from crawler.extract.page import attribute, classes

_PATH = re.compile(
    r"/(?:smil(?:ey|ies?)s?|emoji|emoticons?|avatars?|customavatars?|custom_avatars?|ranks?|"
    r"reputation|icons?|statusicon|buttons?|misc|styles?|\.?static|themes?|skins?|banners?|flags?|"
    r"custom_icons|layout|img_resources|polls|awards?|attachtypes|images/attach|file_icons|"
    r"membericons|logos?|favicons?)/[^?]*$"
    r"|/(?:no_?thumb|spoiler|blank|clear|pixel|spacer|loading|spinner|ajax[-_]loader|deleted|"
    r"generic_?thumb|audio_?(?:generic)?thumb|filedeleted|file_?deleted|paperclip|pixel)"
    r"[^/]*\.(?:gif|png|jpe?g|svg|webp)$"
    r"|/(?:site[-_]?)?logo(?:[-_@.][^/]*)?\.(?:gif|png|jpe?g|svg|webp)$|/images/image\.gif$"
    r"|/images/star\w*\.(?:gif|png)$|/templates/[^/?]+/images/"
    r"|/(?:random[-_]?)?banners?(?:\.(?:js|php|cgi|pl))?$",
    re.IGNORECASE,
)
_ERROR_ART = re.compile(
    r"/(?:errors?|404|not[-_]?found)/[^?]*$|/(?:404|not[-_]?found|error|oops)[^/]*\.\w{2,5}$",
    re.IGNORECASE,
)
_QUERY = re.compile(
    r"(?:^|&)(?:avatar=|type=avatar|u=\d+&dateline=|userid=\d+(?:&|$))|;type=avatar", re.IGNORECASE
)
_ORNAMENT = re.compile(
    r"/(?:smil(?:ey|ies?)s?|emoji|emoticons?|avatars?|favicons?|file_?icons|filetypes?)/[^?]*$"
    r"|^/(?:icons|_h5ai|\.within\.website)/"
    r"|/(?:blank|clear|pixel|spacer|loading|spinner|ajax[-_]loader|placeholder|lazy[-_]?load\w*)"
    r"\.(?:gif|png|jpe?g|svg|webp)$"
    r"|/(?:[\w-]{1,20}[-_])?(?:logo|favicon)(?:[-_@.][^/]*)?\.(?:gif|png|jpe?g|svg|webp)$",
    re.IGNORECASE,
)
"""What is an ornament on any site: narrower than `_PATH`, which knows the software."""
_COOKIES = re.compile(
    r"(?:^|[-_])(?:cookies?|gdpr)[-_]?(?:consent|notice|banner|bar|popup|law|info|box|modal)",
    re.IGNORECASE,
)
_SITE_ART = re.compile(
    r"/(?:favicons?|logos?|themes?|styles?|skins?|system/default|filetypes?|file_?icons?)/"
    r"|/(?:site[-_]?)?(?:logo|favicon|ms-?icon|apple-touch-icon|og[-_](?:default|logo|site))[^/]*$"
    r"|/default[-_](?:og|share|social)[^/]*$",
    re.IGNORECASE,
)
_CLASSES = frozenset(
    {"avatar", "smilie", "smiley", "mceSmilie", "mceSmilieSprite", "emoji", "emoticon", "rank"}
    | {"flag", "country", "postIcon", "posticon", "userAvatar", "postercountry"}
    | {"poster_avatar", "postUserAvatar", "moderatorbar", "buttons"}
)
_PARTS = frozenset(
    {"signature", "signaturecontainer", "message-signature", "post-signature", "postsignature"}
    | {"userinfo", "user_info", "b-userinfo", "postprofile", "message-user", "message-userArea"}
    | {"message-cell--user", "messageUserInfo", "messageUserBlock", "author_information"}
    | {"post_author", "author_avatar", "poster", "avatar-container", "bbCodeBlock--unfurl"}
    | {"baseHtml-signature", "b-post__signature"}
)
"""Parts of a post that hold nothing of what it says."""
_SIGNATURE_ID = re.compile(r"sig\d+|msg_\d+_signature")
_RULE_OF_UNDERSCORES = re.compile(r"\s*_{6,}\s*")
_NEAR, _FAR = 3, 14
_WORD = 60
"""Characters of a class or id."""
_PERSONS = frozenset({"avatar", "emoji", "emoticon", "smiley", "smilie", "userpic"})


def is_furniture(url: str, tag: Tag) -> bool:
    """Tell whether a picture of a known engine's page is the site's own decoration."""
    parts = urlsplit(url)
    if tag.name in {"meta", "link", "script"}:
        return tag.name != "script" and is_site_art(url)
    if _PATH.search(parts.path) or _QUERY.search(parts.query):
        return True
    return in_site_part(tag) or attribute(tag, "class").startswith("smilie")


def is_ornament(url: str, tag: Tag) -> bool:
    """Tell whether a picture of any site is a person's, a smiley, a logo or part of a notice."""
    if tag.name not in {"img", "source"}:
        return False
    if _ORNAMENT.search(urlsplit(url).path):
        return True
    around = (tag, *(tag.parents if tag.parent is not None else ()))
    return any(
        (step <= 1 and not _PERSONS.isdisjoint(classes(node))) or _of_cookies(node)
        for step, node in enumerate(islice(around, _NEAR + 2))
        if isinstance(node, Tag) and node.attrs
    )


def _of_cookies(node: Tag) -> bool:
    words = (*classes(node), attribute(node, "id"))
    return any(_COOKIES.search(word) for word in words if len(word) < _WORD)


def is_error_art(url: str) -> bool:
    """Tell by its path whether a picture on an error page is part of the site's look."""
    path = urlsplit(url).path
    return _ERROR_ART.search(path) is not None or _PATH.search(path) is not None


def is_site_art(url: str) -> bool:
    """Tell whether an address in a page's metadata is that of the site's logo or icon."""
    return _SITE_ART.search(urlsplit(url).path) is not None


def in_site_part(tag: Tag) -> bool:
    """Tell whether an element stands in a part of a post that holds nothing of what it says."""
    node: Tag | None = tag
    for step in range(_FAR + 1):
        if node is None:
            return False
        words = classes(node)
        if any(word in _PARTS or (step <= _NEAR and word in _CLASSES) for word in words):
            return True
        if _SIGNATURE_ID.fullmatch(attribute(node, "id")) or (step == 1 and _underscored(node)):
            return True
        node = node.parent
    return False


def _underscored(around: Tag) -> bool:
    """Tell whether an element starts with the row of underscores that old forums put there."""
    for node in around.children:
        if isinstance(node, NavigableString):
            if _RULE_OF_UNDERSCORES.fullmatch(node):
                return True
            if node.strip():
                return False
        elif isinstance(node, Tag) and node.name != "br":
            return False
    return False
