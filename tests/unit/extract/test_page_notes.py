"""What a page notes beside its media: parts, passwords, payments; packed scripts; advertisements."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.generic.packed import plain_texts
from crawler.extract.parts import parts_of
from crawler.extract.read import extract
from crawler.extract.wire import record_from_wire, record_to_wire

URL = "https://site.example/p"
L = "https://locker.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("walk.part1.rar walk.part02.rar", {"walk": {1, 2}}),
        ("set.7z.001 set.7z.003", {"set": {1, 3}}),
        ("old.z01 old.z02 old.r00", {"old": {1, 2}}),
        ("https://x.example/f/Hills.part1.rar.html", {"hills": {1}}),
        ("walk.rar walk.part.rar 3.001 a.1", {}),
    ],
)
def test_names_of_parts(text, expected):
    """The usual ways to number the volumes of one archive."""
    assert {stem: set(numbers) for stem, numbers in parts_of([text]).items()} == expected


def listed(*names):
    links = "".join(
        f"<a href='{L}/{at:012x}/{n}'>{n}</a> " for at, n in enumerate(names, 0xA1B2C3D4E5F6)
    )
    return extract(f"<html><body>{links}</body></html>", URL)


def test_a_complete_set_is_one_object_in_parts():
    """All volumes are there: no part is missing."""
    signs = listed("walk.part1.rar", "walk.part2.rar", "walk.part3.rar").signs
    assert ("archive_parts:3" in signs, "missing_part" in signs) == (True, False)


@pytest.mark.parametrize("names", [("a.part1.rar", "a.part3.rar"), ("a.7z.002", "a.7z.003")])
def test_a_gap_in_a_set_is_a_missing_part(names):
    """In the middle, or at its start."""
    assert "missing_part" in listed(*names).signs


def test_a_part_whose_page_is_gone_is_gone_and_missing():
    """The state stays the file's own; the sign is the archive's."""
    html = (
        "<html><head><script src='/xupload.js'></script></head><body><a href='/?op=login'>L</a>"
        "<h2>File Not Found</h2></body></html>"
    )
    record = extract(html, f"{L}/a1b2c3d4e5f6/walk.part2.rar.html")
    assert record.state == "gone"
    assert {"archive_part:2", "missing_part"} <= set(record.signs)


@pytest.mark.parametrize(
    "said", ["pass: hunter2", "Passwort = hunter2", "Пароль: hunter2", "密码：hunter2"]
)
def test_a_password_beside_an_archive_is_a_sign_and_never_quoted(said):
    """The note tells the analyst to look; the word itself stays in the worker."""
    record = extract(f"<body><p>{said}</p><a href='/f/walk.rar'>x</a></body>", URL)
    assert "password_noted" in record.signs
    assert "hunter2" not in str(record_to_wire(record))


def test_the_word_password_alone_is_no_note():
    """A login box beside an archive says nothing of the archive."""
    html = "<body><label>Password:</label><input type=password><a href='/f/walk.rar'>x</a></body>"
    assert "password_noted" not in extract(html, URL).signs


# ---------------------------------------------------------------------------- payments


def old_coin(version, payload=b"\x07" * 20):
    raw = bytes([version]) + payload
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    letters, value, text = (
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        int.from_bytes(raw),
        "",
    )
    while value:
        value, at = divmod(value, 58)
        text = letters[at] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\x00"))) + text


NEW_COIN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
"""The example of BIP 173."""
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
"""An example of BIP 350."""
ETHEREUM = "0x" + "5a" * 20
MONERO = "4" + "A" * 94


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (old_coin(0), f"btc:{old_coin(0)}"),
        (old_coin(5), f"btc:{old_coin(5)}"),
        (old_coin(0x30), f"ltc:{old_coin(0x30)}"),
        (NEW_COIN, f"btc:{NEW_COIN}"),
        (TAPROOT, f"btc:{TAPROOT}"),
        (ETHEREUM, f"eth:{ETHEREUM}"),
        (MONERO, f"xmr:{MONERO}"),
        ("see paypal.me/walker for it", "paypal.me:walker"),
    ],
)
def test_payment_details_are_noted(text, note):
    """Each with the name of its kind before it; they pass the check on the way out."""
    record = extract(f"<body><p>send to {text} now</p></body>", URL)
    assert record.payments == (note,)
    assert record_from_wire(record_to_wire(record)) == record


@pytest.mark.parametrize(
    "text",
    [old_coin(0)[:-1] + ("2" if old_coin(0)[-1] != "2" else "3"), NEW_COIN[:-1] + "q", NEW_COIN.replace("b", "B"),
     "0x5a5a", f"https://x.example/tx/{NEW_COIN}"],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_not_noted(text):
    """A wrong checksum, mixed case, another length, or a part of another address."""
    assert extract(f"<body><p>see {text} now</p></body>", URL).payments == ()


def test_coin_links_and_payment_services_are_noted():
    """A link of a coin's own scheme, a form that is sent to a service."""
    html = f"<body><a href='bitcoin:{NEW_COIN}?amount=1'>x</a><form action='https://bill.ccbill.com/jpost'></form></body>"
    assert extract(html, URL).payments == (f"btc:{NEW_COIN}", "processor:ccbill.com")


# ----------------------------------------------------------------------------- scripts


def test_packed_scripts_may_hold_packed_scripts():
    """Each layer is put together as text."""
    inner = "}(\\'0:\"/1/2.3\"\\',10,4,\\'file|v|walk|mp4\\'.5(\\'|\\'))"
    texts = list(plain_texts("x}('" + inner + "',10,6,'|||||split'.split('|'))"))
    assert texts[-1] == 'file:"/v/walk.mp4"'


def test_a_base64_string_of_a_script_is_read():
    """`atob` hides nothing."""
    hidden = base64.b64encode(b"https://img.example/a.mp4").decode()
    record = extract(f"<body><script>play(atob('{hidden}'))</script></body>", URL)
    assert [c.url for c in record.candidates] == ["https://img.example/a.mp4"]


@given(st.text(max_size=300))
def test_any_text_can_be_a_script(text):
    """Broken packers and wrong bases end in silence."""
    assert next(iter(plain_texts(text))) == text
    list(plain_texts("}('" + text.replace("'", "") + "',99,3,'a|b'.split('|'))"))


def test_a_playlist_of_pieces_is_a_sign():
    """There is no file to compare; an analyst is told."""
    html = "<body><script>jwplayer('x').setup({file:'https://cdn.example/h/master.m3u8?t=1'})</script></body>"
    assert "stream_playlist" in extract(html, URL).signs


def test_an_empty_frame_that_scripts_fill_is_a_sign():
    """Single-page applications show nothing here."""
    html = "<body><div id='root'></div><script type='module' src='/a.js'></script></body>"
    assert "script_page" in extract(html, URL).signs


# ---------------------------------------------------------------------- advertisements


@pytest.mark.parametrize(
    "html",
    [
        "<div class='ad-banner'><a href='https://casino.example/x'><img src='https://cdn.casino.example/b.gif'></a></div>",
        "<ins class='adsbygoogle'><iframe src='https://frames.example/f.html'></iframe></ins>",
        "<a rel='sponsored noopener' href='https://dating.example/l'><img src='https://dating.example/i.jpg'></a>",
        "<div id='ads'><video src='https://v.example/a.mp4'></video></div>",
        "<a href='https://adserver.example/click'><img src='https://adserver.example/b.jpg'></a>",
        "<img src='https://ads.board.example/b.jpg'>",
        "<iframe src='https://site.example/www/delivery/afr.php?zoneid=1'></iframe>",
    ],
)
def test_advertisements_are_refused_and_named(html):
    """By the container, the link's relation, the host or the path; never candidates."""
    record = extract(f"<body>{html}</body>", URL)
    assert record.candidates == ()
    assert record.refused
    assert {link.why for link in record.refused} == {"advertising"}


@pytest.mark.parametrize(
    "name", ["header-shadow", "download-badge", "thread-adapter", "badminton", "no-ads", "ads-free"]
)
def test_words_that_only_hold_those_letters_are_no_advertisements(name):
    """Whole words of a class count."""
    record = extract(f"<body><div class='{name}'><img src='/img/sea.jpg'></div></body>", URL)
    assert [c.url for c in record.candidates] == ["https://site.example/img/sea.jpg"]


@pytest.mark.parametrize(
    "html", ["<img src='https://s.example/p.gif' width='1' height='1'>", "<img src='/t/pixel.gif'>"]
)
def test_counting_pictures_are_no_candidates(html):
    """One point in size, or named so."""
    assert extract(f"<body>{html}</body>", URL).candidates == ()


# -------------------------------------------------------------------------- challenges


@pytest.mark.parametrize(
    ("html", "sign"),
    [
        ("<script>var sucuri_cloudproxy_js='',S='a';</script>", "challenge"),
        (
            "<form id='wsidchk-form' action='/z'><input type='hidden' id='wsidchk'></form>",
            "challenge",
        ),
        ("<script src='/.within.website/x/cmd/anubis/static/js/main.mjs'></script>", "challenge"),
        ("<html data-adblockkey='MFw'><body><script src='/b.js'></script></body></html>", "parked"),
        ("<body><script>window.park = 'e30=';</script></body>", "parked"),
        ("<h1>Sorry, you have been blocked</h1>", "filter_page"),
        ("<h1>Are you over 18?</h1><form method='post'><button>Enter</button></form>", "age_gate"),
    ],
)
def test_pages_that_stand_before_the_content(html, sign):
    """Each is told by its structure or its heading and never read as removed."""
    record = extract(html, URL)
    assert sign in record.signs
    assert record.state in {"challenge", "unknown"}
