"""A routing run: freeze the inputs, solve, keep drafts, try what-ifs, swap by hand, publish together or discard."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from portal.audit import service as audit
from portal.conflicts.queries import barred_pairs
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.jobs import enqueue
from portal.programs.models import Stage
from portal.routing.errors import BarredPairs, InputsChanged, ReasonMissing, RunSettled
from portal.routing.jobs import ASSIGNED, ROUTE
from portal.routing.models import Assignment, AssignmentState, Panel, RoutingRun
from portal.routing.queries import panels
from portal.routing.rules.panels import can_run, due_at
from portal.routing.rules.trials import Changes, affinity_of
from portal.routing.service.assignments import check_candidate
from portal.routing.service.detection import detect
from portal.routing.service.freezing import Frozen, freeze, look, ready
from portal.routing.service.pseudonyms import fresh_pseudonym

if TYPE_CHECKING:  # large: loaded where a run is computed
    from portal.routing.engine import Progress, Solution, Unfilled
    from portal.routing.engine.explain import Reason

MILLION = 1_000_000


def ask_to_route(context: Context, panel_id: int, seed: int | None = None, reason: str = "") -> None:
    """Enqueue a run as a job; its progress is shown on the page. The panel's own seed decides among equals; another
    one needs a reason. Raises NothingToRoute, PanelTooSmall, ReasonMissing."""
    panel = db.session.get_one(Panel, panel_id)
    ready(panel)  # an early refusal with its reason
    if seed is not None and seed != panel_id and not reason.strip():
        raise ReasonMissing("reason")
    _enqueue(context, panel, panel_id if seed is None else seed, {"reason": reason.strip()})


def try_changes(context: Context, panel_id: int, changes: Changes) -> None:
    """Ask what the assignment would be with these changes; the proposal stands as it is meanwhile."""
    panel = db.session.get_one(Panel, panel_id)
    ready(panel)
    _enqueue(context, panel, panel_id, {"changes": changes.as_json(), "trial": True})


def _enqueue(context: Context, panel: Panel, seed: int, more: dict[str, Any]) -> None:
    payload = {"panel_id": panel.id, "seed": seed, "asked_by": context.actor.person_id} | more
    enqueue(ROUTE, payload, key=f"{panel.public_id}:{context.ids.public_id()}", now=context.now)


def route_if_ready(context: Context, stage_id: int) -> bool:
    """Start the assignment of every panel of the stage that has its people and no run yet."""
    started = False
    for panel in panels.panels_of(stage_id):
        rule = panel.stage.call.definition.stage(panel.stage.code).panel
        due = can_run(panel.seats, rule) and panels.entries_to_route(stage_id, panel.track)
        if due and not panel.stage.call.is_preview and panels.current_run(panel.id) is None:
            ask_to_route(context, panel.id)
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


def store(
    context: Context, panel_id: int, frozen: Frozen, solution: Solution, asked_by: int | None, *,
    trial: bool = False, reason: str = "",
) -> RoutingRun:  # fmt: skip
    """Keep a solved run if its inputs still hold: as drafts, an earlier proposal being discarded, or as a trial beside
    it. Raises InputsChanged."""
    panel = db.session.scalars(select(Panel).where(Panel.id == panel_id).with_for_update()).one()
    _still_holds(panel, frozen.facts, context.now)
    run = RoutingRun(
        public_id=context.ids.public_id(), panel_id=panel_id, inputs=frozen.record, inputs_hash=frozen.digest,
        result=_result(frozen, solution), created_at=context.now, created_by_id=asked_by, trial=trial,
        reason=reason or None,
    )  # fmt: skip
    if not trial:
        _replace_proposal(context, panel)
    db.session.add(run)
    db.session.flush()
    if not trial:
        _keep_drafts(context, run)
    audit.record(
        context, "RoutingRun", "panel", panel.public_id, run=run.public_id, inputs=frozen.digest,
        seed=frozen.record["seed"], pairs=len(run.result["pairs"]), trial=trial, reason=reason,
    )  # fmt: skip
    return run


def still_holds(panel: Panel, run: RoutingRun, now: datetime) -> None:
    """The inputs of a kept run are those of this moment. Raises InputsChanged."""
    _still_holds(panel, {key: value for key, value in run.inputs.items() if key != "affinity"}, now)


def _still_holds(panel: Panel, facts: dict[str, Any], now: datetime) -> None:
    if look(panel, facts["seed"], now, Changes.from_json(facts["changes"])).told != facts:
        raise InputsChanged


def _replace_proposal(context: Context, panel: Panel) -> None:
    earlier = panels.current_run(panel.id)
    if earlier is not None and earlier.published_at is None:
        _drop(context, earlier, "replaced")


def adopt(context: Context, run_id: int, reason: str) -> RoutingRun:
    """Make a trial the proposal, with a reason. Raises RunSettled, ReasonMissing, InputsChanged."""
    run = _open_run(run_id)
    if not run.trial:
        raise RunSettled
    if not reason.strip():
        raise ReasonMissing("reason")
    panel = db.session.scalars(select(Panel).where(Panel.id == run.panel_id).with_for_update()).one()
    still_holds(panel, run, context.now)
    _replace_proposal(context, panel)
    run.trial, run.reason = False, reason.strip()
    _keep_drafts(context, run)
    audit.record(context, "TrialAdopted", "routing_run", run.public_id, panel=panel.public_id, reason=run.reason)
    return run


def _result(frozen: Frozen, solution: Solution) -> dict[str, Any]:
    """Affinities, totals and floors in millionths; `why` stands beside `pairs`."""
    from portal.routing.engine.explain import explain

    kept = {(e, r) for e, r in frozen.record["kept"]}
    told = zip(solution.pairs.tolist(), explain(frozen.problem, solution), strict=True)
    new = [(e, r, reason) for (e, r), reason in told if (e, r) not in kept]
    load = Counter(solution.pairs[:, 1].tolist())
    return {
        "pairs": [[frozen.entries[e], frozen.reviewers[r]] for e, r, _ in new],
        "why": [_told(frozen, reason) | {"terms": frozen.match.shared(e, r)} for e, r, reason in new],
        "load": {str(person): load[r] for r, person in enumerate(frozen.reviewers)},
        "unfilled": [
            {"entry": frozen.entries[u.entry], "missing": u.missing, "reason": _reason(frozen, u)}
            for u in solution.unfilled
        ],
        "refused": [
            {"entry": frozen.entries[x.entry], "person": frozen.reviewers[x.reviewer], "reason": x.reason}
            for x in solution.refused
        ],
        "total": round(solution.total), "bound": round(solution.bound), "gap": solution.gap,
        "floor": round(solution.floor),
        "floor_bound": None if solution.floor_bound is None else round(solution.floor_bound),
        "rounds": solution.rounds, "avoided": len(frozen.record["barred"]),
    }  # fmt: skip


def _told(frozen: Frozen, reason: Reason) -> dict[str, Any]:
    """For the pair's card."""
    return {
        "affinity": round(reason.affinity), "rank": reason.rank, "free": reason.free,
        "price": round(min(reason.price, MILLION)),
        "instead": None if reason.instead is None else frozen.reviewers[reason.instead], "cost": round(reason.cost),
    }  # fmt: skip


def _reason(frozen: Frozen, unfilled: Unfilled) -> str:
    """Those who are away are left out like the barred, but say so: with them there would have been enough."""
    kind, _, place = unfilled.reason.partition(":")
    if kind == "kind":
        return f"kind:{sorted(frozen.record['kinds'])[int(place)]}"
    barred = sum(entry == unfilled.entry for entry, _ in frozen.record["barred"])
    enough = len(frozen.reviewers) - barred >= frozen.record["demand"][unfilled.entry]
    return "absence" if kind == "conflicts" and enough and frozen.record["away"] else unfilled.reason


def _keep_drafts(context: Context, run: RoutingRun) -> None:
    entries = [row["id"] for row in run.inputs["entries"]]
    taken: dict[int, set[str]] = {id_: set() for id_ in entries}
    for known in panels.pairs_of_entries(entries):
        taken[known.entry_id].add(known.pseudonym)
    for (entry_id, person_id), why in zip(run.result["pairs"], run.result["why"], strict=True):
        pseudonym = fresh_pseudonym(context.rng, taken[entry_id])
        taken[entry_id].add(pseudonym)
        db.session.add(
            Assignment(
                public_id=context.ids.public_id(), entry_id=entry_id, panel_id=run.panel_id, person_id=person_id,
                run_id=run.id, state=AssignmentState.DRAFT, pseudonym=pseudonym, affinity=why["affinity"],
                created_at=context.now, explanation=why,
            )
        )  # fmt: skip
    db.session.flush()


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
    run = db.session.get_one(RoutingRun, assignment.run_id)
    assignment.person_id = person_id
    assignment.affinity = affinity_of(run.inputs, assignment.entry_id, person_id) or 0
    assignment.explanation = {"by_hand": True, "before": old, "terms": []}
    audit.record(context, "AssignmentSwapped", "assignment", assignment.public_id, old=old, new=person_id)
    return assignment


def publish(context: Context, run_id: int, due: datetime | None = None) -> RoutingRun:
    """Publish all drafts together, open the review and tell every reviewer. Raises BarredPairs, RunSettled."""
    run = _open_run(run_id)
    if run.trial:
        raise RunSettled
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
