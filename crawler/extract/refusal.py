"""
Links of a page that are never candidates, each by a named rule.

Beside the never-request rules of the fetcher: advertising and analytics (they pay and inform
third parties), captcha pictures, and look-ups that carry another address to somebody else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.extract.links import host_and_path
from crawler.extract.record import NextStep
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
_LABEL = re.compile(
    r"(?:ads?|adserv(?:er|ers|ice|ing)?|adverts?|advertising|adx|popads|popunders?|pagead\d*)\d*"
)
"""A label of a host that names it as a place of advertisements."""
_COUNTER_LABEL = re.compile(r"(?:analytics|metrics|telemetry|matomo|piwik|pixel|tracking)\d*")
_PATHS = (
    (
        "advertising",
        re.compile(
            r"/(?:ads|adserver|adframes?|pagead\d*)/"
            r"|/www/delivery/\w+\.php|/(?:ad(?:s|frame|view|click|server|log)?|popunder)\.(?:php\d?|js|html?|cgi)(?:$|/)"
        ),
    ),
    (
        "analytics",
        re.compile(
            r"/(?:piwik|matomo|analytics|gtag|gtm|urchin)\.(?:php|js)$"
            r"|/(?:pixel|beacon|counter|track(?:er|ing)?|hit|webbug)\.(?:gif|png|php|js|cgi)$"
            r"|/(?:cron\.php$|app\.php/cron/)"
        ),
    ),
)
"""Also the hidden picture by which some boards have a visitor run their timed tasks."""
_WRITES = re.compile(
    r"/(?:(?P<vote>vote|upvote|downvote|rate|like|react|favou?rite)|(?P<edit>edit|editpost|modify)"
    r"|(?P<ban>ban|banned|warn)|(?P<unsubscribe>unsubscribe|subscribe)|(?P<reply>newreply|newthread|reply|posting)"
    r"|(?P<payment>premium|upgrade|checkout|payments?|purchase|donate|pricing))"
    r"(?:\.(?:php\d?|cgi|pl|aspx?|jsp|html?))?(?:/\d+)?/?$",
    re.IGNORECASE,
)
"""Last parts of paths that change something or sell; media have names with other endings."""
_CAPTCHA = re.compile(
    r"/(?:re|h)?captchas?(?:/|[_-]?image|\.(?:php\d?|js|cgi|pl|aspx?|jsp|html?)(?:/|$)|$)"
    r"|/(?:re|h)?captcha\.(?:png|gif|jpe?g)$"
    r"|/papi/challenge|/(?:securimage|kcaptcha|code_?image|verifyimage)\w*\.(?:php|png|gif|jpe?g)$",
    re.IGNORECASE,
)
_CAPTCHA_WORDS = ("captcha", "challenge", "mage")
"""One of these stands in whatever `_CAPTCHA` finds."""


def refusal(url: str) -> str | None:
    """
    Name the rule by which a link of a page is never requested, or none.

    Raises:
        ValueError: `url` is not a URL; give absolute ones.

    """
    return never(url) or _third_party(url)


def refused_step(step: NextStep) -> str | None:
    """
    Name the rule by which a declared step is never sent, or none; its fields speak as a query.

    Some sites name what a form does in a field only, such as `_method=delete`.
    """
    told = [(name.lstrip("_"), value) for name, value in step.form]
    asked = urlsplit(step.url).query
    told += [(name.lstrip("_"), value) for name, value in parse_qsl(asked, max_num_fields=None)]
    place = step.url.partition("?")[0]
    return refusal(step.url) or refusal(f"{place}?{urlencode(told)}")


def _third_party(url: str) -> str | None:
    host, path = host_and_path(url)
    return _by_host(host) or _by_path(path)


@lru_cache(maxsize=256)
def _by_host(host: str) -> str | None:
    labels = host.split(".")
    for at in range(max(0, len(labels) - 3), len(labels)):
        if rule := _HOSTS.get(".".join(labels[at:])):
            return rule
    return _by_labels(labels[:-1])


def _by_labels(labels: list[str]) -> str | None:
    if any(_LABEL.fullmatch(label) for label in labels):
        return "advertising"
    return "analytics" if any(_COUNTER_LABEL.fullmatch(label) for label in labels) else None


def _by_path(path: str) -> str | None:
    lowered = path.lower()
    found = next((rule for rule, pattern in _PATHS if pattern.search(lowered)), None)
    if found is None and (writes := _WRITES.search(path)):
        found = writes.lastgroup
    if found or not any(word in lowered for word in _CAPTCHA_WORDS):
        return found
    return "captcha" if _CAPTCHA.search(path) else None
