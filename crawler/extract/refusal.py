"""
Links of a page that are never candidates, each by a named rule.

Beside the never-request rules of the fetcher: advertising and analytics (they pay and inform
third parties), captcha pictures, and look-ups that carry another address to somebody else.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.fetch.never_request import never

_THIRD_PARTIES = {
    "advertising": (
        "doubleclick.net googlesyndication.com googleadservices.com exoclick.com juicyads.com "
        "trafficjunky.net adnxs.com popads.net propellerads.com adsterra.com exosrv.com "
        "taboola.com outbrain.com adform.net criteo.com amazon-adsystem.com realsrv.com magsrv.com"
    ),
    "analytics": (
        "google-analytics.com googletagmanager.com hotjar.com quantserve.com histats.com "
        "scorecardresearch.com mc.yandex.ru statcounter.com counter.yadro.ru clarity.ms "
        "cloudflareinsights.com"
    ),
}
_HOSTS = {host: rule for rule, hosts in _THIRD_PARTIES.items() for host in hosts.split()}
_CAPTCHA = re.compile(
    r"/(?:re|h)?captchas?(?:/|[_-]?image|\.(?:php\d?|js|cgi|pl|aspx?|jsp|html?)(?:/|$)|$)",
    re.IGNORECASE,
)


def refusal(url: str) -> str | None:
    """
    Name the rule by which a link of a page is never requested, or none.

    Raises:
        ValueError: `url` is not a URL; give absolute ones.

    """
    return never(url) or _third_party(url)


def _third_party(url: str) -> str | None:
    parts = urlsplit(url)
    labels = (parts.hostname or "").split(".")
    for at in range(max(0, len(labels) - 3), len(labels)):
        if rule := _HOSTS.get(".".join(labels[at:])):
            return rule
    return "captcha" if _CAPTCHA.search(parts.path) else None
