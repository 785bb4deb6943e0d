"""
What a page without content of its own says stands in its place.

Only for pages whose software is known and which show nothing else (a locker without its form, a
forum without posts): there short pieces of text are the site's own words and no visitor's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag

from crawler.extract.page import Page, text_of
from crawler.extract.phrases import PHRASES, without_names
from crawler.extract.record import State

_BLOCKS = frozenset(
    {"p", "td", "div", "span", "b", "strong", "font", "center", "h1", "h2", "h3", "h4", "h5", "li"}
    | {"title", "label", "legend", "em", "dd", "th", "section", "blockquote", "small", "body"}
)
_CONTAINERS = frozenset(
    {"p", "td", "div", "center", "table", "ul", "ol", "form", "section", "h1", "h2", "h3", "li"}
)
_LENGTH = 400
_PIECES = 600
_CAUSES = re.compile(
    r"(?:possible|likely|common) (?:causes?|reasons?)|m[oö]gliche (?:ursachen|gr[uü]nde)"
    r"|causes? possibles?|posibles? (?:causas?|razones)|возможные причины",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"(?:registered|logged[- ]in) (?:users?|members?) only|\bmembers[- ]only\b"
    r"|only (?:available )?(?:for |to |by )?registered (?:users|members)"
    r"|registered members are allowed"
    r"|(?:must|need to|have to) (?:be )?(?:an? )?(?:registered|logged[- ]?(?:in|on)"
    r"|log[- ]?in|register|sign[- ]?in)"
    r"|please,? (?:log[- ]?in|sign[- ]?in|sign[- ]?up|register)"
    r"|\b(?:account|profile|album|gallery|content|image|video) is private\b"
    r"|requires you to be (?:registered|logged)|not publicly shared|\bguests? (?:can ?not|cannot)\b"
    r"|\b(?:are|is) not (?:authori[sz]ed|allowed|permitted) to (?:view|read|access|see|download)"
    r"|\b(?:log[- ]?in|sign[- ]?(?:in|up)|register(?:ed)?|members?)\b.{0,60}"
    r"\b(?:to|can) (?:view|see|access|read) (?:the |this |these |any |all |hidden )*"
    r"(?:attach|content|links?|images?|pictures?|topic|thread|post|page|forum|gallery|media|hidden)"
    r"|(?:are|not) (?:either )?(?:not )?logged[- ]in|\b(?:do"
    r"|does) not have (?:the )?(?:required )?permissions?"
    r"|\bdon.?t have (?:the )?(?:required |enough )?permissions?"
    r"|m[uü]ssen (?:sich|angemeldet|registriert|eingeloggt)|nicht (?:eingeloggt|angemeldet)"
    r"|vous devez (?:[eê]tre|vous|d'abord)|deb(?:es|e) (?:iniciar|registrar|estar|identificar)"
    r"|devi (?:effettuare|essere|registrar)|je moet (?:ingelogd|inloggen|geregistreerd|je )"
    r"|musisz (?:si[eę]|by[cć]) za(?:log|rej)|precisa (?:fazer login|estar|entrar|registr)"
    r"|(?:необходимо|нужно|требуется) (?:войти|авториз|зарегистр|вход)|только (?:для )?зарегистрир"
    r"|giri[sş] yap(?:man[i\u0131]z|[i\u0131]n)|ログイン(?:してください|が必要)"
    r"|请(?:先)?登[录錄]|請先登入|(?:需要|必[须須]).{0,6}登[录錄入].{0,20}(?:查看|下[载載]|[浏瀏][览覽]|可以)"
    r"|keine (?:ausreichende[nr]? )?(?:berechtigung|zugriffsrechte)"
    r"|\bsign in to (?:see|view|read)\b",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"(?:file|folder|album|content|image|gallery) (?:is )?(?:password[- ]protected"
    r"|protected by a password)"
    r"|must enter (?:its|the|a) password|enter (?:the )?(?:file|album|folder) password"
    r"|has set a password|password[- ]protected (?:file|folder|album|content)"
    r"|passwortgesch[uü]tzt|защищ[её]н паролем",
    re.IGNORECASE,
)
_MISSING_PART = re.compile(
    r"\b(?:missing|incomplete) (?:archive )?(?:part|volume)s?\b|\bparts? (?:\d+ )?(?:is"
    r"|are) missing\b"
    r"|\bfehlende[rn]? teile?\b|\bpartie manquante\b|\bfalta(?:n)? (?:la |las )?partes?\b",
    re.IGNORECASE,
)
_PREMIUM = re.compile(
    r"(?:premium|vip|gold) (?:users?|members?|accounts?|membership)? ?(?:is )?(?:only"
    r"|required|needed)\b"
    r"|(?:only|available|restricted|allowed|reserved|limited)\b.{0,40}\b(?:for|to|by|with) "
    r"(?:an? )?(?:premium|vip|gold|paid)\b"
    r"|\b(?:need|must|have to|requires?)\b.{0,40}\b(?:premium|vip|paid)\b"
    r"|\bonly (?:premium|vip|gold|paid) (?:users?|members?|accounts?)\b"
    r"|\bfree (?:users?|members?) (?:can ?not|can.?t|(?:are|is) not allowed)"
    r"|upgrade your account to download|limit for free (?:users|members)"
    r"|nur (?:f[uü]r|von|mit|als) .{0,15}premium|r[eé]serv[eé]e?s? (?:aux|à) .{0,20}premium"
    r"|uniquement .{0,30}premium|\b(?:s[oó]lo|solamente|solo|apenas|somente|s[oó]|tylko|alleen"
    r"|sadece|enkel)\b .{0,45}premium|только .{0,30}премиум|premium[- ]nutzern vorbehalten"
    r"|プレミアム.{0,8}(?:のみ|限定|専用)|(?:仅|僅|只).{0,10}(?:vip|会员|會員)",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"\b(?:will|may|can) be (?:removed|deleted)|\bafter \d+ (?:days|weeks|months)\b"
    r"|\bnach \d+ tagen"
    r"|\bif (?:it|they|the|your|a)\b",
    re.IGNORECASE,
)
"""What a site says of files in general, not of this one."""
_WAIT = re.compile(
    r"\b(?:have to|must|please) wait\b|download[- ]limit|\bmaximum (?:permitted "
    r"|concurrent )?downloads\b"
    r"|\b(?:have|has) reached (?:the|your) (?:maximum|limit)"
    r"|\bwait (?:\w+ ){0,3}(?:seconds|minutes|hours)|limit of (?:your )?(?:free )?downloads",
    re.IGNORECASE,
)


_MUST_WAIT = re.compile(
    r"\b(?:have to|must|please) wait\b|download[- ]limit:|\bmaximum concurrent downloads\b",
    re.IGNORECASE,
)


def own_words(page: Page) -> tuple[str, ...]:
    """Return the short pieces of text of a page, one for each innermost block."""
    return tuple(dict.fromkeys(_pieces(page)))[:_PIECES]


def _pieces(page: Page) -> Iterator[str]:
    for tag in page.tags:
        if tag.name in _BLOCKS and not any(
            child.name in _CONTAINERS for child in tag.children if isinstance(child, Tag)
        ):
            text = text_of(tag)
            if 3 < len(text) <= _LENGTH and (said := without_names(text)):
                yield said


def stated(pieces: Iterable[str]) -> tuple[State, str] | None:
    """
    Return the state that short texts of a site declare, and the rule's name; none when silent.

    What follows "possible causes" names what may be and is not looked at.
    """
    said = [_CAUSES.split(text)[0] for text in pieces if not _POLICY.search(text)]
    for pattern, state, rule in _SIMPLE:
        if any(pattern.search(text) for text in said if not _only_waits(text, state)):
            return state, rule
    for sign, spoken in _BY_PHRASE:
        if any(p.pattern.search(t) for p in PHRASES if p.sign.startswith(sign) for t in said):
            return spoken, sign
    if any(_WAIT.search(text) for text in said):
        return "countdown", "wait_notice"
    return None


def _only_waits(text: str, state: State) -> bool:
    """Tell whether a text speaks of a wait, with membership as the way round it."""
    return state in {"premium", "login"} and _MUST_WAIT.search(text) is not None


_SIMPLE: tuple[tuple[re.Pattern[str], State, str], ...] = (
    (_MISSING_PART, "missing_part", "missing_part"),
    (_PREMIUM, "premium", "premium_only"),
    (_MEMBERS, "login", "members_only"),
    (_PASSWORD, "password", "password_notice"),
)
_BY_PHRASE: tuple[tuple[str, State], ...] = (
    ("removal_notice", "gone"),
    ("expired_notice", "expired"),
)


def members_only(text: str) -> bool:
    """Tell whether a text asks visitors to become members."""
    return _MEMBERS.search(text) is not None


def premium_only(text: str) -> bool:
    """Tell whether a text keeps something for paying members."""
    return _PREMIUM.search(text) is not None
