"""Pictures that belong to a site and not to a post: smilies, avatars, ranks, spoiler marks."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.extract.page import attribute
from crawler.extract.tree import under_class

_PATH = re.compile(
    r"/(?:smil(?:ey|ies?)s?|emoji|emoticons?|avatars?|customavatars?|ranks?|reputation|icons?|"
    r"statusicon|buttons?|misc|styles?|static|themes?|skins?|banners?|flags?|custom_icons|layout|"
    r"img_resources|polls|awards?)/[^?]*$"
    r"|/(?:no_?thumb|spoiler|blank|clear|pixel|spacer|loading|spinner|ajax[-_]loader|deleted|"
    r"generic_?thumb|audio_?(?:generic)?thumb|filedeleted|file_?deleted|paperclip|pixel)"
    r"[^/]*\.(?:gif|png|jpe?g|svg|webp)$",
    re.IGNORECASE,
)
_QUERY = re.compile(r"(?:^|&)(?:avatar=|type=avatar|u=\d+&dateline=)", re.IGNORECASE)
_CLASSES = frozenset(
    {"avatar", "smilie", "smiley", "mceSmilie", "mceSmilieSprite", "emoji", "emoticon", "rank"}
    | {"flag", "country", "postIcon", "posticon", "signature", "userAvatar", "postercountry"}
    | {"message-userArea", "postprofile", "poster_avatar", "postUserAvatar"}
)
_SITE_PARTS = frozenset({"message-signature", "postsignature", "moderatorbar", "buttons"})


def is_furniture(url: str, tag: Tag) -> bool:
    """Tell whether a picture of a known engine's page is the site's own decoration."""
    if tag.name in {"meta", "link", "script"}:
        return False
    parts = urlsplit(url)
    if _PATH.search(parts.path) or _QUERY.search(parts.query):
        return True
    return under_class(tag, _CLASSES, up=3) or attribute(tag, "class").startswith("smilie")
