"""The practice DNS server, over UDP and TCP; authority for `.test` and `.example` only."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from sandbox.desk.people import DESKS
from sandbox.network import (
    HOSTS,
    INTERNAL_ADDRESS,
    MAIL_NAME,
    PROVIDERS,
    RDAP_HOSTS,
    REBOUND_NAME,
)

_ZONES = (dns.name.from_text("test."), dns.name.from_text("example."))
_TTL = 1
"""Seconds; short, because names move and vanish within a run."""
_NAME_SERVER = "ns.registry.test."
_SOA = f"{_NAME_SERVER} hostmaster.registry.test. 1 60 60 60 1"
_TRIES = 20


class Zone:
    """Answers questions; knows from the world where each host stands at the moment."""

    def __init__(self, address_of: Callable[[str], str | None]) -> None:
        self._address_of = address_of
        self.failing: set[str] = set()
        """Names that answer SERVFAIL."""
        self.questions: Counter[str] = Counter()
        """Outcome -> questions."""

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Answer one question."""
        response = dns.message.make_response(query)
        question = query.question[0] if query.question else None
        if question is None or not any(question.name.is_subdomain(zone) for zone in _ZONES):
            response.set_rcode(dns.rcode.REFUSED)
        else:
            response.flags |= dns.flags.AA | dns.flags.RA
            name = question.name.to_text(omit_final_dot=True).lower()
            self._fill(response, name, question.rdtype)
        self.questions[dns.rcode.to_text(response.rcode()).lower()] += 1
        return response

    def _fill(
        self, response: dns.message.Message, name: str, kind: dns.rdatatype.RdataType
    ) -> None:
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
            return
        records = self._records(name)
        if records is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        chosen = [record for record in records or () if record.rdtype in {kind, _alias(record)}]
        response.answer.extend(chosen)
        if not chosen:
            response.authority.append(dns.rrset.from_text(_zone(name), _TTL, "IN", "SOA", _SOA))

    def _records(self, name: str) -> list[dns.rrset.RRset] | None:
        if name in _mail_domains():
            return [_rrset(name, "MX", f"10 {MAIL_NAME}.")]
        fixed = {REBOUND_NAME: INTERNAL_ADDRESS, MAIL_NAME: INTERNAL_ADDRESS, **RDAP_HOSTS}
        if name in fixed:
            return [_rrset(name, "A", fixed[name])]
        address = self._address_of(name)
        if address is None:
            return _delegation(name) if self._is_parent(name) else None
        host = HOSTS.get(name)
        alias = host.cname if host else None
        if host is None or alias is None or host.moved_to:
            # a practice host takes no mail, and says so (RFC 7505)
            return [_rrset(name, "A", address), _rrset(name, "MX", "0 ."), *_delegation(name)]
        return [_rrset(name, "CNAME", f"{alias}."), _rrset(alias, "A", address)]

    def _is_parent(self, name: str) -> bool:
        """Tell an empty name above a host from one that does not exist (RFC 8020)."""
        fixed = (*RDAP_HOSTS, REBOUND_NAME, MAIL_NAME)
        living = (host for host in HOSTS if self._address_of(host) is not None)
        return any(host.endswith(f".{name}") for host in (*fixed, *living))


def _alias(record: dns.rrset.RRset) -> dns.rdatatype.RdataType | None:
    return dns.rdatatype.CNAME if record.rdtype == dns.rdatatype.CNAME else None


def _rrset(name: str, kind: str, value: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(f"{name}.", _TTL, "IN", kind, value)


def _delegation(name: str) -> list[dns.rrset.RRset]:
    """Name the servers of a domain right under its top level."""
    return [_rrset(name, "NS", _NAME_SERVER)] if name.count(".") == 1 else []


def _zone(name: str) -> str:
    return f"{name.rpartition('.')[2]}."


def _mail_domains() -> set[str]:
    mailboxes = (*DESKS, *(provider.abuse for provider in PROVIDERS.values()))
    return {mailbox.partition("@")[2] for mailbox in mailboxes} - set(HOSTS)


class DnsServer:
    """One zone on one port, UDP and TCP."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def start(self, address: str) -> int:
        """Listen on a port that is free for both; return it."""
        for _ in range(_TRIES):
            self._tcp = await asyncio.start_server(self._talk, address, 0)
            port: int = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: _Datagrams(self._zone),
                    local_addr=(address, port),
                    family=socket.AF_INET,
                )
            except OSError:
                self._tcp.close()
            else:
                return port
        raise OSError("no port is free for both UDP and TCP on the loopback address")

    async def stop(self) -> None:
        """Close both."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                wire = _wire(self._zone, await reader.readexactly(length))
                if wire is None:
                    break
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast: before Python 3.12 the selector's transport is no DatagramTransport by type.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        wire = _wire(self._zone, data)
        if wire is not None and self._transport is not None:
            self._transport.sendto(wire, addr)


def _wire(zone: Zone, data: bytes) -> bytes | None:
    try:
        return zone.answer(dns.message.from_wire(data)).to_wire()
    except dns.exception.DNSException:
        return None
