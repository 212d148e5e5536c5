"""`flask --app app audit ...`: check the chain, write it out for a check elsewhere."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.audit import service, verifier
from portal.audit.queries import head

cli = AppGroup("audit", help="The audit chain.")


@cli.command("verify")
@click.option("--dump", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Check a written-out chain.")
def verify_chain(dump: Path | None) -> None:
    """Exit status 1 and the first broken row, or the row count and the head's hash."""
    if dump is not None:
        raise SystemExit(verifier.main([str(dump)]))
    broken = service.verify()
    if broken is not None:
        click.echo(f"row {broken.sequence}: {broken.reason}", err=True)
        raise SystemExit(1)
    count, digest = head()
    click.echo(f"{count} rows, head {digest or 'none yet'}")


@cli.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-values", is_flag=True, help="Commitments only: nothing personal leaves, the chain verifies.")
def export(file: Path, without_values: bool) -> None:
    """Write the chain as JSON lines for portal/audit/verifier.py, which needs neither portal nor database."""
    with file.open("w", encoding="utf-8") as out:
        for line in service.dump(values=not without_values):
            out.write(line + "\n")
    click.echo(f"{head()[0]} rows in {file}")
