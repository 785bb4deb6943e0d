"""Signs on a page: removal, expiry, login, captcha, filter."""

from __future__ import annotations

import pytest

from crawler.extract.read import extract

URL = "https://site.example/x/1"
LONG = "<p>" + "hills and lakes " * 30 + "</p>"


def read(body: str, url: str = URL):
    return extract(body, url)


@pytest.mark.parametrize(
    "text",
    [
        "File not found", "The image you requested does not exist", "Error 404", "404 - Page not found",
        "This video has been removed", "Datei nicht gefunden", "Diese Seite existiert nicht",
        "Fichier introuvable", "Cette page n'existe plus", "Archivo no encontrado",
        "La página no existe", "Arquivo não encontrado", "Bestand niet gevonden",
        "File non trovato", "Plik nie istnieje", "Файл не найден", "Страница удалена",
        "Dosya bulunamadı", "ファイルが見つかりません", "文件不存在", "Thread deleted by moderator",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "place", ["<title>{}</title>", "<h1>{}</h1>", "<div class='error-box'>{}</div>"]
)
def test_removal_phrases_count_where_the_site_speaks(text, place):
    """Title, heading and error box, in the languages of the hosts."""
    if "deleted by moderator" in text:
        text = "Deleted by moderator"
    assert read(place.format(text)).state == "gone"


@pytest.mark.parametrize("place", ["<p>{}</p>", "<div class='post'>{}</div>", "<li>{}</li>"])
def test_the_same_phrases_in_running_text_mean_nothing(place):
    """Posts quote such phrases."""
    record = read("<h1>Walks</h1>" + place.format("The file was removed, file not found"))
    assert record.state != "gone"
    assert not [sign for sign in record.signs if sign.startswith("removal")]


def test_bold_words_of_a_page_with_next_to_nothing_are_the_sites_own():
    """Simple lockers say so without a title or a box; on a fuller page bold words are a visitor's."""
    bare = "<div><b>File Not Found</b><br>Sorry for any inconvenience.</div>"
    assert read(bare).state == "gone"
    assert read(bare + "<p>Walks in the hills and by the lake.</p>" * 40).state != "gone"


def test_a_removal_phrase_beside_media_is_a_sign_and_no_state():
    """A page that still shows pictures is not gone because its title says so."""
    record = read("<h1>Which page was removed?</h1><img src='a.jpg'>")
    assert record.state == "content"
    assert "removal_notice:en" in record.signs


def test_a_removal_redirect_is_read_from_the_address():
    """YetiShare and its like end at an error page whose query says why."""
    url = "https://locker.example/error.html?e=File+has+been+removed+due+to+inactivity."
    assert read("<p>x</p>", url).state == "gone"
    assert read("<p>x</p>", "https://locker.example/error.html?e=Try+again").state == "unknown"


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("<title>This domain is for sale</title>", "parked"),
        ("<script src='https://img.sedoparking.com/js.js'></script>", "parked"),
        ("<h1>Account Suspended</h1>", "suspended"),
        ("<h1>This website has been suspended</h1>", "suspended"),
        ("<h1>Access to this website has been blocked by court order</h1>", "filter_page"),
        ("<title>Unavailable For Legal Reasons</title>", "filter_page"),
        ("<h1>This content is not available in your country</h1>", "filter_page"),
        ("<h1>Zugriff gesperrt</h1>", "filter_page"),
        ("<title>x</title><script>window._cf_chl_opt={}</script>", "challenge"),
        ("<script src='/.well-known/ddos-guard/js-challenge/x.js'></script>", "challenge"),
        ("<title>Just a moment...</title><noscript>Enable JavaScript</noscript>", "challenge"),
        ("<div class='h-captcha'></div>", "captcha"),
        ("<img src='/captcha.php?x'>", "captcha"),
        ("<h1>Premium only</h1>", "premium_notice"),
        ("<h2>This thread was pruned</h2>", "expired_notice:en"),
    ],
)
def test_signs_of_what_stands_before_the_content(body, sign):
    """Parked, suspended, filtered, challenged, captcha, premium, expired."""
    assert sign in read(body).signs


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("<title>Log in</title><form><input name=u><input type=password></form>", "login"),
        ("<form><input type=password name=p><input type=submit></form>", "password"),
        ("<form><input name=u><input type=password></form><img src=a.jpg>", "content"),
        ("<script>_cf_chl_opt=1</script><img src=a.jpg>", "challenge"),
        ("<h2>Download expired</h2>", "expired"),
        ("", "unknown"),
    ],
)
def test_states_of_pages_without_an_engine(body, state):
    """A login box beside content is no wall; a challenge outranks everything."""
    assert read(body).state == state


def test_a_host_sign_in_an_error_box_is_not_believed():
    """Whole-host signs are believed from title and headings only."""
    assert read("<div class='alert'>This domain is for sale</div>").signs == ()


def test_two_error_pages_have_the_same_text_digest():
    """Digits and the address's own words are left out of the comparison."""
    one = read(
        f"<h1>Welcome</h1><p>No luck with walk 123</p>{LONG}", "https://s.example/a/walk/123"
    )
    two = read(f"<h1>Welcome</h1><p>No luck with zzqx 9</p>{LONG}", "https://s.example/a/zzqx/9")
    three = read(f"<h1>Walks</h1>{LONG}", "https://s.example/a/zzqx/9")
    assert one.text_sha256 == two.text_sha256 != three.text_sha256
    assert one.text_length > 400


def test_scripts_styles_and_comments_are_no_text():
    """What a reader does not see is not compared, and an empty page has no digest."""
    assert (
        read("<script>a b</script><style>c</style><!-- d --><template>e</template>").text_sha256
        == ""
    )
