"""
Captchas that stand before the content, told from those of a login box or a report form.

Lockers and image hosts carry such boxes on every page; what guards them guards no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.extract.page import Page, attribute, classes
from crawler.extract.tree import below

_CLASSES = frozenset(
    {"g-recaptcha", "h-captcha", "cf-turnstile", "frc-captcha", "captcha_code", "smart-captcha"}
    | {"mtcaptcha", "geetest_holder"}
)
_FIELDS = frozenset(
    f"{tag}[{name}]"
    for tag in ("input", "textarea")
    for name in (
        *("g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "captcha"),
        *("recaptcha_response_field", "recaptcha_challenge_field", "adcopy_response"),
        *("adcopy_challenge", "captcha_code", "captchacode", "captcha_response", "vcode"),
    )
)
_SCRIPT = re.compile(
    r"google\.com/recaptcha/|recaptcha\.net/recaptcha/|hcaptcha\.com/1/|solvemedia\.com/papi/"
    r"|challenges\.cloudflare\.com/turnstile/",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:grecaptcha|hcaptcha|turnstile)\.render\s*\(\s*(?:[\"']#?([\w:.-]{1,80})[\"'])?"
)
_WIDGETS = 50
"""As many captchas of a page are looked at."""
_PICTURE = re.compile(r"/captchas?[/.?_-]", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:^|[^a-z])(?:log-?in|sign-?in|sign-?up|regist\w*|report\w*|abuse|contact|feedback|"
    r"comments?|subscri\w*|newsletter|search|upload|forgot\w*|lost[-_]?pass\w*|dmca)(?:$|[^a-z])",
    re.IGNORECASE,
)
_OPERATIONS = frozenset({"op", "act", "action", "do", "task"})
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DIALOG = frozenset({"modal", "modal-dialog", "dropdown-menu", "popup", "offcanvas"})


def has_captcha(page: Page) -> bool:
    """Recognise a captcha before the content by its widget, its picture or its field."""
    return any(not is_aside(form) for form in _guarded(page))


def captcha_for(page: Page, form: Tag) -> bool:
    """Tell whether a captcha guards this form; one that stands in another form does not."""
    return any(own is None or own is form for own in _guarded(page))


def guarded_form(page: Page) -> Tag | None:
    """Return the form before the content that a captcha guards."""
    return next((form for form in _guarded(page) if form is not None and not is_aside(form)), None)


def is_aside(form: Tag | None) -> bool:
    """Tell whether a form logs in, reports, searches or writes, and so leads to no file."""
    if form is None:
        return False
    names = " ".join(attribute(form, name) for name in ("id", "class", "name"))
    path = urlsplit(attribute(form, "action")[:2000].replace("[", "")).path
    if _ASIDE.search(names) or _ASIDE.search(path):
        return True
    fields = [tag for tag in below(form) if tag.name in {"input", "textarea"}]
    return _asks_person(fields) or any(map(_aside_operation, fields)) or _is_written(fields)


def _asks_person(fields: list[Tag]) -> bool:
    """Tell whether a form asks a name or an address beside a password."""
    kinds = [attribute(tag, "type").lower() or "text" for tag in fields if tag.name == "input"]
    return "password" in kinds and bool({"text", "email"} & set(kinds))


def _aside_operation(field: Tag) -> bool:
    value = attribute(field, "value")
    return attribute(field, "name") in _OPERATIONS and bool(_ASIDE.search(value.replace("_", " ")))


def _is_written(fields: list[Tag]) -> bool:
    return any(tag.name == "textarea" and _named(tag) not in _FIELDS for tag in fields)


def _guarded(page: Page) -> Iterator[Tag | None]:
    """Yield the form around each captcha that is shown, or none for one outside of any form."""
    named = (tag for tag in _places(page) if tag.attrs and (_is_widget(tag) or _is_picture(tag)))
    for tag in islice(named, _WIDGETS):
        if not _unseen(tag):
            form = tag.find_parent("form")
            if form is not None or not _in_dialog(tag):
                yield form
    yield from _rendered(page)


def _places(page: Page) -> Iterable[Tag]:
    """Return the elements that may hold a captcha; all only where a class names one."""
    classed = any(name.split(".", 1)[-1] in _CLASSES for name in page.features)
    return page.tags if classed else page.named("img", "input", "textarea")


def _named(tag: Tag) -> str:
    return f"{tag.name}[{attribute(tag, 'name')}]"


def _is_widget(tag: Tag) -> bool:
    return _named(tag) in _FIELDS or any(word in _CLASSES for word in classes(tag))


def _is_picture(tag: Tag) -> bool:
    return tag.name == "img" and _PICTURE.search(attribute(tag, "src")) is not None


def _unseen(tag: Tag) -> bool:
    """Tell whether a captcha is switched off; fields that a widget fills are never shown."""
    if tag.name == "textarea":
        return False
    return any(
        node.has_attr("hidden") or _UNSEEN.search(attribute(node, "style"))
        for node in (tag, *tag.parents)
        if node.attrs
    )


def _in_dialog(tag: Tag) -> bool:
    return any(word in _DIALOG for node in tag.parents for word in classes(node))


def _rendered(page: Page) -> Iterator[Tag | None]:
    """
    Yield the form around each place into which a script draws a captcha.

    The service's script alone is no captcha: invisible scoring loads it on every page.
    """
    scripts = page.named("script")
    if not any(_SCRIPT.search(attribute(tag, "src")) for tag in scripts):
        return
    for script in scripts:
        for found in _CALL.finditer((script.string or "")[:100_000]):
            place = page.soup.find(id=found[1]) if found[1] else None
            yield place.find_parent("form") if isinstance(place, Tag) else None
