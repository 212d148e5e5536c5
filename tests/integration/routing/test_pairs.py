"""Pairs as a file: what comes down goes up again; a file is a trial; what cannot stand is told by its row."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.routing.models import Assignment, AssignmentState, RoutingRun
from portal.routing.queries import panels
from portal.routing.service import adopt
from tests.factories import routing
from tests.factories.accounts import member, signed_in
from tests.factories.base import committed, context

REASON = "패널 회의에서 견주어 봄"


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    return signed_in(client, member("officer", name="담당자"))


@pytest.fixture
def field(app: object) -> routing.Field:
    """Three applications, four members, two reviews each; a proposal stands."""
    made = committed(lambda: routing.field_of(3, 4, routing.definition(size=4, reviews=2)))
    committed(lambda: routing.routed(made))
    return made


def _url(field: routing.Field, what: str = "") -> str:
    return f"/office/calls/{field.call}/routing/pairs{what}"


def _down(officer: FlaskClient, field: routing.Field, kind: str = "csv") -> TestResponse:
    told = {"stage": "paper", "kind": kind, "download_reason": REASON, "request_id": f"down-{kind}"}
    return officer.post(_url(field, "/download"), data=told)


def _rows(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("﻿"))))


def _up(officer: FlaskClient, field: routing.Field, rows: list[dict[str, str]], id_: str = "up") -> TestResponse:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["application", "reviewer"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    told = {"stage": "paper", "request_id": id_, "file": (io.BytesIO(text.getvalue().encode()), "pairs.csv")}
    return officer.post(_url(field, "/upload"), data=told, content_type="multipart/form-data")


def _drafts() -> set[tuple[int, int]]:
    query = select(Assignment.entry_id, Assignment.person_id).where(Assignment.state == AssignmentState.DRAFT)
    db.session.rollback()
    return {(entry, person) for entry, person in db.session.execute(query)}


def _other(field: routing.Field, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The first pair given to a member who has neither the application nor a full load."""
    taken = {row["reviewer"] for row in rows if row["application"] == rows[0]["application"]}
    loads = {p: sum(row["reviewer"] == p for row in rows) for p in _people(field)}
    free = min((p for p in loads if p not in taken), key=lambda p: loads[p])
    return [rows[0] | {"reviewer": free}, *rows[1:]]


def _people(field: routing.Field) -> list[str]:
    return list(db.session.scalars(select(Person.public_id).where(Person.id.in_(field.reviewers)).order_by(Person.id)))


def test_the_list_names_every_pair_with_its_affinity(officer: FlaskClient, field: routing.Field) -> None:
    rows = _rows(_down(officer, field))
    assert len(rows) == 6 and {row["reviewer"] for row in rows} <= set(_people(field))
    assert all(0 <= float(row["affinity"]) <= 1 and row["state"] == "Draft" for row in rows)


def test_without_a_reason_nothing_comes_down(officer: FlaskClient, field: routing.Field) -> None:
    answer = officer.post(_url(field, "/download"), data={"stage": "paper", "kind": "csv", "request_id": "r"})
    assert answer.status_code == 422


def test_the_inputs_come_down_as_an_instance_that_names_nobody(officer: FlaskClient, field: routing.Field) -> None:
    import numpy as np

    arrays = np.load(io.BytesIO(_down(officer, field, "npz").data), allow_pickle=False)
    assert arrays["affinity"].shape == (3, 4) and set(arrays["demand"].tolist()) == {2}


def test_a_changed_list_becomes_a_trial_and_the_proposal_stands_until_it_is_adopted(
    officer: FlaskClient, field: routing.Field
) -> None:
    before, rows = _drafts(), _rows(_down(officer, field))
    answer = _up(officer, field, _other(field, rows))
    assert answer.status_code == 303 and "/routing/trials/" in answer.location
    assert _drafts() == before
    shown = officer.get(answer.location).get_data(as_text=True)
    assert "파일에서 가져온 쌍" in shown
    (trial,) = panels.trials_of(field.panel_id)
    assert trial.inputs_hash == panels.current_run(field.panel_id).inputs_hash  # type: ignore[union-attr]
    committed(lambda: adopt(context(), trial.id, "패널의 뜻"))
    assert len(before - _drafts()) == 1 and len(_drafts()) == len(before)


def test_the_same_list_changes_nothing(officer: FlaskClient, field: routing.Field) -> None:
    _up(officer, field, _rows(_down(officer, field)))
    (trial,) = panels.trials_of(field.panel_id)
    proposal = panels.current_run(field.panel_id)
    assert proposal is not None
    told = ("pairs", "load", "total", "floor", "unfilled")
    assert {key: trial.result[key] for key in told} == {key: proposal.result[key] for key in told}


def test_rows_that_cannot_stand_are_told_and_nothing_is_kept(officer: FlaskClient, field: routing.Field) -> None:
    rows = _rows(_down(officer, field))
    bad = [
        *rows, rows[0], rows[1] | {"reviewer": "nobody"}, {"application": "nothing", "reviewer": rows[0]["reviewer"]},
        rows[0] | {"reviewer": next(p for p in _people(field) if p not in _on(rows, 0))},
    ]  # fmt: skip
    answer = _up(officer, field, bad)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "8째 줄: 같은 쌍이 두 번 있습니다." in text
    assert "9째 줄: 이 배정안에 없는" in text and "10째 줄: 이 배정안에 없는" in text
    assert "11째 줄: 신청서의 평가 수를 넘습니다." in text
    assert panels.trials_of(field.panel_id) == []


def _on(rows: list[dict[str, str]], n: int) -> set[str]:
    return {row["reviewer"] for row in rows if row["application"] == rows[n]["application"]}


def test_a_pair_with_a_conflict_is_refused(officer: FlaskClient, field: routing.Field) -> None:
    rows = _other(field, _rows(_down(officer, field)))
    person = db.session.scalars(select(Person.id).where(Person.public_id == rows[0]["reviewer"])).one()
    application = next(
        a for a in field.applications if _public(a) == rows[0]["application"]
    )  # fmt: skip
    committed(lambda: write(context(), person, application, "same_department", Severity.WAIVABLE))
    assert _up(officer, field, rows).status_code == 409  # the inputs are not those of the proposal any more
    committed(lambda: routing.routed(field))
    answer = _up(officer, field, rows, "again")
    assert answer.status_code == 422 and "이해충돌이 있거나" in answer.get_data(as_text=True)


def _public(application_id: int) -> str:
    from portal.applications.models import Application

    return db.session.get_one(Application, application_id).public_id


def test_a_file_that_is_no_list_is_refused_with_what_is_missing(officer: FlaskClient, field: routing.Field) -> None:
    told = {"stage": "paper", "request_id": "x", "file": (io.BytesIO(b"a,b\n1,2\n"), "pairs.csv")}
    answer = officer.post(_url(field, "/upload"), data=told, content_type="multipart/form-data")
    assert answer.status_code == 422 and "application" in answer.get_data(as_text=True)


def test_after_publication_there_is_nothing_to_compare_with(officer: FlaskClient, field: routing.Field) -> None:
    from portal.routing.service import publish

    rows = _rows(_down(officer, field))
    committed(lambda: publish(context(), db.session.scalars(select(RoutingRun.id)).one()))
    answer = _up(officer, field, rows)
    assert answer.status_code == 422 and "견줄 배정안이 없습니다" in answer.get_data(as_text=True)
