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
    r"item|attachment|message|gallery|folder|archive|document|resource|download|board|transfer|"
    r"paste|clip|media|forum|blog)"
    r"s?"
)
_THING_DE = (
    r"(?:datei|seite|bild|video|inhalt|thema|thread|beitrag|link|ordner|album|foto|galerie|upload|film"
    r"|freigabe|dateianhang|anhang)"
)
_THING_FR = (
    r"(?:fichier|page|image|photo|vid[eé]o|contenu|sujet|discussion|message|fil|lien|dossier|album"
    r"|galerie|document)"
)
_THING_ES = (
    r"(?:archivo|fichero|p[aá]gina|imagen|foto|v[ií]deo|contenido|tema|hilo|enlace|carpeta|"
    r"[aá]lbum|documento|descarga|adjunto|mensaje)"
)
_THING_PT = (
    r"(?:arquivo|ficheiro|p[aá]gina|imagem|foto|v[ií]deo|conte[uú]do|link|pasta|[aá]lbum|documento"
    r"|thread|t[oó]pico)"
)
_THING_NL = (
    r"(?:bestand|pagina|afbeelding|foto|video|inhoud|onderwerp|discussie|bericht|bijlage|link|map"
    r"|album)"
)
_THING_IT = (
    r"(?:file|pagina|immagine|foto|video|contenuto|discussione|argomento|messaggio|allegato|thread"
    r"|cartella|album|documento"
    r"|link)"
)
_THING_PL = (
    r"(?:plik\w*|stron\w*|obraz\w*|zdj[eę]ci\w*|film\w*|tre[sś][cć]\w*|temat\w*|folder\w*|album\w*"
    r"|w[aą]te?k\w*)"
)
_THING_RU = (
    r"(?:файл|страниц|изображени|фото|видео|контент|тем[аыу]|тред|ссылк|папк|альбом|материал|вложени"
    r"|картинк)\w*"
)
_THING_ZH = (
    r"(?:文件|页面|頁面|网页|網頁|图片|圖片|视频|視頻|影片|內容|内容|檔案|资源|資源|分享|主题|主題|帖子|附件"
    r"|链接|鏈接|連結|相册|相簿|照片)"
)

_REMOVED = {
    "en": (
        rf"\b{_THING_EN}\b.{{0,60}}\b(?:not found|(?<!you )(?:has|have|had|was|were|is|are)"
        r" (?:been )?"
        r"(?:removed|deleted|taken down|withdrawn"
        r"|(?:disabled|banned|blocked) (?:due|because|for|following|by (?:the )?(?:copyright"
        r"|rights)))|"
        r"no longer (?:available|exists?|shared|online)|(?:does|do|did) not exist|"
        r"doesn['\u2019]?t exist|cannot be found|could not be found|can['\u2019]?t be found"
        r"|is gone|"
        r"(?:is )?not available any ?more)"
        r"|\b(?:could ?not|couldn.?t|can ?not|can.?t|unable to) (?:find|locate)(?: (?:the|this|that"
        rf"|your|any|requested|such)){{0,2}} {_THING_EN}\b"
        rf"|^{_THING_EN} (?:removed|deleted|unavailable|taken down)\b"
        r"|\binvalid (?:thread|post|topic|file|attachment|album|image|link)\b(?: specified)?"
        r"|\bno (?:thread|post|topic|attachment|forum|album) specified\b"
        r"|\bno file with this (?:file)?name\b"
        r"|\binvalid or deleted (?:file|link|folder)\b|\bno file found\b"
        r"|\berror 404\b|\b404 (?:error|page|not found)\b|^404\b|^not found\W*$"
        r"|\breason for (?:deletion|removal)\b"
        r"|^(?:error )?410\b|\b410 gone\b"
        r"|\bno such (?:file|page|thread|image)\b"
        r"|\b(?:removed|deleted) (?:by (?:(?:the|its) )?(?:file |content )?"
        r"(?:owner|user|administrat\w+|moderat\w+|uploader)"
        r"|due to|for (?:violat|copyright|abuse)|in response to|following (?:a|an) )"
    ),
    "de": (
        rf"\b{_THING_DE}\b.{{0,60}}"
        r"(?:nicht (?:gefunden|(?:mehr|l[aä]nger) verf[uü]gbar|vorhanden)|gel[oö]scht|entfernt"
        r"|existiert (?:leider )?nicht)"
        r"|\bkein(?:e|en)? (?:g[uü]ltige\w* )?(?:thema|thread|beitrag|forum|anhang) angegeben\b"
        rf"|\bkeine? {_THING_DE} gefunden\b|\b{_THING_DE}\b.{{0,40}} gibt es nicht"
    ),
    "fr": (
        rf"\b{_THING_FR}\b.{{0,60}}"
        r"(?:introuvable|supprim[eé]e?|effac[eé]e?|retir[eé]e?|n.existe (?:pas|plus)"
        r"|plus disponible|non trouv|n.a pas (?:pu [eê]tre|[eé]t[eé]) trouv)"
        rf"|\bimpossible de trouver (?:le|la|ce|cette|votre) {_THING_FR}\b"
        rf"|\baucun {_THING_FR} trouv[eé]"
    ),
    "es": (
        rf"\b{_THING_ES}\b.{{0,60}}"
        r"(?:no (?:se )?(?:ha (?:podido |sido )?|fue |pudo ser |pudo )?(?:encontrad[oa]|encontrar)"
        r"|no se encuentra"
        r"|no se encontr[oó]|eliminad[oa]|borrad[oa]|no existe|ya no est[aá] disponible"
        r"|retirad[oa])"
        r"|\bno se (?:encuentra|encontr[oó]|ha encontrado|pudo encontrar) (?:el|la|este|esta) "
        rf"{_THING_ES}\b"
    ),
    "pt": (
        rf"\b{_THING_PT}\b.{{0,60}}"
        r"(?:n[aã]o (?:foi )?encontrad[oa]|removid[oa]|exclu[ií]d[oa]|apagad[oa]|eliminad[oa]"
        r"|n[aã]o existe|(?:j[aá] n[aã]o|n[aã]o) est[aá] (?:mais )?dispon[ií]vel)"
        rf"|\bn[aã]o (?:foi poss[ií]vel )?encontr(?:ar|[aá]mos|ou)(?: \w+)? {_THING_PT}\b"
    ),
    "nl": (
        rf"\b{_THING_NL}\b.{{0,60}}"
        r"(?:niet (?:meer )?(?:worden )?gevonden|verwijderd|bestaat niet"
        r"|niet (?:meer )?beschikbaar)"
        rf"|\bkan (?:het|de|dit|deze) {_THING_NL} niet vinden\b"
    ),
    "it": (
        rf"\b{_THING_IT}\b.{{0,60}}"
        r"(?:non (?:[eè] stat[oa] )?trovat[oa]|rimoss[oa]|eliminat[oa]|cancellat[oa]|non esiste"
        r"|non (?:[eè] )?pi[uù] disponibile)"
        rf"|\bimpossibile trovare (?:il|la|questo|questa) {_THING_IT}\b"
    ),
    "pl": (
        rf"\b{_THING_PL}\b.{{0,60}}"
        r"(?:nie (?:zosta[lł]\w? )?(?:odnalezion\w+|znalezion\w+|istnieje)|usuni[eę]t\w+"
        r"|skasowan\w+|nie jest ju[zż] dost[eę]pn\w+)"
        rf"|\bnie (?:znaleziono|odnaleziono|ma takiego|mo[zż]na znale[zź][cć])(?: \w+)? {_THING_PL}"
    ),
    "ru": (
        rf"{_THING_RU}.{{0,60}}"
        r"(?:не найден\w*|не обнаружен\w*|удал[её]н\w*|не существует|больше не ?доступ\w+"
        r"|заблокирован\w* (?:по|за|из-за))"
        r"|указан\w* неверн\w* (?:тем|сообщени|вложени|раздел)\w*"
        rf"|(?:не удалось найти|нет тако\w+|не найден\w*) {_THING_RU}"
    ),
    "tr": r"(?:dosya|sayfa|resim|video|içerik|klasör|albüm|bağlant\u0131|konu|mesaj"
    r"|başl\u0131k).{0,60}"
    r"(?:bulunamad\u0131|bulunmamaktad\u0131r|silin(?:di|miş)|kald\u0131r\u0131l(?:d\u0131|m\u0131ş)"
    r"|mevcut değil)",
    "ja": r"(?:ファイル|ページ|画像|動画|スレッド|アルバム|フォルダ|コンテンツ|リンク"
    r"|トピック|投稿).{0,40}(?:見つかりません|削除され|存在しません|見当たりません)",
    "zh": _THING_ZH + r".{0,40}"
    r"(?:不存在|已(?:经|經)?(?:被)?(?:删除|刪除|移除|取消|下架)|未找到|找不到)"
    r"|(?:找不到|未找到).{0,12}" + _THING_ZH,
    "cs": r"\b(?:soubor|str[aá]nka|obr[aá]zek|video|slo[zž]ka|t[eé]ma|p[rř][ií]sp[eě]vek)\b.{0,60}"
    r"(?:nenalezen|nebyl\w? nalezen|smaz[aá]n|odstran[eě]n|neexistuje)",
    "sv": r"\b(?:filen|sidan|bilden|videon|mappen|tr[aå]den|[aä]mnet|[aä]mne|inl[aä]gget)\b.{0,60}"
    r"(?:hittades inte|kunde inte hittas|har tagits bort|finns inte|existerar inte"
    r"|[aä]r borttag\w+|har raderats)",
    "no": r"\b(?:filen|siden|bildet|emnet|tr[aå]den|innlegget|mappen)\b.{0,60}"
    r"(?:ikke funnet|ble ikke funnet|finnes ikke|eksisterer ikke|er (?:fjernet|slettet))",
    "da": r"\b(?:filen|siden|billedet|emnet|tr[aå]den|indl[aæ]gget|mappen)\b.{0,60}"
    r"(?:ikke fundet|kunne ikke findes|findes ikke|eksisterer ikke|er (?:fjernet|slettet))",
    "fi": r"\b(?:tiedosto\w*|sivu\w*|kuva\w*|viestiketju\w*|aihe\w*|viesti\w*)\b.{0,60}"
    r"(?:ei l[oö]ydy|ei l[oö]ytynyt|ei ole olemassa|on poistettu)",
    "uk": r"(?:файл|сторінк|зображенн|відео|посиланн)\w*.{0,60}"
    r"(?:не знайден\w*|видален\w*|не існує)",
    "hu": r"\b(?:f[aá]jl|oldal|k[eé]p|vide[oó]|t[eé]ma|hozz[aá]sz[oó]l[aá]s)\b.{0,60}"
    r"(?:nem tal[aá]lhat[oó]|t[oö]r[oö]lt|nem l[eé]tezik)",
    "ro": r"\b(?:fi[sșş]ier\w*|pagina|imaginea|subiectul|mesajul)\b.{0,60}"
    r"(?:nu (?:a fost g[aă]sit|exist[aă])"
    r"|(?:a fost )?[sșş]ters|eliminat)",
    "id": r"\b(?:file|berkas|halaman|gambar|video)\b.{0,60}"
    r"(?:tidak ditemukan|(?:telah|sudah) dihapus|tidak (?:tersedia lagi|ada lagi))",
    "vi": r"(?:tập tin|tệp|trang|hình ảnh|video|chủ đề).{0,60}"
    r"(?:không tồn tại|đã bị x[óo][áa]?|không tìm thấy)"
    r"|không tìm thấy (?:tập tin|tệp|trang|hình ảnh|video|chủ đề)",
    "sk": r"\b(?:s[uú]bor|str[aá]nka|obr[aá]zok|t[eé]ma)\b.{0,60}"
    r"(?:sa nena[sš]l[ao]?|nebol\w? n[aá]jden|neexistuje|bol\w? (?:odstr[aá]nen|vymazan|zmazan))",
    "sh": r"\b(?:datoteka|fajl|stranica|slika|tema)\b.{0,60}"
    r"(?:nije (?:prona[dđ]en|nađen)|ne postoji|(?:je )?(?:obrisan|izbrisan|uklonjen))",
    "sl": r"\b(?:datoteka|stran|slika|tema)\b.{0,60}"
    r"(?:ni (?:bil\w? )?najden|ne obstaja|(?:je )?(?:bil\w? )?(?:izbrisan|odstranjen))",
    "lt": r"\b(?:failas|puslapis|nuotrauka|tema)\b.{0,60}"
    r"(?:nerast|neegzistuoja|i[sš]trint|pa[sš]alint)",
    "lv": r"\b(?:fails|lapa|att[eē]ls|t[eē]ma)\b.{0,60}"
    r"(?:nav atrast|neeksist[eē]|dz[eē]st|izdz[eē]st)",
    "et": r"\b(?:faili?|leh(?:te|ek[uü]lge)|pil(?:t|ti)|teema(?:t)?)\b.{0,60}"
    r"(?:ei leitud|ei eksisteeri|on (?:kustutatud|eemaldatud))",
    "el": r"(?:αρχείο|σελίδα|εικόνα|βίντεο|θέμα).{0,60}"
    r"(?:δεν (?:βρέθηκε|υπάρχει)|έχει (?:διαγραφεί|αφαιρεθεί)|διαγράφηκε|αφαιρέθηκε)",
    "th": r"ไม่พบ(?:ไฟล์|หน้า|รูป|วิดีโอ|กระทู้)|(?:ไฟล์|หน้านี้|รูปภาพ|วิดีโอ|กระทู้).{0,40}"
    r"(?:ถูกลบ|ไม่มีอยู่|ไม่พบ)",
    "he": r"(?:הקובץ|הדף|העמוד|התמונה|הנושא).{0,40}(?:לא נמצא|לא קיים|נמחק|הוסר)",
    "fa": r"(?:فایل|صفحه|تصویر|پرونده|موضوع).{0,40}(?:یافت نشد|پیدا نشد|حذف شد|وجود ندارد)",
    "bg": r"(?:файлът|страницата|изображението|темата).{0,60}"
    r"(?:не [\u0435] намерен|не съществува|изтрит|премахнат)",
    "hi": r"(?:फ़ाइल|फाइल|पृष्ठ|पेज).{0,40}(?:नहीं मिल|हटा दि|मौजूद नहीं)",
    "ko": r"(?:파일|페이지|이미지|사진|동영상|링크|주제|게시물|게시글|글).{0,40}"
    r"(?:찾을 수 없|삭제되|삭제된|존재하지 않)"
    r"|삭제된 (?:파일|페이지|이미지|사진|동영상|게시물|게시글|글)",
    "ar": r"(?:الملف|الصفحة|الصورة|الرابط).{0,60}(?:غير موجود|محذوف|تم حذف)"
    r"|تم حذف (?:الملف|الصورة|هذا)",
}

_EXPIRED = {
    "en": (
        rf"\b(?:{_THING_EN}|download)\b.{{0,40}}\b(?:expired|pruned)\b"
        rf"|\bexpired {_THING_EN}\b"
        r"|\bpruned or deleted\b|\bfile (?:has )?reached (?:its )?max(?:imum)? downloads? limit"
    ),
    "de": rf"\b{_THING_DE}\b.{{0,40}}abgelaufen|\babgelaufene[rs]? {_THING_DE}\b",
    "fr": rf"\b{_THING_FR}\b.{{0,40}}expir[eé]",
    "es": rf"\b{_THING_ES}\b.{{0,40}}(?:(?:caducad|expirad)[oa]|caduc[oó]|expir[oó])",
    "nl": rf"\b{_THING_NL}\b.{{0,40}}verlopen",
    "it": rf"\b(?:{_THING_IT}|collegamento)\b.{{0,40}}scadut[oa]",
    "pt": rf"\b{_THING_PT}\b.{{0,40}}expir(?:ou|ad[oa])",
    "pl": r"\b(?:plik|link|odno[sś]nik)\b.{0,40}wygas[lł]",
    "tr": r"\b(?:dosya|ba[gğ]lant[i\u0131]|link)\w*\b.{0,40}s[uü]resi (?:dol|ge[cç])",
    "ja": r"スレッド?が(?:ありません|落ち)|スレが(?:ありません|無い)"
    r"|(?:期限|保存期間).{0,20}(?:切れ|過ぎ)",
    "zh": r"(?:链接|鏈接|連結|文件|檔案|分享).{0,20}(?:过期|過期|失效)",
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

_JOINTS = re.compile(r"\s+[-|\u2013\u2014\u00b7\u00bb:]+\s+|\s*[|\u00bb]\s*")
_FILE_NAME = re.compile(
    r"\.(?:jpe?g|jfif|png|gif|webp|avif|heic|bmp|tiff?|mp4|m4v|webm|mkv|mov|avi|wmv|flv|mpe?g|zip|rar"
    r"|7z|tar|gz|tgz|bz2|iso|pdf|mp3|txt|docx?|exe|apk|\d{3}|[rz]\d\d)(?:\s*\(.{1,20}\))?\W*$",
    re.IGNORECASE,
)


def without_names(text: str) -> str:
    """
    Leave out the pieces of a heading that are a file's name: a name says nothing of the file.

    >>> without_names("expired link.zip - Locker")
    'Locker'
    >>> without_names("File not found: walk.zip")
    'File not found'
    """
    pieces = _JOINTS.split(text.replace(": ", " : "))
    kept = [piece for piece in pieces if piece and not _FILE_NAME.search(piece)]
    return text if len(kept) == len(pieces) else " - ".join(kept)
