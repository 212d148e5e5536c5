"""Set aside, move on, give back. Caps hold by a guarded update of each line, in id order (TRUST.md 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.audit.service import record
from portal.budgets import queries
from portal.budgets.errors import (
    AlreadyPaid,
    AlreadyReversed,
    BudgetFrozen,
    CapExceeded,
    Figures,
    LineIsPlanned,
    MovementReused,
    NotSetAside,
    UnknownLine,
)
from portal.budgets.models import BudgetLine, Entry, Movement, MovementKind
from portal.budgets.rules import BEFORE, NEEDS_APPROPRIATION, Line, Tree, body_hash, sees_figures
from portal.platform.context import Context
from portal.platform.db import db


def _known(charges: Mapping[str, int]) -> tuple[Tree, dict[str, int]]:
    """The tree and the charges without empty ones. Raises UnknownLine."""
    tree = queries.tree()
    asked = {code: amount for code, amount in charges.items() if amount}
    for code, amount in asked.items():
        if code not in tree.by_code:
            raise UnknownLine(code=code)
        if amount < 0:
            raise ValueError(f"a charge cannot be negative: {code} {amount}")
    return tree, asked


def hold(charges: Mapping[str, int]) -> None:
    """Lock every line that these charges touch, in id order: before several reservations of one transaction."""
    tree, asked = _known(charges)
    wanted = list(tree.affected(asked))
    db.session.execute(
        select(BudgetLine.id).where(BudgetLine.id.in_(wanted)).order_by(BudgetLine.id).with_for_update()
    ).all()


def reserve(
    context: Context, request_id: str, charges: Mapping[str, int], subject_type: str, subject_id: str
) -> Movement:
    """Set aside `charges` ({line code: amount in its unit}) on these lines and all above them of the same unit.

    The same request again returns the first Movement. Raises MovementReused for the same id with another body,
    CapExceeded for the first line that has not enough (the transaction is then to be rolled back), BudgetFrozen.
    """
    tree, asked = _known(charges)
    digest = body_hash(MovementKind.RESERVE, (subject_type, subject_id), asked)
    movement, first = _start(context, MovementKind.RESERVE, request_id, digest, (subject_type, subject_id))
    if not first:
        return movement
    if queries.open_freeze() is not None:
        raise BudgetFrozen
    amounts = tree.affected(asked)
    for line_id, amount in amounts.items():
        taken = db.session.execute(
            update(BudgetLine)
            .where(
                BudgetLine.id == line_id,
                or_(BudgetLine.used + amount <= BudgetLine.cap, not_(BudgetLine.enforced)),
            )
            .values(used=BudgetLine.used + amount)
            .returning(BudgetLine.id)
        ).scalar_one_or_none()
        if taken is None:
            raise _exceeded(context, tree, tree.by_id[line_id], amount, charged=tree.by_id[line_id].code in asked)
    _book(context, movement, {line_id: (amount, amount) for line_id, amount in amounts.items()})
    return movement


def _exceeded(context: Context, tree: Tree, line: Line, asked: int, *, charged: bool) -> CapExceeded:
    """The refusal, with figures only for whoever holds a budget role on the line."""
    figures = None
    if sees_figures(context.actor, tree.path(line)):
        left = db.session.execute(select(BudgetLine.cap - BudgetLine.used).where(BudgetLine.id == line.id)).scalar_one()
        figures = Figures(asked=asked, left=max(0, int(left)), unit=line.unit)
    return CapExceeded(line.code, line.names, line.office, charged=charged, figures=figures)


def _start(
    context: Context, kind: MovementKind, request_id: str, digest: str, subject: tuple[str, str],
    reverses_id: int | None = None, public_from: datetime | None = None,
) -> tuple[Movement, bool]:  # fmt: skip
    """The movement of this request id and whether it is new; a parallel twin waits for the first to commit."""
    insert = pg_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    made = db.session.execute(
        insert(Movement)
        .values(
            public_id=context.ids.public_id(), request_id=request_id, body_hash=digest, kind=kind,
            subject_type=subject[0], subject_id=subject[1], reverses_id=reverses_id, at=context.now,
            actor_id=context.actor.person_id, public_from=public_from,
        )
        .on_conflict_do_nothing(index_elements=["request_id"])
        .returning(Movement.id)
    ).scalar_one_or_none()  # fmt: skip
    movement = db.session.scalars(select(Movement).where(Movement.request_id == request_id)).one()
    if made is None and movement.body_hash != digest:
        raise MovementReused
    return movement, made is not None


def _book(context: Context, movement: Movement, lines: Mapping[int, tuple[int, int]]) -> None:
    """Write the entries ({line id: (change of used, size)}) and the event."""
    db.session.add_all(
        Entry(movement_id=movement.id, line_id=line_id, amount=amount, size=size)
        for line_id, (amount, size) in lines.items()
    )
    db.session.flush()
    db.session.expire(movement, ["entries"])
    record(
        context, "BudgetMoved", "budget_movement", movement.public_id,
        movement=movement.kind.value, subject=[movement.subject_type, movement.subject_id],
        lines=[[line_id, size] for line_id, (_, size) in lines.items()],
    )  # fmt: skip


def _reservation(movement_id: int) -> Movement:
    """The reservation, locked, so that moving on and giving back come one after the other."""
    movement = db.session.scalars(select(Movement).where(Movement.id == movement_id).with_for_update()).one()
    if movement.kind is not MovementKind.RESERVE:
        raise ValueError(f"movement {movement_id} is no reservation")
    return movement


def _sizes(reserved: Movement, kind: MovementKind) -> dict[int, int]:
    """{line id: amount} that this reservation's subject has moved into `kind`."""
    query = (
        select(Entry.line_id, func.sum(Entry.size))
        .join(Movement, Movement.id == Entry.movement_id)
        .where(
            Movement.subject_type == reserved.subject_type,
            Movement.subject_id == reserved.subject_id,
            Movement.kind == kind,
        )
        .group_by(Entry.line_id)
        .order_by(Entry.line_id)
    )
    return {line_id: int(size) for line_id, size in db.session.execute(query)}


def _is_reversed(reserved: Movement) -> bool:
    query = select(Movement.id).where(Movement.reverses_id == reserved.id)
    return db.session.execute(query).scalar_one_or_none() is not None


def _move_on(
    context: Context, kind: MovementKind, request_id: str, reservation_id: int, charges: Mapping[str, int] | None
) -> Movement:
    """Move what was set aside one step on; `used` does not change. Without `charges`, all of it."""
    reserved = _reservation(reservation_id)
    subject = (reserved.subject_type, reserved.subject_id)
    digest = body_hash(kind, subject, charges or {}, reservation_id)
    movement, first = _start(context, kind, request_id, digest, subject, public_from=reserved.public_from)
    if not first:
        return movement
    if _is_reversed(reserved):
        raise AlreadyReversed
    tree, asked = _known(charges or {})
    amounts = tree.affected(asked) if charges is not None else _sizes(reserved, BEFORE[kind])
    before, moved = _sizes(reserved, BEFORE[kind]), _sizes(reserved, kind)
    for line_id, amount in amounts.items():
        line = tree.by_id[line_id]
        if kind in NEEDS_APPROPRIATION and line.planned:
            raise LineIsPlanned(line=line.names)
        if moved.get(line_id, 0) + amount > before.get(line_id, 0):
            raise NotSetAside(line=line.names)
    _book(context, movement, {line_id: (0, amount) for line_id, amount in amounts.items()})
    return movement


def commit(
    context: Context, request_id: str, reservation_id: int, charges: Mapping[str, int] | None = None
) -> Movement:
    """The offer was accepted: what was reserved is committed."""
    return _move_on(context, MovementKind.COMMIT, request_id, reservation_id, charges)


def obligate(
    context: Context, request_id: str, reservation_id: int, charges: Mapping[str, int] | None = None
) -> Movement:
    """The agreement was signed: owed. Only appropriated lines; name `charges` to leave the planned years out."""
    return _move_on(context, MovementKind.OBLIGATE, request_id, reservation_id, charges)


def disburse(
    context: Context, request_id: str, reservation_id: int, charges: Mapping[str, int] | None = None
) -> Movement:
    """Paid out."""
    return _move_on(context, MovementKind.DISBURSE, request_id, reservation_id, charges)


def _give_back(context: Context, kind: MovementKind, request_id: str, reservation_id: int) -> Movement:
    """Reverse a reservation as a whole: every entry once, every line's `used` down by it."""
    reserved = _reservation(reservation_id)
    subject = (reserved.subject_type, reserved.subject_id)
    digest = body_hash(kind, subject, {}, reservation_id)
    earlier = db.session.scalars(select(Movement).where(Movement.request_id == request_id)).one_or_none()
    if earlier is not None:
        if earlier.body_hash != digest:
            raise MovementReused
        return earlier
    if _is_reversed(reserved):
        raise AlreadyReversed
    if _sizes(reserved, MovementKind.DISBURSE):
        raise AlreadyPaid
    public_from = context.now if reserved.public_from is not None else None
    movement, _ = _start(context, kind, request_id, digest, subject, reserved.id, public_from)
    sizes = {entry.line_id: entry.size for entry in reserved.entries}
    for line_id, size in sorted(sizes.items()):
        db.session.execute(update(BudgetLine).where(BudgetLine.id == line_id).values(used=BudgetLine.used - size))
    _book(context, movement, {line_id: (-size, size) for line_id, size in sizes.items()})
    return movement


def release(context: Context, request_id: str, reservation_id: int) -> Movement:
    """Declined or cancelled: the money is free again. Raises AlreadyReversed the second time."""
    return _give_back(context, MovementKind.RELEASE, request_id, reservation_id)


def lapse(context: Context, request_id: str, reservation_id: int) -> Movement:
    """The offer ran out: the money is free again."""
    return _give_back(context, MovementKind.LAPSE, request_id, reservation_id)


def show_from(context: Context, subject_type: str, subject_ids: Iterable[str], moment: datetime) -> None:
    """From the publication on, public sums count these subjects' movements."""
    db.session.execute(
        update(Movement)
        .where(
            Movement.subject_type == subject_type,
            Movement.subject_id.in_(list(subject_ids)),
            Movement.public_from.is_(None),
        )
        .values(public_from=moment)
    )
