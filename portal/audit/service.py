"""Record what happened; hash it just before the commit; verify; anchor outside the database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from portal.audit.jobs import ANCHORED
from portal.audit.models import AuditAnchor, AuditEvent, AuditHead, AuditValue
from portal.audit.queries import head, in_order, values_of
from portal.audit.rules import GENESIS, Break, Link, canonical_value, commitment, moment_text
from portal.platform.config import kept_once
from portal.platform.context import Context
from portal.platform.db import db, table_of
from portal.platform.jobs import enqueue

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PERSONAL = {"name", "email", "reason", "comment", "address", "user_agent", "text"}

# Built once, and without the mapped classes: this runs in every transaction. RETURNING makes one INSERT of many rows.
_heads, _events, _values = table_of(AuditHead), table_of(AuditEvent), table_of(AuditValue)
_HEAD = select(_heads.c.sequence, _heads.c.hash).where(_heads.c.id == 1).with_for_update()
_NEW_HEAD = update(_heads).where(_heads.c.id == 1)
_EVENTS = insert(_events).returning(_events.c.sequence)
_VALUES = insert(_values).returning(_values.c.id)
_APPEND = text(  # all three in one, where the database can: PostgreSQL
    """
    WITH head AS (UPDATE audit_head SET sequence = :sequence, hash = :hash WHERE id = 1), event AS (
        INSERT INTO audit_event (
            sequence, at, kind, object_type, object_id, actor_id, actor_role, fields, previous, hash)
        SELECT sequence, at, kind, object_type, object_id, actor_id, actor_role, fields, previous, hash
        FROM json_to_recordset(CAST(:events AS json)) AS row (
            sequence bigint, at timestamptz, kind text, object_type text, object_id text, actor_id bigint,
            actor_role text, fields json, previous text, hash text)
    )
    INSERT INTO audit_value (sequence, name, salt, value, personal)
    SELECT sequence, name, salt, value, personal
    FROM json_to_recordset(CAST(:values AS json)) AS row (
        sequence bigint, name text, salt text, value text, personal boolean)
    """
)


def record(context: Context, kind: str, object_type: str, object_id: str | int, /, **fields: Any) -> None:
    """Append an event to the current transaction. `kind` is past tense: `ApplicationSubmitted`.

    Values must be ids, numbers, codes or hashes; what a person wrote (`reason`, ...) is kept erasable.
    """
    db.session.info.setdefault("events", []).append((context, kind, object_type, str(object_id), fields))


def _role(context: Context) -> str:
    return (
        f"system:{context.actor.system}" if context.actor.system else "person" if context.actor.person_id else "visitor"
    )


def seal(session: Session) -> None:
    """Take the head lock and hash the transaction's events: the last thing before its commit."""
    pending = session.info.get("events") or []
    if not pending:
        return
    session.flush()
    sequence, previous = session.execute(_HEAD).one()
    events, values = list[dict[str, Any]](), list[dict[str, Any]]()
    for context, kind, object_type, object_id, fields in pending:
        salted = {n: (secrets.token_hex(16), canonical_value(v)) for n, v in fields.items()}
        link = Link(
            sequence + 1, context.now, kind, object_type, object_id, context.actor.person_id, _role(context),
            {name: commitment(salt, value) for name, (salt, value) in salted.items()},
        )  # fmt: skip
        digest = link.hash_after(previous)
        events.append(
            {
                "sequence": link.sequence, "at": link.at, "kind": kind, "object_type": object_type,
                "object_id": object_id, "actor_id": link.actor_id, "actor_role": link.actor_role,
                "fields": link.fields, "previous": previous, "hash": digest,
            }
        )  # fmt: skip
        values += [
            {"sequence": link.sequence, "name": n, "salt": s, "value": v, "personal": n in PERSONAL}
            for n, (s, v) in salted.items()
        ]
        sequence, previous = link.sequence, digest
    _append(session, {"sequence": sequence, "hash": previous}, events, values)
    session.info["events"] = []


def _append(
    session: Session, head: dict[str, Any], events: Sequence[dict[str, Any]], values: Sequence[dict[str, Any]]
) -> None:
    if session.get_bind().dialect.name == "postgresql":
        written = json.dumps([event | {"at": event["at"].isoformat()} for event in events])
        session.execute(_APPEND, head | {"events": written, "values": json.dumps(values)})
        return
    session.execute(_NEW_HEAD, head)
    session.execute(_EVENTS, events)
    if values:
        session.execute(_VALUES, values)


def verify() -> Break | None:
    """Walk the whole chain; the first broken row, or None."""
    previous, expected = GENESIS, 1
    head = db.session.get(AuditHead, 1)
    for chunk in in_order():
        values = values_of([row.sequence for row in chunk])
        for row in chunk:
            if row.sequence != expected:
                return Break(expected, "the row is missing")
            if row.previous != previous:
                return Break(row.sequence, "it does not continue the row before")
            link = Link(
                row.sequence,
                row.at,
                row.kind,
                row.object_type,
                row.object_id,
                row.actor_id,
                row.actor_role,
                row.fields,
            )
            if link.hash_after(previous) != row.hash:
                return Break(row.sequence, "its content does not match its hash")
            for value in values.get(row.sequence, []):
                if row.fields.get(value.name) != commitment(value.salt, value.value):
                    return Break(row.sequence, f"the value of {value.name} does not match its commitment")
            previous, expected = row.hash, expected + 1
    if head is None or head.sequence != expected - 1 or head.hash != previous:
        return Break(expected, "the chain ends before its head")
    return None


def dump(*, values: bool = True) -> Iterator[str]:
    """The chain as JSON lines, at last its head: what `verifier.py` reads. Without `values` commitments alone."""
    count, digest = head()
    for chunk in in_order():
        known = values_of([row.sequence for row in chunk]) if values else {}
        for row in chunk:
            if row.sequence > count:  # appended while this was written
                break
            shown = [{"name": v.name, "salt": v.salt, "value": v.value} for v in known.get(row.sequence, [])]
            yield canonical_value(
                {
                    "sequence": row.sequence, "at": moment_text(row.at), "kind": row.kind,
                    "object": [row.object_type, row.object_id], "actor": [row.actor_id, row.actor_role],
                    "fields": row.fields, "previous": row.previous, "hash": row.hash, "values": shown,
                }
            )  # fmt: skip
    yield canonical_value({"head": {"sequence": count, "hash": digest}})


def forget_values(object_type: str, object_ids: Sequence[str]) -> int:
    """Erase what people wrote about these objects; the commitments stay, so the chain verifies. How many values."""
    about = select(AuditEvent.sequence).where(
        AuditEvent.object_type == object_type, AuditEvent.object_id.in_(list(object_ids))
    )
    gone = delete(AuditValue).where(AuditValue.personal, AuditValue.sequence.in_(about)).returning(AuditValue.id)
    return len(db.session.scalars(gone.execution_options(synchronize_session=False)).all())


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The portal's key for anchors and receipts, made once in the instance folder."""
    # Not at the top: only workers sign, and the library takes 7 MB of every web process.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    file = folder / "anchor_key.pem"
    if not file.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        kept_once(file, made)
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def anchor(now: datetime, folder: Path, reason: str) -> AuditAnchor:
    """Write head hash and row count as a signed line to `anchors.log`, and keep a row of it."""
    head = db.session.get_one(AuditHead, 1)
    line = f"{now.isoformat()} {head.sequence} {head.hash} {reason}"
    signature = signing_key(folder).sign(line.encode()).hex()
    with (folder / "anchors.log").open("a", encoding="utf-8") as log:
        log.write(f"{line} {signature}\n")
    made = AuditAnchor(at=now, sequence=head.sequence, hash=head.hash, reason=reason, signature=signature)
    db.session.add(made)
    db.session.flush()
    return made


def ask_to_mail(context: Context, anchor: AuditAnchor, *, notable: bool) -> None:
    """A copy by mail; `notable`: of a deadline or a decision, not of the hour."""
    enqueue(ANCHORED, {"anchor_id": anchor.id, "notable": notable}, key=str(anchor.id), now=context.now)
