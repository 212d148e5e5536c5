"""What a letter is before it is put into its recipient's words: what happened, what to do, until when, where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal.platform.context import Context
from portal.platform.jobs import JobKind
from portal.platform.language import Text


@dataclass(frozen=True)
class Recipient:
    """A person, or an address that has no person yet."""

    email: str
    language: str
    person_id: int | None = None
    name: str = ""


@dataclass
class Draft:
    """One letter to one recipient.

    `paragraphs` are callables so that amounts and dates are written in the recipient's language; `path` is an own
    path of the portal; `secret` says that the path opens without signing in and must not stay in the log.
    """

    to: Recipient
    subject: Text | str  # plain: words of the office, as they stand
    paragraphs: list[Callable[[], str]]
    action: Text
    path: str
    reference: str
    key: str
    params: dict[str, Any] = field(default_factory=dict)
    secret: bool = False
    decisive: bool = False
    call_id: int | None = None
    application_id: int | None = None  # it is about: whom a conflict keeps from it does not see it in the log


Writer = Callable[[Context, dict[str, Any]], list[Draft]]
writers: dict[str, tuple[JobKind, Writer]] = {}


def letter(kind: JobKind) -> Callable[[Writer], Writer]:
    """Register the writer of one kind of notice."""

    def register(writer: Writer) -> Writer:
        if kind.code in writers:
            raise RuntimeError(f"two writers for {kind.code}")
        writers[kind.code] = (kind, writer)
        return writer

    return register
