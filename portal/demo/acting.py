"""How the demonstration acts: one person, one transaction, one moment of the portal's clock.

A story is a generator that acts and then yields the next moment at which something happens in it. `play` runs many
stories by the clock: it moves the clock on, lets the jobs that are due run, and hands over to the story whose turn it
is. Stories call services only, with the actor that a session would load.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Collection, Generator, Iterable
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import func, select

import portal.notifications.letters  # noqa: F401 - registers the writers
from portal.accounts.queries import actor_of_person
from portal.applications.jobs import CONFIRMATION_ASKED, INSTITUTION_INVITED, MEMBER_INVITED, REFERENCE_ASKED
from portal.notifications.drafts import writers
from portal.notifications.jobs import SEND
from portal.platform import clock
from portal.platform.context import VISITOR, Actor, Context, system_actor
from portal.platform.db import db
from portal.platform.jobs import Job, JobState
from portal.platform.language import speaking
from portal.platform.transaction import NestedTransaction, in_transaction
from portal.routing.jobs import SEAT_INVITED

T = TypeVar("T")
P = ParamSpec("P")
Steps = Generator[datetime, None, None]


class Settle(Protocol):
    """Let the jobs that are due run; `whole`: every one of them."""

    def __call__(self, whole: bool = False, /) -> object: ...


def leaves() -> list[str]:
    """Kinds of job from which nothing follows in a story: letters leaving, and letters that nobody answers at once."""
    opened = {
        kind.code for kind in (INSTITUTION_INVITED, MEMBER_INVITED, CONFIRMATION_ASKED, REFERENCE_ASKED, SEAT_INVITED)
    }
    return [SEND.code, *(code for code in writers if code not in opened)]


class LifeBroken(Exception):
    """A promise of the portal did not hold; the message names it."""


def act(person_id: int, action: Callable[Concatenate[Context, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`action(context, ...)` as this person with every role they hold, in one transaction, at the portal's moment."""
    actor = actor_of_person(person_id, clock.now())
    if actor is None:
        raise LookupError(person_id)
    return _as(actor, lambda context: action(context, *args, **kwargs))


def act_as_visitor(action: Callable[Concatenate[Context, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Behind a link, without an account."""
    return _as(VISITOR, lambda context: action(context, *args, **kwargs))


def act_as_operator(action: Callable[Concatenate[Context, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a command of the console does."""
    return _as(system_actor("demo"), lambda context: action(context, *args, **kwargs))


def _as(actor: Actor, action: Callable[[Context], T]) -> T:
    with speaking(actor.language):
        return in_transaction(lambda: action(Context(actor=actor, now=clock.now())))


def read(query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A read outside a transaction, which it would end; what it returns must be plain values."""
    if db.session.info.get("writing"):
        raise NestedTransaction("a read of its own inside a transaction")
    found = query(*args, **kwargs)
    db.session.rollback()
    return found


def play(stories: Iterable[Steps], settle: Settle) -> None:
    """Run the stories by the clock until every one has ended."""
    turn = itertools.count()
    waiting: list[tuple[datetime, int, Steps]] = []

    def resume(story: Steps) -> None:
        moment = next(story, None)
        if moment is not None:
            heapq.heappush(waiting, (moment, next(turn), story))

    for story in stories:
        resume(story)
    settle()
    while waiting:
        moment, _, story = heapq.heappop(waiting)
        if moment > clock.now():
            clock.move_to(moment)
            settle()
        resume(story)
        settle()
    settle(True)


def parked_jobs() -> list[str]:
    rows = db.session.execute(
        select(Job.id, Job.kind, Job.last_error).where(Job.state == JobState.PARKED).order_by(Job.id)
    ).all()
    return [f"{kind} {job_id}: {error}" for job_id, kind, error in rows]


def jobs_left(but: Collection[str] = ()) -> int:
    """Jobs that are due or running now, without those of the kinds `but`."""
    due = (Job.state == JobState.RUNNING) | ((Job.state == JobState.WAITING) & (Job.run_at <= clock.now()))
    return db.session.scalar(select(func.count()).select_from(Job).where(due, Job.kind.not_in(but))) or 0


def wait_for_worker(alive: Callable[[], bool], but: Collection[str] = (), patience: float = 180.0) -> Settle:
    """A `settle` for a worker in another process: polls the job table until nothing is due.

    Jobs of the kinds `but` may run while the stories go on; at the end (`whole`) they are waited for as well.
    Raises LifeBroken for a parked job, a dead worker, or no progress within `patience` seconds.
    """

    def settle(whole: bool = False, /) -> None:
        before, since, pause = -1, time.monotonic(), 0.01
        while left := read(jobs_left, () if whole else but):
            if left != before:
                before, since, pause = left, time.monotonic(), 0.02
            elif parked := read(parked_jobs):
                raise LifeBroken(f"parked job: {parked[0]}")
            if not alive():
                raise LifeBroken("the worker ended by itself")
            if time.monotonic() - since > patience:
                raise LifeBroken(f"{left} jobs stand still")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.2)
        if parked := read(parked_jobs):
            raise LifeBroken(f"parked job: {parked[0]}")

    return settle
