"""A writer of small MMDB files, from the published description of the format."""

from __future__ import annotations

import struct
from ipaddress import ip_network

MARK = b"\xab\xcd\xefMaxMind.com"


def written(networks: dict[str, dict], *, epoch: int = 1_793_491_200, version: int = 6) -> bytes:
    """Return a database of these networks (32-bit records, IPv4 under ::/96)."""
    data, places = b"", {}
    for network, record in networks.items():
        places[network] = len(data)
        data += encoded(record)
    nodes: list[list[object]] = [[None, None]]
    for network in networks:
        bits = path_of(network, version)
        at = 0
        for place, bit in enumerate(bits):
            if place == len(bits) - 1:
                nodes[at][bit] = network
            else:
                if nodes[at][bit] is None:
                    nodes.append([None, None])
                    nodes[at][bit] = len(nodes) - 1
                at = nodes[at][bit]
    count = len(nodes)
    tree = b"".join(struct.pack(">I", number(one, count, places)) for node in nodes for one in node)
    told = {
        "node_count": count,
        "record_size": 32,
        "ip_version": version,
        "database_type": "Practice",
        "languages": [],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": epoch,
        "description": {},
    }
    return tree + b"\0" * 16 + data + MARK + encoded(told)


def number(one: object, count: int, places: dict[str, int]) -> int:
    if one is None:
        return count
    return one if isinstance(one, int) else count + 16 + places[one]


def path_of(text: str, version: int) -> list[int]:
    network = ip_network(text)
    start, length = int(network.network_address), network.prefixlen
    width = 32 if version == 4 else 128
    if network.version == 4 and version == 6:
        length += 96
    return [start >> (width - 1 - place) & 1 for place in range(length)]


def encoded(value: object) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return control(2, len(raw)) + raw
    if isinstance(value, dict):
        items = b"".join(encoded(key) + encoded(one) for key, one in value.items())
        return control(7, len(value)) + items
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(map(encoded, value))
    size = (value.bit_length() + 7) // 8
    kind = 6 if size <= 4 else 9
    return control(kind, size) + value.to_bytes(size, "big")


def control(kind: int, size: int) -> bytes:
    first = bytes([(kind if kind <= 7 else 0) << 5 | min(size, 29)])
    extended = b"" if kind <= 7 else bytes([kind - 7])
    return first + extended + (bytes([size - 29]) if size >= 29 else b"")
