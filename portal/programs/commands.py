"""`flask --app app programs load`, `flask --app app budgets load`: what the catalog's files say, into the database."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.budgets import service as budgets
from portal.budgets.commands import cli as budgets_cli
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.errors import DomainError
from portal.platform.transaction import in_transaction
from portal.programs import service
from portal.programs.loader import CatalogError, catalog_codes, load_call, load_plan

cli = AppGroup("programs", help="Programs of the catalog.")


def _context(name: str) -> Context:
    return Context(actor=system_actor(name), now=clock.now())


@cli.command("load")
def load_programs() -> None:
    """Create every program of the catalog, or bring its words up to date."""
    try:
        definitions = [load_call(code) for code in catalog_codes()]
    except CatalogError as error:
        raise click.ClickException(str(error)) from error

    def install() -> int:
        for definition in definitions:
            service.install_program(_context("programs load"), definition)
        return len(definitions)

    click.echo(f"{in_transaction(install)} programs")


@budgets_cli.command("load")
def load_lines() -> None:
    """Create the lines of the plan, or bring their words up to date; caps that exist stay. Run again it changes nothing."""
    try:
        lines = load_plan()
        made = in_transaction(lambda: len(budgets.load_plan(_context("budgets load"), lines)))
    except (CatalogError, DomainError) as error:
        said = error.sentence() if isinstance(error, DomainError) else str(error)
        raise click.ClickException(said) from error
    click.echo(f"{made} lines")
