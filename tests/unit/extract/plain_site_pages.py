"""Pages of lockers and image hosts of no known engine, with the clutter that all of them carry."""

from __future__ import annotations

S = "https://files.example"
FILE = f"{S}/f/x81kd9"


def site(inner: str, title: str = "walk.zip - Files") -> str:
    """Wrap a page in its menu, its hidden login box with a captcha, and its report form."""
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><header><a href='/'><img src='/assets/logo.svg'></a>"
        "<nav><a href='/pricing'>Premium</a><a href='/login'>Log in</a></nav><form method='post' action='/login'><input "
        "name='email'><input type='password' name='password'><div class='cf-turnstile' data-sitekey='k'></div></form></header>"
        f"<main>{inner}</main><form method='post' action='/report'><textarea name='why'></textarea><div class='g-recaptcha'>"
        "</div></form><footer><a href='/abuse'>Report abuse</a></footer></body></html>"
    )


def download_form(extra: str = "", button: str = "<button>Free download</button>") -> str:
    """Make the form of a free download."""
    return (
        "<form action='/f/x81kd9/get' method='post'><input type='hidden' name='_token' value='Qx'>"
        f"{extra}{button}</form>"
    )


GONE = {
    "de": "Die angeforderte Datei existiert nicht mehr.",
    "fr": "Désolé, ce fichier n'est plus disponible.",
    "es": "No se ha encontrado el archivo.",
    "pt": "Este ficheiro já não está disponível.",
    "ru": "К сожалению, файл больше недоступен.",
    "ja": "お探しのファイルは見当たりません。",
    "zh": "抱歉，该分享已被取消",
    "pl": "Nie znaleziono pliku",
    "nl": "Dit bestand is niet meer gevonden.",
    "it": "Spiacenti, questo file non è più disponibile.",
    "tr": "Üzgünüz, bu dosya artık mevcut değil.",
    "cs": "Soubor nenalezen",
    "sv": "Filen hittades inte",
    "ko": "파일을 찾을 수 없습니다",
    "de-share": "Diese Freigabe existiert nicht",
    "fr-found": "Le fichier demandé n'a pas été trouvé",
    "ru-blocked": "Файл заблокирован по требованию правообладателя",
    "en": "We could not find the file",
    "en-dmca": "Content removed",
}
PREMIUM = (
    "Sorry, only Premium members can download this file.",
    "Ce fichier est réservé aux membres premium.",
    "Este archivo sólo está disponible para usuarios premium.",
    "Diese Datei kann nur von Premium-Nutzern geladen werden.",
    "Файл доступен только для премиум-пользователей.",
    "Free users can not download this file",
)
