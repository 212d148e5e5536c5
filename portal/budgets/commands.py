"""`flask --app app budgets ...`: the books against the guard columns. (`budgets load` stands in programs/commands.py,
since the plan's file belongs to the catalog.)"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.budgets import service
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.transaction import in_transaction

cli = AppGroup("budgets", help="Budget lines.")


@cli.command("reconcile")
def reconcile() -> None:
    """Exit status 1 and every line whose books disagree (awards are frozen then); otherwise a word that they agree."""
    context = Context(actor=system_actor("budgets reconcile"), now=clock.now())
    found = in_transaction(lambda: service.reconcile(context))
    for mismatch in found:
        click.echo(str(mismatch), err=True)
    if found:
        raise SystemExit(1)
    click.echo("the books agree on every line")
