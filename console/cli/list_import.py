"""`hostwatch hashlist import`: a list, or the digests of a self-referral service, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from console.cli import list_options as said
from console.cli import referrals
from console.cli.cases import parse_classification
from console.cli.list_output import print_report
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from typing import Any

    from hostwatch.operations.hashlists import SignatureFiles
    from matchers.hashlist.publish import ImportReport


def import_list(
    context: typer.Context,
    file: said.File,
    name: said.NameOption,
    tier: Annotated[said.TierChoice, typer.Option()] = said.TierChoice.NATIONAL,
    classification: said.Class = None,
    version: Annotated[str | None, typer.Option(help="Default: the time of import.")] = None,
    file_format: said.Format = None,
    column: said.Column = None,
    signal_type: said.SignalType = None,
    match_category: said.MatchCategory = None,
    rows: said.RowsOption = None,
    class_map: said.ClassMap = None,
    negative: Annotated[bool, typer.Option("--negative", help="What must never match.")] = False,
    licence: Annotated[str, typer.Option(help="Agreement that the list is used under.")] = "",
    licence_flag: Annotated[list[str] | None, typer.Option(help="no_onward_sharing, ...")] = None,
    provenance: Annotated[str, typer.Option(help="Who assessed the entries, and how.")] = "",
    producer: Annotated[str, typer.Option(help="What made the PDQ codes.")] = "",
    review_extra: Annotated[int, typer.Option(min=0, max=16, help="Bits of review tier.")] = 0,
    canary: Annotated[list[str] | None, typer.Option(metavar="TYPE:DIGEST")] = None,
    signature: Annotated[Path | None, typer.Option(help="Detached Ed25519 signature.")] = None,
    signer: Annotated[list[Path] | None, typer.Option(help="Public key; several may be.")] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Make it, activate later.")] = False,
    self_referral: Annotated[
        bool, typer.Option("--self-referral", help="Digests with references, from a service.")
    ] = False,
    as_json: said.Json = False,
) -> None:
    """Import a hash list as a new version; the old one stays for roll-back."""
    from matchers.hashlist.publish import About

    session = session_of(context)
    options = said.parse_options(
        file_format=file_format,
        column=column,
        signal_type=signal_type,
        match_category=match_category,
        rows=rows,
        class_map=class_map,
    )
    if self_referral:
        referrals.import_file(session, file, name=name, options=options, as_json=as_json)
        return
    about = About(
        licence=licence,
        licence_flags=tuple(licence_flag or ()),
        provenance=provenance,
        producer=producer,
        review_extra=review_extra,
        role="negative" if negative else "match",
        canaries=tuple(canary or ()),
    )
    classed = parse_classification(classification) if classification else None
    more: dict[str, Any] = {"version": version, "options": options, "about": about}
    more |= {"name": name, "tier": tier.value, "classification": classed, "live": not inactive}
    more["signed"] = _signature(signature, signer)
    report = session.run(_import(session, file, more, _size(file)))
    print_report(session, report, live=not inactive, as_json=as_json)


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


async def _import(
    session: Session, file: Path, more: dict[str, Any], total: int | None
) -> ImportReport:
    from console.output import progress
    from hostwatch.operations import hashlists as operations

    async with session.desk() as desk:
        with progress(total=total, label="bytes", file=session.err) as advance:
            return await operations.import_hash_list(
                desk, file, progress=said.absolute(advance), **more
            )


def _signature(signature: Path | None, signers: list[Path] | None) -> SignatureFiles | None:
    from hostwatch.operations.hashlists import SignatureFiles

    if (signature is None) != (not signers):
        raise InvalidInput("Give --signature and --signer together, or neither.")
    if signature is None:
        return None
    return SignatureFiles(signature=signature, signers=tuple(signers or ()))
