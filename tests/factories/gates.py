"""A call whose awarded teams are under way, and the reports they hand in for its gate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from portal.applications.content import canonical_json
from portal.applications.models import Application, EntryState, StageEntry, Submission
from portal.applications.service import enter_stage
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome, Result
from portal.platform import clock
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.programs.models import CallState
from portal.programs.queries import stage_by_code
from portal.ranking.models import RankingRun
from tests.factories import routing
from tests.factories.base import context, person
from tests.factories.consortia import words
from tests.factories.routing import ids
from tests.factories.screening import content, rule

REPORT = {"done": "목표한 성능에 도달하였습니다.", "next": "다음 단계에서는 규모를 두 배로 늘립니다."}


def definition() -> CallDefinition:
    """Paper, presentation (which awards), and a gate over the awards: experts judge a report on two criteria."""
    made = routing.definition("has_pi", "asks_for_something", size=3, reviews=3).model_dump(mode="json")
    made["sections"].append(
        {"code": "report", "names": words("보고서", "Report"), "confirmed": False,
         "questions": [
             {"code": "done", "names": words("한 일", "Done"), "kind": "long_text", "limit": 1000},
             {"code": "next", "names": words("할 일", "Next"), "kind": "long_text", "limit": 1000},
         ]}
    )  # fmt: skip
    made["screening"].append(rule("sections_complete") | {"code": "report_complete", "stages": ["gate"]})
    made["stages"].append(
        {"code": "gate", "names": words("1차 관문", "First gate"), "form": "report", "keep": 3, "days": 10,
         "review_days": 5, "sections": ["report"], "ties": ["results"],
         "panel": {"size": 4, "reviews_per_entry": 3, "max_load": 20},
         "criteria": [
             {"code": "results", "names": words("성과", "Results"), "points": 70},
             {"code": "outlook", "names": words("전망", "Outlook"), "points": 30},
         ]}
    )  # fmt: skip
    return CallDefinition.model_validate(made)


@dataclass
class Awarded:
    """Ids of a decided call: its awards are ACTIVE, nothing has entered the gate yet."""

    call: str
    call_id: int
    gate_id: int
    applications: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)  # of the awarding stage
    principals: list[int] = field(default_factory=list)
    awards: list[int] = field(default_factory=list)


def awarded_teams(count: int) -> Awarded:
    """Teams that were awarded, agreed and began; call inside a transaction."""
    call = routing.closed_call(definition())
    call.state, call.decided_at = CallState.DECIDED, clock.now()
    talk, gate = stage_by_code(call, "talk"), stage_by_code(call, "gate")
    found = Awarded(call.public_id, call.id, gate.id)
    teams = [routing.applied(call, talk, state=EntryState.ADVANCED) for _ in range(count)]
    decision = _published(talk.id, call.content_hash)
    talk.review_closed_at = talk.decided_at = clock.now()
    for rank, team in enumerate(teams, 1):
        outcome = Outcome(
            public_id=ids.public_id(), decision_id=decision.id, entry_id=team.entry.id, result=Result.AWARD, rank=rank,
            reason="선정",
        )  # fmt: skip
        db.session.add(outcome)
        db.session.flush()
        award = Award(
            public_id=ids.public_id(), outcome_id=outcome.id, application_id=team.application.id, call_id=call.id,
            state=AwardState.ACTIVE, created_at=clock.now(),
        )  # fmt: skip
        db.session.add(award)
        db.session.flush()
        found.applications.append(team.application.id)
        found.entries.append(team.entry.id)
        found.principals.append(team.pi.id)
        found.awards.append(award.id)
    return found


def _published(stage_id: int, rules_hash: str) -> Decision:
    at = clock.now()
    run = RankingRun(
        public_id=ids.public_id(), stage_id=stage_id, inputs={}, inputs_hash="0" * 64, result=[], result_hash="0" * 64,
        created_at=at,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    made = Decision(
        public_id=ids.public_id(), stage_id=stage_id, ranking_run_id=run.id, state=DecisionState.PUBLISHED,
        rules_hash=rules_hash, reason="의결", proposed_at=at, proposed_by_id=person().id, approved_at=at,
        published_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def report(application_id: int, **answers: str) -> Submission:
    """The next submission of an awarded team: a report, which asks for nothing and plans no costs."""
    application = db.session.get_one(Application, application_id)
    at = clock.now()
    told: dict[str, Any] = content() | {
        "title": application.title, "sections": {"report": {"": REPORT | answers}}, "costs": [], "means": [],
        "attachments": [], "confirmations": [],
    }  # fmt: skip
    text = canonical_json(told | {"n": application_id})
    made = Submission(
        public_id=ids.public_id(), application_id=application_id, number=2, receipt=f"G-{ids.public_id()[:8]}",
        content=text, sha256=hashlib.sha256(text.encode()).hexdigest(), submitted_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def enter_gate(of: Awarded, **missing: str) -> list[StageEntry]:
    """Every award's team enters with its report; the last one's answers are replaced by `missing`."""
    made = []
    for award_id in of.awards:
        award = db.session.get_one(Award, award_id)
        assert award.state is AwardState.ACTIVE
        handed_in = report(award.application_id, **(missing if award_id == of.awards[-1] else {}))
        made.append(enter_stage(context(), of.gate_id, award.application_id, handed_in.id))
    return made
