"""`flask --app app audit verify`: checks the chain and names the first broken row."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.audit.queries import head
from portal.audit.service import verify

cli = AppGroup("audit", help="The audit chain.")


@cli.command("verify")
def verify_chain() -> None:
    """Exit status 1 and the first broken row, or the row count and the head's hash."""
    broken = verify()
    if broken is not None:
        click.echo(f"row {broken.sequence}: {broken.reason}", err=True)
        raise SystemExit(1)
    count, digest = head()
    click.echo(f"{count} rows, head {digest or 'none yet'}")
