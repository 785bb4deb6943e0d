"""What the extraction reads from one saved page, as plain values for staff."""

from __future__ import annotations

from typing import TypedDict

from crawler.extract.read import extract
from crawler.extract.record import NextStep


class Step(TypedDict):
    """The declared next step of a landing page."""

    method: str
    url: str
    form: dict[str, str]
    wait_s: int


class Description(TypedDict):
    """What was read; addresses are absolute and not re-quoted."""

    engine: str
    site_type: str
    state: str
    state_rule: str
    candidates: list[dict[str, str]]
    refused: list[dict[str, str]]
    next: Step | None
    json_twin: str | None
    post_found: bool | None
    signs: list[str]
    payments: list[str]
    data_images: int


def described(body: bytes, url: str) -> Description:
    """Read a saved page or the JSON twin of a thread; `url` says where it was served."""
    record = extract(body, url)
    return Description(
        engine=record.engine,
        site_type=record.site_type,
        state=record.state,
        state_rule=record.state_rule,
        candidates=[
            {"url": c.url, "kind": c.kind, "role": c.role, "why": c.why}
            | ({"claimed_hash": c.claimed_hash} if c.claimed_hash else {})
            for c in record.candidates
        ],
        refused=[{"url": link.url, "why": link.why} for link in record.refused],
        next=_step(record.next),
        json_twin=record.json_twin,
        post_found=record.post_found,
        signs=list(record.signs),
        payments=list(record.payments),
        data_images=record.data_images,
    )


def _step(step: NextStep | None) -> Step | None:
    if step is None:
        return None
    return Step(method=step.method, url=step.url, form=dict(step.form), wait_s=step.wait_s)


def lines(answer: Description) -> list[str]:
    """Return one line for each address, its role or the rule that refuses it first."""
    kept = [f"{c['role']} {c['kind']} {c['url']} ({c['why']})" for c in answer["candidates"]]
    refused = [f"refused {link['url']} ({link['why']})" for link in answer["refused"]]
    step = answer["next"]
    later = [f"next {step['method']} {step['url']} after {step['wait_s']} s"] if step else []
    return [*kept, *refused, *later]
