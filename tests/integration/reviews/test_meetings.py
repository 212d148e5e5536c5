"""A panel meets: order, presence, changed scores, votes, minutes; whoever is barred is out of the room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.audit.models import AuditEvent, AuditValue
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.errors import Forbidden, NotFound
from portal.programs.definition import CallDefinition
from portal.ranking import service as ranking
from portal.ranking.models import RankingRun
from portal.ranking.queries import latest_run
from portal.reviews import rules, service
from portal.reviews.errors import (
    MeetingAlreadyOpen,
    MeetingOver,
    MinutesChanged,
    MinutesNeeded,
    MotionClosed,
    MotionOpen,
    NoChangesHere,
    NoMeeting,
    NoQuorum,
    NoSuchChoice,
    NothingDiffers,
    NotPresent,
    NotUnderDiscussion,
    NoVotesHere,
    ReasonNeeded,
    StaleReview,
)
from portal.reviews.models import Ballot, Motion, PanelMeeting, Review, ReviewState, ReviewVersion
from portal.reviews.queries import meetings as queries
from tests.databases import both_databases
from tests.factories import reviews
from tests.factories.base import committed, context, person
from tests.factories.reviews import COMMENT, UnderReview, marks

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
WHY = "토론에서 근거를 다시 보고 생각을 바꾸었습니다."
TOTALS = [[(55, 35)] * 3, [(50, 30), (40, 30), (45, 30)], [(44, 29)] * 3, [(10, 5), (60, 40), (30, 20)]]


def rule(**changes: object) -> CallDefinition:
    return reviews.definition(meeting={"quorum": 50, "changes": True, "votes": True} | changes, keep=2)


def ranked(made: CallDefinition | None = None) -> UnderReview:
    """Four applications by three reviewers, closed and ranked."""
    field = reviews.under_review(4, 3, made=made or rule())
    reviews.all_submitted(field, TOTALS)
    committed(lambda: ranking.rank(context(), field.stage_id))
    return field


def office() -> Context:
    """An officer of every call."""
    return context(db.session.get_one(Person, committed(lambda: person().id)), "officer")


def opened(field: UnderReview) -> int:
    chair = office()
    return committed(lambda: ranking.open_meeting(chair, field.field.panel_id).id)


def here(field: UnderReview, meeting_id: int, *places: int) -> None:
    for place in places:
        committed(lambda place=place: service.note_presence(field.context(place), meeting_id, field.reviewers[place], True))  # type: ignore[misc]  # fmt: skip


def in_session(field: UnderReview) -> int:
    """Open, everybody present."""
    meeting_id = opened(field)
    here(field, meeting_id, 0, 1, 2)
    return meeting_id


def barred(field: UnderReview, reviewer: int, entry: int) -> None:
    application = reviews.entry_of(field, entry).application_id
    committed(lambda: conflicts.write(context(), field.reviewers[reviewer], application, "relative", Severity.ABSOLUTE))


def revise(field: UnderReview, meeting_id: int, entry: int = 0, reviewer: int = 0, tech: int = 48, why: str = WHY, version: int | None = None, who: Context | None = None) -> int:  # fmt: skip
    def change() -> int:
        id_ = field.id(entry, reviewer)
        found = db.session.scalars(select(Review).where(Review.assignment_id == id_)).one()
        return service.revise_review(
            who or field.context(reviewer), meeting_id, id_, marks(tech, 30), COMMENT, why,
            found.version if version is None else version,
        ).id  # fmt: skip

    return committed(change)


def take_up(field: UnderReview, meeting_id: int, entry: int) -> None:
    chair = office()
    committed(lambda: service.take_up(chair, meeting_id, field.entries[entry]))


def test_those_beside_the_line_are_discussed_first_then_by_disagreement() -> None:
    field = ranked()
    meeting_id = opened(field)
    agenda = queries.agenda(context().actor, meeting_id)
    assert [field.entries.index(i.entry_id) for i in agenda] == [1, 2, 3, 0]
    assert [i.near_line for i in agenda] == [True, True, True, False]  # the fourth by the spread of its marks
    run = latest_run(field.stage_id)
    assert run is not None and db.session.get_one(PanelMeeting, meeting_id).run == run.public_id


def test_one_meeting_at_a_time_only_where_the_call_knows_one_and_by_who_presides() -> None:
    field = ranked()
    with pytest.raises(Forbidden):
        committed(lambda: ranking.open_meeting(field.context(1), field.field.panel_id))
    opened(field)
    with pytest.raises(MeetingAlreadyOpen):
        opened(field)
    other = ranked(reviews.definition())
    with pytest.raises(NoMeeting):
        opened(other)


def test_nothing_is_taken_up_without_a_quorum_of_those_who_may_take_part() -> None:
    field = ranked()
    meeting_id = opened(field)
    here(field, meeting_id, 0)
    with pytest.raises(NoQuorum):
        take_up(field, meeting_id, 1)
    here(field, meeting_id, 1)
    take_up(field, meeting_id, 1)
    barred(field, 1, 2)
    with pytest.raises(NoQuorum):  # of the two who may speak of it one is here: not more than half
        take_up(field, meeting_id, 2)


def test_a_changed_score_leaves_the_former_version_and_the_ranking_follows_at_the_close() -> None:
    chair = office()
    field = ranked()
    meeting_id = in_session(field)
    take_up(field, meeting_id, 0)
    first = db.session.scalars(select(Review).where(Review.assignment_id == field.id(0, 0))).one()
    before, receipt = service.marks_of(first), first.receipt
    review_id = revise(field, meeting_id, 0, 0, tech=20)
    revise(field, meeting_id, 0, 0, tech=22)
    review = db.session.get_one(Review, review_id)
    versions = db.session.scalars(select(ReviewVersion).where(ReviewVersion.review_id == review_id).order_by(ReviewVersion.number)).all()  # fmt: skip
    assert review.state is ReviewState.REVISED and service.marks_of(review)["tech"][0] == 22
    assert [v.number for v in versions] == [1, 2]
    assert {c: tuple(m) for c, m in versions[0].marks.items()} == before
    assert versions[0].receipt == receipt and versions[1].marks["tech"][0] == 20
    assert service.receipt_of(review) == review.receipt != receipt
    assert "ScoresChanged" in set(db.session.scalars(select(AuditEvent.kind)))
    old = latest_run(field.stage_id)
    committed(lambda: service.write_minutes(chair, meeting_id, "논의 결과를 적었습니다.", 0))
    committed(lambda: service.close_meeting(chair, meeting_id))
    committed(lambda: ranking.rank_all(context(), field.stage_id))
    new = latest_run(field.stage_id)
    assert old is not None and new is not None and new.id != old.id
    kept = db.session.get_one(RankingRun, old.id)
    assert kept.discarded_at is not None
    assert next(r for r in new.result if r["entry_id"] == field.entries[0])["mean"] == "232/3"  # (22+30 + 90 + 90) / 3


def test_scores_change_only_while_discussed_by_who_is_here_with_a_reason_and_from_the_last_version() -> None:
    field = ranked()
    meeting_id = opened(field)
    here(field, meeting_id, 0, 1)
    with pytest.raises(NotUnderDiscussion):
        revise(field, meeting_id)
    take_up(field, meeting_id, 0)
    with pytest.raises(NotPresent):
        revise(field, meeting_id, 0, 2)
    with pytest.raises(NotFound):  # another's review
        revise(field, meeting_id, 0, 0, who=field.context(1))
    with pytest.raises(ReasonNeeded):
        revise(field, meeting_id, why="짧음")
    with pytest.raises(StaleReview):
        revise(field, meeting_id, version=0)
    revise(field, meeting_id)
    with pytest.raises(NothingDiffers):
        revise(field, meeting_id)


def test_where_the_call_does_not_want_it_no_score_is_changed_and_nobody_votes() -> None:
    chair = office()
    field = ranked(rule(changes=False, votes=False))
    meeting_id = in_session(field)
    take_up(field, meeting_id, 0)
    with pytest.raises(NoChangesHere):
        revise(field, meeting_id)
    with pytest.raises(NoVotesHere):
        committed(lambda: service.put_motion(chair, meeting_id, "이 과제를 추천합니까?", []))


def test_a_barred_member_finds_nothing_of_the_application_and_votes_on_nothing_about_it() -> None:
    chair = office()
    field = ranked()
    meeting_id = in_session(field)
    barred(field, 2, 1)
    entry = field.entries[1]
    mine = field.context(2).actor
    assert entry not in {i.entry_id for i in queries.agenda(mine, meeting_id)}
    public_id, panel = reviews.entry_of(field, 1).public_id, queries.locked_meeting(meeting_id).panel.public_id
    assert queries.item_for(mine, panel, public_id) is None
    take_up(field, meeting_id, 1)
    with pytest.raises(NotFound):
        revise(field, meeting_id, 1, 2)
    motion = committed(lambda: service.put_motion(chair, meeting_id, "이 과제를 추천합니까?", [entry]).public_id)
    assert queries.motion_for(mine, panel, motion) is None
    id_ = db.session.scalars(select(Motion.id)).one()
    with pytest.raises(NotFound):
        committed(lambda: service.cast_ballot(field.context(2), id_, rules.NO))
    for place in (0, 1):
        committed(lambda place=place: service.cast_ballot(field.context(place), id_, rules.YES))  # type: ignore[misc]
    closed = committed(lambda: service.close_motion(chair, id_).id)
    found = db.session.get_one(Motion, closed)
    assert (found.entitled, found.outcome) == (2, rules.CARRIED)


def test_the_last_vote_counts_and_only_of_those_still_here() -> None:
    chair = office()
    field = ranked()
    meeting_id = in_session(field)
    entries = [field.entries[0], field.entries[1]]
    id_ = committed(lambda: service.put_motion(chair, meeting_id, "누구를 고릅니까?", entries).id)
    names = [reviews.entry_of(field, 0).public_id, reviews.entry_of(field, 1).public_id]
    with pytest.raises(MotionOpen):
        committed(lambda: service.put_motion(chair, meeting_id, "다른 안건을 묻습니다.", []))
    with pytest.raises(NoSuchChoice):
        committed(lambda: service.cast_ballot(field.context(0), id_, rules.YES))
    for place, choice in ((0, names[0]), (0, names[1]), (1, names[1]), (2, names[0])):
        committed(lambda p=place, c=choice: service.cast_ballot(field.context(p), id_, c))  # type: ignore[misc]
    committed(lambda: service.note_presence(field.context(2), meeting_id, field.reviewers[2], False))
    committed(lambda: service.close_motion(chair, id_))
    motion = db.session.get_one(Motion, id_)
    assert (motion.outcome, motion.entitled) == (names[1], 2)
    assert motion.counts is not None and (motion.counts[names[0]], motion.counts[names[1]]) == (0, 2)
    assert len(db.session.scalars(select(Ballot)).all()) == 3
    cast = select(AuditEvent.sequence).where(AuditEvent.kind == "BallotCast")
    told = set(db.session.scalars(select(AuditValue.name).where(AuditValue.sequence.in_(cast))))
    assert told == {"motion"}  # that a vote was cast, not which
    with pytest.raises(MotionClosed):
        committed(lambda: service.cast_ballot(field.context(0), id_, rules.ABSTAIN))


def test_who_came_and_left_stays_written_down() -> None:
    chair = office()
    field = ranked()
    meeting_id = opened(field)
    here(field, meeting_id, 0)
    here(field, meeting_id, 0)  # again changes nothing
    committed(lambda: service.note_presence(chair, meeting_id, field.reviewers[0], False))
    here(field, meeting_id, 0)
    assert len(queries.meetings_of(field.field.panel_id)[0].attendance) == 2
    with pytest.raises(Forbidden):
        committed(lambda: service.note_presence(field.context(1), meeting_id, field.reviewers[0], False))


def test_minutes_keep_versions_and_the_meeting_ends_only_with_them() -> None:
    chair = office()
    field = ranked()
    meeting_id = in_session(field)
    with pytest.raises(MinutesNeeded):
        committed(lambda: service.close_meeting(chair, meeting_id))
    committed(lambda: service.write_minutes(chair, meeting_id, "처음 적은 회의록입니다.", 0))
    with pytest.raises(MinutesChanged):
        committed(lambda: service.write_minutes(chair, meeting_id, "다른 창에서 적은 글", 0))
    committed(lambda: service.write_minutes(chair, meeting_id, "고쳐 적은 회의록입니다.", 1))
    assert [m.version for m in queries.minutes_of(meeting_id)] == [2, 1]
    committed(lambda: service.close_meeting(chair, meeting_id))
    assert queries.present_people(meeting_id) == set()
    with pytest.raises(MeetingOver):
        take_up(field, meeting_id, 0)
    assert opened(field) != meeting_id  # it may meet again


def test_whoever_is_barred_from_one_writes_no_minutes_and_closes_no_meeting() -> None:
    field = ranked()
    meeting_id = in_session(field)
    officer = office()
    application = reviews.entry_of(field, 3).application_id
    assert officer.actor.person_id is not None
    committed(
        lambda: conflicts.write(context(), officer.actor.person_id or 0, application, "relative", Severity.ABSOLUTE)
    )
    with pytest.raises(NotFound):
        committed(lambda: service.write_minutes(officer, meeting_id, "모두 논의하였습니다.", 0))
    with pytest.raises(NotFound):
        committed(lambda: service.close_meeting(officer, meeting_id))


def test_reviews_of_an_earlier_day_stand_in_the_ranking_as_they_were() -> None:
    """A discarded run replays from its own inputs whatever the meeting changed."""
    field = ranked()
    old = latest_run(field.stage_id)
    assert old is not None
    hash_ = old.result_hash
    meeting_id = in_session(field)
    take_up(field, meeting_id, 0)
    revise(field, meeting_id, 0, 0, tech=1, who=None)
    from portal.ranking.queries import kept

    assert ranking.replay(kept(old.id)).held and db.session.get_one(RankingRun, old.id).result_hash == hash_


def test_times_are_those_of_the_context() -> None:
    field = ranked()
    meeting_id = opened(field)
    later = context().now + timedelta(hours=2)
    committed(lambda: service.note_presence(field.context(0, at=later), meeting_id, field.reviewers[0], True))
    assert queries.meetings_of(field.field.panel_id)[0].attendance[0].came_at == later
