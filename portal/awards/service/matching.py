"""Save a matching of all tracks of a stage: its inputs are frozen here, a job computes it. Nothing is awarded by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.audit.service import record
from portal.awards import rules
from portal.awards.errors import MatchingStale, TracksNotRanked
from portal.awards.jobs import SCENARIO
from portal.awards.models import Scenario
from portal.awards.placing import DECLINED, KIND
from portal.awards.queries import matching as queries
from portal.awards.queries.matching import ALL_TRACKS, Chosen, Run, Standing
from portal.budgets.queries import lines_by_code, tree
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.jobs import enqueue
from portal.platform.language import say
from portal.programs.definition import CallDefinition
from portal.programs.models import Stage
from portal.ranking.queries import conditions
from portal.ranking.rules import digest


def save_matching(context: Context, stage_id: int) -> Scenario:
    """The same inputs: the same matching again. Raises NotFound (no ranked choice of tracks), TracksNotRanked."""
    stage = db.session.scalars(select(Stage).where(Stage.id == stage_id).with_for_update(of=Stage)).one()
    asked = rules.ranked_choice(stage.call.definition)
    if asked is None:
        raise NotFound
    entries = list(queries.chosen(stage.id, *asked))
    runs = _runs(stage, entries)
    inputs = _inputs(stage, entries, runs)
    inputs_hash, latest = digest(inputs), queries.latest(stage.id)
    if latest is not None and latest.inputs_hash == inputs_hash:
        return latest
    made = Scenario(
        public_id=context.ids.public_id(), stage_id=stage.id, track=ALL_TRACKS, name="", inputs=inputs,
        ranking_run_id=max(run.id for run in runs.values()), inputs_hash=inputs_hash, made_at=context.now,
        by_id=context.actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(context, "MatchingSaved", "stage", stage.public_id, matching=made.public_id, inputs=inputs_hash)
    enqueue(SCENARIO, {"scenario_id": made.id}, key=made.public_id, now=context.now)
    return made


def check_current(stage: Stage, saved: Scenario) -> None:
    """Raises MatchingStale."""
    if not is_current(stage, saved):
        raise MatchingStale


def is_current(stage: Stage, saved: Scenario) -> bool:
    """The rankings and rules are still those it was made from."""
    now = [
        {"track": track, "run": run.public_id, "result": run.result_hash}
        for track, run in queries.latest_runs(stage.id).items()
    ]
    known = {track.code for track in stage.call.definition.tracks}
    runs = [run for run in now if run["track"] in known]
    by_track = sorted(saved.inputs["runs"], key=lambda run: str(run["track"]))
    same = sorted(runs, key=lambda run: str(run["track"])) == by_track
    return same and bool(saved.inputs["rules"] == stage.call.content_hash)


def check_unchanged(stage: Stage, saved: Scenario) -> None:
    """Nothing at all has changed since, offers and answers included. Raises MatchingStale."""
    asked = rules.ranked_choice(stage.call.definition)
    assert asked is not None  # it was saved
    entries = list(queries.chosen(stage.id, *asked))
    if digest(_inputs(stage, entries, _runs(stage, entries))) != saved.inputs_hash:
        raise MatchingStale


def _runs(stage: Stage, entries: Sequence[Chosen]) -> dict[str, Run]:
    runs, definition = queries.latest_runs(stage.id), stage.call.definition
    found = {track.code: runs[track.code] for track in definition.tracks if track.code in runs}
    filled = {entry.track for entry in entries}
    open_ones = [track for track in definition.tracks if track.code in filled and track.code not in found]
    if open_ones or not found:
        raise TracksNotRanked(tracks=", ".join(say(track.names) for track in open_ones or definition.tracks))
    return found


def _inputs(stage: Stage, entries: Sequence[Chosen], runs: Mapping[str, Run]) -> dict[str, Any]:
    """Who chose what, the order of each track, and how many places there are."""
    definition, standing = stage.call.definition, queries.standing(stage.id)
    of_stage = definition.stage(stage.code)
    held = {entry.public_id: standing.held[entry.public_id] for entry in entries if entry.public_id in standing.held}
    return {
        "kind": KIND, "rules": stage.call.content_hash, "stage": stage.code, "ties": list(of_stage.ties),
        "runs": [{"track": track, "run": run.public_id, "result": run.result_hash} for track, run in runs.items()],
        "entries": _entries(stage, entries, runs, standing),
        "held": dict(sorted(held.items())),
        "gone": sorted(entry.public_id for entry in entries if entry.public_id in standing.gone),
    } | _places(definition, stage, list(held.values()))  # fmt: skip


def _entries(
    stage: Stage, entries: Sequence[Chosen], runs: Mapping[str, Run], standing: Standing
) -> list[dict[str, Any]]:
    """By public id. `out`: why no group accepts it, or its own does not; `inside`: rank order alone would select it."""
    definition = stage.call.definition
    ties, tracks = definition.stage(stage.code).ties, {track.code for track in definition.tracks}
    judged = {row["entry"]: row for run in runs.values() for row in run.rows}
    failed = {
        entry_id
        for entry_id, by in conditions([entry.id for entry in entries]).items()
        if any(not found.passed for found in by.values())
    }
    refused = "not_reserve" if definition.awards.promote else DECLINED  # a reserve list is the way back
    found = []
    for entry in entries:
        row = judged.get(entry.public_id)
        out = "not_ranked" if row is None else "no_total" if row["mean"] is None else None
        out = "condition" if entry.id in failed else out
        found.append(
            {
                "entry": entry.public_id, "track": entry.track, "rank": row["rank"] if row else None,
                "total": row["mean"] if row else None,
                "ties": [(row or {}).get("by_criterion", {}).get(code, "0/1") for code in ties],
                "choices": [code for code in entry.choices if code in tracks],
                "out": out or (refused if entry.public_id in standing.declined else None),
            }
        )  # fmt: skip
    inside = _inside(definition, stage.code, entries, found, standing)
    return sorted((e | {"inside": e["entry"] in inside} for e in found), key=lambda e: str(e["entry"]))


def _inside(
    definition: CallDefinition, stage: str, entries: Sequence[Chosen], found: Sequence[Mapping[str, Any]],
    standing: Standing,
) -> set[str]:  # fmt: skip
    """Who is selected track by track: by its decision where there is one, else the first in rank order, as the form
    that proposes a decision starts from."""
    decided = {e.track for e in entries if e.public_id in standing.declined or e.public_id in standing.held}
    inside = set(standing.held)
    for track in {entry.track for entry in entries} - decided:
        own = [
            (one["rank"], entry.id, entry.public_id)
            for entry, one in zip(entries, found, strict=True)
            if entry.track == track and one["out"] is None
        ]
        inside |= {public_id for _, _, public_id in sorted(own)[: rules.keep_of(definition, stage, track)]}
    return inside


def _places(definition: CallDefinition, stage: Stage, held: Sequence[str]) -> dict[str, Any]:
    """Places of the groups in the call's order, of their institutes, and of all (None without a limit of their own).

    A group has what its track may keep. Where the stage awards, head-counts of budget lines and the call's own number
    of awards bind as well: of a line, what is left beside other awards than those that are held.
    """
    of = {track.code: track.group or "" for track in definition.tracks}
    limits = _limits(definition, of, held) if definition.stage(stage.code).awards else Limits({}, {}, None)
    places = {
        group: max(
            min([rules.keep_of(definition, stage.code, group), *limits.groups.get(group, ())]), held.count(group)
        )
        for group in of
    }  # fmt: skip
    sums = {code: sum(n for group, n in places.items() if of[group] == code) for code in dict.fromkeys(of.values())}
    return {
        "groups": [{"code": code, "institute": of[code], "places": n} for code, n in places.items()],
        "institutes": [
            {"code": code, "places": min([n, *limits.institutes.get(code, ())])} for code, n in sums.items()
        ],
        "all_places": limits.all,
    }


class Limits(NamedTuple):
    """Awards that the head-counts leave room for, held ones counted."""

    groups: dict[str, list[int]]
    institutes: dict[str, list[int]]
    all: int | None


def _limits(definition: CallDefinition, of: Mapping[str, str], held: Sequence[str]) -> Limits:
    """A line limits the group that alone charges it, the institute all of whose groups and no other's do, or all."""
    books = tree()
    under: dict[str, tuple[set[str], int]] = {}  # line -> the groups that charge it, places of one award
    for code, track, each in rules.places_lines(definition):
        charged = books.by_code.get(code)
        for step in books.path(charged) if charged else ():
            if charged and step.unit == charged.unit:
                under.setdefault(step.code, (set(), each))[0].update([track] if track else of)
    found, everything = Limits({}, {}, None), [definition.awards.max_count]
    for code, line in lines_by_code(under).items():
        groups, each = under[code]
        left = max(0, (line.cap - line.used) // each + sum(group in groups for group in held))
        institutes = {of[group] for group in groups}
        if not line.enforced:
            continue
        if len(groups) == 1:
            found.groups.setdefault(next(iter(groups)), []).append(left)
        if groups == set(of):
            everything.append(left)
        elif len(institutes) == 1 and groups == {group for group, code in of.items() if code in institutes}:
            found.institutes.setdefault(institutes.pop(), []).append(left)
    return found._replace(all=min(everything))
