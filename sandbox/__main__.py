"""`python -m sandbox --seed N [--pictures DIR] [--scale S]`: serve until standard input ends."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from pathlib import Path

from sandbox.commands import obey
from sandbox.server import PracticeServer

_NO_PIPE = "sandbox: standard input must be a pipe; it carries the commands, and its end stops us."


def main() -> int:
    """Parse the command line and serve; return the exit code."""
    arguments = _arguments()
    if arguments.pictures is not None and not arguments.pictures.is_dir():
        sys.stderr.write(f"sandbox: {arguments.pictures} is not a folder of pictures.\n")
        return 2
    return asyncio.run(_serve(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pictures", type=Path, help="folder of benign photographs")
    parser.add_argument(
        "--scale",
        type=_positive,
        default=1.0,
        help="seconds of a run for each second of the practice clock",
    )
    return parser.parse_args()


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1000")
    return value


async def _serve(arguments: argparse.Namespace) -> int:
    reader = await _standard_input()
    if reader is None:
        sys.stderr.write(f"{_NO_PIPE}\n")
        return 2
    server = PracticeServer(seed=arguments.seed, pictures=arguments.pictures, scale=arguments.scale)
    description = await server.start()
    _say({"ready": description.to_json()})
    try:
        await _until_told(server, reader)
    finally:
        await server.stop()
    return 0


async def _standard_input() -> asyncio.StreamReader | None:
    if not _carries_commands():
        return None
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, reader.feed_eof)
    return reader


def _carries_commands() -> bool:
    """Tell a pipe, socket or terminal from a file and from `/dev/null`, which cannot be awaited."""
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()


async def _until_told(server: PracticeServer, reader: asyncio.StreamReader) -> None:
    while line := await reader.readline():
        answer = obey(server, line.decode("utf-8", errors="replace"))
        _say(answer)
        if answer.get("stopping"):
            return


def _say(value: object) -> None:
    try:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever started us is gone; the end of standard input follows at once.
        sys.stderr.write("sandbox: nobody reads the answers.\n")


if __name__ == "__main__":
    sys.exit(main())
