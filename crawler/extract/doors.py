"""Doors of a page: a login wall, told from a password for one file or album."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.extract.captchas import is_aside
from crawler.extract.page import Page, attribute, text_of
from crawler.extract.phrases import without_names
from crawler.extract.tree import below
from crawler.extract.voices import Voices

_LOGIN_WORDS = re.compile(
    r"\b(?:log ?in|sign ?in|identification|authentication|s.identifier|"
    r"identificaci[oó]n|anmelden|einloggen|connexion|iniciar sesi[oó]n|accedi|inloggen|"
    r"zaloguj|entrar|вход|войти|ログイン|登录|登入|giriş)\b",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|account/log|members/login|auth)(?:[/.]|$)", re.IGNORECASE
)
_TYPED = frozenset({"text", "password", "email", "tel", "number", "search"})
_PASSWORD_NAME = re.compile(
    r"pass|\bpw|pwd|kennwort|contrase|clave|senha|has[lł]o|parola|wachtwoord|парол|şifre|密码|パスワード",
    re.IGNORECASE,
)
_PROTECTED = re.compile(
    r"protected|password|passphrase|passwort|gesch[uü]tzt|kennwort|prot[eé]g|mot de passe"
    r"|contrase[nñ]a|senha|has[lł]o|wachtwoord|beveiligd|парол|защищ|şifre|密码|密碼|パスワード",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:delete|report|remove|del|del(?:ete)?[-_]?(?:key|pass\w*)|l[oö]schen|supprimer|borrar|eliminar"
    r"|elimina|usu[nń]|verwijderen)\b|удалить|削除|删除|刪除",
    re.IGNORECASE,
)


def doors_of(page: Page, said: Voices) -> dict[str, bool]:
    """
    Tell a login wall from a password for one file.

    A login wall has a password field and says so in its title, headings or path: boards carry
    password fields for deleting posts, and many sites a login box beside their content.
    """
    asked = any(map(_asks_password, page.named("form")))
    loud = _speaks_of_login(page, said)
    return {
        "login_form": asked and loud,
        "login_box": asked and not loud and any(map(_LOGIN_WORDS.search, said.headings)),
        "password_form": password_form(page, said) is not None,
    }


def password_form(page: Page, said: Voices) -> Tag | None:
    """Return the form that asks the password of one file or album, if there is one."""
    if _speaks_of_login(page, said):
        return None
    forms = page.named("form")
    alone = next((f for f in forms if _asks_password(f) and _password_alone(f)), None)
    if alone is None and any(map(_PROTECTED.search, said.all)):
        return next((form for form in forms if not is_aside(form) and _asks_one_word(form)), None)
    return alone


def _asks_one_word(form: Tag) -> bool:
    """Tell whether the one thing that a form has a person type is a password, shown or not."""
    typed = [tag for tag in below(form) if tag.name == "input" and _type(tag) in _TYPED]
    return len(typed) == 1 and any(
        _PASSWORD_NAME.search(attribute(typed[0], name)) for name in ("name", "id", "placeholder")
    )


def _type(field: Tag) -> str:
    return attribute(field, "type").lower() or "text"


def _speaks_of_login(page: Page, said: Voices) -> bool:
    """Tell whether a page is for logging in: by its title, first heading or path."""
    first = [without_names(text_of(tag)) for tag in page.named("h1")] or said.headings
    if any(map(_LOGIN_WORDS.search, (without_names(said.title), *first))):
        return True
    return _LOGIN_PATH.search(urlsplit(page.url).path) is not None


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
    words = [f"{attribute(tag, 'name')} {attribute(tag, 'value')}" for tag in fields]
    words += [text_of(tag)[:80] for tag in below(form) if tag.name == "button"]
    if any(map(_CHANGES.search, (*words, attribute(form, "action")[:2000]))):
        return False
    typed = (
        kinds.count("text") + kinds.count("email") + kinds.count("file") + kinds.count("checkbox")
    )
    return typed == 0 and len(kinds) == len(fields)
