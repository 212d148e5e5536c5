"""Runs of the assignment ready to show: how good they are, pictures, what a trial would change, a pair's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.accounts.models import Person
from portal.applications.models import StageEntry
from portal.platform.jobs import Job
from portal.platform.language import Text, say
from portal.routing.models import Assignment, RoutingRun, Seat
from portal.routing.rules.trials import Changes, Difference, Pair, affinity_of, difference

WEAKEST = 10
PERCENT = 10_000  # millionths
STAGES = {
    "assign": Text("가까운 쌍을 고르는 중 ({n}회)", "Choosing the nearest pairs (round {n})"),
    "rules": Text("규칙에 어긋나는 쌍을 고치는 중 ({n}회)", "Mending pairs that break a rule (round {n})"),
    "floor": Text("가장 약한 신청서를 끌어올리는 중 ({n}회)", "Lifting the weakest application (round {n})"),
}


def stage_of(job: Job) -> Text | None:
    """What a running assignment is doing, from the note of its progress ("stage:gap")."""
    stage = (job.progress_note or "").partition(":")[0]
    return say_with(STAGES[stage], n=job.progress_done) if stage in STAGES else None


def say_with(words: Text, **values: object) -> Text:
    return Text(words.ko.format(**values), words.en.format(**values))


@dataclass(frozen=True)
class Quality:
    """How good a run is; affinities as per cent of one pair."""

    mean: float
    proven: bool
    gap: float  # per cent of the bound
    floor: float
    floor_bound: float | None


def quality(run: RoutingRun | None) -> Quality | None:
    """None for a run without pairs, or one of before totals were kept."""
    if run is None or not run.result.get("pairs") or "total" not in run.result:
        return None
    result = run.result
    all_pairs = len(result["pairs"]) + len(run.inputs["kept"])
    bound = result["floor_bound"]
    return Quality(
        result["total"] / all_pairs / PERCENT, result["gap"] == 0, 100 * result["gap"], result["floor"] / PERCENT,
        None if bound is None else bound / PERCENT,
    )  # fmt: skip


def weakest(entries: Sequence[StageEntry], assignments: Mapping[int, Sequence[Assignment]]) -> list[dict[str, Any]]:
    """The applications whose reviewers are the least near, for the picture; affinities in per cent."""
    rows = [
        {
            "label": entry.application.title or say(Text("제목 없음", "Untitled")),
            "marks": sorted(round(a.affinity / PERCENT) for a in assignments[entry.id]),
            "mean": sum(a.affinity for a in assignments[entry.id]) / len(assignments[entry.id]) / PERCENT,
            "url": url_for("desks_officer.application", public_id=entry.application.public_id),
        }
        for entry in entries
        if assignments.get(entry.id)
    ]
    return sorted(rows, key=lambda row: (row["mean"], row["label"]))[:WEAKEST]


def changes_told(run: RoutingRun, names: Mapping[int, Person], titles: Mapping[int, str]) -> list[Text]:
    """The changes of a trial in words; those about entries that the reader may not see are left out."""
    if run.result.get("imported"):
        return [Text("파일에서 가져온 쌍", "Pairs from a file")]
    changes = Changes.from_json(run.inputs.get("changes"))
    told = [
        Text(f"{names[p].name} 위원이 ‘{titles[e]}’을(를) 맡는다", f"{names[p].name} reviews “{titles[e]}”")
        for e, p in changes.locked
        if e in titles and p in names
    ]
    told += [
        Text(
            f"{names[p].name} 위원이 ‘{titles[e]}’을(를) 맡지 않는다", f"{names[p].name} does not review “{titles[e]}”"
        )
        for e, p in changes.forbidden
        if e in titles and p in names
    ]
    return told + [
        Text(f"{names[p].name} 위원은 많아야 {n}건", f"{names[p].name} takes at most {n}")
        for p, n in changes.loads.items()
        if p in names
    ]


@dataclass(frozen=True)
class Trial:
    run: RoutingRun
    changes: Sequence[Text]
    pairs: int
    rows: Sequence[tuple[str, str, str]]  # title, who leaves, who comes
    mean: float  # per cent points of one pair, against the proposal
    floor: float
    missing: int


def trial(
    run: RoutingRun, proposal: RoutingRun | None, names: Mapping[int, Person], titles: Mapping[int, str]
) -> Trial:
    nothing = {"pairs": [], "unfilled": [], "total": 0, "floor": 0}
    found: Difference = difference(proposal.result if proposal else nothing, run.result)
    pairs = max(1, len(run.result["pairs"]) + len(run.inputs["kept"]))

    def of_entry(entry: int, of: Sequence[Pair]) -> str:
        return ", ".join(names[p].name for e, p in of if e == entry and p in names)

    touched = sorted({e for e, _ in (*found.comes, *found.goes)} & titles.keys(), key=lambda e: (titles[e], e))
    return Trial(
        run, changes_told(run, names, titles), len(found.comes),
        [(titles[e], of_entry(e, found.goes), of_entry(e, found.comes)) for e in touched],
        found.total / pairs / PERCENT, found.floor / PERCENT, found.missing,
    )  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Somebody of the panel beside the pair on its card; affinity in per cent, None where no run knows it."""

    person: str
    name: str
    affinity: int | None
    load: int
    why_not: Text | None


@dataclass(frozen=True)
class Card:
    """Why this reviewer: per cent, rank among those who are free of conflicts, price and cost of the alternative."""

    affinity: int
    terms: Sequence[str]
    rank: int | None
    free: int | None
    price: float
    instead: str
    cost: float
    by_hand: bool


def card(assignment: Assignment, names: Mapping[int, Person]) -> Card:
    told = assignment.explanation
    other = names.get(told.get("instead") or 0)
    return Card(
        round(assignment.affinity / PERCENT), told.get("terms", []), told.get("rank"), told.get("free"),
        told.get("price", 0) / PERCENT, other.name if other else "", told.get("cost", 0) / PERCENT,
        bool(told.get("by_hand")),
    )  # fmt: skip


def candidates(
    assignment: Assignment, run: RoutingRun | None, seats: Sequence[Seat], loads: Mapping[int, int],
    barred: set[int], taken: set[int],
) -> list[Candidate]:  # fmt: skip
    """Everybody else of the panel, the nearest first."""

    def why_not(person: int) -> Text | None:
        if person in barred:
            return Text("이해충돌", "conflict of interest")
        return Text("이미 맡음", "has it already") if person in taken else None

    found = [
        Candidate(
            seat.person.public_id, seat.person.name,
            None if (n := affinity_of(run.inputs, assignment.entry_id, seat.person_id) if run else None) is None
            else round(n / PERCENT),
            loads.get(seat.person_id, 0), why_not(seat.person_id),
        )
        for seat in seats
        if seat.person_id != assignment.person_id
    ]  # fmt: skip
    return sorted(found, key=lambda c: (c.why_not is not None, -(c.affinity or 0), c.name))
