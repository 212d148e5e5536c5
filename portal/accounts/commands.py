"""`flask --app app accounts ...`: the first administrator, roles, and shutting somebody out, from the console."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO

import click
from flask.cli import AppGroup

from portal.accounts import engine, queries, rules, service
from portal.accounts.errors import OtherUnknown
from portal.accounts.jobs import RESET
from portal.accounts.models import Person, RelationKind
from portal.platform import clock
from portal.platform.context import Context, system_actor
from portal.platform.errors import DomainError
from portal.platform.jobs import enqueue
from portal.platform.names import email_key
from portal.platform.transaction import in_transaction

cli = AppGroup("accounts", help="People, accounts and roles.")
ROLES = click.Choice(list(rules.ROLE_NAMES))


def _run(action: Callable[[Context], str]) -> None:
    context = Context(actor=system_actor("command"), now=clock.now())
    try:
        click.echo(in_transaction(lambda: action(context)))
    except DomainError as error:
        raise click.ClickException(error.sentence()) from error


def _person(email: str) -> Person:
    found = queries.person_by_email_key(email_key(email))
    if found is None:
        raise click.ClickException(f"nobody has the address {email}")
    return found


@cli.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko")
@click.option("--role", type=ROLES, multiple=True, help="May be given several times.")
@click.option("--scope", default="*", show_default=True, help="Of every role given.")
@click.option("--password-from", type=click.File("r"), help="A file with the password, - for standard input.")
def create(
    email: str, name: str, language: str, role: tuple[str, ...], scope: str, password_from: IO[str] | None
) -> None:
    """A confirmed account. Without a password its owner gets a letter with a link to choose one."""
    password = password_from.read().rstrip("\r\n") if password_from else None
    if password is not None and not rules.PASSWORD_MIN <= len(password) <= rules.PASSWORD_MAX:
        raise click.ClickException(f"a password has {rules.PASSWORD_MIN} to {rules.PASSWORD_MAX} characters")
    hashed = engine.hash_password(password) if password is not None else engine.UNUSABLE

    def act(context: Context) -> str:
        person = service.create_account(context, name, email, hashed, language)
        for code in role:
            service.grant_role(context, person.id, code, scope)
        if password is None:
            enqueue(RESET, {"person_id": person.id}, key=f"{person.id}:created", now=context.now)
        return person.public_id

    _run(act)


@cli.command("grant")
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--scope", default="*", show_default=True)
def grant(email: str, role: str, scope: str) -> None:
    """Give a role from now on."""
    _run(lambda context: f"grant {service.grant_role(context, _person(email).id, role, scope).id}")


@cli.command("revoke")
@click.argument("email")
@click.argument("grant_id", type=int)
def revoke(email: str, grant_id: int) -> None:
    """End a grant; it stops counting at the person's next request."""
    _run(lambda context: service.revoke_role(context, _person(email).id, grant_id).public_id)


@cli.command("roles")
@click.argument("email")
def roles(email: str) -> None:
    """All grants of a person, with their numbers."""
    for row in queries.grants_of(queries.identities(_person(email))):
        until = row.until.isoformat() if row.until else "open"
        click.echo(f"{row.id}\t{row.role.value}\t{row.scope}\t{row.since.isoformat()}\t{until}")


@cli.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut a person out at their next request."""
    _run(lambda context: service.disable_account(context, _person(email).id).public_id)


@cli.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a person in again."""
    _run(lambda context: service.enable_account(context, _person(email).id).public_id)


@cli.command("join")
@click.argument("double")
@click.argument("email")
def join(double: str, email: str) -> None:
    """DOUBLE and EMAIL are the same human: join the first record to the second."""

    def act(context: Context) -> str:
        kept = _person(email)
        service.join_double(context, _person(double).id, kept.id)
        return kept.public_id

    _run(act)


@cli.command("relations")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Record them; without it nothing is written.")
def relations(file: Path, write: bool) -> None:
    """Bring in relations from a CSV file: kind, person, other, name, since, until, note.

    `person` and `other` are e-mail addresses, researcher numbers or ORCIDs; of shares `other` is an organisation;
    `name` for somebody new. Dates as 2025-07-01. A row that cannot be read is told with its number.
    """
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    refused = 0
    for number, row in enumerate(rows, 2):
        try:
            in_transaction(lambda row=row: _relate(row, write))  # type: ignore[misc]
        except _OnlyLooking:
            pass
        except DomainError as error:
            click.echo(f"row {number}: {error.sentence()}", err=True)
            refused += 1
        except (ValueError, KeyError) as error:
            click.echo(f"row {number}: {error!r}", err=True)
            refused += 1
    done = "recorded" if write else "can be recorded; --write records them"
    click.echo(f"{len(rows) - refused} of {len(rows)} {done}")


class _OnlyLooking(Exception):
    """Takes back what a dry run has written."""


def _relate(row: dict[str, str], write: bool) -> None:
    context = Context(actor=system_actor("command"), now=clock.now())
    person = queries.person_by_key(row["person"].strip())
    if person is None:
        raise OtherUnknown("person")
    until = row.get("until", "").strip()
    service.relate(
        context, person.id, RelationKind(row["kind"].strip()), row["other"], row.get("name", ""),
        date.fromisoformat(row["since"].strip()), date.fromisoformat(until) if until else None, row.get("note", ""),
    )  # fmt: skip
    if not write:
        raise _OnlyLooking
