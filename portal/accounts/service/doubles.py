"""Find records that may be one human; a named administrator decides."""

from __future__ import annotations

from portal.accounts import queries
from portal.accounts.errors import NotYourself, ReasonNeeded
from portal.accounts.models import Double, Person
from portal.accounts.rules.doubles import suspected
from portal.accounts.service.people import join_double
from portal.audit import service as audit
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.files.resident_number import refuse_resident_numbers


def find_doubles(context: Context, person_id: int | None = None) -> int:
    """Write down every pair with a sign, of everybody or of one person; drop undecided pairs whose signs are gone.

    A decided pair stays decided. Returns the number of new pairs.
    """
    found = {
        (low, high): signs
        for low, high, signs in suspected(queries.records())
        if person_id is None or person_id in (low, high)
    }
    known = {(row.low_id, row.high_id): row for row in queries.all_doubles(person_id)}
    for pair, row in known.items():
        if row.decided_at is None and pair not in found:
            db.session.delete(row)
        elif row.decided_at is None and row.signs != found[pair]:
            row.signs = found[pair]
    new = [
        Double(low_id=low, high_id=high, signs=signs, found_at=context.now)
        for (low, high), signs in sorted(found.items())
        if (low, high) not in known
    ]
    db.session.add_all(new)
    db.session.flush()
    if new:
        audit.record(context, "DoublesSuspected", "person", "", new=len(new))
    return len(new)


def decide_double(context: Context, low_id: int, high_id: int, same: bool, reason: str) -> Double:
    """One human or two, with a reason. Of one human the record with an account stays the root, else the older one."""
    row = db.session.get(Double, (low_id, high_id), with_for_update=True)
    if row is None or row.decided_at is not None:
        raise NotFound
    if not reason.strip():
        raise ReasonNeeded("reason")
    refuse_resident_numbers(reason, "reason")
    pair = [db.session.get_one(Person, id_) for id_ in (low_id, high_id)]
    if any(context.actor.person_id in queries.identities(person) for person in pair):
        raise NotYourself
    row.decided_at, row.decided_by_id, row.same, row.reason = (
        context.now, context.actor.person_id, same, reason.strip(),
    )  # fmt: skip
    if same:
        root, double = sorted(pair, key=lambda p: (not queries.has_account(p.id), p.id))
        join_double(context, double.id, root.id)
    audit.record(
        context, "DoubleDecided", "person", pair[0].public_id, other=pair[1].public_id, same=same, reason=row.reason
    )
    return row
