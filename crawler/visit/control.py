"""
The liveness control: whether the host, asked for something harmless, answers as living hosts do.

Root page, robots.txt and favicon by permit, media never. Without a normal control nothing that
looks gone may count as gone: the fault may be ours, or a filter's before the whole host.

Where "gone" came as a success without words (the answer of a random neighbour, media missing
from a page), only the root page can vouch: maintenance, an age gate or a redirect of everything
home look the same on every page, while files such as robots.txt go on. It must be another page.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from crawler.extract.links import host_of
from crawler.extract.record import PageRecord
from crawler.fetch.contract import Derivation, Permit
from crawler.visit.session import Answer, Session

_FEW = 8
"""Characters by which the text of one page may differ from address to address."""
_ROOT = "/"
_PATHS = (_ROOT, "/robots.txt", "/favicon.ico")
_HOST_SIGNS = frozenset({"challenge", "filter_page", "parked", "suspended"})

Control = Literal["normal", "failed"]


async def liveness(
    session: Session, permit: Permit, url: str, looked_gone: Answer, *, soft: bool = False
) -> tuple[Control, tuple[Answer, ...]]:
    """
    Ask up to three harmless addresses of the host until one answers normally.

    After a success that looks gone (`soft`) the root page alone is asked, unless it is what looks
    gone.
    """
    if host_of(url) in session.alive:
        return "normal", ()
    asked: list[Answer] = []
    parts = urlsplit(url)
    paths = [path for path in _PATHS if path != (parts.path or "/")]
    root_only = soft and _ROOT in paths
    for path in paths[:1] if root_only else paths:
        target = f"{parts.scheme}://{parts.netloc}{path}"
        allowed = session.derive(permit, Derivation.LIVENESS_CONTROL, target)
        # A page reader is not given media: of a favicon only the first bytes are looked at.
        answer = await session.get(allowed, read_as="page")
        asked.append(answer)
        if _stands_before_host(answer):
            return "failed", tuple(asked)
        if is_normal(answer, looked_gone) and (not root_only or _is_page(answer)):
            return "normal", tuple(asked)
    return "failed", tuple(asked)


def _is_page(answer: Answer) -> bool:
    return answer.page is not None and 200 <= (answer.result.status or 0) < 300


def is_normal(control: Answer, looked_gone: Answer) -> bool:
    """Tell whether a control shows a living host that treats the asset otherwise."""
    result = control.result
    status = result.status or 0
    if result.error is not None or not 200 <= status < 500 or status in {429, 451}:
        return False
    return not _stands_before_host(control) and not _same(control, looked_gone)


def _stands_before_host(control: Answer) -> bool:
    """Tell whether something answers in the place of the whole host."""
    return control.page is not None and bool(_HOST_SIGNS & set(control.page.signs))


def _same(control: Answer, other: Answer) -> bool:
    """Tell whether both got the same error, or what is likely the same page."""
    if (control.result.status or 0) >= 400:
        return control.result.status == other.result.status
    return _digest(control) == _digest(other) or _alike(control.page, other.page)


def _digest(answer: Answer) -> str | None:
    body = answer.result.body
    return body.digests.sha256 if body and body.digests else None


def _alike(one: PageRecord | None, other: PageRecord | None) -> bool:
    """
    Tell whether two pages are likely one, with a token or with words of the address in it.

    In doubt they are: then the control fails, and nothing is taken for gone.
    """
    if one is None or other is None:
        return False
    if one.text_sha256 and one.text_sha256 == other.text_sha256:
        return True
    longer = max(one.text_length, other.text_length)
    near = abs(one.text_length - other.text_length) <= max(_FEW, longer // 20)
    return near and one.links == other.links and one.state == other.state
