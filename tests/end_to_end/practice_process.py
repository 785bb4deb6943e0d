"""
`python practice_process.py NETWORK.json -- ARGS...`: the real command line in a practice network.

No option of `hostwatch` itself can open that network; it is handed over in memory, by tests only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from console.cli import run_command
from crawler.fetch.practice import Endpoint, PracticeNetwork


def read_network(path: Path) -> PracticeNetwork:
    value = json.loads(path.read_text(encoding="utf-8"))
    return PracticeNetwork(
        endpoints=tuple(Endpoint(**endpoint) for endpoint in value["endpoints"]),
        resolver=value["resolver"],
        ca_pem=value["ca_pem"],
    )


def main() -> int:
    network, separator, *arguments = sys.argv[1:]
    if separator != "--":
        raise SystemExit("usage: practice_process.py NETWORK.json -- ARGS...")
    return run_command(arguments, practice=read_network(Path(network)))


if __name__ == "__main__":
    sys.exit(main())
