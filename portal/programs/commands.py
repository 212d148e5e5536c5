"""`flask --app app programs load|new|check|schema`, `flask --app app budgets load`: the catalog's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup

from portal.budgets import service as budgets
from portal.budgets.commands import cli as budgets_cli
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.errors import DomainError
from portal.platform.transaction import in_transaction
from portal.programs import service
from portal.programs.definition import digest
from portal.programs.loader import (
    CatalogError,
    catalog_codes,
    check_file,
    file_schema,
    load_call,
    load_plan,
    regime_codes,
)
from portal.programs.service.drafting import starter

REGIMES: Final = regime_codes()
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


@cli.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check program files against the catalog's regimes and plan: each mistake with file, line and reason."""
    problems = []
    for file in files:
        try:
            definition = check_file(file)
        except CatalogError as error:
            problems.append(str(error))
        else:
            click.echo(f"{file}: {definition.program.code}, {len(definition.stages)} stages, {digest(definition)[:12]}")
    if problems:
        raise click.ClickException("\n".join(problems))


@cli.command("new")
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--line", required=True, help="The plan's line that pays, e.g. path; <line>_<year> must exist.")
@click.option("--year", type=int, required=True)
@click.option("--regime", type=click.Choice(REGIMES), default="plain", show_default=True)
def new(code: str, file: Path, line: str, year: int, regime: str) -> None:
    """Write a small program of two stages to start from. It loads as it stands; every value in it is yours to change."""
    if file.exists():
        raise click.ClickException(f"{file} is there already")
    file.write_text(starter(code, line, year, regime), encoding="utf-8")
    try:
        check_file(file)
    except CatalogError as error:
        file.unlink()
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: check it with `flask --app app programs check {file}`")


@cli.command("schema")
def schema() -> None:
    """The JSON Schema of a program file, as it is published under /programs/schema.json."""
    click.echo(json.dumps(file_schema(), ensure_ascii=False, indent=2))


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
