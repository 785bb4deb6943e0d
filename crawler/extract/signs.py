"""
Signs that a page is not the content but stands in its place.

A phrase counts only where a site itself speaks: title, headings and error boxes. Posts quote such
phrases, so running text is never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit

from bs4 import Tag

from crawler.extract.page import Page, attribute, classes, text_of
from crawler.extract.phrases import PHRASES
from crawler.extract.tree import below

_HEADINGS = frozenset({"title", "h1", "h2"})
_BOX = re.compile(
    r"(?:^|[-_\s])(?:err|errors?|error-?(?:box|page|message|msg|text)|alert(?:-\w+)?|not-?found|"
    r"404|subtitle|removed|deleted|dmca|blockpage|blocked|suspended|warning)(?:$|[-_\s])",
    re.IGNORECASE,
)
_LOUD = frozenset({"b", "strong", "h3", "h4", "big", "font"})
_LOUD_LENGTH = 80
_BARE_TAGS = 120
_BARE_LENGTH = 800
"""Characters of a page that holds next to nothing."""
_BOX_LENGTH = 400
"""Characters; what is longer is no error box but a page's content."""
_LOGIN_WORDS = re.compile(
    r"\b(?:log ?in|sign ?in|identification|s.identifier|"
    r"identificaci[oó]n|anmelden|einloggen|connexion|iniciar sesi[oó]n|accedi|inloggen|"
    r"zaloguj|entrar|вход|войти|ログイン|登录|登入|giriş)\b",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|account/log|members/login|auth)(?:[/.]|$)", re.IGNORECASE
)
_CHANGES = re.compile(r"\b(?:delete|report|remove)\b", re.IGNORECASE)
_WAITING = re.compile(
    r"just a moment|checking your browser|ddos-guard|attention required", re.IGNORECASE
)
_CHALLENGE_CODE = re.compile(r"_cf_chl_opt|sucuri_cloudproxy_js|AwsWafIntegration\.getToken")
_CHALLENGE_SOURCE = re.compile(
    r"/ddos-guard/js-challenge|/\.well-known/ddos-guard/|/\.within\.website/x/cmd/anubis"
    r"|/sgcaptcha/|/_guard/html\.js"
)
_CHALLENGE_MARKS = frozenset({"form#wsidchk-form", "input#wsidchk", "script#anubis_challenge"})
_ERROR_PATH = re.compile(r"/(?:error|404|not-?found|removed|deleted)(?:[./]|$)", re.IGNORECASE)
_PARKING_MARKS = (
    "sedoparking.", "parkingcrew.", "bodis.com", "parklogic.", "above.com/marketplace",
    "dan.com/buy-domain", "afternic.com/forsale", "hugedomains.com/domain_profile",
)  # fmt: skip
_CAPTCHA_CLASSES = frozenset(
    {"g-recaptcha", "h-captcha", "cf-turnstile", "frc-captcha", "captcha_code", "smart-captcha"}
    | {"mtcaptcha", "geetest_holder"}
)
_CAPTCHA_FIELDS = frozenset(
    f"{tag}[{name}]"
    for tag in ("input", "textarea")
    for name in (
        *("g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "captcha"),
        *("recaptcha_response_field", "recaptcha_challenge_field", "adcopy_response"),
        *("adcopy_challenge", "captcha_code", "captchacode", "captcha_response", "vcode"),
    )
)
_CAPTCHA_SCRIPT = re.compile(
    r"google\.com/recaptcha/|recaptcha\.net/recaptcha/|hcaptcha\.com/1/|solvemedia\.com/papi/"
    r"|challenges\.cloudflare\.com/turnstile/",
    re.IGNORECASE,
)
_CAPTCHA_CALL = re.compile(r"\b(?:grecaptcha|hcaptcha|turnstile)\.render\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What the site itself says, by place."""

    title: str
    headings: tuple[str, ...]
    """Title, h1 and h2."""
    boxes: tuple[str, ...]
    """Error boxes."""

    @property
    def all(self) -> tuple[str, ...]:
        """Everything the site says."""
        return (*self.headings, *self.boxes)


def voices(page: Page) -> Voices:
    """Collect title, headings and error boxes of a page."""
    heads = [tag for tag in page.tags if tag.name in _HEADINGS][:40]
    bare = _bare_words(page)
    boxes = [tag for tag in page.tags if tag.name not in _HEADINGS and _is_box(tag)][:40]
    return Voices(
        title=next((text_of(tag) for tag in heads if tag.name == "title"), "")[:_BOX_LENGTH],
        headings=_short(heads),
        boxes=(*_short(boxes), *bare),
    )


def _bare_words(page: Page) -> tuple[str, ...]:
    """
    Return what is set in bold or in a heading of any rank on a page that holds next to nothing.

    Simple sites say "File Not Found" so, without a title, a heading of the first ranks or a box.
    """
    if len(page.tags) > _BARE_TAGS or len(text_of(page.soup)) > _BARE_LENGTH:
        return ()
    loud = (text_of(tag) for tag in page.tags if tag.name in _LOUD)
    return tuple(dict.fromkeys(text for text in loud if 0 < len(text) <= _LOUD_LENGTH))


def _is_box(tag: Tag) -> bool:
    if tag.name in {"body", "html", "form", "link", "script"}:
        return False
    if not tag.attrs:
        return False
    return any(_BOX.search(word) for word in (*classes(tag)[:20], attribute(tag, "id")) if word)


def _short(tags: Iterable[Tag]) -> tuple[str, ...]:
    texts = (text_of(tag) for tag in tags)
    return tuple(dict.fromkeys(text for text in texts if 0 < len(text) <= _BOX_LENGTH))


def signs_of(page: Page, said: Voices) -> tuple[str, ...]:
    """
    List the signs on a page as machine words.

    `removal_notice:<language>`, `expired_notice:<language>`, `suspended`, `parked`,
    `filter_page`, `challenge`, `captcha`, `login_form`, `password_form`, `premium_notice`,
    `age_gate`, `removal_redirect`.
    """
    found = [*_spoken(said), *_structural(page, said)]
    return tuple(dict.fromkeys(found))


def _spoken(said: Voices) -> list[str]:
    """
    List what the site says in words.

    A sign of the whole host (parked, suspended, filter) is believed from title and headings only.
    """
    found: list[str] = []
    for phrase in PHRASES:
        places = said.headings if phrase.headings_only else said.all
        if any(phrase.pattern.search(text) for text in places):
            found.append(phrase.sign)
    return found


def _structural(page: Page, said: Voices) -> list[str]:
    checks = {
        "challenge": _challenge(page, said),
        "captcha": has_captcha(page),
        "parked": _parking_scripts(page),
        "suspended": "/cgi-sys/suspendedpage" in page.url.lower(),
        "removal_redirect": removal_redirect(page.url),
        **_forms(page, said),
    }
    return [sign for sign, holds in checks.items() if holds]


def _challenge(page: Page, said: Voices) -> bool:
    """
    Recognise interstitials that want a script run before they let anyone pass.

    Cloudflare, DDoS-Guard, Sucuri, AWS WAF, Anubis and the check of shared hosts (`wsidchk`).
    """
    scripts = [tag for tag in page.tags if tag.name == "script"]
    if any(_CHALLENGE_CODE.search((tag.string or "")[:20_000]) for tag in scripts):
        return True
    sources = " ".join(attribute(tag, "src") for tag in scripts)
    if _CHALLENGE_SOURCE.search(sources) or _CHALLENGE_MARKS & page.features:
        return True
    waits = _WAITING.search(said.title)
    return bool(waits) and ("challenge" in sources or "noscript" in {tag.name for tag in page.tags})


def has_captcha(page: Page) -> bool:
    """Recognise a captcha by its widget, its picture or its field."""
    if any(name.split(".", 1)[-1] in _CAPTCHA_CLASSES for name in page.features):
        return True
    if _CAPTCHA_FIELDS & page.features or _captcha_rendered(page):
        return True
    pictures = (attribute(tag, "src") for tag in page.tags if tag.name == "img")
    return any(re.search(r"/captchas?[/.?_-]", src, re.IGNORECASE) for src in pictures)


def captcha_for(page: Page, form: Tag) -> bool:
    """Tell whether a captcha guards this form; one that stands in another form does not."""
    widgets = [tag for tag in page.tags if _is_captcha_widget(tag)]
    if not widgets:
        return has_captcha(page)
    around = (tag.find_parent("form") for tag in widgets)
    return any(own is None or own is form for own in around)


def _is_captcha_widget(tag: Tag) -> bool:
    if not tag.attrs:
        return False
    named = f"{tag.name}[{attribute(tag, 'name')}]"
    return named in _CAPTCHA_FIELDS or any(word in _CAPTCHA_CLASSES for word in classes(tag))


def _captcha_rendered(page: Page) -> bool:
    """
    Tell whether a script draws a captcha into the page.

    The service's script alone is no captcha: invisible scoring loads it on every page.
    """
    scripts = [tag for tag in page.tags if tag.name == "script"]
    loaded = any(_CAPTCHA_SCRIPT.search(attribute(tag, "src")) for tag in scripts)
    return loaded and any(_CAPTCHA_CALL.search((tag.string or "")[:100_000]) for tag in scripts)


def _parking_scripts(page: Page) -> bool:
    sources = (
        attribute(tag, "src") or attribute(tag, "href")
        for tag in page.tags
        if tag.name in {"script", "iframe", "frame"}
    )
    if any(mark in src for src in sources for mark in _PARKING_MARKS):
        return True
    return any(_is_parking_code(tag) for tag in page.tags)


def _is_parking_code(tag: Tag) -> bool:
    """Recognise the page of a large parking service, whose words are written by its script."""
    if tag.name == "html":
        return bool(attribute(tag, "data-adblockkey"))
    return tag.name == "script" and "window.park = " in (tag.string or "")[:2000]


def _forms(page: Page, said: Voices) -> dict[str, bool]:
    """
    Tell a login wall from a password for one file.

    A login wall has a password field and says so in its title, headings or path: boards carry
    password fields for deleting posts, and many sites a login box beside their content.
    """
    forms = [tag for tag in page.tags if tag.name == "form" and _asks_password(tag)]
    asked = bool(forms)
    login = any(_LOGIN_WORDS.search(text) for text in said.headings) or _LOGIN_PATH.search(
        urlsplit(page.url).path
    )
    alone = any(_password_alone(form) for form in forms)
    return {"login_form": asked and bool(login), "password_form": alone and not login}


def _asks_password(form: Tag) -> bool:
    return any(
        tag.name == "input" and attribute(tag, "type").lower() == "password" for tag in below(form)
    )


def _password_alone(form: Tag) -> bool:
    """
    Tell whether a form asks a password and nothing else that a person would type.

    A board's form for deleting posts asks one too, but says so on its button.
    """
    fields = [tag for tag in form.find_all(["input", "textarea"]) if isinstance(tag, Tag)]
    kinds = [attribute(tag, "type").lower() or "text" for tag in fields if tag.name == "input"]
    if any(
        _CHANGES.search(f"{attribute(tag, 'name')} {attribute(tag, 'value')}") for tag in fields
    ):
        return False
    typed = (
        kinds.count("text") + kinds.count("email") + kinds.count("file") + kinds.count("checkbox")
    )
    return typed == 0 and len(kinds) == len(fields)


def removal_redirect(url: str) -> bool:
    """
    Recognise an error page whose address says that the file was removed.

    >>> removal_redirect("https://locker.example/error.html?e=File+has+been+removed.")
    True
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not _ERROR_PATH.search(parts.path):
        return False
    said = unquote_plus(parts.query)
    return any(
        phrase.pattern.search(said)
        for phrase in PHRASES
        if phrase.sign.startswith("removal_notice")
    )
