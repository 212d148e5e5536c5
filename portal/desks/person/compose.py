"""All features together: what the portal holds of a person, who may go, what goes with them, and what is past its term.

A feature that holds personal data stands here with what it exports, what it erases, and what it holds back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.accounts import queries, service
from portal.accounts.errors import LastAdministrator, NobodyKnown, OwnerCanLeave, StandsInTheWay
from portal.applications.service import personal as applications
from portal.audit.service import record
from portal.awards.service import personal as awards
from portal.conflicts import service as conflicts
from portal.notifications import service as letters
from portal.platform.context import Context
from portal.platform.names import email_key
from portal.platform.personal import Holding, Said, said
from portal.reviews import service as reviews
from portal.routing import service as routing
from portal.screening import service as screening

AT_ONCE = 500  # of each kind in one run: the next day takes the rest

EXPORTS = (
    service.export_person, applications.export_person, conflicts.export_person, routing.export_person,
    reviews.export_person, awards.export_person, letters.export_person,
)  # fmt: skip


def holdings(ids: Sequence[int]) -> list[Holding]:
    """Everything of every identity of one human, feature by feature."""
    return [holding for export in EXPORTS for holding in export(ids)]


def hindrances(context: Context, person_id: int) -> list[Said]:
    """What has to be finished before the account can be closed."""
    person = queries.person_of(person_id)
    ids = queries.identities(person)
    found = [
        *applications.hindrances(context, ids), *routing.hindrances(ids), *reviews.hindrances(ids),
        *awards.hindrances(context, ids),
    ]  # fmt: skip
    try:
        service.check_not_last(person, context)
    except LastAdministrator as error:
        found.append(Said(type(error).say, {}))
    return found


def remaining(context: Context, ids: Sequence[int], email_keys: Sequence[str] = ()) -> list[Said]:
    """What stays under the person's name, and for how long."""
    notices = letters.letters_to(ids, email_keys)
    found = [*applications.remaining(ids, email_keys), *routing.remaining(context, ids)]
    if notices and found:
        found.append(
            said(
                "통보 편지 {n}통(보낸 뒤 3년)",
                "Letters of notice ({n}), three years after they were sent",
                n=len(notices),
            )
        )
    return found


def leave(context: Context, person_id: int, verified_hash: str) -> None:
    """Close the account and erase what nothing holds. Raises StandsInTheWay, PasswordWrong."""
    ids = queries.identities(queries.person_of(person_id))
    if hindrances(context, person_id):
        raise StandsInTheWay
    keys = [queries.person_of(i).email_key for i in ids]
    service.leave(context, person_id, verified_hash)
    _erase_what_may_go(context, ids, keys)


def _erase_what_may_go(context: Context, ids: Sequence[int], keys: Sequence[str]) -> int:
    """What no term holds at once; the person's own record when nothing is left that needs it. How many rows."""
    count = applications.erase_person(context, ids, keys)
    routing.erase_person(ids)
    held = bool(remaining(context, ids, keys))
    count += letters.erase_letters(letters.letters_to(ids, keys, decisive=not held))
    return count + (0 if held else service.erase_person(context, ids))


@dataclass(frozen=True)
class Erased:
    count: int
    remains: list[Said]


def erase_by_request(context: Context, address: str, reason: str) -> Erased:
    """For somebody without an account, known by an address. Raises OwnerCanLeave, NobodyKnown."""
    key = email_key(address, "email")
    person = queries.person_by_email_key(key)
    account = queries.account_of(person.id) if person else None
    if account is not None and account.confirmed_at is not None and account.disabled_at is None:
        raise OwnerCanLeave("email")
    ids = queries.identities(person) if person else []
    if person is None and not applications.known_by(key) and not letters.letters_to([], [key]):
        raise NobodyKnown("email")
    count = _erase_what_may_go(context, ids, [key])
    record(
        context, "ErasureCarriedOut", "person", person.public_id if person else "address",
        count=count, reason=reason.strip(),
    )  # fmt: skip
    return Erased(count, remaining(context, ids, [key]))


@dataclass
class Due:
    """What is past its term now, by kind of the schedule."""

    people: list[int] = field(default_factory=list)
    unconfirmed: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)
    applications: list[int] = field(default_factory=list)
    letters: list[int] = field(default_factory=list)
    absences: int = 0
    copies: int = 0

    def counts(self) -> dict[str, int]:
        return {
            "account": len(self.people), "unconfirmed": len(self.unconfirmed), "draft": len(self.drafts),
            "application": len(self.applications), "letter": len(self.letters), "absence": self.absences,
            "copy": self.copies,
        }  # fmt: skip


def due(context: Context) -> Due:
    """Reads only. Whatever something still holds (an entry at work, an award) is not due."""
    past = {*awards.past_term(context, AT_ONCE), *applications.withdrawn_past_term(context, AT_ONCE)}
    return Due(
        people=[i for i in service.left_people(AT_ONCE) if not remaining(context, _identities(i))],
        unconfirmed=[i for i in service.unconfirmed_past_term(context, AT_ONCE) if not remaining(context, [i])],
        drafts=applications.drafts_past_term(context, AT_ONCE),
        applications=sorted(past),
        letters=letters.letters_past_term(context, AT_ONCE),
        absences=service.count_absences_past_term(context),
        copies=service.count_copies_past_term(context),
    )


def _identities(person_id: int) -> list[int]:
    return queries.identities(queries.person_of(person_id))


def apply_retention(context: Context) -> dict[str, int]:
    """Erase what is due and say how much of each kind; a second run finds nothing."""
    found = due(context)
    applications.erase_applications(context, [*found.drafts, *found.applications])
    for erase in (
        conflicts.erase_of_applications, screening.erase_of_applications, routing.erase_of_applications,
        reviews.erase_of_applications, awards.erase_of_applications,
    ):  # fmt: skip
        erase(found.applications)
    letters.erase_letters(found.letters)
    for person_id in [*found.people, *found.unconfirmed]:
        ids = _identities(person_id)
        letters.erase_letters(letters.letters_to(ids))
        service.erase_person(context, ids)
    service.drop_absences(context)
    service.drop_copies(context)
    counts = {kind: count for kind, count in found.counts().items() if count}
    if counts:
        record(context, "RetentionApplied", "retention", "schedule", **counts)
    return counts
