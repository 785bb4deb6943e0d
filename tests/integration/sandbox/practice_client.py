"""A plain client of the practice web: names by its DNS, look-alike addresses by its table."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import dns.asyncquery
import dns.message
import dns.rcode
from yarl import URL


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()


async def ask_dns(description, name, kind="A", *, tcp=False):
    address, _, port = description.network.resolver.partition(":")
    query = dns.message.make_query(name, kind)
    ask = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    return await ask(query, address, port=int(port), timeout=3)


async def address_of(description, name):
    response = await ask_dns(description, name)
    found = [item.address for rrset in response.answer for item in rrset if item.rdtype == 1]
    return found[0] if found else None


async def fetch(description, url, *, egress="home", method="GET", form=None, timeout=5.0):
    split = urlsplit(url)
    port = 443 if split.scheme == "https" else 80
    address = await address_of(description, split.hostname)
    endpoint = next(
        e for e in description.network.endpoints if (e.address, e.port) == (address, port)
    )
    real = URL(
        f"{split.scheme}://{endpoint.real_address}:{endpoint.real_port}{split.path}"
        + (f"?{split.query}" if split.query else ""),
        encoded=True,
    )
    trust = ssl.create_default_context(cadata=description.network.ca_pem)
    connector = aiohttp.TCPConnector(
        local_addr=(description.source_addresses[egress], 0), force_close=True
    )
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.request(
            method,
            real,
            data=form,
            headers={"host": split.netloc},
            allow_redirects=False,
            ssl=trust if port == 443 else True,
            server_hostname=split.hostname if port == 443 else None,
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as response,
    ):
        headers = {name.lower(): value for name, value in response.headers.items()}
        got = Got(response.status, headers, await response.read())
    if port == 443:
        await asyncio.sleep(0.02)  # the TLS transport says goodbye after its session is closed
    return got


def reported(description, scenario):
    """Return the reported URLs of a scenario from the report file."""
    import json

    rows = [json.loads(line) for line in description.files["reports.jsonl"].splitlines()]
    references = {e.reference for e in description.expectations if e.scenario == scenario}
    return [row["url"] for row in rows if row["reference"] in references]
