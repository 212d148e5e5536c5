"""A conflict of interest bars whoever it concerns, whatever their roles, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import Application
from portal.audit.models import AuditEvent, AuditValue
from portal.conflicts import service
from portal.conflicts.errors import AlreadySettled, NotWaivable, OwnConflict, ReasonMissing
from portal.conflicts.models import Conflict, Severity, Source
from portal.conflicts.queries import barred_pairs, bars, bars_of, not_barred
from portal.conflicts.rules import Found, today
from portal.platform import clock
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import committed, context, person

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


def _ready() -> tuple[int, int]:
    """(person, application), committed."""

    def make() -> tuple[int, int]:
        made = routing.field_of(entries=1, reviewers=1)
        return made.reviewers[0], made.applications[0]

    return committed(make)


def _bar(person_id: int, application_id: int, severity: Severity = Severity.WAIVABLE, **dates: object) -> int:
    return committed(
        lambda: (
            service.write(
                context(),
                person_id,
                application_id,
                "same_department",
                severity,
                evidence={"x": 1},
                **dates,  # type: ignore[arg-type]
            ).id
        )
    )


def _sees(person_id: int, application_id: int) -> bool:
    query = select(Application.id).where(Application.id == application_id, not_barred([person_id], Application.id))
    return db.session.scalar(query) is not None


def _officer() -> Person:
    return committed(lambda: person("담당자"))


def test_a_bar_hides_the_application_and_no_other() -> None:
    who, application = _ready()
    other, elsewhere = _ready()
    assert _sees(who, application)
    _bar(who, application)
    assert not _sees(who, application)
    assert _sees(other, application)
    assert _sees(who, elsewhere)
    assert barred_pairs([who, other], [application, elsewhere]) == {(who, application)}


def test_a_double_is_barred_with_the_person() -> None:
    who, application = _ready()

    def double() -> int:
        made = person("같은 사람")
        made.same_as_id = who
        db.session.flush()
        return made.id

    other = committed(double)
    _bar(other, application)
    assert not _sees(who, application)
    assert not _sees(other, application)
    assert barred_pairs([who], [application]) == {(who, application)}


def test_a_visitor_is_not_barred_by_other_peoples_conflicts() -> None:
    who, application = _ready()
    _bar(who, application)
    query = select(Application.id).where(Application.id == application, not_barred([], Application.id))
    assert db.session.scalar(query) == application


@pytest.mark.parametrize(("since", "until", "barred"), [(-1, 0, True), (-2, -1, False), (0, 1, True), (1, 2, False)])
def test_a_dated_bar_holds_on_its_days(since: int, until: int, barred: bool) -> None:
    who, application = _ready()
    day = today(clock.now())
    _bar(who, application, since=day + timedelta(days=since), until=day + timedelta(days=until))
    assert _sees(who, application) is not barred


def test_the_same_bar_again_is_one_row_with_fresh_evidence() -> None:
    who, application = _ready()
    first = _bar(who, application)

    def again() -> list[Conflict]:
        return service.write_all(
            context(),
            [Found(who, application, "same_department", Severity.WAIVABLE, Source.DETECTED, {"x": 2})],
        )

    assert committed(again) == []
    assert db.session.get_one(Conflict, first).evidence == {"x": 2}


def test_a_waivable_ground_is_waived_with_reason_and_approver_on_record() -> None:
    who, application = _ready()
    row, officer = _bar(who, application), _officer()
    with pytest.raises(ReasonMissing):
        committed(lambda: service.waive(context(officer, "officer"), row, "  "))
    committed(lambda: service.waive(context(officer, "officer"), row, "이 분야의 유일한 전문가"))
    assert _sees(who, application)
    waived = db.session.get_one(Conflict, row)
    assert (waived.waived_by_id, waived.waiver_reason) == (officer.id, "이 분야의 유일한 전문가")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "ConflictWaived")).one()
    assert event.actor_id == officer.id
    reason = select(AuditValue).where(AuditValue.sequence == event.sequence, AuditValue.name == "reason")
    assert db.session.scalars(reason).one().personal


@pytest.mark.parametrize("severity", [Severity.ABSOLUTE, Severity.DECLARED])
def test_no_other_ground_can_be_waived(severity: Severity) -> None:
    who, application = _ready()
    row, officer = _bar(who, application, severity), _officer()
    with pytest.raises(NotWaivable):
        committed(lambda: service.waive(context(officer, "administrator"), row, "꼭 필요합니다"))
    assert not _sees(who, application)


def test_a_waiver_does_not_survive_a_ground_that_became_absolute() -> None:
    who, application = _ready()
    row, officer = _bar(who, application), _officer()
    committed(lambda: service.waive(context(officer, "officer"), row, "전문성"))
    _bar(who, application, Severity.ABSOLUTE)
    assert not _sees(who, application)


def test_nobody_settles_their_own_conflict() -> None:
    who, application = _ready()
    row = _bar(who, application)
    with pytest.raises(OwnConflict):
        committed(lambda: service.waive(context(db.session.get_one(Person, who), "administrator"), row, "괜찮습니다"))


def test_a_declared_conflict_bars() -> None:
    who, application = _ready()
    committed(lambda: service.declare(context(), who, application, "joint_research", False, "공동 논문"))
    assert not _sees(who, application)
    (bar,) = bars_of(who, application)
    assert (bar.source, bar.severity, bar.statement) == (Source.DECLARED, Severity.DECLARED, "공동 논문")


def test_not_sure_bars_until_an_officer_dismisses_it() -> None:
    who, application = _ready()
    officer = _officer()
    row = committed(lambda: service.declare(context(), who, application, None, True, "먼 친척일 수도").id)
    assert not _sees(who, application)
    committed(lambda: service.dismiss(context(officer, "officer"), row, "친족이 아님"))
    assert _sees(who, application)
    with pytest.raises(AlreadySettled):
        committed(lambda: service.confirm(context(officer, "officer"), row, "relative"))


def test_a_confirmed_doubt_gets_its_ground_and_goes_on_barring() -> None:
    who, application = _ready()
    officer = _officer()
    row = committed(lambda: service.declare(context(), who, application, None, True, "").id)
    committed(lambda: service.confirm(context(officer, "officer"), row, "relative", Severity.WAIVABLE))
    assert not _sees(who, application)
    (explained,) = bars(who, application, routing.definition().regime)
    assert (explained.names, explained.waivable) == ({"ko": "친족", "en": "Relative"}, True)
    with pytest.raises(AlreadySettled):
        committed(lambda: service.dismiss(context(officer, "officer"), row))
