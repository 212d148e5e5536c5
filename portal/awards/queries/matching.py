"""Saved matchings of a stage, and what a new one is made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from portal.applications.models import EntryState, StageEntry, Submission
from portal.awards.models import Award, Decision, DecisionState, Outcome, Result, Scenario
from portal.awards.queries.awards import GIVEN_UP
from portal.platform.db import db
from portal.ranking.models import RankingRun
from portal.ranking.queries import is_covered

MOST = 20
ALL_TRACKS = ""  # of a call with tracks, no scenario has an empty one


class Listed(NamedTuple):
    """A saved matching without what is long in it."""

    public_id: str
    inputs_hash: str
    made_at: datetime
    by_id: int | None
    solved_at: datetime | None


def matchings(stage_id: int) -> list[Listed]:
    """The newest first, the last twenty."""
    rows = db.session.execute(
        select(Scenario.public_id, Scenario.inputs_hash, Scenario.made_at, Scenario.by_id, Scenario.solved_at)
        .where(Scenario.stage_id == stage_id, Scenario.track == ALL_TRACKS)
        .order_by(Scenario.id.desc())
        .limit(MOST)
    )
    return [Listed(*row) for row in rows]


def matching(stage_id: int, public_id: str) -> Scenario | None:
    return db.session.scalars(
        select(Scenario).where(
            Scenario.stage_id == stage_id, Scenario.track == ALL_TRACKS, Scenario.public_id == public_id
        )
    ).one_or_none()


def latest(stage_id: int) -> Scenario | None:
    return db.session.scalars(
        select(Scenario)
        .where(Scenario.stage_id == stage_id, Scenario.track == ALL_TRACKS)
        .order_by(Scenario.id.desc())
        .limit(1)
    ).one_or_none()


class Run(NamedTuple):
    """A track's latest run; `rows` in order."""

    id: int
    public_id: str
    rows: Sequence[dict[str, Any]]
    result_hash: str


def latest_runs(stage_id: int) -> dict[str, Run]:
    """By track, discarded ones left out."""
    rows = db.session.execute(
        select(RankingRun.track, RankingRun.id, RankingRun.public_id, RankingRun.result, RankingRun.result_hash)
        .where(RankingRun.stage_id == stage_id, RankingRun.discarded_at.is_(None))
        .order_by(RankingRun.id)
    )
    return {track: Run(*run) for track, *run in rows}


class Chosen(NamedTuple):
    """An entry with the groups that its submission names, in order."""

    id: int
    public_id: str
    track: str
    choices: list[str]


def chosen(stage_id: int, section: str, question: str) -> Iterator[Chosen]:
    """Every entry that a ranking of the stage covers, by its frozen submission."""
    rows = db.session.execute(
        select(StageEntry.id, StageEntry.public_id, StageEntry.track, Submission.content)
        .join(Submission, StageEntry.submission_id == Submission.id)
        .where(StageEntry.stage_id == stage_id, is_covered())
        .order_by(StageEntry.id),
        execution_options={"yield_per": 100},  # a content may be long
    )
    for id_, public_id, track, content in rows:
        sections = json.loads(content)["sections"] if content else {}  # emptied when its term was over
        given = sections.get(section, {}).get("", {}).get(question) or []
        yield Chosen(id_, public_id, track, list(dict.fromkeys(given)))


class Standing(NamedTuple):
    """What decisions that were approved or published say of a stage's entries."""

    held: dict[str, str]  # entry -> the track whose place it holds
    gone: set[str]  # gave its place up, or lost it
    declined: set[str]  # not selected by its own track's decision


def standing(stage_id: int) -> Standing:
    """By public ids. Who stands on a reserve list is none of the three."""
    found = Standing({}, set(), set())
    rows = db.session.execute(
        select(
            StageEntry.public_id, func.coalesce(Outcome.placed_track, StageEntry.track), Outcome.result, Outcome.passed_over_at, Award.state,
        )
        .join(Outcome, Outcome.entry_id == StageEntry.id)
        .join(Decision, Outcome.decision_id == Decision.id)
        .outerjoin(Award, Award.outcome_id == Outcome.id)
        .where(
            StageEntry.stage_id == stage_id, StageEntry.state != EntryState.WITHDRAWN,
            Decision.state.in_((DecisionState.APPROVED, DecisionState.PUBLISHED)),
        )
        .order_by(StageEntry.id)
    )  # fmt: skip
    for entry, track, result, passed_over_at, award in rows:
        if award is not None and award in GIVEN_UP:
            found.gone.add(entry)
        elif award is not None or result is Result.ADVANCE:
            found.held[entry] = track
        elif result is Result.DECLINE or passed_over_at is not None:
            found.declined.add(entry)
    return found
