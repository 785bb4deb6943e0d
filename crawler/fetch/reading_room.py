"""
What the fetcher may still touch of the file system: programs, certificates, the resolver's files.

Workers are its children and inherit the bounds, so what starting Python needs is among it. The
data directory, the key, home directories and every other file are out of reach; nothing can be
written anywhere.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

from isolation import landlock
from isolation.landlock import READ, WRITE_FILE, Opening

_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/proc",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/mime.types",
    "/nix/store",
)


def confine() -> bool:
    """Bound this process and its children; tell whether the kernel does it."""
    return landlock.confine(openings())


def openings() -> Iterator[Opening]:
    """Yield the paths that stay readable; only the bin may be written to."""
    yield Opening(path=os.devnull, rights=READ | WRITE_FILE)
    for path in dict.fromkeys((*_SYSTEM, *_python(), *_certificates())):
        yield Opening(path=path)


def _python() -> Iterator[str]:
    here = Path(sys.executable)
    yield from (sys.prefix, sys.base_prefix, sys.exec_prefix)
    yield from map(str, (here.parent, here.resolve().parent))
    yield from (path for path in sys.path if Path(path).is_absolute())


def _certificates() -> Iterator[str]:
    paths = ssl.get_default_verify_paths()
    for path in (paths.cafile, paths.capath, paths.openssl_cafile, paths.openssl_capath):
        if path:
            yield path
