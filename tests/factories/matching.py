"""A call of two institutes with three research groups, whose applicants rank the groups; reviewed and ranked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from portal.applications.models import StageEntry, Submission
from portal.platform import clock
from portal.platform.db import db
from portal.programs.definition import CallDefinition, LineDefinition
from portal.programs.models import Call, Stage
from portal.programs.queries import stage_by_code
from portal.ranking.models import ConditionResult
from tests.factories import awards
from tests.factories.awards import words
from tests.factories.base import number, person
from tests.factories.budgets import line

GROUPS = {"llm": "kaist", "drug": "kaist", "hydrogen": "unist"}
# applicant -> choices; the best of each first choice first
CHOICES: Mapping[str, Sequence[str]] = {
    "a1": ["llm", "drug"], "a2": ["llm", "hydrogen"], "a3": ["llm", "drug", "hydrogen"], "a4": ["llm", "hydrogen"],
    "b1": ["drug"], "b2": ["drug"], "c1": ["hydrogen"],
}  # fmt: skip


def definition(places: Mapping[str, int] | None = None, **changes: Any) -> CallDefinition:
    """Few places in each group, or as given; every award takes a place of its group's line."""
    keep = places or {"llm": 1, "drug": 1, "hydrogen": 2}
    asked = {
        "code": "groups", "names": words("Groups"), "kind": "ranked", "min": 1, "max": 3,
        "choices": [{"code": code, "names": words(f"Group {code}")} for code in GROUPS],
    }  # fmt: skip
    place = {"code": "place", "names": words("Place"), "kind": "place", "unit": "person", "line": "t_places",
             "by_track": True, "fixed": 1}  # fmt: skip
    stages = awards.definition().model_dump(mode="json")["stages"]
    made = {
        "sections": [{"code": "wishes", "names": words("Wishes"), "questions": [asked]}],
        "tracks": [
            {"code": code, "names": words(f"Group {code}"), "group": group, "keep": {"paper": 9, "final": keep[code]}}
            for code, group in GROUPS.items()
        ],
        "track_groups": [{"code": code, "names": words(code.upper())} for code in dict.fromkeys(GROUPS.values())],
        "track_by": "wishes.groups", "components": [place],
        "stages": [stages[0] | {"keep": 27}, stages[1] | {"keep": sum(keep.values())}],
        "awards": {"max_count": 20, "acceptance_days": 14},
    }  # fmt: skip
    return awards.definition(**made | changes)


def lines(kaist: int = 9, everything: int = 99) -> list[LineDefinition]:
    """Head-counts: of all, of each institute, of each group."""
    return [
        line("t_places", everything, unit="person"),
        line("t_places_at_kaist", kaist, "t_places", unit="person"),
        line("t_places_at_unist", 9, "t_places", unit="person"),
        *(line(f"t_places_{code}", 9, f"t_places_at_{group}", unit="person") for code, group in GROUPS.items()),
    ]


@dataclass
class Matched:
    call: Call
    stage: Stage
    entries: dict[str, StageEntry]

    def entry(self, name: str) -> str:
        return self.entries[name].public_id


def matched(
    choices: Mapping[str, Sequence[str]] = CHOICES, made: CallDefinition | None = None, failed: Sequence[str] = ()
) -> Matched:
    """Closed, reviewed, every track ranked in the order given; `failed` have not met the condition. In a transaction."""
    call = awards.closed_call(made or definition())
    stage, where = stage_by_code(call, "final"), awards.organisation()
    entries = {name: awards.entry(call, stage, person(), where, ()) for name in choices}
    for name, entry in entries.items():
        entry.track, entry.application.title = choices[name][0], f"연구 {name}"
        entry.submission_id = _wishes(entry, choices[name])
        db.session.add(
            ConditionResult(
                entry_id=entry.id, condition="independent", passed=name not in failed, reason="확인", at=clock.now()
            )
        )
    db.session.flush()
    db.session.expire_all()
    for code in {wanted[0] for wanted in choices.values()}:
        awards.ranking(stage, [entry for name, entry in entries.items() if choices[name][0] == code]).track = code
    stage.opened_at = stage.review_closed_at = clock.now()
    return Matched(call, stage, entries)


def _wishes(entry: StageEntry, wanted: Sequence[str]) -> int:
    content = json.dumps({"title": entry.application.title, "sections": {"wishes": {"": {"groups": list(wanted)}}}})
    made = Submission(
        public_id=awards.ids.public_id(), application_id=entry.application_id, number=2, content=content,
        receipt=f"R-{number()}", sha256=sha256(content.encode()).hexdigest(), submitted_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.id
