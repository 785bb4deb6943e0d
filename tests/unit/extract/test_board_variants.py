"""Old and new versions of board software, with advertisements, look-ups and quick replies."""

from __future__ import annotations

import re

import pytest
from board_variants import MD5, VARIANTS

from crawler.extract.read import extract

NAMES = sorted(VARIANTS)
FORBIDDEN = (
    "adhost", "thumb", "spoiler", "/t_", "sticky", "pin.png", "lock.png", "flag", "banner", "logo", "captcha",
    "deleted", "banned-image", "filetypes", "loading", "youtube", "imgops", "iqdb", "saucenao", "google", "yandex",
    "lookup", "int21h", "archive.today", "unlink", "report", "missing.png", "blank", "file.png", "icons",
)  # fmt: skip


def urls(record):
    return [candidate.url for candidate in record.candidates]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_gives_exactly_its_files(name):
    """Every file in full size as it is written, in order, and nothing that stands beside it."""
    page = VARIANTS[name]
    record = extract(page.html, page.url)
    wanted = [file for files in page.posts.values() for file in files]
    assert (record.engine, record.site_type, record.state) == (
        page.engine,
        "image_board",
        "content",
    )
    kept = [candidate.url for candidate in record.candidates if candidate.role != "linked"]
    assert sorted(kept) == sorted(wanted)
    assert not [url for url in urls(record) for word in FORBIDDEN if word in url]
    assert not {link.url for link in record.refused} & set(urls(record))


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name in NAMES for number in VARIANTS[name].numbers or VARIANTS[name].posts],
)
def test_a_fragment_gives_the_files_of_its_post(name, number):
    """Also the opening post of boards that write posts in a row, and posts without files."""
    page = VARIANTS[name]
    bare = page.url.partition("#")[0]
    for form in ("#{}", "#q{}"):
        record = extract(page.html, bare + form.format(number))
        kept = [candidate.url for candidate in record.candidates if candidate.role != "linked"]
        assert (record.post_found, kept) == (True, page.posts[number])


def renamed(html: str, word: str) -> str:
    """Rename one class or id throughout a page, as a fork might have done."""
    return re.sub(
        rf"""((?:class|id)=["']?[^"'>]*?)(?<![\w-]){re.escape(word)}(?![\w-])""", r"\1fork", html
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_single_class_or_id_decides(name):
    """A fork that renames any one of them still gives the same files and nothing else."""
    page = VARIANTS[name]
    wanted = sorted(file for files in page.posts.values() for file in files)
    found = re.findall(r"(?:class|id)=[\"']?([^\"'>]+)", page.html)
    words = {word for value in found for word in value.split()} - {"body"}
    for word in sorted(words)[::3]:
        record = extract(renamed(page.html, word), page.url)
        kept = [candidate.url for candidate in record.candidates if candidate.role != "linked"]
        assert (word, sorted(kept)) == (word, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_without_any_class_or_id_no_file_is_lost(name):
    """The links around thumbnails are enough to find what is in full size."""
    page = VARIANTS[name]
    bare = re.sub(r"\s(?:class|id|name)=(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", "", page.html)
    record = extract(bare, page.url)
    wanted = {file for files in page.posts.values() for file in files}
    assert {file for file in wanted if not file.endswith(".swf")} <= set(urls(record))
    assert record.candidates[0].role != "preview"


def test_the_kind_of_a_file_is_told_by_its_name_its_link_or_its_type():
    """Also without an extension, and for sounds, documents and archives."""
    kinds = {
        candidate.url.rsplit("/", 1)[-1]: candidate.kind
        for name in NAMES
        for candidate in extract(VARIANTS[name].html, VARIANTS[name].url).candidates
    }
    assert {kinds[f"{MD5}-imagejpeg"], kinds["1650000000002-2.PNG"]} == {"picture"}
    assert {kinds["1650000000002-0.webm"], kinds["600000002.webm"]} == {"video"}
    assert {kinds[f"{MD5}.pdf"], kinds["118000000091.swf"], kinds["118000000095.mp3"]} == {"file"}


@pytest.mark.parametrize(
    ("name", "number"), [("vichan_new", "501"), ("kusaba_old", "92"), ("four_new", "412"), ("fool_new", "303")]
)  # fmt: skip
def test_a_deleted_file_is_a_sign_and_settles_only_its_own_post(name, number):
    """The thread stays content; a post that has no other file is gone."""
    page = VARIANTS[name]
    bare = page.url.partition("#")[0]
    assert "file_deleted" in extract(page.html, page.url).signs
    post = extract(page.html, f"{bare}#{number}")
    expected = ("content", "files") if page.posts[number] else ("gone", "file_deleted")
    assert (post.state, post.state_rule.split(":")[1]) == expected
    assert "file_deleted" in post.signs


def test_a_post_that_its_author_deleted_is_gone():
    """Futaba keeps the row and says by whom it was deleted."""
    page = VARIANTS["futaba_old"]
    html = page.html.replace(
        "<blockquote>y",
        "<blockquote><font color='#ff0000'>書き込みをした人によって削除されました</font>",
    )
    assert extract(html, f"{page.url}#1101").state == "gone"
    assert extract(html, f"{page.url}#1100").state == "content"


@pytest.mark.parametrize("name", ["fuuka", "tinyib_index", "futaba_old"])
def test_a_mark_of_a_deleted_post_or_a_counter_of_deletions_is_no_deleted_file(name):
    """Archives mark posts that were deleted elsewhere; their files are still here."""
    page = VARIANTS[name]
    assert "file_deleted" not in extract(page.html, page.url).signs


def test_an_archived_thread_says_so():
    """A closed thread is still content."""
    record = extract(VARIANTS["four_new"].html, VARIANTS["four_new"].url)
    assert ("archived" in record.signs, record.state) == (True, "content")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_post_is_gone_only_on_a_threads_own_page(name):
    """A page of several threads leaves it open."""
    page = VARIANTS[name]
    record = extract(page.html, page.url.partition("#")[0] + "#987654")
    index = page.url.endswith(("/pics/", "index.html", "/gallery/2/"))
    assert (record.state, record.candidates) == ("unknown" if index else "gone", ())


@pytest.mark.parametrize("fragment", ["top", "bottom", "s1", "postform", "reply"])
def test_a_fragment_that_names_a_place_is_no_post(fragment):
    """The whole thread is meant."""
    page = VARIANTS["kusaba_x"]
    record = extract(page.html, f"{page.url}#{fragment}")
    assert (record.post_found, len(urls(record))) == (None, 2)


ERROR = (
    '<html><head><title>{0}</title></head><body class="8chan vichan"><header><h1>{0}</h1></header>'
    '<div style="text-align:center"><p>{1}</p></div><p class="unimportant">-</p></body></html>'
)


@pytest.mark.parametrize("fragment", ["", "#101"])
@pytest.mark.parametrize(
    ("said", "state"),
    [("Thread specified does not exist.", "gone"), ("404 Not Found", "gone"),
     ("This thread has been pruned.", "expired"), ("It was pruned or deleted.", "expired"), ("Try later.", "unknown")],
)  # fmt: skip
def test_an_error_page_at_a_threads_address_tells_the_state(said, state, fragment):
    """Where no thread stands, what the board says counts, and pruned outranks not found."""
    html = ERROR.format("Error" if state == "unknown" else "404", said)
    assert extract(html, f"https://board.example/b/res/100.html{fragment}").state == state


def test_the_error_page_of_4chan_is_no_content():
    """Its drawing is decoration."""
    html = (
        "<title>x - 404 Not Found</title><div class='boxbar'><h2>404 Not Found</h2></div>"
        "<div class='boxcontent'><img src='//s.media.example/image/error/404/a.png'></div>"
    )
    record = extract(html, "https://boards.example/b/thread/1")
    assert (record.engine, record.state, record.candidates) == ("4chan", "gone", ())


def test_the_error_page_of_lynxchan_is_no_content():
    """It has places for a code and a reason; the logo is decoration."""
    html = (
        "<header><h1>Hub <span id='codeLabel'>500</span></h1><img src='/images/logo.png'></header>"
        "<section><h4 id='errorLabel'>Thread not found</h4></section>"
    )
    record = extract(html, "https://board.example/b/res/1.html")
    assert (record.engine, record.state, record.candidates) == ("lynxchan", "gone", ())


def test_a_link_that_expands_all_files_belongs_to_no_post():
    """Kusaba writes it into the opening post, with the addresses of every reply's file."""
    page = VARIANTS["kusaba_old"]
    expand = "<a href=\"#top\" onclick=\"expandimg('91','/b/src/91.jpg','/b/thumb/91s.jpg')\">Expand all</a>"
    html = page.html.replace("<blockquote>x", f"{expand}<blockquote>x")
    assert urls(extract(html, f"{page.url}#90")) == page.posts["90"]


CATALOGUES = {
    "vichan": (
        '<body class="8chan vichan theme-catalog"><img class="board_image" src="/banner.php"><div class="threads"><div id="Grid">'
        '<div class="mix"><div class="thread grid-li"><a href="/b/res/5.html"><img class="thread-image" src="{0}"></a>'
        "</div></div></div></div>"
    ),
    "jschan": (
        '<div class="catalog"><div class="catalog-tile" data-post-id="5"><input name="checkedposts" type="checkbox" value="5">'
        '<img class="flag" src="/flag/b/x.png"><div class="post-file-src"><a href="/b/thread/5.html#5"><img class="catalog-thumb"'
        ' src="{0}"></a></div></div></div>'
    ),
    "lynxchan": (
        '<img id="bannerImage" src="/randomBanner.js?boardUri=b"><div id="divThreads"><div class="catalogCell"><a class="linkThumb"'
        ' href="/b/res/5.html"><img src="{0}"></a><div class="divMessage">x</div></div></div><a href="/.media/x/">m</a>'
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", sorted(CATALOGUES))
def test_a_catalogue_gives_previews_since_it_shows_nothing_larger(engine):
    """Its thumbnails lead to threads; banners and flags are left out."""
    html = CATALOGUES[engine].format("/file/thumb/0123456789abcdef.jpg")
    record = extract(html, "https://board.example/b/catalog.html")
    assert (record.engine, record.state) == (engine, "content")
    assert [(c.role, c.kind) for c in record.candidates] == [("preview", "picture")]
