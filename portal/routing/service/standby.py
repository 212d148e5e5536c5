"""Who takes over a place that was given back, by the rule of the call: the nearest free member of the standby list,
then the nearest free member of the panel."""

from __future__ import annotations

from portal.conflicts.queries import barred_pairs
from portal.conflicts.rules import today
from portal.platform.context import Context
from portal.platform.db import db
from portal.routing.models import Assignment, RoutingRun
from portal.routing.queries import panels
from portal.routing.queries import pool as reviewers
from portal.routing.rules.panels import LIVE, review_window

RULE = "사양한 자리를 공고의 규칙에 따라 채움 (Filled by the call's rule after a decline)"


def nearness(assignment: Assignment) -> dict[int, int]:
    """person -> affinity to the entry in millionths, as the run froze it; empty for a pair without a run."""
    run = db.session.get(RoutingRun, assignment.run_id) if assignment.run_id is not None else None
    if run is None:
        return {}
    row = next((n for n, e in enumerate(run.inputs["entries"]) if e["id"] == assignment.entry_id), None)
    if row is None:
        return {}
    people = [r["person"] for r in run.inputs["reviewers"]]
    return dict(zip(people, map(int, run.inputs["affinity"][row]), strict=True))


def next_in_line(context: Context, old: Assignment, *, beyond: bool = False) -> int | None:
    """An accepted member without a bar who never had the entry, is not away and has room: standby members first, of
    them the nearest, then the one with the least load. None when the entry has its reviews already (`beyond`: one more
    than the call foresees is wanted) or nobody is left."""
    stage = old.entry.stage
    rule = stage.call.definition.stage(stage.code).panel
    pairs = panels.pairs_of_entries([old.entry_id])
    if not beyond and sum(p.state in LIVE for p in pairs) >= rule.reviews_per_entry:
        return None
    seats = panels.accepted_seats(old.panel_id)
    people, waits = [s.person_id for s in seats], {s.person_id for s in seats if s.standby}
    barred = barred_pairs(people, [old.entry.application_id], today(context.now))
    away = reviewers.left_out(people, *review_window(stage, context.now))
    loads, profiles, near = reviewers.loads_of(people), reviewers.profiles_of(people), nearness(old)
    had = {p.person_id for p in pairs}

    def room(person: int) -> int:
        own = profiles[person].capacity if person in profiles else rule.max_load
        return min(rule.max_load, own) - loads.get(person, 0)

    free = [
        p
        for p in people
        if p not in had and p not in away and (p, old.entry.application_id) not in barred and room(p) > 0
    ]
    return min(free, key=lambda p: (p not in waits, -near.get(p, 0), loads.get(p, 0), p), default=None)
