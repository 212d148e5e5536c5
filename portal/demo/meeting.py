"""A panel meets on its reviews, where the call knows meetings: what is near the line first, one vote, minutes."""

from __future__ import annotations

from datetime import timedelta

from portal.demo.acting import Steps, act, read
from portal.demo.people import Cast
from portal.demo.reviewing import StageIds
from portal.platform import clock
from portal.platform.context import Context
from portal.ranking import service as ranking
from portal.reviews import rules
from portal.reviews import service as reviews
from portal.reviews.queries import meetings

DISCUSSED = 3  # applications
CONCLUDED = "점수가 갈린 항목의 근거를 함께 살폈고, 제출한 점수를 그대로 두기로 하였습니다."
QUESTION = "논의한 순위대로 추천하고 조건은 판정에 따릅니다."
MINUTES = "순위의 선에 가까운 신청부터 논의하였습니다. 점수를 고친 위원은 없었고, 순위대로 추천하는 안건을 표결하여 가결하였습니다."


def meet(cast: Cast, stage: StageIds, panel_id: int) -> Steps:
    """Opened by an officer; every member comes; nobody changes a score, so that the ranking stays what it was."""
    if stage.definition.meeting is None:
        return
    officer = cast.officers[0]
    meeting_id = act(officer, lambda c: ranking.open_meeting(c, panel_id).id)
    members = read(lambda: [seat.person_id for seat in meetings.panel_members(panel_id)])
    for person_id in members:
        act(person_id, reviews.note_presence, meeting_id, person_id, True)
    for entry_id in read(lambda: meetings.items_of(meeting_id))[:DISCUSSED]:
        act(officer, reviews.take_up, meeting_id, entry_id)
        yield clock.now() + timedelta(minutes=15)
        act(officer, reviews.conclude, meeting_id, entry_id, CONCLUDED)
    if stage.definition.meeting.votes:
        _vote(officer, members, meeting_id)
    act(officer, reviews.write_minutes, meeting_id, MINUTES, 0)
    act(officer, reviews.close_meeting, meeting_id)
    yield clock.now() + timedelta(minutes=10)


def _vote(officer: int, members: list[int], meeting_id: int) -> None:
    """One abstains, the others agree."""

    def put(context: Context) -> int:
        return reviews.put_motion(context, meeting_id, QUESTION, []).id

    motion_id = act(officer, put)
    for n, person_id in enumerate(members):
        act(person_id, reviews.cast_ballot, motion_id, rules.YES if n else rules.ABSTAIN)
    act(officer, reviews.close_motion, motion_id)
