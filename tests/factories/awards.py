"""A call that awards money and cards, ready for its decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from portal.accounts.models import Affiliation, Organisation, Person
from portal.applications.models import (
    Application,
    ApplicationState,
    EntryState,
    Institution,
    InstitutionRole,
    StageEntry,
    Submission,
)
from portal.awards.rules import Piece
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.definition import CallDefinition, LineDefinition
from portal.programs.models import Call, CallState, Stage
from portal.programs.queries import stage_by_code
from portal.ranking.models import ConditionResult, RankingRun
from portal.ranking.rules import digest, replay
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState
from tests.factories.base import context, number, person
from tests.factories.budgets import line, plan

ids = RandomIds()


def words(text: str) -> dict[str, str]:
    return {"ko": f"{text}(국문)", "en": text}


def definition(**changes: Any) -> CallDefinition:
    """Two stages, paper then presentation; data money per year and B200 cards at 1,000 won a month.

    First month 2025-08, twelve months: five of them lie in 2025, seven in 2026.
    """
    criterion = {"code": "plan", "names": words("Plan"), "points": 100}
    panel = {"size": 3, "reviews_per_entry": 3}
    condition = {"code": "independent", "names": words("Independence")}
    made: dict[str, Any] = {
        "program": {
            "code": "TST", "names": words("Test program"), "purpose": words("p"), "for_whom": words("w"),
            "how_much": words("m"), "ministry": words("Ministry"), "line": "t_program",
        },
        "regime": {
            "code": "plain", "names": words("Plain"), "statement": words("s"), "conflict_grounds": [],
            "appeal": {"days": 10, "grounds": [], "article": words("a")},
        },
        "years": [2025, 2026], "first_month": "2025-08", "months": 12, "open_days": 30,
        "eligibility": [], "sections": [], "attachments": [], "costs": [], "screening": [],
        "components": [
            {"code": "data", "names": words("Data"), "kind": "money", "unit": "KRW", "line": "t_data",
             "years": [2025, 2026], "max_per_year": 1_000_000},
            {"code": "gpu", "names": words("GPU"), "kind": "resource", "unit": "card", "line": "t_gpu",
             "options": [{"code": "b200", "names": words("B200"), "pool": "t_b200", "unit_value": 1_000}],
             "max_quantity": 512},
        ],
        "stages": [
            {"code": "paper", "names": words("Paper"), "form": "paper", "keep": 3, "criteria": [criterion],
             "panel": panel, "days": 4, "review_days": 3},
            {"code": "final", "names": words("Presentation"), "form": "presentation", "keep": 2,
             "criteria": [criterion], "conditions": [condition], "panel": panel, "days": 4, "review_days": 3,
             "awards": True},
        ],
        "awards": {"max_count": 2, "acceptance_days": 14},
    }  # fmt: skip
    return CallDefinition.model_validate(made | changes)


def plan_lines(
    *, data: int = 3_000_000, gpu: int = 100_000_000, cards: int = 1_000, program: int = 200_000_000
) -> list[LineDefinition]:
    """The lines such a call charges; 2026 is planned."""
    months = [(2025, m) for m in range(8, 13)] + [(2026, m) for m in range(1, 8)]
    return [
        line("t_root", 10**12),
        line("t_program", program, "t_root"),
        line("t_data", 2 * data, "t_program"),
        line("t_data_2025", data, "t_data", year=2025),
        line("t_data_2026", data, "t_data", status="planned", year=2026),
        line("t_gpu", 2 * gpu, "t_program"),
        line("t_gpu_2025", gpu, "t_gpu", year=2025),
        line("t_gpu_2026", gpu, "t_gpu", status="planned", year=2026),
        *(line(f"t_b200_{y}_{m:02d}", cards, unit="card", year=y, month=m) for y, m in months),
    ]


BUNDLE = (Piece("data", "", 2025, 400_000, 0), Piece("data", "", 2026, 300_000, 0), Piece("gpu", "b200", 0, 100, 12))


def organisation(name: str = "") -> Organisation:
    made = Organisation(
        public_id=ids.public_id(), name=name or f"기관{number()}", kind="company_sme", created_at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    return made


def affiliate(who: Person, where: Organisation, *, representative: bool = False) -> None:
    since = (clock.now() - timedelta(days=400)).date()
    db.session.add(Affiliation(person_id=who.id, organisation_id=where.id, since=since, representative=representative))
    db.session.flush()


def closed_call(made: CallDefinition | None = None) -> Call:
    n = number()
    at = clock.now()
    call = programs.draft_call(
        context(), made or definition(), f"TST-{n}", words(f"Call {n}"), at - timedelta(days=40), at - timedelta(days=5)
    )
    call.state, call.opened_at, call.closed_at = CallState.CLOSED, call.opens_at, call.closes_at
    db.session.flush()
    return call


@dataclass
class Ready:
    """A stage at its decision: the entries in rank order, their owners, the panel and its chair."""

    call: Call
    stage: Stage
    entries: list[StageEntry]
    owners: list[Person]
    organisations: list[Organisation]
    panel: Panel
    chair: Person
    member: Person
    run: RankingRun


def submission(application: Application, wanted: Sequence[Piece]) -> Submission:
    content = json.dumps({"title": application.title, "means": [piece._asdict() for piece in wanted]}, sort_keys=True)
    n = number()
    made = Submission(
        public_id=ids.public_id(), application_id=application.id, number=1, receipt=f"R-{n}-{ids.public_id()[:6]}",
        content=content, sha256=sha256(f"{n}{content}".encode()).hexdigest(), submitted_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def entry(call: Call, stage: Stage, owner: Person, lead: Organisation, wanted: Sequence[Piece] = BUNDLE) -> StageEntry:
    n = number()
    at = clock.now()
    application = Application(
        public_id=ids.public_id(), call_id=call.id, owner_id=owner.id, title=f"과제 {n}",
        state=ApplicationState.CLOSED, created_at=at, changed_at=at,
    )  # fmt: skip
    db.session.add(application)
    db.session.flush()
    db.session.add(
        Institution(
            public_id=ids.public_id(), application_id=application.id, organisation_id=lead.id, position=0,
            role=InstitutionRole.LEAD, name=lead.name, kind=lead.kind,
        )
    )  # fmt: skip
    made = StageEntry(
        public_id=ids.public_id(), stage_id=stage.id, application_id=application.id,
        submission_id=submission(application, wanted).id, state=EntryState.IN_REVIEW, entered_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def seat(panel: Panel, who: Person, *, chair: bool = False) -> None:
    db.session.add(
        Seat(
            public_id=ids.public_id(), panel_id=panel.id, person_id=who.id, chair=chair, kind="academia",
            state=SeatState.ACCEPTED, invited_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def ranking(stage: Stage, entries: Sequence[StageEntry]) -> RankingRun:
    """A run over two made-up marks an entry: in the order given, two points apart."""
    inputs = {
        "rules": stage.call.content_hash, "stage": stage.code, "criteria": ["plan"], "ties": [],
        "entries": [[entry.public_id, entry.id] for entry in entries],
        "marks": [
            [entry.public_id, entry.id, f"P{n}", {"plan": 90 - 2 * at + n}, "0" * 64]
            for at, entry in enumerate(entries)
            for n in range(2)
        ],
    }  # fmt: skip
    result = replay(inputs)
    made = RankingRun(
        public_id=ids.public_id(), stage_id=stage.id, inputs=inputs, inputs_hash=digest(inputs), result=result,
        result_hash=digest(result), created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def ready(
    n: int = 3, code: str = "final", made: CallDefinition | None = None, wanted: Sequence[Piece] = BUNDLE
) -> Ready:
    """Reviewed, ranked, conditions passed, plan loaded: everything but the decision. Call inside a transaction."""
    call = closed_call(made)
    stage = stage_by_code(call, code)
    owners = [person() for _ in range(n)]
    leads = [organisation() for _ in range(n)]
    entries = [entry(call, stage, owner, lead, wanted) for owner, lead in zip(owners, leads, strict=True)]
    panel = Panel(public_id=ids.public_id(), stage_id=stage.id, names=words("Panel"), created_at=clock.now())
    db.session.add(panel)
    db.session.flush()
    chair, member = person("위원장"), person("위원")
    seat(panel, chair, chair=True)
    seat(panel, member)
    for at, given in enumerate(entries):
        db.session.add(
            Assignment(
                public_id=ids.public_id(), entry_id=given.id, panel_id=panel.id, person_id=member.id,
                state=AssignmentState.ACCEPTED, pseudonym=f"P{at}", explanation={}, created_at=clock.now(),
            )
        )  # fmt: skip
    _conditions(call, stage, entries)
    run = ranking(stage, entries)
    stage.opened_at = stage.review_closed_at = clock.now()
    return Ready(call, stage, entries, owners, leads, panel, chair, member, run)


def _conditions(call: Call, stage: Stage, entries: Sequence[StageEntry]) -> None:
    for condition in call.definition.stage(stage.code).conditions:
        for given in entries:
            db.session.add(
                ConditionResult(
                    entry_id=given.id, condition=condition.code, passed=True, reason="확인함", at=clock.now()
                )
            )
    db.session.flush()


def with_plan(**sizes: int) -> None:
    plan(plan_lines(**sizes))
