"""Presentations of a stage: slots drawn by lot and published, confirmed by the teams, two of them exchanged, held."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.applications.models import Application, StageEntry
from portal.demo.acting import Steps, act, read
from portal.demo.people import Cast
from portal.demo.reviewing import StageIds
from portal.platform import clock
from portal.platform.db import db
from portal.programs.definition import SessionRule
from portal.routing import service as routing
from portal.routing.models import Panel, Session
from portal.routing.queries import sessions
from portal.routing.rules.sessions import Layout

MOST_TEAMS: Final = 40  # what one panel hears in sessions
DAY: Final = (time(9), 8 * 60)  # begins; how many minutes of it are for presentations
SEOUL: Final = ZoneInfo("Asia/Seoul")
Given = list[tuple[int, int, datetime]]  # (session, owner of its application, start), by time


def hear(cast: Cast, stage: StageIds, panel_ids: Sequence[int]) -> Steps:
    """Every panel with so few teams that it can hear them all; each session begins at its time."""
    rule = stage.definition.session
    if rule is None:
        return
    held: list[tuple[datetime, int]] = []
    for panel_id in panel_ids:
        teams = read(_teams, panel_id)
        if 0 < teams <= MOST_TEAMS:
            _publish(cast, panel_id, rule, teams)
            _answer(panel_id)
            held += [(at, session_id) for session_id, _, at in _given(panel_id)]
    for at, session_id in sorted(held):
        yield at
        act(cast.officers[0], routing.start_session, session_id)


def _teams(panel_id: int) -> int:
    return len(sessions.entries_to_hear(db.session.get_one(Panel, panel_id)))


def _publish(cast: Cast, panel_id: int, rule: SessionRule, teams: int) -> None:
    """One slot more than there are teams, over as many working days as it takes."""
    begin, minutes = DAY
    a_day = max(1, minutes // (rule.minutes + rule.break_minutes))
    day, left = clock.now().astimezone(SEOUL) + timedelta(hours=rule.confirm_hours), teams + 1
    while left:
        day += timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        count = min(left, a_day)
        first = datetime.combine(day.date(), begin, tzinfo=SEOUL)
        layout = Layout(first, count, rule.minutes, rule.break_minutes)
        act(cast.officers[0], routing.plan_sessions, panel_id, layout, "온라인 회의실 1")
        left -= count
    act(cast.officers[0], routing.draw_sessions, panel_id)
    act(cast.officers[0], routing.publish_sessions, panel_id)


def _given(panel_id: int) -> Given:
    query = (
        select(Session.id, Application.owner_id, Session.starts_at)
        .join(StageEntry, Session.entry_id == StageEntry.id)
        .join(Application, StageEntry.application_id == Application.id)
        .where(Session.panel_id == panel_id)
        .order_by(Session.starts_at, Session.id)
    )
    return read(lambda: [(row[0], row[1], row[2]) for row in db.session.execute(query)])


def _answer(panel_id: int) -> None:
    """The first and the second team exchange their slots; the others confirm theirs, but for the last."""
    rows = _given(panel_id)
    if len(rows) > 1:
        (one, asks, _), (other, answers, _) = rows[:2]
        swap = act(asks, lambda context: routing.ask_to_swap(context, one, other).id)
        act(answers, routing.answer_swap, swap, True)
    for session_id, owner_id, _ in rows[2:-1]:
        act(owner_id, routing.confirm_session, session_id)


def beside(*stories: Steps) -> Steps:
    """Several stories as one: each acts at its own moments."""
    waiting = [(moment, n, story) for n, story in enumerate(stories) if (moment := next(story, None)) is not None]
    heapq.heapify(waiting)
    while waiting:
        moment, n, story = heapq.heappop(waiting)
        yield moment
        if (following := next(story, None)) is not None:
            heapq.heappush(waiting, (following, n, story))
