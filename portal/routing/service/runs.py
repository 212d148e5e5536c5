"""A routing run: freeze the inputs, solve, keep drafts, swap by hand, publish together or discard."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, select

from portal.applications.models import StageEntry
from portal.applications.queries.submissions import content_of
from portal.audit import service as audit
from portal.conflicts.queries import barred_pairs
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs.models import Stage
from portal.routing.engine import MILLION, Match, Problem, Progress, Solution, Unfilled, affinities
from portal.routing.engine.explain import Reason, explain
from portal.routing.errors import BarredPairs, InputsChanged, NothingToRoute, PanelTooSmall, ReasonMissing, RunSettled
from portal.routing.jobs import ASSIGNED, ROUTE
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun, Seat
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.rules.panels import LIVE, can_run, due_at, fair_share, review_window, reviews_together
from portal.routing.service.assignments import check_candidate
from portal.routing.service.detection import detect
from portal.routing.service.pseudonyms import fresh_pseudonym

ENGINE = "flow-2"
SUMMARY_LENGTH = 4000


@dataclass(frozen=True)
class Frozen:
    """Everything a run depends on; `record` is what is stored and hashed."""

    record: dict[str, Any]
    problem: Problem
    entries: list[int]
    reviewers: list[int]
    kinds: list[str]
    match: Match

    @property
    def digest(self) -> str:
        text = json.dumps(self.record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def text_of(entry: StageEntry) -> str:
    """Title and the team's texts, the first of each section."""
    content = content_of(entry.submission)
    parts = [str(content["title"])]
    for _, slices in sorted(content["sections"].items()):
        for _, value in sorted(slices.get("", {}).items()):
            texts = value.values() if isinstance(value, dict) else [value]  # in both languages
            parts.extend(text[:SUMMARY_LENGTH] for text in texts if isinstance(text, str))
    return "\n".join(parts)


def _capacities(panel: Panel, seats: list[Seat], together: bool, entries: int) -> list[int]:
    """How many more entries each member may take; a panel that reviews everything takes everything."""
    if together:
        return [entries] * len(seats)
    rule = panel.stage.call.definition.stage(panel.stage.code).panel
    profiles = reviewers.profiles_of([seat.person_id for seat in seats])
    return [
        min(rule.max_load, profiles[s.person_id].capacity if s.person_id in profiles else rule.max_load) for s in seats
    ]


def ready(panel: Panel) -> tuple[list[Seat], list[StageEntry]]:
    """Who reviews and what is reviewed. Raises NothingToRoute, PanelTooSmall."""
    rule = panel.stage.call.definition.stage(panel.stage.code).panel
    seats = list(panels.accepted_seats(panel.id))
    entries = list(panels.entries_to_route(panel.stage_id, panel.track))
    if not entries:
        raise NothingToRoute
    if not can_run(seats, rule):
        raise PanelTooSmall(accepted=len(seats), needed=min(rule.reviews_per_entry, rule.size))
    return seats, entries


def freeze(panel_id: int, seed: int, now: datetime) -> Frozen:
    """Load all inputs of a run; reads only, and computes the affinities: never in a request. Raises NothingToRoute,
    PanelTooSmall."""
    panel = db.session.get_one(Panel, panel_id)
    rule = panel.stage.call.definition.stage(panel.stage.code).panel
    seats, entries = ready(panel)
    people, together = [s.person_id for s in seats], reviews_together(rule)
    barred = barred_pairs(people, [e.application_id for e in entries], today(now))
    settled = panels.pairs_of_entries([e.id for e in entries])
    kept_pairs = {(a.entry_id, a.person_id) for a in settled if a.state in LIVE}
    gone = {
        (a.entry_id, a.person_id) for a in settled if a.state in (AssignmentState.DECLINED, AssignmentState.REVOKED)
    }
    profiles = reviewers.profiles_of(people)
    match = affinities([text_of(e) for e in entries], [profiles[p].keywords if p in profiles else "" for p in people])
    allowed = np.array(
        [[(p, e.application_id) not in barred and (e.id, p) not in gone for p in people] for e in entries], dtype=bool
    )
    barred_pairs_at = np.argwhere(~allowed).tolist()
    first, last = review_window(panel.stage, now)
    away = reviewers.left_out(people, first, last)
    allowed &= np.array([p not in away for p in people], dtype=bool)
    kept = np.array([[(e.id, p) in kept_pairs for p in people] for e in entries], dtype=bool)
    capacity = np.array(_capacities(panel, seats, together, len(entries)), dtype=np.int64)
    least = {"foreign": rule.min_foreign, "industry": rule.min_industry} if together else {}
    kinds = sorted(kind for kind, count in least.items() if count)
    free = allowed | kept
    absent = sum(
        np.maximum(least[kind] - free[:, [s.kind == kind for s in seats]].sum(axis=1), 0) for kind in kinds
    )  # their seats stay empty, and nobody else loses one
    wanted = free.sum(axis=1) + absent if together else np.full(len(entries), rule.reviews_per_entry)
    problem = Problem(
        match.affinity, ~free, wanted.astype(np.int64), np.maximum(capacity, kept.sum(axis=0)),
        share=np.full(len(seats), fair_share(capacity.tolist(), int(wanted.sum()))), locked=np.argwhere(kept),
        kind=np.array([kinds.index(s.kind) if s.kind in kinds else -1 for s in seats], dtype=np.int64),
        kind_min=np.tile(np.array([least[kind] for kind in kinds], dtype=np.int64), (len(entries), 1)), seed=seed,
    )  # fmt: skip
    record = {
        "engine": ENGINE, "seed": seed, "panel": panel.public_id, "stage": panel.stage.code, "together": together,
        "call": panel.stage.call.content_hash, "per_entry": rule.reviews_per_entry,
        "entries": [{"id": e.id, "entry": e.public_id, "sha256": e.submission.sha256} for e in entries],
        "reviewers": [
            {"person": s.person_id, "kind": s.kind, "capacity": int(c)} for s, c in zip(seats, capacity, strict=True)
        ],
        "affinity": match.affinity.tolist(), "barred": barred_pairs_at,
        "away": [{"person": p, "days": n, "of": (last - first).days + 1} for p, n in sorted(away.items())],
        "kept": np.argwhere(kept).tolist(), "demand": [int(d) for d in wanted],
    }  # fmt: skip
    return Frozen(record, problem, [e.id for e in entries], people, kinds, match)


def ask_to_route(context: Context, panel_id: int, seed: int) -> None:
    """Enqueue a run as a job; its progress is shown on the page."""
    panel = db.session.get_one(Panel, panel_id)
    ready(panel)  # an early refusal with its reason
    enqueue(
        ROUTE, {"panel_id": panel_id, "seed": seed, "asked_by": context.actor.person_id},
        key=f"{panel.public_id}:{seed}", now=context.now,
    )  # fmt: skip


def route_if_ready(context: Context, stage_id: int) -> bool:
    """Start the assignment of every panel of the stage that has its people and no run yet."""
    started = False
    for panel in panels.panels_of(stage_id):
        rule = panel.stage.call.definition.stage(panel.stage.code).panel
        due = can_run(panel.seats, rule) and panels.entries_to_route(stage_id, panel.track)
        if due and not panel.stage.call.is_preview and panels.current_run(panel.id) is None:
            ask_to_route(context, panel.id, seed=panel.id)
            started = True
    return started


def solved(frozen: Frozen, progress: Progress | None = None) -> Solution:
    """The assignment of the frozen inputs; computes for a while, outside of any transaction."""
    from portal.routing.engine.assign import solve  # OR-tools and SciPy: where a run is computed, nowhere else

    return solve(frozen.problem, "auto", progress)


def route(context: Context, panel_id: int, seed: int) -> RoutingRun:
    """Detect, freeze, solve and keep the drafts, in one go: for commands and small panels."""
    panel = db.session.get_one(Panel, panel_id)
    detect(context, panel.stage_id)
    db.session.flush()
    frozen = freeze(panel_id, seed, context.now)
    return store(context, panel_id, frozen, solved(frozen), context.actor.person_id)


def store(context: Context, panel_id: int, frozen: Frozen, solution: Solution, asked_by: int | None) -> RoutingRun:
    """Keep a solved run as drafts if its inputs still hold; an earlier proposal is discarded. Raises InputsChanged."""
    panel = db.session.scalars(select(Panel).where(Panel.id == panel_id).with_for_update()).one()
    if freeze(panel_id, frozen.record["seed"], context.now).digest != frozen.digest:
        raise InputsChanged
    earlier = panels.current_run(panel_id)
    if earlier is not None and earlier.published_at is None:
        _drop(context, earlier, "replaced")
    run = RoutingRun(
        public_id=context.ids.public_id(), panel_id=panel_id, inputs=frozen.record, inputs_hash=frozen.digest,
        result=_result(frozen, solution), created_at=context.now, created_by_id=asked_by,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    _keep_drafts(context, panel, run, frozen, solution)
    audit.record(
        context, "RoutingRun", "panel", panel.public_id,
        run=run.public_id, inputs=frozen.digest, seed=frozen.record["seed"], pairs=len(run.result["pairs"]),
    )  # fmt: skip
    return run


def _new_pairs(frozen: Frozen, solution: Solution) -> list[tuple[int, int]]:
    """Places of the entries and reviewers that the run adds."""
    kept = {(e, r) for e, r in frozen.record["kept"]}
    return [(e, r) for e, r in solution.pairs.tolist() if (e, r) not in kept]


def _result(frozen: Frozen, solution: Solution) -> dict[str, Any]:
    new = _new_pairs(frozen, solution)
    load = np.bincount(solution.pairs[:, 1], minlength=len(frozen.reviewers))
    return {
        "pairs": [[frozen.entries[e], frozen.reviewers[r]] for e, r in new],
        "load": {str(person): int(n) for person, n in zip(frozen.reviewers, load, strict=True)},
        "unfilled": [
            {"entry": frozen.entries[u.entry], "missing": u.missing, "reason": _reason(frozen, u)}
            for u in solution.unfilled
        ],
        "total": round(solution.total), "bound": round(solution.bound), "gap": solution.gap,
        "floor": round(solution.floor),
        "floor_bound": None if solution.floor_bound is None else round(solution.floor_bound),
        "rounds": solution.rounds, "avoided": len(frozen.record["barred"]),
    }  # fmt: skip


def _reason(frozen: Frozen, unfilled: Unfilled) -> str:
    """Those who are away are left out like the barred, but say so: with them there would have been enough."""
    barred = sum(entry == unfilled.entry for entry, _ in frozen.record["barred"])
    enough = len(frozen.reviewers) - barred >= frozen.record["demand"][unfilled.entry]
    kind, _, place = unfilled.reason.partition(":")
    if kind == "kind":
        return f"kind:{frozen.kinds[int(place)]}"
    return "absence" if kind == "conflicts" and enough and frozen.record["away"] else unfilled.reason


def _keep_drafts(context: Context, panel: Panel, run: RoutingRun, frozen: Frozen, solution: Solution) -> None:
    taken: dict[int, set[str]] = {id_: set() for id_ in frozen.entries}
    for known in panels.pairs_of_entries(frozen.entries):
        taken[known.entry_id].add(known.pseudonym)
    reasons = dict(zip(map(tuple, solution.pairs.tolist()), explain(frozen.problem, solution), strict=True))
    for e, r in _new_pairs(frozen, solution):
        entry_id = frozen.entries[e]
        pseudonym = fresh_pseudonym(context.rng, taken[entry_id])
        taken[entry_id].add(pseudonym)
        db.session.add(
            Assignment(
                public_id=context.ids.public_id(), entry_id=entry_id, panel_id=panel.id,
                person_id=frozen.reviewers[r], run_id=run.id, state=AssignmentState.DRAFT, pseudonym=pseudonym,
                affinity=int(frozen.problem.affinity[e, r]), created_at=context.now,
                explanation=_told(frozen, reasons[e, r]) | {"terms": frozen.match.shared(e, r)},
            )
        )  # fmt: skip
    db.session.flush()


def _told(frozen: Frozen, reason: Reason) -> dict[str, Any]:
    """For the pair's card; affinities in millionths."""
    return {
        "rank": reason.rank, "free": reason.free, "price": round(min(reason.price, MILLION)),
        "instead": None if reason.instead is None else frozen.reviewers[reason.instead], "cost": round(reason.cost),
    }  # fmt: skip


def _open_run(run_id: int) -> RoutingRun:
    run = db.session.scalars(select(RoutingRun).where(RoutingRun.id == run_id).with_for_update()).one()
    if run.published_at is not None or run.discarded_at is not None:
        raise RunSettled
    return run


def _drop(context: Context, run: RoutingRun, reason: str) -> None:
    """Discarded runs are kept with inputs and result; only their drafts go."""
    db.session.execute(delete(Assignment).where(Assignment.run_id == run.id, Assignment.state == AssignmentState.DRAFT))
    run.discarded_at, run.result = context.now, {**run.result, "discarded": reason}
    audit.record(context, "RoutingDiscarded", "routing_run", run.public_id, reason=reason)


def discard(context: Context, run_id: int, reason: str) -> RoutingRun:
    run = _open_run(run_id)
    if not reason.strip():
        raise ReasonMissing("reason")
    _drop(context, run, reason.strip())
    return run


def swap(context: Context, assignment_id: int, person_id: int) -> Assignment:
    """Put another member on one draft, checked for conflicts; the change is noted on the pair."""
    assignment = db.session.scalars(select(Assignment).where(Assignment.id == assignment_id).with_for_update()).one()
    if assignment.state is not AssignmentState.DRAFT:
        raise RunSettled
    check_candidate(context, assignment, person_id)
    old = assignment.person_id
    assignment.person_id = person_id
    assignment.affinity, assignment.explanation = 0, {"by_hand": True, "before": old, "terms": []}
    audit.record(context, "AssignmentSwapped", "assignment", assignment.public_id, old=old, new=person_id)
    return assignment


def publish(context: Context, run_id: int, due: datetime | None = None) -> RoutingRun:
    """Publish all drafts together, open the review and tell every reviewer. Raises BarredPairs, RunSettled."""
    run = _open_run(run_id)
    drafts = panels.drafts_of_run(run_id)
    barred = barred_pairs({a.person_id for a in drafts}, {a.entry.application_id for a in drafts}, today(context.now))
    hit = sum((a.person_id, a.entry.application_id) in barred for a in drafts)
    if hit:
        raise BarredPairs(count=hit)
    for assignment in drafts:
        assignment.state, assignment.published_at = AssignmentState.PUBLISHED, context.now
    run.published_at = context.now
    panel = db.session.get_one(Panel, run.panel_id)
    stage = db.session.scalars(select(Stage).where(Stage.id == panel.stage_id).with_for_update(of=Stage)).unique().one()
    definition = stage.call.definition
    stage.review_opens_at = stage.review_opens_at or context.now
    stage.review_due_at = due or stage.review_due_at or due_at(
        context.now, definition.stage(stage.code).review_days, definition.time_zone
    )  # fmt: skip
    pairs = sorted((a.entry_id, a.person_id) for a in drafts)
    audit.record(
        context, "AssignmentsPublished", "panel", panel.public_id,
        run=run.public_id, inputs=run.inputs_hash, pairs=len(pairs), due=stage.review_due_at.isoformat(),
    )  # fmt: skip
    for person_id in sorted({person for _, person in pairs}):
        enqueue(ASSIGNED, {"panel_id": panel.id, "person_id": person_id}, key=f"{run.id}:{person_id}", now=context.now)
    return run
