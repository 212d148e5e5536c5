"""Relations between people bar with dates, are withdrawn, come from projects of this portal; on both databases."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts import service as accounts
from portal.accounts.errors import OtherUnknown, RelationToOneself
from portal.accounts.models import Person, Relation, RelationKind
from portal.applications.models import Application
from portal.conflicts.models import Severity
from portal.conflicts.queries import bars_of
from portal.conflicts.rules import today
from portal.conflicts.service import write
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.programs.models import Call
from portal.routing.jobs import DETECT, DETECT_STAGE
from portal.routing.models import Assignment, AssignmentState
from portal.routing.rules.panels import LIVE
from portal.routing.service import ask_to_detect, check, detect, publish
from tests.databases import both_databases
from tests.factories import routing
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, grant, person
from workers.schedule import slot
from workers.wake import run_all_due

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
REGIME = Path(__file__).parents[3] / "portal/programs/catalog/regimes/kr_rnd.toml"


def _under_the_act(**more: object) -> CallDefinition:
    made = routing.definition(**more)  # type: ignore[arg-type]
    regime = tomllib.loads(REGIME.read_text(encoding="utf-8"))
    return CallDefinition.model_validate(made.model_dump() | {"regime": regime})


@pytest.fixture
def field(app: object) -> routing.Field:
    return committed(lambda: routing.field_of(2, 4, _under_the_act(size=4, reviews=2, replaces=True)))


def _day(days: int = 0) -> date:
    return today(clock.now()) + timedelta(days=days)


def _relate(field: routing.Field, kind: RelationKind, since: date, until: date | None) -> int:
    return committed(
        lambda: (
            accounts.record_relation(
                context(), field.reviewers[0], kind, since, until, other_id=field.principals[0], note="A paper"
            ).id
        )
    )


def _grounds(field: routing.Field, application: int = 0) -> list[str]:
    committed(lambda: detect(context(), field.stage_id))
    return [bar.ground for bar in bars_of(field.reviewers[0], field.applications[application])]


def test_a_paper_written_together_bars_from_that_application_until_three_years_are_over(field: routing.Field) -> None:
    _relate(field, RelationKind.CO_AUTHOR, _day(-365), _day(-365))
    assert _grounds(field) == ["joint_research"]
    assert _grounds(field, 1) == []
    (bar,) = bars_of(field.reviewers[0], field.applications[0])
    last = bar.until
    assert last is not None and last.year == _day(-365).year + 3
    assert bars_of(field.reviewers[0], field.applications[0], last) != []
    assert bars_of(field.reviewers[0], field.applications[0], last + timedelta(days=1)) == []


def test_the_relation_bars_whichever_side_recorded_it(field: routing.Field) -> None:
    committed(
        lambda: accounts.record_relation(
            context(), field.principals[0], RelationKind.RELATIVE, _day(-9000), None, other_id=field.reviewers[0]
        )
    )
    assert _grounds(field) == ["relative"]


def test_a_relation_of_a_double_bars_the_person(field: routing.Field) -> None:
    def other_record() -> None:
        double = person()
        double.same_as_id = field.principals[0]
        db.session.flush()
        accounts.record_relation(
            context(), field.reviewers[0], RelationKind.ADVISER_STUDENT, _day(-900), None, other_id=double.id
        )

    committed(other_record)
    assert _grounds(field) == ["adviser_student"]


def test_withdrawn_the_bar_lifts_and_the_record_stays(field: routing.Field) -> None:
    id_ = _relate(field, RelationKind.CO_AUTHOR, _day(-9), _day(-9))
    assert _grounds(field) == ["joint_research"]
    committed(lambda: accounts.withdraw_relation(context(), id_, "같은 이름의 다른 사람"))
    assert _grounds(field) == []
    assert db.session.get_one(Relation, id_).withdrawn_reason == "같은 이름의 다른 사람"


def test_who_takes_part_in_a_project_together_is_barred(field: routing.Field) -> None:
    def together() -> None:
        who = [db.session.get_one(Person, id_) for id_ in (field.reviewers[0], field.principals[0])]
        team = [(None, who[0].email_key), (who[1].id, who[1].email_key)]  # one of them known by the address alone
        accounts.join_project(context(), "award", team, _day(-30))
        accounts.join_project(context(), "award", team, _day(-30))

    committed(together)
    assert _grounds(field) == ["joint_research"]
    committed(lambda: accounts.drop_project("award"))
    assert _grounds(field) == []


def test_a_relation_that_comes_after_assignment_closes_access_fills_the_place_and_alerts(
    field: routing.Field,
) -> None:
    committed(lambda: publish(context(), routing.routed(field).id))
    pairs = select(Assignment.entry_id, Assignment.person_id).where(Assignment.state.in_(LIVE)).order_by(Assignment.id)
    entry, reviewer = db.session.execute(pairs).all()[0]
    pi = field.principals[field.entries.index(entry)]
    officer = committed(lambda: _officer())

    def arises() -> None:
        accounts.record_relation(context(), reviewer, RelationKind.CO_AUTHOR, _day(), _day(), other_id=pi)
        detect(context(), field.stage_id)

    committed(arises)
    assert routing.assignment(field, reviewer, entry, AssignmentState.REVOKED)
    run_all_due()
    db.session.rollback()
    live = [person for e, person in db.session.execute(pairs) if e == entry]
    assert reviewer not in live and len(live) == 2
    letters = select(func.count()).where(Letter.kind == "routing.revoked", Letter.person_id == officer)
    assert db.session.scalar(letters) == 1


def _officer() -> int:
    who = person("담당자")
    grant(who, "officer")
    return who.id


def test_each_night_every_open_stage_is_looked_at_once(field: routing.Field) -> None:
    _relate(field, RelationKind.CO_AUTHOR, _day(-9), _day(-9))
    night = slot(clock.now(), 86_400, 64_800)
    assert night.hour == 18  # 03:00 in Korea
    asked = [committed(lambda: ask_to_detect(context(), night.isoformat())) for _ in range(2)]
    assert asked == [1, 1]
    run_all_due()
    db.session.rollback()
    assert [bar.ground for bar in bars_of(field.reviewers[0], field.applications[0])] == ["joint_research"]
    assert {DETECT.code, DETECT_STAGE.code} == {"routing.detect", "routing.detect_stage"}


def test_a_person_outside_the_pool_can_be_checked_and_nothing_is_written(field: routing.Field) -> None:
    def stranger() -> int:
        who = person("후보")
        accounts.record_relation(
            context(), who.id, RelationKind.RELATIVE, _day(-9000), None, other_id=field.principals[1]
        )
        return who.id

    who = committed(stranger)
    call = db.session.get_one(Call, field.call_id)
    (found,) = check(context(), call, who)
    assert (found.application_id, found.ground) == (field.applications[1], "relative")
    assert bars_of(who, field.applications[1]) == []


def _refused(action: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        committed(action)


def test_nobody_is_related_to_themselves_by_any_identity(field: routing.Field) -> None:
    who = field.reviewers[0]

    def own_double() -> None:
        double = person()
        double.same_as_id = who
        db.session.flush()
        accounts.record_relation(context(), who, RelationKind.RELATIVE, _day(), None, other_id=double.id)

    _refused(own_double, RelationToOneself)


def test_people_find_others_by_address_only_and_learn_nothing_of_who_is_known(field: routing.Field) -> None:
    me = committed(lambda: person("나"))
    known = db.session.get_one(Person, field.principals[0])
    committed(lambda: _number(known.id))
    mine = context(me)

    def by(other: str, name: str) -> Callable[[], object]:
        return lambda: accounts.relate(mine, me.id, RelationKind.CO_AUTHOR, other, name, _day(), _day())

    _refused(by("12345678", "이름"), OtherUnknown)
    _refused(by("no-such-number", "이름"), OtherUnknown)
    _refused(by(known.email, ""), OtherUnknown)
    row = committed(by(known.email, "아무 이름"))
    assert isinstance(row, Relation) and row.other_id == known.id


def _number(person_id: int) -> None:
    db.session.get_one(Person, person_id).researcher_number = "12345678"


@pytest.mark.parametrize("role", ["administrator", "officer", "auditor", "budget_officer"])
def test_a_conflict_outranks_every_role(field: routing.Field, client: FlaskClient, role: str) -> None:
    """The office sees the other application of the call, and of this one neither page, list, count nor file."""
    who = committed(lambda: account(person("겸직"), role).id)
    barred, open_ = (db.session.get_one(Application, id_) for id_ in field.applications)
    barred.title, open_.title = "샛별의 비밀", "달빛 모델"
    db.session.commit()
    pages = [
        f"/office/calls/{field.call}/applications", f"/office/calls/{field.call}/routing?stage=paper",
        f"/office/calls/{field.call}/conflicts", f"/office/calls/{field.call}",
        f"/office/calls/{field.call}/conflicts/check?who={db.session.get_one(Person, field.principals[0]).email}",
    ]  # fmt: skip
    one = f"/office/applications/{barred.public_id}"
    signed_in(client, db.session.get_one(Person, who))
    before = {page: client.get(page) for page in pages}
    committed(
        lambda: accounts.record_relation(
            context(), who, RelationKind.RELATIVE, _day(-9000), None, other_id=field.principals[0]
        )
    )
    committed(lambda: detect(context(), field.stage_id))
    if not bars_of(who, field.applications[0]):  # of no office of the call, so nobody looked for it
        committed(lambda: write(context(), who, field.applications[0], "relative", Severity.WAIVABLE))
    assert client.get(one).status_code == 404
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == before[page].status_code
        assert "샛별의 비밀" not in answer.get_data(as_text=True), page


def test_the_call_s_office_is_looked_at_as_well(field: routing.Field) -> None:
    officer = committed(_officer)
    committed(
        lambda: accounts.record_relation(
            context(), officer, RelationKind.RELATIVE, _day(-9000), None, other_id=field.principals[0]
        )
    )
    committed(lambda: detect(context(), field.stage_id))
    assert [bar.ground for bar in bars_of(officer, field.applications[0])] == ["relative"]


def test_an_address_that_nobody_proved_bars(field: routing.Field) -> None:
    """The member of the team is named with an address that no account has confirmed."""

    def by_address() -> None:
        who = db.session.get_one(Person, field.reviewers[0])
        known = routing.add_member(field.applications[0], person())
        known.person_id, known.email_key = None, who.email_key

    committed(by_address)
    assert "participant" in _grounds(field)
