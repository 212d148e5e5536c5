"""Files: their places, page limits, replacing, and who downloads what."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.applications import service
from portal.applications.errors import CallClosed, NoSuchPlace, NotYours, TooManyPages
from portal.applications.models import Attachment
from portal.applications.queries import drafts
from portal.audit.models import AuditEvent
from portal.platform.db import db
from tests.databases import both_databases
from tests.factories import base
from tests.factories.accounts import account, signed_in
from tests.factories.applications import Consortium, consortium, pdf
from tests.factories.base import committed


@pytest.fixture
def team(app: Flask) -> Consortium:
    made = consortium()
    committed(lambda: [account(db.session.get_one(Person, number)) for number in made.people])
    return made


@pytest.fixture
def visit(app: Flask, team: Consortium) -> Callable[[int], FlaskClient]:
    return lambda number: signed_in(app.test_client(), db.session.get_one(Person, team.people[number]))


def upload(
    client: FlaskClient, team: Consortium, slot: str, content: bytes, name: str, slice: str = "", **more: str
) -> Any:
    rest = f"?slice={slice}" if slice else ""
    data = {"slot": slot, "file": (io.BytesIO(content), name)} | more
    return client.post(f"/applications/{team.public_id}/attachments{rest}", data=data)


def current(team: Consortium) -> list[Attachment]:
    db.session.expire_all()
    return list(drafts.attachments_of(team.id))


def new_file(sha: str = "a" * 64, kind: str = "pdf", pages: int | None = 1) -> service.NewFile:
    return service.NewFile("계획.pdf", sha, None, 10, kind, pages, "글", "off")


@both_databases
def test_new_file_replaces_the_old_which_is_kept(app: Flask) -> None:
    team = consortium()
    committed(lambda: service.attach(team.context(), team.id, "plan", "", new_file("a" * 64)))
    committed(lambda: service.attach(team.context(), team.id, "plan", "", new_file("b" * 64)))
    committed(lambda: service.attach(team.context(), team.id, "plan", "", new_file("c" * 64, "hwpx", None)))
    assert sorted(a.sha256[0] for a in drafts.attachments_of(team.id)) == ["b", "c"]
    assert db.session.query(Attachment).count() == 3
    assert db.session.query(AuditEvent).filter_by(kind="FileAttached").count() == 3
    assert drafts.named_hashes({"a" * 64, "d" * 64}) == {"a" * 64}


@both_databases
def test_files_go_where_they_belong_and_come_from_their_owner(app: Flask) -> None:
    team = consortium()

    def attach(slot: str, slice: str, who: int = 0, file: service.NewFile | None = None, after: int = 0) -> None:
        context = team.context(who, timedelta(days=after))
        committed(lambda: service.attach(context, team.id, slot, slice, file or new_file()))

    _, university, large = team.institutions
    attach("registration", university, who=1)
    with pytest.raises(NotYours):
        attach("registration", large, who=1)
    with pytest.raises(NoSuchPlace):
        attach("sme", university, who=1)  # asked of small companies only
    with pytest.raises(NoSuchPlace):
        attach("registration", "")
    with pytest.raises(NoSuchPlace):
        attach("secret", "")
    with pytest.raises(TooManyPages) as refusal:
        attach("plan", "", file=new_file(pages=4))
    assert refusal.value.params == {"limit": 3, "pages": 4, "over": 1}
    with pytest.raises(CallClosed):
        attach("plan", "", after=4)
    assert [a.slice for a in drafts.attachments_of(team.id)] == [university]


def test_upload_shows_the_file_and_downloads_it_safely(team: Consortium, visit: Any) -> None:
    client, content = visit(0), pdf(2)
    assert upload(client, team, "plan", content, "사업 계획.pdf").status_code == 303
    file = current(team)[0]
    assert (file.pages, file.kind, file.filename) == (2, "pdf", "사업 계획.pdf") and file.clean_sha256
    assert "사업 계획.pdf" in client.get(f"/applications/{team.public_id}/attachments").text
    answer = client.get(f"/applications/{team.public_id}/attachments/{file.public_id}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_document_question_takes_its_file_and_returns_to_the_section(team: Consortium, visit: Any) -> None:
    client = visit(0)
    done = upload(client, team, "all.paper", pdf(2), "paper.pdf", section="all")
    assert done.status_code == 303 and "/sections/all" in done.location
    refused = upload(client, team, "all.paper", pdf(3), "paper.pdf", section="all")
    assert refused.status_code == 422 and "3쪽" in refused.text and "1쪽" in refused.text
    assert len(current(team)) == 1
    assert "paper.pdf" in client.get(f"/applications/{team.public_id}/sections/all").text


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "plan.pdf"), (b"MZ nothing", "plan.pdf"), (pdf(), "plan.exe"), (pdf(), "plan.png"), (pdf(), ""),
     (pdf(), "900101-1234568.pdf"), (b"%PDF-1.7\n" + b"x" * 1_100_000, "plan.pdf"), (pdf()[:200], "plan.pdf")],
)  # fmt: skip
def test_bad_file_is_refused_with_a_sentence(team: Consortium, visit: Any, content: bytes, name: str) -> None:
    answer = upload(visit(0), team, "plan", content, name)
    assert answer.status_code in (413, 422)
    assert "form-hint-invalid" in answer.text
    assert current(team) == []


def test_path_and_reversing_marks_in_a_name_fall_away(team: Consortium, visit: Any) -> None:
    assert upload(visit(0), team, "plan", pdf(), "../../‮" + "가" * 300 + ".pdf").status_code == 303
    name = current(team)[0].filename
    assert "/" not in name and "‮" not in name and len(name.encode()) <= 255 and name.endswith(".pdf")


def test_removed_file_leaves_the_draft_but_not_the_record(team: Consortium, visit: Any) -> None:
    client = visit(0)
    upload(client, team, "plan", pdf(), "plan.pdf")
    file = current(team)[0].public_id
    assert client.post(f"/applications/{team.public_id}/attachments/{file}/remove").status_code == 303
    assert current(team) == [] and db.session.query(Attachment).count() == 1
    assert db.session.query(AuditEvent).filter_by(kind="FileRemoved").count() == 1


def test_institutions_file_is_read_by_it_and_the_lead_only(app: Flask, team: Consortium, visit: Any) -> None:
    sme, university, _ = team.institutions
    assert upload(visit(1), team, "registration", pdf(), "등록증.pdf", university).status_code == 303
    file = current(team)[0].public_id
    path = f"/applications/{team.public_id}/attachments/{file}"
    assert visit(0).get(path).status_code == 200 and visit(1).get(path).status_code == 200
    assert visit(2).get(path).status_code == 404
    assert visit(0).post(f"{path}/remove").status_code == 403 and visit(2).post(f"{path}/remove").status_code == 403
    assert upload(visit(2), team, "registration", pdf(), "x.pdf", university).status_code == 403
    assert (
        upload(visit(2), team, "registration", pdf(), "x.pdf", slice=team.institutions[2], extra=sme).status_code == 303
    )
    other = consortium()
    committed(lambda: account(db.session.get_one(Person, other.people[0])))
    stranger = signed_in(app.test_client(), db.session.get_one(Person, other.people[0]))
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"/applications/{other.public_id}/attachments/{file}").status_code == 404


def test_the_same_upload_many_times_at_once_has_one_effect(app: Flask, team: Consortium, visit: Any) -> None:
    with visit(0).session_transaction() as cookie:
        token = cookie["token"]
    content, statuses = pdf(), []

    def post() -> None:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        statuses.append(upload(client, team, "plan", content, "plan.pdf", request_id="once").status_code)

    threads = [threading.Thread(target=post) for _ in range(8)]
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 8
    assert db.session.query(Attachment).count() == 1


def test_late_upload_says_that_the_call_closed(app: Flask, team: Consortium, visit: Any) -> None:
    def close() -> None:
        from portal.programs.models import Call

        call = db.session.get_one(Call, team.call_id)
        call.closes_at = base.clock.now() - timedelta(seconds=1)

    committed(close)
    answer = upload(visit(0), team, "plan", pdf(), "plan.pdf")
    assert answer.status_code == 409 and "마감" in answer.text
    assert current(team) == []
