"""What one fetch has met so far, and the result that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from crawler.fetch import head
from crawler.fetch.contract import MAX_COOKIE_NAMES, FetchCode, FetchRequest, FetchResult, Hop
from crawler.fetch.redirects import Step
from crawler.fetch.stream import Reading

if TYPE_CHECKING:
    import aiohttp


@dataclass(slots=True, kw_only=True)
class Course:
    """The hops of one fetch, in their order."""

    request: FetchRequest
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    hops: list[Hop] = field(default_factory=list)
    unverified: bool = False
    """Whether a certificate could not be verified on the way."""
    dns: Literal["none", "local", "tunnel"] = "none"
    """Where the last name was resolved."""
    _names: dict[str, None] = field(default_factory=dict)

    def record(
        self,
        step: Step,
        url: str,
        *,
        status: int | None = None,
        peer: str | None = None,
        error: FetchCode | None = None,
    ) -> None:
        """Add a hop."""
        self.hops.append(
            Hop(
                url=url,
                derivation=step.permit.derivation,
                method=step.method,
                status=status,
                peer=peer,
                error=error,
            )
        )

    def mark(self, error: FetchCode) -> None:
        """Add to the last hop how its body broke off."""
        self.hops[-1] = replace(self.hops[-1], error=error)

    def note_cookies(self, response: aiohttp.ClientResponse) -> None:
        """Remember the names of the cookies that an answer sets."""
        for name in head.cookie_names(response):
            if len(self._names) < MAX_COOKIE_NAMES:
                self._names[name] = None

    def failed(self, code: FetchCode) -> FetchResult:
        """Return the result of a fetch that ends here without a usable answer."""
        last = self.hops[-1] if self.hops else None
        return FetchResult(
            egress=self.request.egress,
            started=self.started,
            finished=datetime.now(UTC),
            hops=tuple(self.hops),
            error=code,
            status=next((hop.status for hop in reversed(self.hops) if hop.status), None),
            url=last.url if last else None,
            peer=last.peer if last else None,
            cookie_names=tuple(self._names),
            tls="unverified" if self.unverified else "none",
            dns=self.dns,
        )

    def answered(
        self, response: aiohttp.ClientResponse, reading: Reading, *, secure: bool
    ) -> FetchResult:
        """Return the result of a fetch whose last hop answered, over TLS or not."""
        if reading.error is not None:
            self.mark(reading.error)
        verified: Literal["verified", "none"] = "verified" if secure else "none"
        last = self.hops[-1]
        return FetchResult(
            egress=self.request.egress,
            started=self.started,
            finished=datetime.now(UTC),
            hops=tuple(self.hops),
            error=reading.error,
            status=response.status,
            url=last.url,
            peer=last.peer,
            cookie_names=tuple(self._names),
            dns=self.dns,
            headers=head.shown_headers(response),
            body=reading.body,
            record=reading.record,
            record_error=reading.record_error,
            ticket=reading.ticket,
            tls="unverified" if self.unverified else verified,
        )
