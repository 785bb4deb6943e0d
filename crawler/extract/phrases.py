"""What sites say of themselves, as data: sign, where it is believed, pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One thing that sites say, in one language."""

    sign: str
    pattern: re.Pattern[str]
    headings_only: bool = False


def _phrase(sign: str, pattern: str, *, headings_only: bool = False) -> Phrase:
    return Phrase(
        sign=sign, pattern=re.compile(pattern, re.IGNORECASE), headings_only=headings_only
    )


_THING_EN = (
    r"(?:file|page|image|picture|photo|video|content|thread|post|topic|album|link|url|upload|"
    r"item|attachment|message|gallery|folder|archive|document|resource|download|board)"
    r"s?"
)

_REMOVED = {
    "en": (
        rf"\b{_THING_EN}\b.{{0,60}}\b(?:not found|(?:has|have|had|was|were|is|are) (?:been )?"
        r"(?:removed|deleted|taken down)|no longer (?:available|exists?)|(?:does|do) not exist|"
        r"doesn'?t exist|cannot be found|could not be found|can'?t be found|is gone)"
        r"|\binvalid (?:thread|post|topic|file|attachment|album|image|link)\b(?: specified)?"
        r"|\bno (?:thread|post|topic|attachment|forum|album) specified\b"
        r"|\bno file with this (?:file)?name\b"
        r"|\binvalid or deleted (?:file|link|folder)\b|\bno file found\b"
        r"|\berror 404\b|\b404 (?:error|not found)\b|^404\b|^not found$"
        r"|\bno such (?:file|page|thread|image)\b"
        r"|\b(?:removed|deleted) (?:by (?:the )?(?:owner|user|administrat\w+|moderat\w+|uploader)"
        r"|due to|for (?:violat|copyright|abuse))"
    ),
    "de": (
        r"\b(?:datei|seite|bild|video|inhalt|thema|beitrag|link)\b.{0,60}"
        r"(?:nicht (?:gefunden|mehr verf[uü]gbar|vorhanden)|gel[oö]scht|entfernt|existiert nicht)"
    ),
    "fr": (
        r"\b(?:fichier|page|image|photo|vid[eé]o|contenu|sujet|lien)\b.{0,60}"
        r"(?:introuvable|supprim[eé]e?|retir[eé]e?|n.existe (?:pas|plus)|plus disponible|non trouv)"
    ),
    "es": (
        r"\b(?:archivo|p[aá]gina|imagen|foto|v[ií]deo|contenido|tema|enlace)\b.{0,60}"
        r"(?:no (?:se )?(?:ha sido )?encontrad[oa]|eliminad[oa]|borrad[oa]|no existe|"
        r"ya no est[aá] disponible|retirad[oa])"
    ),
    "pt": (
        r"\b(?:arquivo|ficheiro|p[aá]gina|imagem|foto|v[ií]deo|conte[uú]do|link)\b.{0,60}"
        r"(?:n[aã]o (?:foi )?encontrad[oa]|removid[oa]|exclu[ií]d[oa]|apagad[oa]|n[aã]o existe)"
    ),
    "nl": (
        r"\b(?:bestand|pagina|afbeelding|foto|video|inhoud|onderwerp|link)\b.{0,60}"
        r"(?:niet gevonden|verwijderd|bestaat niet|niet (?:meer )?beschikbaar)"
    ),
    "it": (
        r"\b(?:file|pagina|immagine|foto|video|contenuto|discussione)\b.{0,60}"
        r"(?:non (?:[eè] stat[oa] )?trovat[oa]|rimoss[oa]|eliminat[oa]|cancellat[oa]|non esiste)"
    ),
    "pl": (
        r"\b(?:plik|strona|obraz\w*|zdj[eę]cie|film|tre[sś][cć]|temat)\b.{0,60}"
        r"(?:nie (?:zosta[lł]\w? )?(?:znalezion\w+|istnieje)|usuni[eę]t\w+)"
    ),
    "ru": (
        r"(?:файл|страниц\w|изображени\w|фото|видео|контент|тема|ссылка).{0,60}"
        r"(?:не найден\w*|удал[её]н\w*|не существует|больше не доступ\w+)"
    ),
    "tr": r"(?:dosya|sayfa|resim|video|içerik).{0,60}"
    r"(?:bulunamad\u0131|silin(?:di|miş)|kald\u0131r\u0131ld\u0131)",
    "ja": r"(?:ファイル|ページ|画像|動画|スレッド).{0,40}(?:見つかりません|削除され|存在しません)",
    "zh": r"(?:文件|页面|頁面|图片|圖片|视频|內容|内容|檔案).{0,40}"
    r"(?:不存在|已(?:被)?(?:删除|刪除|移除)|未找到|找不到)",
}

_EXPIRED = {
    "en": (
        rf"\b(?:{_THING_EN}|download)\b.{{0,40}}\b(?:expired|pruned)\b"
        r"|\bpruned or deleted\b|\bfile (?:has )?reached (?:its )?max(?:imum)? downloads? limit"
    ),
    "de": r"\b(?:datei|link|thema|seite)\b.{0,40}abgelaufen",
    "fr": r"\b(?:fichier|lien|sujet)\b.{0,40}expir[eé]",
    "es": r"\b(?:archivo|enlace|tema)\b.{0,40}(?:caducad|expirad)[oa]",
    "nl": r"\b(?:bestand|link|onderwerp)\b.{0,40}verlopen",
    "it": r"\b(?:file|link|collegamento)\b.{0,40}scadut[oa]",
    "pt": r"\b(?:arquivo|ficheiro|link)\b.{0,40}expir(?:ou|ad[oa])",
    "pl": r"\b(?:plik|link|odno[sś]nik)\b.{0,40}wygas[lł]",
    "tr": r"\b(?:dosya|ba[gğ]lant[i\u0131]|link)\b.{0,40}s[uü]resi (?:dol|ge[cç])",
    "ja": r"スレッド?が(?:ありません|落ち)|スレが(?:ありません|無い)"
    r"|(?:期限|保存期間).{0,20}(?:切れ|過ぎ)",
    "zh": r"(?:链接|鏈接|連結|文件|檔案).{0,20}(?:过期|過期|失效)",
    "ru": r"(?:срок (?:хранения|действия)).{0,40}ист[её]к",
}

_HOST = {
    "suspended": (
        r"\b(?:account|website|web ?site|site|domain|hosting)\b.{0,40}\bsuspended\b"
        r"|\bsuspended (?:account|page|website|domain)\b|\bkonto gesperrt\b|\bcompte suspendu\b"
        r"|\bcuenta suspendida\b|аккаунт (?:заблокирован|приостановлен)"
    ),
    "parked": (
        r"\bdomain\b.{0,40}\b(?:(?:is|may be) for sale|is parked|has expired|parking|"
        r"available for purchase)|\bbuy this domain\b|\bparked (?:domain|free|page)\b"
        r"|\bdom[aä]in.{0,30}(?:zu verkaufen|zu kaufen)\b"
    ),
    "filter_page": (
        r"\b(?:access|web ?site|web ?page|page|site|domain|url|content|request)\b.{0,60}"
        r"\b(?:(?:has been|have been|is|was) (?:blocked|restricted|filtered|forbidden)|"
        r"(?:blocked|restricted) (?:by|due|under|in your)|denied)"
        r"|\bunavailable (?:for legal reasons|in your (?:country|region|location))"
        r"|\bnot available in your (?:country|region|location)\b"
        r"|\bblocked by (?:court|order|your)\b|\byou have been blocked\b"
        r"|\bzugriff.{0,30}(?:gesperrt|verweigert|blockiert)\b|\bseite.{0,30}gesperrt\b"
        r"|\bacc[eè]s.{0,30}(?:bloqu|refus|interdit)|\bacceso.{0,30}(?:bloquead|denegad|restringid)"
        r"|\btoegang.{0,30}(?:geblokkeerd|geweigerd)\b|\baccesso.{0,30}(?:bloccat|negat)"
        r"|доступ.{0,40}(?:ограничен|заблокирован|запрещ[её]н)"
    ),
}

_PREMIUM = (
    r"\b(?:premium|gold|vip) (?:users?|members?|accounts?)?\s*only\b"
    r"|\bonly (?:available )?(?:for|to) (?:premium|gold|vip)\b"
    r"|\b(?:premium|vip) (?:account|membership)? ?(?:is )?required\b"
    r"|\bavailable (?:only )?(?:for|to) (?:premium|vip)\b"
)

_AGE = (
    r"\b(?:are you|you are|must be|i am|at least) (?:over |at least |older than )?(?:18|21)\b"
    r"|\bage (?:verification|check|restricted)\b|\b(?:18|21)\+ only\b|\bbist du (?:[uü]ber )?18\b"
)

PHRASES: tuple[Phrase, ...] = (
    *(_phrase(f"removal_notice:{lang}", text) for lang, text in _REMOVED.items()),
    *(_phrase(f"expired_notice:{lang}", text) for lang, text in _EXPIRED.items()),
    *(_phrase(sign, text, headings_only=True) for sign, text in _HOST.items()),
    _phrase("premium_notice", _PREMIUM),
    _phrase("age_gate", _AGE, headings_only=True),
)
