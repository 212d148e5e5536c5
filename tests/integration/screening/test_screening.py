"""Screening a stage: the machine may only say yes; a person decides against, with a reason; both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person, Sanction
from portal.applications.models import EntryState, StageEntry
from portal.audit.models import AuditEvent
from portal.conflicts.errors import OwnConflict
from portal.conflicts.models import Severity
from portal.conflicts.rules import today
from portal.conflicts.service import write
from portal.platform.db import db
from portal.platform.jobs import Job
from portal.programs.definition import CallDefinition
from portal.programs.queries import stage_by_code
from portal.screening import service
from portal.screening.errors import AlreadyDecided, ReasonTooShort, StillWaiting
from portal.screening.models import FindingResult, Screening, ScreeningState
from portal.screening.queries import for_officer, point_sheet, queue
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.base import actor, committed, context, person
from tests.factories.consortia import words
from tests.factories.screening import content

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
REASON = "주관기관 요건을 갖추지 못했습니다."


def _entered(*broken: bool, made: CallDefinition | None = None) -> list[int]:
    """Entries of one stage; those `broken` name no PI. Ids, committed."""

    def make() -> list[int]:
        call = routing.closed_call(made or routing.definition("has_pi", "no_active_restriction"))
        stage = stage_by_code(call, "paper")
        found = []
        for wrong in broken:
            given: dict[str, Any] = content() | {"n": len(found), "stage": stage.public_id}
            if wrong:
                given["members"][0]["role"] = "researcher"
            found.append(routing.applied(call, stage, state=EntryState.ENTERED, handed_in=given).entry.id)
        return found

    return committed(make)


def _screen(entry: int) -> Screening:
    committed(lambda: service.screen(context(), entry).id)
    return db.session.scalars(select(Screening).where(Screening.entry_id == entry)).one()


def _officer() -> Person:
    return committed(lambda: person("담당자"))


def _state(entry: int) -> EntryState:
    return db.session.get_one(StageEntry, entry).state


def _jobs(kind: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == kind)) or 0


def test_an_entry_that_meets_every_rule_goes_on_by_itself() -> None:
    (entry,) = _entered(False)
    found = _screen(entry)
    assert (found.state, found.decided_by_id) == (ScreeningState.ELIGIBLE, None)
    assert _state(entry) is EntryState.IN_REVIEW
    assert _jobs("screening.stage_screened") == 1


def test_the_machine_never_finds_anybody_ineligible() -> None:
    (entry,) = _entered(True)
    found = _screen(entry)
    assert found.state is ScreeningState.WAITING
    assert [f.result for f in found.findings] == [FindingResult.FAIL, FindingResult.PASS]
    assert _state(entry) is EntryState.ENTERED
    assert _jobs("screening.stage_screened") == 0


def test_screening_twice_changes_nothing() -> None:
    (entry,) = _entered(True)
    assert _screen(entry).id == _screen(entry).id
    assert db.session.scalar(select(func.count()).where(AuditEvent.kind == "EntryScreened")) == 1


def test_an_officer_finds_ineligible_with_a_reason_and_the_applicant_is_told() -> None:
    (entry,) = _entered(True)
    id_, officer = _screen(entry).id, _officer()
    with pytest.raises(ReasonTooShort):
        committed(lambda: service.decide(context(officer, "officer"), id_, False, "아니오"))
    committed(lambda: service.decide(context(officer, "officer"), id_, False, REASON))
    found = db.session.get_one(Screening, id_)
    assert (found.state, found.decided_by_id, found.reason) == (ScreeningState.INELIGIBLE, officer.id, REASON)
    assert _state(entry) is EntryState.NOT_ADVANCED
    assert _jobs("screening.ineligible") == 1
    with pytest.raises(AlreadyDecided):
        committed(lambda: service.decide(context(officer, "officer"), id_, True, REASON))


def test_an_officer_may_find_eligible_what_the_machine_did_not() -> None:
    (entry,) = _entered(True)
    id_, officer = _screen(entry).id, _officer()
    committed(lambda: service.decide(context(officer, "officer"), id_, True, "서류를 확인했습니다. 요건 충족"))
    assert _state(entry) is EntryState.IN_REVIEW
    assert _jobs("screening.ineligible") == 0


def test_the_stage_is_screened_when_the_last_entry_is_decided() -> None:
    clean, broken = _entered(False, True)
    _screen(clean)
    id_, officer = _screen(broken).id, _officer()
    assert _jobs("screening.stage_screened") == 0
    committed(lambda: service.decide(context(officer, "officer"), id_, False, REASON))
    assert _jobs("screening.stage_screened") == 1


def test_an_officer_may_open_the_review_before_the_last_decision() -> None:
    clean, broken = _entered(False, True)
    _screen(broken)
    stage, officer = db.session.get_one(StageEntry, clean).stage_id, _officer()
    with pytest.raises(StillWaiting):
        committed(lambda: service.open_review(context(officer, "officer"), stage))
    _screen(clean)
    committed(lambda: service.open_review(context(officer, "officer"), stage))
    assert _jobs("screening.stage_screened") == 1


def test_a_restriction_on_the_deadline_is_found_by_the_persons_double_too() -> None:
    (entry,) = _entered(False)

    def restrict() -> None:
        loaded = db.session.get_one(StageEntry, entry)
        double = person()
        double.same_as_id = loaded.application.owner_id
        day = today(loaded.application.deadline)
        db.session.flush()
        db.session.add(Sanction(person_id=double.id, ground="misuse", since=day, until=day))

    committed(restrict)
    found = _screen(entry)
    assert {f.rule: f.result for f in found.findings}["no_active_restriction"] is FindingResult.FAIL
    assert found.state is ScreeningState.WAITING


def test_two_applications_of_one_lead_are_seen() -> None:
    def make() -> int:
        call = routing.closed_call(routing.definition("one_application_per_lead"))
        stage = stage_by_code(call, "paper")
        lead = routing.organisation()
        routing.applied(call, stage, lead=lead)
        return routing.applied(call, stage, lead=lead, state=EntryState.ENTERED).entry.id

    entry = committed(make)
    assert [f.result for f in _screen(entry).findings] == [FindingResult.FAIL]


def test_the_point_sheet_is_filled_and_decides_nothing() -> None:
    item = {"code": "sme", "names": words("중소기업", "SME"), "fact": "smes", "at_least": 1, "points": 3}
    (entry,) = _entered(False, made=routing.definition(point_sheet=[item]))
    committed(lambda: service.score_points(context(), entry))
    committed(lambda: service.score_points(context(), entry))
    sheet = point_sheet(entry)
    assert sheet is not None
    assert (sheet.points, sheet.of) == (3, 3)
    assert _state(entry) is EntryState.ENTERED


def test_a_conflicted_officer_neither_sees_nor_decides() -> None:
    (entry,) = _entered(True)
    found, officer = _screen(entry), _officer()
    id_, public_id = found.id, found.public_id
    stage = db.session.get_one(StageEntry, entry).stage_id
    application = db.session.get_one(StageEntry, entry).application_id
    who = actor(officer, "officer", "administrator")
    assert for_officer(who, public_id) is not None
    committed(lambda: write(context(), officer.id, application, "relative", Severity.WAIVABLE))
    assert for_officer(who, public_id) is None
    page = queue(who, stage, None, "", 1)
    assert (page.total, dict(page.counts)) == (0, {})
    with pytest.raises(OwnConflict):
        committed(lambda: service.decide(context(officer, "administrator"), id_, False, REASON))


def test_an_officer_of_another_program_sees_nothing() -> None:
    (entry,) = _entered(True)
    public_id, officer = _screen(entry).public_id, _officer()
    assert for_officer(actor(officer, "officer", scope="program:OTHER"), public_id) is None


def test_the_queue_shows_waiting_first_and_filters_by_state_and_rule() -> None:
    clean, broken = _entered(False, True)
    _screen(clean)
    _screen(broken)
    who, stage = actor(_officer(), "officer"), db.session.get_one(StageEntry, clean).stage_id
    found = queue(who, stage, None, "", 1)
    assert [row.entry_id for row in found.rows] == [broken, clean]
    assert found.counts == {ScreeningState.WAITING: 1, ScreeningState.ELIGIBLE: 1}
    assert found.open_rules == {found.rows[0].id: [("has_pi", FindingResult.FAIL)]}
    assert [r.entry_id for r in queue(who, stage, ScreeningState.ELIGIBLE, "", 1).rows] == [clean]
    assert [r.entry_id for r in queue(who, stage, None, "has_pi", 1).rows] == [broken]
    assert queue(who, stage, None, "no_active_restriction", 1).rows == []
