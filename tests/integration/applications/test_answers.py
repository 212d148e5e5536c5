"""Who writes which part, two tabs, three institutions at once, and one effect for one post."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal.applications import service
from portal.applications.errors import AnswersRefused, CallClosed, NotYours, StaleAnswers
from portal.applications.models import Application, Institution, Member, MemberRole, SectionAnswer
from portal.applications.queries import drafts
from portal.audit.models import AuditEvent
from portal.platform.db import db
from portal.platform.errors import Forbidden
from portal.platform.files import ResidentNumberFound
from portal.programs.models import Call
from tests.databases import both_databases
from tests.factories import base
from tests.factories.applications import Consortium, consortium, member
from tests.factories.base import committed

pytestmark = both_databases


def save(team: Consortium, answers: dict[str, Any], version: int = 0, who: int = 0, section: str = "all", slice: str = "",
         after: timedelta = timedelta()) -> int:  # fmt: skip
    """The version after the save."""
    return committed(
        lambda: service.save_section(team.context(who, after), team.id, section, slice, answers, version).version
    )


def stored(team: Consortium, section: str = "all", slice: str = "") -> dict[str, Any]:
    row = drafts.answer_of(team.id, section, slice)
    return row.answers if row else {}


def test_starting_makes_the_owner_a_consenting_principal_investigator(app: Flask) -> None:
    team = consortium()
    lead = db.session.query(Institution).filter_by(public_id=team.institutions[0]).one()
    person = db.session.query(Member).filter_by(application_id=team.id).one()
    assert lead.joined_at is not None and lead.organisation_id is not None
    assert person.role is MemberRole.PI and person.may_edit and person.consented_at is not None
    assert db.session.query(AuditEvent).filter_by(kind="ApplicationStarted").count() == 1


def test_nothing_starts_after_the_deadline(app: Flask) -> None:
    team = consortium()
    late = timedelta(days=4)
    with pytest.raises(CallClosed):
        committed(lambda: service.start(team.context(0, late), team.call_id, "늦음", service.Lead(name="기관")))


def test_title_with_a_resident_number_is_refused(app: Flask) -> None:
    team = consortium()
    with pytest.raises(ResidentNumberFound):
        committed(lambda: service.rename(team.context(), team.id, "900101-1234568"))


def test_save_at_the_deadline_is_late_and_a_millisecond_before_is_not(app: Flask) -> None:
    team = consortium()
    closes = db.session.get_one(Call, team.call_id).closes_at
    person = db.session.get_one(base.Person, team.people[0])
    early, late = base.context(person, at=closes - timedelta(milliseconds=1)), base.context(person, at=closes)
    committed(lambda: service.save_section(early, team.id, "all", "", {"name": "가"}, 0))
    with pytest.raises(CallClosed):
        committed(lambda: service.save_section(late, team.id, "all", "", {"name": "나"}, 1))
    assert stored(team) == {"name": "가"}


def test_extended_deadline_of_one_application_counts(app: Flask) -> None:
    team = consortium()

    def extend() -> None:
        made = db.session.get_one(Application, team.id)
        made.closes_at = made.call.closes_at + timedelta(days=2)

    committed(extend)
    assert save(team, {"name": "가"}, after=timedelta(days=4)) == 1


def test_each_institution_writes_its_own_part_only(app: Flask) -> None:
    team = consortium()
    save(team, {"task": "데이터"}, who=1, section="part", slice=team.institutions[1])
    with pytest.raises(NotYours):
        save(team, {"task": "빼앗음"}, version=1, who=0, section="part", slice=team.institutions[1])
    with pytest.raises(NotYours):
        save(team, {"task": "빼앗음"}, version=1, who=2, section="part", slice=team.institutions[1])
    assert stored(team, "part", team.institutions[1]) == {"task": "데이터"}


def test_team_parts_are_closed_to_members_who_may_not_edit(app: Flask) -> None:
    team = consortium()
    reader, writer = committed(lambda: (base.person().id, base.person().id))

    def add() -> None:
        member(team, db.session.get_one(base.Person, reader))
        member(team, db.session.get_one(base.Person, writer), may_edit=True)

    committed(add)
    team.people += [reader, writer]
    with pytest.raises(Forbidden):
        save(team, {"name": "가"}, who=3)
    with pytest.raises(Forbidden):
        save(team, {"name": "가"}, who=1)  # joined for a partner: the team's parts need may_edit
    assert save(team, {"name": "가"}, who=4) == 1


def test_strangers_find_nothing(app: Flask) -> None:
    team = consortium()
    stranger = committed(lambda: base.person().id)
    actor = base.actor(db.session.get_one(base.Person, stranger), "officer", "administrator", "reviewer")
    assert drafts.application_for(actor, team.public_id) is None
    mine = base.actor(db.session.get_one(base.Person, team.people[2]))
    assert drafts.application_for(mine, team.public_id) is not None


def test_older_tab_is_refused_and_the_newer_text_stays(app: Flask) -> None:
    team = consortium()
    assert save(team, {"name": "첫째"}) == 1
    with pytest.raises(StaleAnswers) as refusal:
        save(team, {"name": "둘째"}, version=0)
    assert "김하늘" in refusal.value.sentence()
    assert stored(team) == {"name": "첫째"}


def test_the_same_save_sent_again_is_no_conflict(app: Flask) -> None:
    team = consortium()
    assert save(team, {"name": "가"}) == 1
    assert save(team, {"name": "가"}) == 1


def test_refused_save_changes_nothing(app: Flask) -> None:
    team = consortium()
    save(team, {"name": "가"})
    for bad in ({"need": "900101-1234568"}, {"name": "가" * 21}, {"authors": ["other"]}, {"sites": ["other"]}):
        with pytest.raises(AnswersRefused):
            save(team, {"name": "나"} | bad, version=1)
    assert stored(team) == {"name": "가"}


def test_three_institutions_at_once_lose_nothing(app: Flask) -> None:
    team = consortium()
    errors: list[BaseException] = []

    def write(number: int) -> None:
        with app.app_context():
            try:
                for turn in range(8):
                    answers = {"task": f"{number}번 기관의 {turn}번째"}
                    save(team, answers, version=turn, who=number, section="part", slice=team.institutions[number])
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    run_all([threading.Thread(target=write, args=(n,)) for n in range(3)])
    assert not errors
    db.session.expire_all()
    for number in range(3):
        assert stored(team, "part", team.institutions[number]) == {"task": f"{number}번 기관의 7번째"}


def test_of_many_saves_from_the_same_version_one_wins(app: Flask) -> None:
    team = consortium()
    won: list[int] = []
    stale: list[int] = []

    def write(number: int) -> None:
        with app.app_context():
            try:
                won.append(save(team, {"name": f"글 {number}"}))
            except StaleAnswers:
                stale.append(number)
            finally:
                db.session.remove()

    run_all([threading.Thread(target=write, args=(n,)) for n in range(12)])
    assert won == [1] and len(stale) == 11
    db.session.expire_all()
    assert db.session.query(SectionAnswer).filter_by(application_id=team.id).count() == 1


def run_all(threads: list[threading.Thread]) -> None:
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
