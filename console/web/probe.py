"""
Ask `/live` of this machine, for the health check of a container.

    python -I -m console.web.probe PORT [PORT ...]

Exits with 0 as soon as one of the ports answers 200, else with 1.
"""

from __future__ import annotations

import http.client
import sys
from collections.abc import Sequence
from typing import Final

_TIMEOUT_S: Final = 3.0


def lives(port: int) -> bool:
    """Return whether a page of ours answers on this port of the machine itself."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        line.request("GET", "/live")
        return line.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def main(arguments: Sequence[str]) -> int:
    """Probe the ports in turn; return the exit code."""
    ports = [int(one) for one in arguments if one.isdecimal()]
    return 0 if any(lives(port) for port in ports) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
