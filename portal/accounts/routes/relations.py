"""Relations that bar from reviewing: one's own, and those that an officer records of somebody."""

from __future__ import annotations

from typing import Any

from flask import abort, g, url_for

from portal.accounts import queries, rules, service
from portal.accounts.forms import RelationForm, WithdrawRelationForm
from portal.accounts.models import Person, Relation, RelationKind
from portal.accounts.policies import reads_person, records_relations
from portal.accounts.routes import bp
from portal.platform.access import guard, signed_in, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform

WITHDRAWN = Text("지웠습니다. 까닭과 함께 기록에 남습니다.", "Withdrawn; it stays on record with the reason.")
RECORDED = Text("관계를 적었습니다.", "The relation is recorded.")


@bp.route("/account/relations", methods=["GET", "POST"])
@guard(signed_in)
def my_relations() -> Any:
    person = queries.person_of(g.actor.person_id)
    form = RelationForm()
    answer = perform(form, _recording(form, person.id, url_for("accounts.my_relations")), RECORDED)
    if answer is not None:
        return answer
    person = queries.person_of(g.actor.person_id)
    return page("accounts/my_relations.html", form=form, rows=_rows(person, own=True))


@bp.get("/office/people/<public_id>/relations")
@guard(reads_person)
def relations(public_id: str) -> Any:
    return _office_page(subject(Person), RelationForm(formdata=None))


@bp.post("/office/people/<public_id>/relations")
@guard(records_relations)
def record_relation(public_id: str) -> Any:
    person, form = subject(Person), RelationForm()
    answer = perform(form, _recording(form, person.id, url_for("accounts.relations", public_id=public_id)), RECORDED)
    return answer or _office_page(queries.person_of(person.id), form)


@bp.post("/office/people/<public_id>/relations/withdraw")
@guard(records_relations)
def withdraw_relation(public_id: str) -> Any:
    form = WithdrawRelationForm()
    relation = queries.relation_of(subject(Person), form.relation.data or "")
    if relation is None:
        abort(404)
    id_, reason = relation.id, form.reason.data or ""

    def withdraw(context: Context) -> str:
        service.withdraw_relation(context, id_, reason)
        return url_for("accounts.relations", public_id=public_id)

    answer = perform(form, withdraw, WITHDRAWN)
    return answer or _office_page(subject(Person), RelationForm(formdata=None), form)


def _recording(form: RelationForm, person_id: int, back: str) -> Any:
    def save(context: Context) -> str:
        service.relate(
            context, person_id, RelationKind(form.kind.data), form.other.data, form.name.data or "", form.since.data,
            form.until.data, form.note.data or "",
        )  # fmt: skip
        return back

    return save


def _office_page(person: Person, form: RelationForm, withdrawing: WithdrawRelationForm | None = None) -> Any:
    own = g.actor.person_id in queries.identities(person)
    return page(
        "accounts/relations.html", form=form, withdrawing=withdrawing, person=person, rows=_rows(person, own=False),
        may_record=(g.actor.holds("officer") or g.actor.holds("administrator")) and not own,
    )  # fmt: skip


def _rows(person: Person, *, own: bool) -> list[dict[str, Any]]:
    """One's own entries show the address that one typed: whom the portal knows under it is not told."""
    ids = queries.identities(person)
    return [
        {
            "relation": r, "kind": rules.RELATION_KINDS[r.kind.value], "with": _other_side(r, ids, own),
            "said": r.recorded_by_id in ids,
        }
        for r in queries.relations_of(person)
    ]  # fmt: skip


def _other_side(row: Relation, ids: Any, own: bool) -> Text:
    if row.organisation is not None:
        return Text(row.organisation.name, row.organisation.name_en or row.organisation.name)
    other = row.other if row.person_id in ids else row.person
    name = "" if other is None else other.email if own and row.recorded_by_id in ids else other.name
    return Text(name, name)
