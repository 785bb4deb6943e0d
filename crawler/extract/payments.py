"""
Where a page wants money to go: notes for law enforcement, never a verdict.

Addresses of coins are believed only if their own checksum holds: base58check (Bitcoin), bech32 and
bech32m (BIP 173, BIP 350). Ethereum and Monero addresses are told by their form alone. Payment
services are told by the host that a link, form or script names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.extract.page import Page, attribute

NOTES = 20
"""At most this many notes leave a page."""
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKS = frozenset({1, 0x2BC830A3})
"""What the checksum of bech32 and of bech32m comes to."""
_OLD_COIN = re.compile(rf"(?<![\w/.-])[13LM][{_BASE58}]{{25,34}}(?![\w/-])")
_NEW_COIN = re.compile(rf"(?<![\w/.-])(?:bc|ltc)1[{_BECH32}]{{8,87}}(?![\w/-])", re.IGNORECASE)
_ETHEREUM = re.compile(r"(?<![\w/.-])0x[0-9a-fA-F]{40}(?![\w/-])")
_MONERO = re.compile(rf"(?<![\w/.-])[48][{_BASE58}]{{94}}(?:[{_BASE58}]{{11}})?(?![\w/-])")
_SHORTEST = len("bc1") + 8
"""Characters of the shortest address of a coin; an address is never parted by blanks."""
_VERSIONS = {0x00: "btc", 0x05: "btc", 0x30: "ltc", 0x32: "ltc"}
_SERVICES = (
    *("paypal.me", "cash.app", "ko-fi.com", "buymeacoffee.com", "patreon.com", "venmo.com"),
    *("donationalerts.com", "boosty.to", "subscribestar.com", "onlyfans.com"),
)
_HANDLE = re.compile(
    rf"(?<![\w.-])(?:www\.)?({'|'.join(map(re.escape, _SERVICES))})/(\$?[\w.-]{{2,60}})",
    re.IGNORECASE,
)
_PROCESSORS = (
    *("ccbill.com", "epoch.com", "segpay.com", "stripe.com", "paypal.com", "coinbase.com"),
    *("coinpayments.net", "nowpayments.io", "bitpay.com", "cryptomus.com", "plisio.net"),
    *(
        "webmoney.ru",
        "yoomoney.ru",
        "qiwi.com",
        "payeer.com",
        "perfectmoney.com",
        "paysafecard.com",
    ),
)
_LINK_SCHEMES = ("bitcoin:", "litecoin:", "ethereum:", "monero:")


def payments_of(page: Page, text: str) -> tuple[str, ...]:
    """
    Return payment notes such as `btc:<address>`, `paypal.me:<handle>`, `processor:ccbill.com`.

    Args:
        page: the page; its links, forms and scripts are looked at.
        text: its visible text.

    """
    links = [value for tag in page.named(*_ADDRESSES) if (value := _address(tag))]
    coins = [link for link in links if link.lower().startswith(_LINK_SCHEMES)]
    said = " ".join([text, *(re.split(r"[:?]", link)[1] for link in coins)])
    found = [*_coins(said), *_handles("\n".join([text, *links])), *_processors(links)]
    return tuple(dict.fromkeys(found))[:NOTES]


_ADDRESSES = {"a": "href", "form": "action", "script": "src", "iframe": "src"}


def _address(tag: Tag) -> str:
    return attribute(tag, _ADDRESSES[tag.name])


def _coins(said: str) -> Iterator[str]:
    text = " ".join(word for word in said.split() if len(word) >= _SHORTEST)
    for found in _NEW_COIN.finditer(text):
        if _bech32_holds(found[0]):
            yield f"{found[0].lower().split('1')[0].replace('bc', 'btc')}:{found[0]}"
    for found in _OLD_COIN.finditer(text):
        if coin := _VERSIONS.get(_version(found[0])):
            yield f"{coin}:{found[0]}"
    yield from (f"eth:{found[0]}" for found in _ETHEREUM.finditer(text))
    yield from (f"xmr:{found[0]}" for found in _MONERO.finditer(text))


def _version(address: str) -> int:
    """Return the version byte of a base58check address, or -1 if its checksum does not hold."""
    value = 0
    for sign in address:
        value = value * 58 + _BASE58.index(sign)
    try:
        raw = value.to_bytes(25, "big")
    except OverflowError:
        return -1
    digest = hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()
    return raw[0] if digest[:4] == raw[21:] else -1


def _bech32_holds(address: str) -> bool:
    if not address.isascii() or address not in {address.lower(), address.upper()}:
        return False
    prefix, _, data = address.lower().partition("1")
    spread = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = 1
    for value in [*spread, *(_BECH32.index(sign) for sign in data)]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for at, word in enumerate(_GENERATOR):
            check ^= word if top >> at & 1 else 0
    return check in _CHECKS


def _handles(text: str) -> Iterator[str]:
    lowered = _folded(text)
    if any(service in lowered for service in _SERVICES):
        yield from (f"{found[1].lower()}:{found[2]}" for found in _HANDLE.finditer(text))


def _folded(text: str) -> str:
    """Return a text in lower case, letters too that only patterns take for `i` and `s`."""
    return text.replace("\u0130", "i").lower().replace("\u0131", "i").replace("\u017f", "s")


def _processors(links: Iterable[str]) -> Iterator[str]:
    hosts = dict.fromkeys(map(_host, links))
    for host in filter(None, hosts):
        yield from (f"processor:{name}" for name in _PROCESSORS if f".{host}".endswith(f".{name}"))


def _host(link: str) -> str:
    if link[:1] == "/" and link[1:2].isalnum():  # a place on the site itself
        return ""
    try:
        return (urlsplit(link).hostname or "").lower()
    except ValueError:
        return ""
