"""
Links that are never followed, as data.

Reverse-image search and archives would tell a third party where material is; delete, report and
logout links change something at the host; a captcha is a person's to solve; who counts visitors or
sells to them is told nothing. The rules look at hosts and whole path segments or query fields, and
apply to derived links only: what a person reported is exempt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

_VERBS = {
    "delete": "delete",
    "del": "delete",
    "remove": "delete",
    "unlink": "unlink",
    "destroy": "delete",
    "report": "report",
    "flag": "report",
    "reportpost": "report",
    "reportcomment": "report",
    "reporttm": "report",
    "reportfile": "report",
    "reportabuse": "report",
    "deletepost": "delete",
    "deletecomment": "delete",
    "deletemsg": "delete",
    "deletethread": "delete",
    "deletefile": "delete",
    "deletefiles": "delete",
    "deletemedia": "delete",
    "delpost": "delete",
    "delthread": "delete",
    "delfile": "delete",
    "trash": "delete",
    "unlinkfile": "unlink",
    "unlinkfiles": "unlink",
    "unlinks": "unlink",
    "abuse": "report",
    "dmca": "report",
    "logout": "logout",
    "logoff": "logout",
    "signout": "logout",
    "translate": "translate",
    "searchbyimage": "reverse_image_search",
    "reverse": "reverse_image_search",
    "captchas": "captcha",
}
"""Words of a path segment or of an action field, and the rule that each stands for."""

_COMPOUNDS = {
    "log-out": "logout",
    "sign-out": "logout",
    "log-off": "logout",
    "reverse-search": "reverse_image_search",
    "reverse-image-search": "reverse_image_search",
    "search-by-image": "reverse_image_search",
    "securimage-show": "captcha",
}
_OBJECTS = frozenset(
    {"file", "files", "image", "post", "thread", "abuse", "content", "link", "page", "account"}
)
"""What a verb in a compound segment acts on, as in `delete-file` or `report_abuse`."""

_ACTION_FIELDS = frozenset(
    {"a", "act", "action", "cmd", "do", "m", "method", "mode", "op", "task", "todo", "route"}
)
_SCRIPT = re.compile(r"\.(php\d?|html?|cgi|pl|aspx?|jsp|js|do)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """A service that is never asked, as a whole or under a path."""

    rule: str
    host: str
    """The host or any name under it."""
    path: str = "/"
    """Prefix of the path."""
    query: str = ""
    """Text that must stand in the query."""


_SEARCH = "reverse_image_search"
HOST_RULES = (
    HostRule(rule=_SEARCH, host="tineye.com"),
    HostRule(rule=_SEARCH, host="imgops.com"),
    HostRule(rule=_SEARCH, host="saucenao.com"),
    HostRule(rule=_SEARCH, host="iqdb.org"),
    HostRule(rule=_SEARCH, host="ascii2d.net"),
    HostRule(rule=_SEARCH, host="trace.moe"),
    HostRule(rule=_SEARCH, host="karmadecay.com"),
    HostRule(rule=_SEARCH, host="pimeyes.com"),
    HostRule(rule=_SEARCH, host="facecheck.id"),
    HostRule(rule=_SEARCH, host="lens.google.com"),
    HostRule(rule=_SEARCH, host="images.google.com"),
    HostRule(rule=_SEARCH, host="google.com", path="/searchbyimage"),
    HostRule(rule=_SEARCH, host="bing.com", path="/images/search", query="imgurl"),
    HostRule(rule=_SEARCH, host="yandex.com", path="/images"),
    HostRule(rule=_SEARCH, host="yandex.ru", path="/images"),
    HostRule(rule=_SEARCH, host="graph.baidu.com"),
    HostRule(rule=_SEARCH, host="lenso.ai"),
    HostRule(rule=_SEARCH, host="search4faces.com"),
    HostRule(rule=_SEARCH, host="image-search.org"),
    HostRule(rule="exif_service", host="regex.info"),
    HostRule(rule="exif_service", host="exif.int21h.win"),
    HostRule(rule="exif_service", host="exif.tools"),
    HostRule(rule="exif_service", host="jimpl.com"),
    HostRule(rule="exif_service", host="metapicz.com"),
    HostRule(rule="exif_service", host="exifinfo.org"),
    HostRule(rule="exif_service", host="fotoforensics.com"),
    HostRule(rule="archive_save", host="web.archive.org", path="/save"),
    HostRule(rule="archive_save", host="archive.today"),
    HostRule(rule="archive_save", host="archive.ph"),
    HostRule(rule="archive_save", host="archive.is"),
    HostRule(rule="archive_save", host="archive.li"),
    HostRule(rule="archive_save", host="archive.md"),
    HostRule(rule="archive_save", host="archive.vn"),
    HostRule(rule="archive_save", host="archive.fo"),
    HostRule(rule="archive_save", host="ghostarchive.org"),
    HostRule(rule="archive_save", host="megalodon.jp"),
    HostRule(rule="archive_save", host="perma.cc"),
    HostRule(rule="translate", host="translate.google.com"),
    HostRule(rule="translate", host="translate.goog"),
    HostRule(rule="translate", host="translate.yandex.com"),
    HostRule(rule="translate", host="translate.yandex.ru"),
    HostRule(rule="translate", host="microsofttranslator.com"),
    HostRule(rule="captcha", host="google.com", path="/recaptcha"),
    HostRule(rule="captcha", host="gstatic.com", path="/recaptcha"),
    HostRule(rule="captcha", host="recaptcha.net"),
    HostRule(rule="captcha", host="hcaptcha.com"),
    HostRule(rule="captcha", host="challenges.cloudflare.com"),
    HostRule(rule="captcha", host="geetest.com"),
    HostRule(rule="captcha", host="arkoselabs.com"),
    HostRule(rule="advertising", host="doubleclick.net"),
    HostRule(rule="advertising", host="googlesyndication.com"),
    HostRule(rule="advertising", host="googleadservices.com"),
    HostRule(rule="advertising", host="adnxs.com"),
    HostRule(rule="advertising", host="exoclick.com"),
    HostRule(rule="advertising", host="juicyads.com"),
    HostRule(rule="advertising", host="trafficjunky.net"),
    HostRule(rule="advertising", host="popads.net"),
    HostRule(rule="advertising", host="criteo.com"),
    HostRule(rule="advertising", host="taboola.com"),
    HostRule(rule="analytics", host="google-analytics.com"),
    HostRule(rule="analytics", host="googletagmanager.com"),
    HostRule(rule="analytics", host="mc.yandex.ru"),
    HostRule(rule="analytics", host="statcounter.com"),
    HostRule(rule="analytics", host="histats.com"),
    HostRule(rule="analytics", host="hotjar.com"),
    HostRule(rule="analytics", host="clarity.ms"),
    HostRule(rule="analytics", host="scorecardresearch.com"),
    HostRule(rule="analytics", host="quantserve.com"),
)

_RULES_BY_HOST = {
    name: tuple(rule for rule in HOST_RULES if rule.host == name)
    for name in {rule.host for rule in HOST_RULES}
}
_LABELS = max(name.count(".") for name in _RULES_BY_HOST) + 1


def never(url: str) -> str | None:
    """
    Name the rule that forbids to follow a derived link; none when it may be followed.

    >>> never("https://locker.example/abc?op=delete")
    'delete'
    >>> never("https://board.example/b/src/delete.png")
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return _by_host(host, parts.path, parts.query) or _by_path(parts.path) or _by_query(parts.query)


def _by_host(host: str, path: str, query: str) -> str | None:
    labels = host.split(".")[-_LABELS:]
    for at in range(len(labels)):
        for rule in _RULES_BY_HOST.get(".".join(labels[at:]), ()):
            if _fits(rule, path, query):
                return rule.rule
    return None


def _fits(rule: HostRule, path: str, query: str) -> bool:
    return path.startswith(rule.path) and rule.query in query


def _by_path(path: str) -> str | None:
    for segment in path.split("/"):
        if segment and (rule := _by_segment(_word(segment))):
            return rule
    return None


def _word(segment: str) -> str:
    """Return a segment as text in lower case, without the ending of a script."""
    text = (unquote(segment) if "%" in segment else segment).lower()
    return _SCRIPT.sub("", text) if "." in text else text


@lru_cache(maxsize=4096)  # the parts of paths repeat themselves
def _by_segment(segment: str) -> str | None:
    if segment.endswith("~d"):  # the delete link of YetiShare
        return "delete"
    joined = segment.replace("_", "-")
    whole = _VERBS.get(segment) or _COMPOUNDS.get(joined)
    if whole is not None:
        return whole
    verb, _, acted_on = joined.partition("-")
    return _VERBS.get(verb) if acted_on in _OBJECTS else None


def _by_query(query: str) -> str | None:
    if query.startswith("/"):  # a path behind the script's name, as in `mod.php?/b/delete/1`
        return _by_path(query)
    if not query:
        return None
    # Some forums part their fields by semicolons, as in `index.php?action=logout;token=1`.
    fields = query.replace(";", "&")
    for name, value in parse_qsl(fields, keep_blank_values=True, max_num_fields=None):
        key, word = name.lower(), value.lower()
        rule = _by_segment(key) or (_by_segment(word) if key in _ACTION_FIELDS else None)
        if rule is not None:
            return rule
    return None
