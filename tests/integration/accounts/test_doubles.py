"""Suspected doubles are found, shown and decided; other addresses, ORCID and Latin names of people; both databases."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from portal.accounts import queries, service
from portal.accounts.errors import NotYourself, NumberTaken, OrcidTaken, OrcidUnreadable, ReasonNeeded, TooManyAddresses
from portal.accounts.models import Double, Person
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.platform.names import EmailUnreadable
from portal.routing.queries.identities import identities_of
from tests.databases import both_databases
from tests.factories.accounts import account, member, signed_in
from tests.factories.base import committed, context, person

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
ORCID = "0000-0002-1825-0097"


def _pair(name: str = "김영수", other: str = "김영수") -> tuple[int, int]:
    """Two records at the same organisation."""

    def make() -> tuple[int, int]:
        of = service.create_organisation(context(), "가온대학교", "university")
        people = [person(name), person(other)]
        for who in people:
            service.affiliate(context(), who.id, of.id, since=date(2020, 1, 1))
        return people[0].id, people[1].id

    return committed(make)


def _find() -> int:
    return committed(lambda: service.find_doubles(context()))


def _admin() -> Person:
    return committed(lambda: account(person("관리자"), "administrator"))


def _decide(pair: tuple[int, int], same: bool, reason: str = "전화로 확인") -> Double:
    admin = _admin()
    return committed(lambda: service.decide_double(context(admin, "administrator"), *pair, same, reason))


def test_a_pair_is_found_once_with_its_signs() -> None:
    low, high = _pair()
    assert [_find(), _find()] == [1, 0]
    (row,) = queries.all_doubles()
    assert (row.low_id, row.high_id, row.signs) == (low, high, ["name_and_organisation"])


def test_namesakes_elsewhere_are_left_alone() -> None:
    def move() -> None:
        of = service.create_organisation(context(), "다온대학교", "university")
        service.affiliate(context(), person("김영수").id, of.id, since=date(2020, 1, 1))

    _pair("김영수", "이영수")
    committed(move)
    assert _find() == 0


def test_an_undecided_pair_goes_with_its_signs() -> None:
    low, _ = _pair()
    _find()
    committed(lambda: _rename(low, "다른 이름"))
    _find()
    assert queries.all_doubles() == []


def _rename(person_id: int, name: str) -> None:
    db.session.get_one(Person, person_id).name = name


def test_two_humans_stay_two_and_are_not_suspected_again() -> None:
    pair = _pair()
    _find()
    _decide(pair, same=False)
    assert _find() == 0
    (row,) = queries.all_doubles()
    assert row.same is False and row.reason == "전화로 확인"
    assert db.session.get_one(Person, pair[1]).same_as_id is None


def test_one_human_is_joined_to_the_record_with_the_account() -> None:
    low, high = _pair()
    committed(lambda: account(db.session.get_one(Person, high)))
    _find()
    _decide((low, high), same=True)
    assert db.session.get_one(Person, low).same_as_id == high
    assert set(queries.identities(db.session.get_one(Person, high))) == {low, high}


def test_a_decision_needs_a_reason_happens_once_and_is_nobodys_own() -> None:
    pair = _pair()
    _find()
    with pytest.raises(ReasonNeeded):
        _decide(pair, same=True, reason=" ")
    admin = committed(lambda: account(db.session.get_one(Person, pair[0]), "administrator"))
    with pytest.raises(NotYourself):
        committed(lambda: service.decide_double(context(admin, "administrator"), *pair, True, "나"))
    _decide(pair, same=False)
    with pytest.raises(NotFound):
        _decide(pair, same=True)


def test_the_office_sees_both_records_and_decides_on_the_page(client: FlaskClient) -> None:
    low, high = _pair()
    _find()
    admin = signed_in(client, member("administrator", name="관리자"))
    text = admin.get("/office/people/doubles").get_data(as_text=True)
    assert text.count("김영수") >= 2 and "같은 이름, 같은 기관" in text
    ids = "-".join(db.session.get_one(Person, id_).public_id for id_ in (low, high))
    page = admin.get(f"/office/people/doubles/{ids}").get_data(as_text=True)
    assert "가온대학교" in page
    answer = admin.post(f"/office/people/doubles/{ids}", data={"same": "no", "reason": "", "request_id": "a"})
    assert answer.status_code == 422
    answer = admin.post(f"/office/people/doubles/{ids}", data={"same": "no", "reason": "두 사람", "request_id": "b"})
    assert answer.status_code == 303
    assert "두 사람" in admin.get("/office/people/doubles?show=decided").get_data(as_text=True)


# --- what people say of themselves ---


def _save(who: int, **more: object) -> None:
    given = {"name": "이름", "language": "ko", "time_zone": "Asia/Seoul", "researcher_number": ""} | more
    committed(lambda: service.save_profile(context(), who, **given))  # type: ignore[arg-type]


def test_another_address_is_part_of_the_identity_though_nobody_proved_it() -> None:
    who = committed(lambda: person("나").id)
    _save(who, addresses=["Other@Example.org", " other@example.org ", ""])
    assert "other@example.org" in identities_of([who])[who][1]
    _save(who, addresses=[])
    assert "other@example.org" not in identities_of([who])[who][1]


def test_an_orcid_is_checked_and_belongs_to_one_record() -> None:
    who, other = committed(lambda: (person("나").id, person("너").id))
    _save(who, orcid=f"https://orcid.org/{ORCID}")
    assert db.session.get_one(Person, who).orcid == ORCID
    with pytest.raises(OrcidUnreadable):
        _save(other, orcid="0000-0002-1825-0098")
    with pytest.raises(OrcidTaken):
        _save(other, orcid=ORCID.replace("-", ""))


def test_bad_and_too_many_addresses_are_refused() -> None:
    who = committed(lambda: person("나").id)
    with pytest.raises(EmailUnreadable):
        _save(who, addresses=["no address"])
    with pytest.raises(TooManyAddresses):
        _save(who, addresses=[f"a{n}@example.org" for n in range(11)])


def test_a_number_belongs_to_one_record() -> None:
    who, other = committed(lambda: (person("나").id, person("너").id))
    _save(who, researcher_number="10001234")
    with pytest.raises(NumberTaken):
        _save(other, researcher_number="10001234")
