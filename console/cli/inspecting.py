"""`hostwatch inspect ...`: try one room without data directory, key or network."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from console.cli.session import session_of

inspecting = typer.Typer(no_args_is_help=True)

_RDAP_BYTES = 8 * 1024 * 1024


@inspecting.callback()
def root() -> None:
    """Try one room without data or network."""


@inspecting.command("gate")
def gate(
    context: typer.Context,
    url: str,
    resolve: Annotated[
        bool, typer.Option(help="Also resolve the name and judge every address.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say whether a URL would be fetched, and why not."""
    import json

    from crawler.fetch.gate import Refused, check

    session = session_of(context)
    verdict = check(url, reported=True)
    answer: dict[str, object]
    if isinstance(verdict, Refused):
        answer = {"refused": True, "reason": verdict.code.value, "host": verdict.host}
    else:
        reason = asyncio.run(_addresses(verdict.host)) if resolve else None
        answer = {"refused": reason is not None, "reason": reason, "host": verdict.host}
    if as_json:
        session.write(json.dumps(answer, ensure_ascii=False))
    else:
        state = f"refused: {answer['reason']}" if answer["refused"] else "would be fetched"
        session.write(f"{answer['host'] or '(no host)'}: {state}")


@inspecting.command("extract")
def extract_page(
    context: typer.Context,
    html: Annotated[
        Path, typer.Option(help="A saved page, or its JSON twin.", exists=True, dir_okay=False)
    ],
    url: Annotated[str, typer.Option(help="Where it was served; `#...` selects a post.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say what hostwatch reads from a saved page: engine, state, media, next step."""
    import json

    from crawler.extract.inspect import described, lines

    session = session_of(context)
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter("give the full http(s) address of the page", param_hint="--url")
    answer = described(html.read_bytes(), url)
    if as_json:
        session.write(json.dumps(answer, ensure_ascii=False))
        return
    session.write(f"{answer['engine']}: {answer['state']}")
    for line in lines(answer):
        session.write(line)


async def _addresses(host: str) -> str | None:
    """Resolve a host by the system's resolver and return why it would be refused, or none."""
    from crawler.fetch.resolver import Resolver

    found = await Resolver(servers=()).resolve(host)
    if found.outcome != "ok":
        return found.outcome
    return "refused_address" if found.refused_addresses else None


@inspecting.command("rdap")
def rdap(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, help="Saved RDAP answers."),
    ],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say whom a registry's answer names as abuse contact, and why not another."""
    import json

    from crawler.hosting.rdap_describe import describe

    session = session_of(context)
    told = [describe(_head(file)) for file in files]
    if as_json:
        session.write(json.dumps(told if len(told) > 1 else told[0], ensure_ascii=False))
        return
    for file, one in zip(files, told, strict=True):
        words = [str(one[key] or "-") for key in ("kind", "network_name", "org_name", "country")]
        chosen = f"{one['abuse_email'] or 'no abuse contact'} ({one['abuse_source'] or 'none'})"
        session.write(f"{file.name}: {' | '.join([*words, chosen])}")


def _head(file: Path) -> bytes:
    """Read a file; one that is longer than any answer is cut and so reads as malformed."""
    with file.open("rb") as opened:
        return opened.read(_RDAP_BYTES)
