"""A closed call with many applications and their reviews, an open one with complete drafts: written in bulk."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text

from portal.accounts.models import Person
from portal.applications import content
from portal.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    EntryState,
    Institution,
    InstitutionRole,
    Member,
    MemberRole,
    PlannedCost,
    RequestedMeans,
    SectionAnswer,
    StageEntry,
    Submission,
)
from portal.applications.queries.submissions import whole
from portal.applications.rules.answers import is_shown
from portal.applications.rules.attachments import places, slices
from portal.platform import clock, search
from portal.platform.context import RandomIds
from portal.platform.db import Model, db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition, Question
from portal.programs.loader import load_call
from portal.programs.models import Call, CallState, Stage
from portal.programs.queries import stages_of
from portal.reviews.models import Review, ReviewState, Score
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState
from tests.factories.accounts import account
from tests.factories.base import committed, context
from tests.factories.routing import reviewer

REVIEWERS, REVIEWS_EACH = 9, 3
CHUNK = 500
SENTENCE = "독자 구조의 파운데이션 모델을 처음부터 학습하고 공개하여 국내 연구자가 이어서 쓰게 합니다. "
THEMES = ("의료 영상", "제조 공정", "법률 문서", "기상 예측", "한국어 음성", "로봇 제어", "신약 설계", "교육 지원")
_ids = RandomIds()


@dataclass
class Seeded:
    """Ids; what the pages of the run are about."""

    call: str = ""
    applications: list[str] = field(default_factory=list)
    assignments: list[str] = field(default_factory=list)  # complete drafts of one reviewer
    read: list[str] = field(default_factory=list)  # locked reviews of the same reviewer
    drafts: list[str] = field(default_factory=list)  # of one owner, complete
    open_call: str = ""
    section: str = "team"
    officer: int = 0
    reviewer: int = 0
    owner: int = 0


def _rows(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    for chunk in iter(lambda it=iter(rows): list(itertools.islice(it, CHUNK)), []):  # type: ignore[misc]  # noqa: B008 - one shared counter on purpose
        db.session.execute(insert(model), chunk)


def _mend_sequences() -> None:
    """Bulk rows carry their own ids; the next ones are to follow them."""
    if db.engine.dialect.name != "postgresql":
        return
    for model in (Application, Institution, Member, Submission, StageEntry, Assignment, Review, Score):
        table = model.__tablename__
        db.session.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        )


def _answer(question: Question, member: str, institution: str) -> Any:
    if question.kind in ("short_text", "long_text"):
        return (SENTENCE * 8)[: min(question.limit or 300, 400)].strip()
    if question.kind in ("number", "money"):
        return max(question.min or 1, min(10, question.max or 10))
    if question.kind == "choice":
        return question.choices[0].code
    if question.kind == "choices":
        return [question.choices[0].code]
    if question.kind == "date":
        return "2026-12-31"
    if question.kind == "people":
        return [member]
    if question.kind == "institutions":
        return [institution]
    cells = {c.code: _answer(c, member, institution) for c in question.columns}
    return {row.code: cells for row in question.rows} if question.kind == "table" else [cells]


def _answers(definition: CallDefinition, code: str, member: str, institution: str) -> dict[str, Any]:
    section = definition.section(code)
    assert section is not None
    found: dict[str, Any] = {}
    for question in section.questions:
        if question.is_typed and is_shown(question, found):
            found[question.code] = _answer(question, member, institution)
    return found


def draft(call: Call, owner: Person, n: int) -> Application:
    """Everything that the catalog's program asks of a team of two; call inside a transaction."""
    at, definition = clock.now(), call.definition
    made = Application(
        public_id=_ids.public_id(), call_id=call.id, owner_id=owner.id, title=f"{THEMES[n % len(THEMES)]} 모델 {n}",
        state=ApplicationState.DRAFT, created_at=at, changed_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    kinds = (("company_sme", InstitutionRole.LEAD), ("university", InstitutionRole.JOINT))
    team = [
        Institution(
            public_id=_ids.public_id(), application_id=made.id, position=p, role=role, name=f"기관 {n}-{p}", kind=kind,
            joined_at=at, joined_by_id=owner.id if p == 0 else None,
        )
        for p, (kind, role) in enumerate(kinds)
    ]  # fmt: skip
    db.session.add_all(team)
    db.session.flush()
    people = [
        Member(
            public_id=_ids.public_id(), application_id=made.id, institution_id=i.id, name=f"연구자 {n}-{p}",
            person_id=owner.id if p == 0 else None, email=f"m{n}-{p}@example.org", email_key=f"m{n}-{p}@example.org",
            role=MemberRole.PI if p == 0 else MemberRole.RESEARCHER, may_edit=p == 0, consented_at=at,
        )
        for p, i in enumerate(team)
    ]  # fmt: skip
    db.session.add_all(people)
    for section in definition.sections:
        for slice_ in [i.public_id for i in team] if section.editor == "institution" else [""]:
            db.session.add(
                SectionAnswer(
                    application_id=made.id, section=section.code, slice=slice_, version=1, saved_at=at,
                    answers=_answers(definition, section.code, people[0].public_id, team[0].public_id),
                )
            )  # fmt: skip
    for institution, (government, cash, in_kind) in zip(team, ((70, 10, 20), (50, 0, 0)), strict=True):
        db.session.add(
            PlannedCost(
                institution_id=institution.id, year=definition.years[0], category=definition.costs[0].code,
                government=government * 10**6, cash=cash * 10**6, in_kind=in_kind * 10**6,
            )
        )  # fmt: skip
    gpu = definition.components[0]
    db.session.add(
        RequestedMeans(application_id=made.id, component=gpu.code, option=gpu.options[0].code, quantity=64, months=6)
    )
    for place in places(definition):
        for slice_ in slices(place, team) if place.required else []:
            db.session.add(
                Attachment(
                    public_id=_ids.public_id(), application_id=made.id, slot=place.code, slice=slice_,
                    filename="서류.pdf", sha256=secrets.token_hex(32), size=100_000, kind="pdf", pages=3, uploaded_at=at,
                )
            )  # fmt: skip
    db.session.flush()
    return made


def _call(code: str, *, closed: bool) -> Call:
    at = clock.now()
    made = programs.draft_call(
        context(), load_call("wbl"), code, {"ko": f"공고 {code}", "en": f"Call {code}"}, at - timedelta(days=30),
        at + timedelta(days=-1 if closed else 30),
    )  # fmt: skip
    made.state, made.opened_at = (CallState.CLOSED if closed else CallState.OPEN), made.opens_at
    made.closed_at = made.closes_at if closed else None
    db.session.flush()
    return made


def _frozen(call: Call, owner: Person) -> str:
    """What one draft of the program becomes when it is handed in."""
    return content.canonical_json(content.frozen(whole(draft(call, owner, 0)), clock.now().date()))


def _people(n: int) -> list[int]:
    rows = [
        {"id": 10_000 + i, "public_id": _ids.public_id(), "name": f"신청자 {i}", "email": f"a{i}@example.org",
         "email_key": f"a{i}@example.org", "language": "ko", "created_at": clock.now()}
        for i in range(n)
    ]  # fmt: skip
    _rows(Person, rows)
    return [row["id"] for row in rows]  # type: ignore[misc]


def _applications(call: Call, stage: Stage, owners: Sequence[int], template: str) -> list[str]:
    """Closed applications with submission, entry and search terms; the application's id is the entry's."""
    at, names = clock.now(), [_ids.public_id() for _ in owners]
    first = 10_000
    title = [f"{THEMES[n % len(THEMES)]} 모델 {n}" for n in range(len(owners))]
    _rows(
        Application,
        (
            {"id": first + n, "public_id": names[n], "call_id": call.id, "owner_id": owner, "title": title[n],
             "state": ApplicationState.CLOSED, "language": "ko", "created_at": at, "changed_at": at}
            for n, owner in enumerate(owners)
        ),
    )  # fmt: skip
    _rows(
        Institution,
        (
            {"id": first + 2 * n + p, "public_id": _ids.public_id(), "application_id": first + n, "position": p,
             "role": role, "name": f"기관 {n}-{p}", "kind": kind, "country": "KR", "contact_email": "", "joined_at": at}
            for n in range(len(owners))
            for p, (kind, role) in enumerate(
                (("company_sme", InstitutionRole.LEAD), ("university", InstitutionRole.JOINT))
            )
        ),
    )  # fmt: skip
    _rows(
        Member,
        (
            {"id": first + n, "public_id": _ids.public_id(), "application_id": first + n,
             "institution_id": first + 2 * n, "person_id": owner, "name": f"신청자 {n}", "email": f"a{n}@example.org",
             "email_key": f"a{n}@example.org", "role": MemberRole.PI, "may_edit": True, "department": "",
             "consented_at": at}
            for n, owner in enumerate(owners)
        ),
    )  # fmt: skip
    _rows(Submission, (_submission(first + n, names[n], title[n], template, at) for n in range(len(owners))))
    _rows(
        StageEntry,
        (
            {"id": first + n, "public_id": _ids.public_id(), "stage_id": stage.id, "application_id": first + n,
             "submission_id": first + n, "track": "", "state": EntryState.IN_REVIEW, "entered_at": at}
            for n in range(len(owners))
        ),
    )  # fmt: skip
    _rows(
        search.SearchTerm,
        (
            {"term": term, "kind": "application", "object_id": first + n}
            for n in range(len(owners))
            for term in sorted(search.terms(f"{title[n]} 기관 {n}-0 기관 {n}-1 신청자 {n}"))
        ),
    )
    return names


def _submission(id_: int, name: str, title: str, template: str, at: Any) -> dict[str, Any]:
    frozen = template.replace('"title":"의료 영상 모델 0"', f'"title":"{title}"')
    return {
        "id": id_, "public_id": _ids.public_id(), "application_id": id_, "number": 1, "receipt": f"B-{name[:12]}",
        "content": frozen, "sha256": hashlib.sha256(f"{id_}{frozen}".encode()).hexdigest(), "submitted_at": at,
        "requested_total": 10**9 + id_, "language": "ko",
    }  # fmt: skip


def _reviews(stage: Stage, panel: Panel, people: Sequence[int], count: int, drafts: int, to: Seeded) -> None:
    """Three a piece; the first reviewer's `drafts` first ones are complete but not submitted."""
    at, first = clock.now(), 10_000
    criteria = stage.call.definition.stage(stage.code).criteria
    pairs = [(n, people[(n + k * (1 + n % 4)) % len(people)], k) for n in range(count) for k in range(REVIEWS_EACH)]
    pairs = [(n, people[0] if k == 0 and n < 2 * drafts else who, k) for n, who, k in pairs]
    seen: set[tuple[int, int]] = set()
    unique = [p for p in pairs if not ((p[0], p[1]) in seen or seen.add((p[0], p[1])))]  # type: ignore[func-returns-value]
    rows = [
        {"id": first + i, "public_id": _ids.public_id(), "entry_id": first + n, "panel_id": panel.id, "person_id": who,
         "state": AssignmentState.ACCEPTED, "pseudonym": f"P{k}", "affinity": 0, "explanation": {}, "created_at": at,
         "published_at": at, "declared_at": at, "answered_at": at}
        for i, (n, who, k) in enumerate(unique)
    ]  # fmt: skip
    _rows(Assignment, rows)
    waiting = {i for i, (n, who, k) in enumerate(unique) if who == people[0] and k == 0 and n < drafts}
    _rows(
        Review,
        (
            {"id": first + i, "public_id": _ids.public_id(), "assignment_id": first + i, "version": 1,
             "state": ReviewState.DRAFT if i in waiting else ReviewState.LOCKED, "comment": SENTENCE,
             "note_to_officer": "", "saved_at": at, "locked_at": None if i in waiting else at,
             "receipt": None if i in waiting else secrets.token_hex(32)}
            for i in range(len(rows))
        ),
    )  # fmt: skip
    _rows(
        Score,
        (
            {"id": first + i * len(criteria) + c, "review_id": first + i, "criterion": criterion.code,
             "points": (i * 7 + c) % (criterion.points + 1), "reason": SENTENCE * 2}
            for i in range(len(rows))
            for c, criterion in enumerate(criteria)
        ),
    )  # fmt: skip
    to.assignments = [str(rows[i]["public_id"]) for i in sorted(waiting)]
    to.read = [
        str(row["public_id"]) for i, row in enumerate(rows) if row["person_id"] == people[0] and i not in waiting
    ][:400]


def seed(applications: int, writes: int) -> Seeded:
    """`applications` closed ones with three reviews each; `writes` complete drafts and as many reviews to submit."""
    to = Seeded()

    def make() -> None:
        to.officer, to.owner = account(None, "officer").id, account(None).id
        people = [reviewer(f"위원 {n}").id for n in range(REVIEWERS)]
        to.reviewer = account(db.session.get_one(Person, people[0])).id
        call, open_call = _call("BENCH-A", closed=True), _call("BENCH-B", closed=False)
        owner = db.session.get_one(Person, to.owner)
        template = _frozen(open_call, owner)
        stage = stages_of(call)[0]
        stage.opened_at = stage.review_opens_at = clock.now() - timedelta(hours=1)
        stage.review_due_at = clock.now() + timedelta(days=3)
        panel = Panel(public_id=_ids.public_id(), stage_id=stage.id, names={"ko": "패널"}, created_at=clock.now())
        db.session.add(panel)
        db.session.flush()
        for who in people:
            db.session.add(
                Seat(
                    public_id=_ids.public_id(), panel_id=panel.id, person_id=who, chair=who == people[0],
                    kind="academia", state=SeatState.ACCEPTED, invited_at=clock.now(), pledged_at=clock.now(),
                )
            )  # fmt: skip
        to.applications = _applications(call, stage, _people(applications), template)
        _reviews(stage, panel, people, applications, min(writes, applications // 4), to)
        for n in range(1, writes + 1):
            to.drafts.append(draft(open_call, account(), n).public_id)
        to.call, to.open_call = call.public_id, open_call.public_id
        _mend_sequences()

    committed(make)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    else:
        committed(lambda: db.session.execute(text("ANALYZE")))
    return to
