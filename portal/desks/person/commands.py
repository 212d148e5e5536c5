"""`flask --app app accounts retention`: what is past its term, shown or erased now. Beside the commands of accounts."""

from __future__ import annotations

import click

from portal.accounts.commands import cli
from portal.accounts.retention import TERMS
from portal.desks.person import compose
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.transaction import in_transaction

__all__ = ["cli"]


@cli.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
def retention(dry_run: bool) -> None:
    """Erase personal data past its term, as the daily job does; one line for each kind of the schedule."""
    context = Context(actor=system_actor("command"), now=clock.now())
    counts = compose.due(context).counts() if dry_run else in_transaction(lambda: compose.apply_retention(context))
    for kind, count in counts.items():
        click.echo(f"{kind}\t{count}\t{TERMS[kind].data.en}")
