"""Any page at all: which media it shows, and where they lie."""

from __future__ import annotations

import base64

import pytest

from crawler.extract.read import extract

URL = "https://site.example/notes/walk.html"


def found(body: str, url: str = URL, head: str = "") -> dict[str, tuple[str, str]]:
    record = extract(f"<html><head>{head}</head><body>{body}</body></html>", url)
    return {c.url: (c.kind, c.role) for c in record.candidates}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<img src='a.jpg'>", "https://site.example/notes/a.jpg"),
        ("<img src='//cdn.example/a'>", "https://cdn.example/a"),
        ("<img src='s.gif' data-src='/big/a.jpg'>", "https://site.example/big/a.jpg"),
        ("<img data-original='a.webp'>", "https://site.example/notes/a.webp"),
        ("<img data-lazy-src='a.jpg'>", "https://site.example/notes/a.jpg"),
        ("<img data-srcset='s.jpg 100w, l.jpg 900w'>", "https://site.example/notes/l.jpg"),
        ("<div data-bg='a.jpg'></div>", "https://site.example/notes/a.jpg"),
        ("<a data-full='a.jpg'>x</a>", "https://site.example/notes/a.jpg"),
        ("<noscript><img src='a.jpg'></noscript>", "https://site.example/notes/a.jpg"),
        (
            "<picture><source srcset='a.avif 2x'><img src='b.jpg'></picture>",
            "https://site.example/notes/a.avif",
        ),
        ("<video poster='p.jpg'><source src='v.mp4'></video>", "https://site.example/notes/v.mp4"),
        ("<video src='v.webm'></video>", "https://site.example/notes/v.webm"),
        ("<embed src='v.flv'>", "https://site.example/notes/v.flv"),
        ("<object data='v.mp4'></object>", "https://site.example/notes/v.mp4"),
        ("<div style=\"background:url('a.jpg')\"></div>", "https://site.example/notes/a.jpg"),
        ("<td background='a.gif'></td>", "https://site.example/notes/a.gif"),
        ("<a href='a.zip'>x</a>", "https://site.example/notes/a.zip"),
        ("text https://img.example/a.jpg, more", "https://img.example/a.jpg"),
        ("hxxp://img[.]example/a.jpg", "http://img.example/a.jpg"),
        ("hxxps://img[.]example[.]test/a(1).jpg)", "https://img.example.test/a(1).jpg"),
        ("<textarea>[IMG]https://img.example/a.jpg[/IMG]</textarea>", "https://img.example/a.jpg"),
        ("<input value='https://img.example/a.jpg'>", "https://img.example/a.jpg"),
        ("<a href='/out?url=https%3A%2F%2Fimg.example%2Fa.jpg'>x</a>", "https://img.example/a.jpg"),
        ("<a href='https://href.li/?https://img.example/a.jpg'>x</a>", "https://img.example/a.jpg"),
        (
            f"<a href='/go?u={base64.b64encode(b'https://img.example/a.jpg').decode()}'>x</a>",
            "https://img.example/a.jpg",
        ),
        (
            f"<a href='/go/{base64.urlsafe_b64encode(b'https://img.example/?a=1/x.jpg').decode()}'>x</a>",
            None,
        ),
        ("<a href='/player.php?v=/src/v.mp4'>x</a>", "https://site.example/src/v.mp4"),
        ("<img src='a%2Fb%3d c.jpg'>", "https://site.example/notes/a%2Fb%3d%20c.jpg"),
        ("<img src='\\\\cdn.example\\a.jpg'>", "https://cdn.example/a.jpg"),
        ("<img src=' a\n.jpg '>", "https://site.example/notes/a.jpg"),
        ("<!-- <img src='a.jpg'> -->", None),
        ("<img src='data:image/png;base64,AAAA'>", None),
        ("<img src='javascript:x()'><img src='http://[bad/a.jpg'><img src=''>", None),
        ("<a href='/other/page.html'>x</a>", None),
    ],
)
def test_media_is_found_wherever_pages_put_it(body, expected):
    """One trick of pages at a time; addresses come out absolute and not re-quoted."""
    got = found(body)
    if expected is None:
        assert got == {}
    else:
        assert expected in got


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta property='og:image' content='/o.jpg'>", "https://site.example/o.jpg"),
        ("<meta name='twitter:image' content='/t.jpg'>", "https://site.example/t.jpg"),
        ("<link rel='image_src' href='/i.jpg'>", "https://site.example/i.jpg"),
        (
            (
                '<script type="application/ld+json">{"@graph":[{"@type":"VideoObject",'
                '"contentUrl":"/v.mp4","thumbnailUrl":"/t.jpg"}]}</script>'
            ),
            "https://site.example/v.mp4",
        ),
    ],
)
def test_metadata_names_media(head, expected):
    """Open Graph, Twitter cards, image_src and JSON-LD are read."""
    assert list(found("", head=head)) == [expected]


def test_broken_json_ld_is_passed_over():
    """A script that is no JSON costs nothing."""
    assert found("", head="<script type='application/ld+json'>{nope</script>") == {}


def test_a_thumbnail_inside_a_link_to_its_original_is_left_out():
    """The original is the candidate; the thumbnail is not."""
    assert found("<a href='big.jpg'><img src='small.jpg'></a>") == {
        "https://site.example/notes/big.jpg": ("picture", "original")
    }


def test_a_thumbnail_inside_a_link_to_a_viewer_is_a_preview():
    """Where the original is not linked the preview is all there is, and comes last."""
    got = found("<a href='/view/1'><img src='small.jpg'></a><img src='z.jpg'>")
    assert list(got.items()) == [
        ("https://site.example/notes/z.jpg", ("picture", "inline")),
        ("https://site.example/notes/small.jpg", ("picture", "preview")),
    ]


def test_srcset_takes_the_widest_and_the_densest_and_allows_commas():
    """URLs in a srcset may hold commas; the base picture is a preview then."""
    got = found("<img src='s.jpg' srcset='a,b.jpg 400w, c,d.jpg 1200w, e.jpg 2x'>")
    assert got == {
        "https://site.example/notes/c,d.jpg": ("picture", "inline"),
        "https://site.example/notes/e.jpg": ("picture", "inline"),
        "https://site.example/notes/s.jpg": ("picture", "preview"),
    }


def test_base_is_respected_also_to_another_host():
    """Relative links start from `<base>`."""
    assert list(found("<img src='a.jpg'>", head="<base href='https://media.example/x/'>")) == [
        "https://media.example/x/a.jpg"
    ]


def test_links_that_embed_another_url_are_never_candidates():
    """A look-up link carries the address elsewhere; asking it would tell a third party."""
    got = found("<a href='https://lookup.example/view/https://img.example/a.jpg'>x</a>")
    assert got == {}


def test_a_locker_link_is_one_hop_and_other_pages_are_not_listed():
    """The shape of an XFileSharing address marks a locker."""
    got = found("<a href='https://locker.example/a1b2c3d4e5f6'>file</a><a href='/about'>x</a>")
    assert got == {"https://locker.example/a1b2c3d4e5f6": ("page", "locker")}


def test_forbidden_links_are_refused_whatever_element_holds_them():
    """Delete, report and logout are named by rule, also when an image or form asks them."""
    record = extract(
        "<a href='/delete/1'>x</a><img src='/report/x.jpg'><form action='/logout'></form>"
        "<a href='https://tineye.com/search?url=https://site.example/a.jpg'>t</a>",
        URL,
    )
    assert {link.why for link in record.refused} == {
        "delete",
        "report",
        "logout",
        "reverse_image_search",
    }
    assert record.candidates == ()


def test_a_post_fragment_limits_the_page_and_other_fragments_do_not():
    """`#post-2` names a post; `#top` names a place."""
    body = (
        "<div id='top'></div><article id='post-1'><img src='a.jpg'></article>"
        "<article id='post-2'><img src='b.jpg'></article>"
        "<div class='x'><a name='p3'></a><img src='c.jpg'></div>"
    )
    assert list(found(body, URL + "#post-2")) == ["https://site.example/notes/b.jpg"]
    assert list(found(body, URL + "#p3")) == ["https://site.example/notes/c.jpg"]
    assert len(found(body, URL + "#top")) == 3
    assert extract(body, URL + "#post-9").post_found is False


def test_caps_hold_for_candidates_refused_links_and_long_addresses():
    """1,000 candidates, 100 refused links, 4,096 characters."""
    body = "".join(f"<img src='/i/{n}.jpg'><a href='/delete/{n}'>d</a>" for n in range(1100))
    record = extract(body + f"<img src='/{'x' * 5000}.jpg'>", URL)
    assert len(record.candidates) == 1000
    assert len(record.refused) == 100


@pytest.mark.parametrize(
    ("body", "claimed"),
    [
        ("<img src='山.jpg'>".encode("shift_jis"), "text/html; charset=Shift_JIS"),
        (b"<meta charset=shift_jis>" + "<img src='山.jpg'>".encode("shift_jis"), "text/html"),
        ("<img src='山.jpg'>".encode(), None),
        ("<img src='山.jpg'>".encode("utf-16-le"), None),
        (b"\xef\xbb\xbf" + "<img src='山.jpg'>".encode(), "text/html; charset=latin-1"),
    ],
)
def test_charsets_are_found_by_mark_claim_meta_and_guess(body, claimed):
    """Addresses that are not ASCII are sent as browsers do, in UTF-8 percent-encoding."""
    if body[:2] == b"<\x00":
        body = b"\xff\xfe" + body
    record = extract(body, URL, claimed)
    assert [c.url for c in record.candidates] == ["https://site.example/notes/%E5%B1%B1.jpg"]


@pytest.mark.parametrize("claim", ["zlib", "idna", "unicode_escape", "x" * 50, "../../x", "rot13"])
def test_codecs_that_are_no_charsets_are_ignored(claim):
    """A hostile charset name never selects a codec that does more than map text."""
    record = extract(b"<img src='a.jpg'>", URL, f"text/html; charset={claim}")
    assert len(record.candidates) == 1
