"""All of a panel on one page, the score sheet down and up, the packet: what each shows and what it refuses."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pikepdf
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.audit.models import AuditEvent
from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform import storage
from portal.platform.db import db
from portal.platform.errors import NotFound
from portal.programs.definition import CallDefinition
from portal.reviews import queries, service
from portal.reviews.errors import StaleReview
from portal.reviews.models import Review, ReviewPacket, ReviewState
from portal.routing.models import Panel
from tests.databases import both_databases
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context
from tests.factories.review_files import with_file
from tests.factories.reviews import (
    COMMENT,
    REASON,
    UnderReview,
    definition,
    draft,
    entry_of,
    marks,
    reviewer_actor,
    submitted,
    under_review,
)
from workers.wake import run_all_due

pytestmark = pytest.mark.usefixtures("app")


def _browser(app: Flask, field: UnderReview, reviewer: int = 0) -> FlaskClient:
    committed(lambda: account(field.person(reviewer)).id)
    return signed_in(app.test_client(), field.person(reviewer))


def _panel(field: UnderReview) -> str:
    return db.session.get_one(Panel, field.field.panel_id).public_id


def _titled(field: UnderReview) -> list[str]:
    """Each application under a title of its own."""
    titles = [f"과제 {chr(0xAC00 + place)}{place}" for place in range(len(field.entries))]

    def name() -> None:
        for place, title in enumerate(titles):
            entry_of(field, place).application.title = title

    committed(name)
    return titles


def _bar(field: UnderReview, entry: int) -> None:
    application = entry_of(field, entry).application_id
    committed(lambda: write(context(), field.reviewers[0], application, "relative", Severity.WAIVABLE))


def _without(*flags: str) -> CallDefinition:
    return definition(**dict.fromkeys(flags, False), panel={"size": 3, "reviews_per_entry": 3, "max_load": 20})


# --- all on one page ---


def test_the_page_holds_every_application_of_the_panel_but_what_is_barred(app: Flask) -> None:
    field = under_review(3)
    titles, client, address = _titled(field), _browser(app, field), f"/reviews/batch/{_panel(field)}"
    page = client.get(address).text
    assert all(title in page for title in titles)
    _bar(field, 1)
    page = client.get(address).text
    assert titles[0] in page and titles[1] not in page and titles[2] in page


def test_a_locked_review_has_no_form_on_the_page(app: Flask) -> None:
    field = under_review(2)
    submitted(field, 0)
    page = _browser(app, field).get(f"/reviews/batch/{_panel(field)}").text
    assert f'data-autosave="/reviews/{field.assignment(0).public_id}/autosave"' not in page
    assert f'data-autosave="/reviews/{field.assignment(1).public_id}/autosave"' in page


def test_twelve_stand_on_a_page_and_the_others_on_the_next(app: Flask) -> None:
    field = under_review(14)
    titles, client, address = _titled(field), _browser(app, field), f"/reviews/batch/{_panel(field)}"
    first, second = client.get(address).text, client.get(f"{address}?page=2").text
    assert [sum(title in page for title in titles) for page in (first, second)] == [12, 2]
    assert client.get(f"{address}?page=3").status_code == 404


def test_a_stale_autosave_answers_with_what_was_saved_first(app: Flask) -> None:
    field = under_review(1)
    draft(field)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}/autosave"
    answer = client.post(address, data={"version": "0", "points_tech": "1", "comment": "다른 창의 글", "note": ""})
    assert answer.status_code == 409
    assert answer.json["saved"]["version"] == "1"
    assert answer.json["saved"]["values"]["points_tech"] == "50"
    assert answer.json["saved"]["values"]["comment"] == COMMENT


def test_an_autosave_tells_whether_the_review_is_complete(app: Flask) -> None:
    field = under_review(1)
    client, address = _browser(app, field), f"/reviews/{field.assignment().public_id}/autosave"
    typed = {
        "version": "0",
        "points_tech": "50",
        "reason_tech": REASON,
        "points_plan": "30",
        "comment": COMMENT,
        "note": "",
    }
    first = client.post(address, data=typed)
    assert (first.json["total"], first.json["complete"]) == (80, False)
    second = client.post(address, data=typed | {"version": "1", "reason_plan": REASON})
    assert second.json["complete"] is True


def test_submitting_from_the_batch_offers_what_is_ready_of_this_panel_alone(app: Flask) -> None:
    field, other = under_review(2), under_review(1)
    titles = _titled(field)
    draft(field, 0)
    client = _browser(app, field)
    page = client.get(f"/reviews/submit?panel={_panel(field)}").text
    assert titles[0] in page and titles[1] not in page
    assert client.get(f"/reviews/submit?panel={_panel(other)}").status_code == 302


# --- the score sheet ---


def _sheet(client: FlaskClient, panel: str) -> Any:
    return openpyxl.load_workbook(BytesIO(client.get(f"/reviews/sheet/{panel}.xlsx").data))


def _upload(client: FlaskClient, panel: str, book: Any) -> Any:
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return client.post(f"/reviews/sheet/{panel}", data={"file": (out, "scores.xlsx")})


def _changes(page: str) -> str:
    found = re.search(r'name="changes" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def _stored(field: UnderReview, entry: int) -> Review | None:
    db.session.expire_all()
    return queries.review_of(field.id(entry))


def test_a_filled_sheet_is_compared_first_and_saved_on_confirmation(app: Flask) -> None:
    field = under_review(2)
    draft(field, 0)
    client, panel = _browser(app, field), _panel(field)
    book = _sheet(client, panel)
    rows = book.active
    assert [rows["A2"].value, rows["C2"].value, rows["G2"].value] == [field.assignment(0).public_id, 50, COMMENT]
    rows["C2"], rows["C3"], rows["D3"], rows["G3"] = 55, 44, REASON, COMMENT
    answer = _upload(client, panel, book)
    assert answer.status_code == 200
    assert "C2" in answer.text and "C3" in answer.text and "D2" not in answer.text
    assert _stored(field, 1) is None
    done = client.post(f"/reviews/sheet/{panel}/save", data={"changes": _changes(answer.text)})
    assert done.status_code == 303
    first, second = _stored(field, 0), _stored(field, 1)
    assert first is not None and service.marks_of(first) == marks(55, 30)
    assert second is not None and service.marks_of(second) == {"tech": (44, REASON), "plan": (None, "")}


def test_a_sheet_uploaded_as_it_came_changes_nothing(app: Flask) -> None:
    field = under_review(2)
    committed(
        lambda: service.save_review(
            field.context(), field.id(0), {"tech": (1, "=1+1 은 셈이 아닙니다")}, "-종합\n두 줄"
        )
    )
    client, panel = _browser(app, field), _panel(field)
    answer = _upload(client, panel, _sheet(client, panel))
    assert answer.status_code == 200
    assert 'name="changes"' not in answer.text


@pytest.mark.parametrize(
    ("cell", "value", "named"),
    [("C2", 61, "C2"), ("C2", -1, "C2"), ("E2", "많이", "E2"), ("D2", "가" * 5001, "D2"), ("A2", "unknown", "A2"),
     ("G2", "900101-1234568", "G2")],
)  # fmt: skip
def test_a_bad_cell_is_named_and_nothing_can_be_saved(app: Flask, cell: str, value: Any, named: str) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    book = _sheet(client, panel)
    book.active[cell] = value
    answer = _upload(client, panel, book)
    assert answer.status_code == 422
    assert named in answer.text and 'name="changes"' not in answer.text


def test_a_sheet_never_touches_a_submitted_review(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    submitted(field, 0)
    book = _sheet(client, panel)
    book.active["C2"] = 1
    answer = _upload(client, panel, book)
    assert answer.status_code == 422 and "A2" in answer.text
    forged = (
        f'{{"rows": [{{"assignment": "{field.assignment().public_id}", "version": 1, "marks": {{}}, "comment": ""}}]}}'
    )
    assert client.post(f"/reviews/sheet/{panel}/save", data={"changes": forged}).status_code == 409
    kept = _stored(field, 0)
    assert kept is not None and kept.state is ReviewState.LOCKED and service.marks_of(kept) == marks()


def test_somebody_elses_assignment_in_a_forged_confirmation_is_refused(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    theirs = field.assignment(0, 1).public_id
    forged = f'{{"rows": [{{"assignment": "{theirs}", "version": 0, "marks": {{}}, "comment": "x"}}]}}'
    assert client.post(f"/reviews/sheet/{panel}/save", data={"changes": forged}).status_code == 422
    assert client.post(f"/reviews/sheet/{panel}/save", data={"changes": "no json"}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Review)) == 0


@both_databases
def test_a_draft_saved_after_the_dry_run_is_not_overwritten_by_the_sheet(app: Flask) -> None:
    field = under_review(2)
    draft(field, 0)
    draft(field, 1)
    rows = {field.assignment(n).public_id: (1, marks(10, 10), COMMENT) for n in range(2)}
    committed(lambda: service.save_review(field.context(), field.id(1), marks(33, 33), COMMENT, "", 1))
    with pytest.raises(StaleReview):
        committed(lambda: service.save_sheet(field.context(), field.field.panel_id, rows))
    stored = [_stored(field, n) for n in range(2)]
    assert [service.marks_of(r)["tech"][0] for r in stored if r is not None] == [50, 33]


def test_another_calls_sheet_is_refused_as_a_whole(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    book = openpyxl.Workbook()
    book.active["A1"] = "무엇"
    assert _upload(client, panel, book).status_code == 422


# --- the packet ---


def _packets() -> list[ReviewPacket]:
    db.session.expire_all()
    return list(db.session.scalars(select(ReviewPacket).order_by(ReviewPacket.id)))


def _made(client: FlaskClient, panel: str) -> ReviewPacket:
    assert client.post(f"/reviews/packet/{panel}").status_code == 303
    run_all_due()
    return _packets()[-1]


def test_a_packet_binds_the_own_applications_and_their_files_and_marks_every_page(app: Flask) -> None:
    field = under_review(2)
    with_file(field)
    titles, client, panel = _titled(field), _browser(app, field), _panel(field)
    made = _made(client, panel)
    answer = client.get(f"/reviews/packet/{panel}/{made.public_id}.pdf")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "private, no-store"
    document = pypdfium2.PdfDocument(answer.data)
    pages = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
    assert len(pages) == made.pages
    name = field.person().name
    assert all(name in text and "대외비" in text for text in pages)
    assert all(any(title in text for text in pages) for title in titles)
    with pikepdf.open(BytesIO(answer.data)) as bound:
        assert b"Secret Author" not in answer.data and "/Author" not in bound.docinfo
    read = select(func.count()).where(AuditEvent.kind == "PacketDownloaded", AuditEvent.object_id == made.public_id)
    assert db.session.scalar(read) == 1


def test_asking_twice_while_one_is_being_made_makes_one(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    for _ in range(2):
        assert client.post(f"/reviews/packet/{panel}").status_code == 303
    assert len(_packets()) == 1
    assert "hx-get" in client.get(f"/reviews/packet/{panel}").text


def test_a_packet_with_an_application_that_is_barred_since_is_out_of_reach(app: Flask) -> None:
    field = under_review(2)
    titles, client, panel = _titled(field), _browser(app, field), _panel(field)
    made = _made(client, panel)
    _bar(field, 0)
    assert client.get(f"/reviews/packet/{panel}/{made.public_id}.pdf").status_code == 404
    second = _made(client, panel)
    text = client.get(f"/reviews/packet/{panel}/{second.public_id}.pdf").data
    document = pypdfium2.PdfDocument(text)
    pages = "".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    assert titles[0] not in pages and titles[1] in pages


def test_somebody_elses_packet_is_not_there(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    made = _made(client, panel)
    other = _browser(app, field, 1)
    assert other.get(f"/reviews/packet/{panel}/{made.public_id}.pdf").status_code == 404


@both_databases
def test_the_packet_is_gone_when_the_review_of_the_stage_ends(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    made = _made(client, panel)
    sha256 = made.sha256
    assert sha256 is not None and queries.packet_hashes({sha256}) == {sha256}
    assert storage.path_for_parser(sha256).is_file()
    committed(lambda: service.close_review(context(), field.stage_id, "기간이 지나 마칩니다."))
    assert client.get(f"/reviews/packet/{panel}/{made.public_id}.pdf").status_code == 404
    assert client.get(f"/reviews/packet/{panel}").status_code == 404
    (row,) = _packets()
    assert (row.sha256, row.removed_at is not None) == (None, True)
    assert queries.packet_hashes({sha256}) == set()


def test_a_packet_asked_for_before_the_end_is_not_kept_after_it(app: Flask) -> None:
    field = under_review(1)
    client, panel = _browser(app, field), _panel(field)
    assert client.post(f"/reviews/packet/{panel}").status_code == 303
    committed(lambda: service.close_review(context(), field.stage_id, "기간이 지나 마칩니다."))
    run_all_due()
    (row,) = _packets()
    assert row.sha256 is None and row.made_at is None


@pytest.mark.parametrize(("flag", "room"), [("packet", "packet"), ("score_sheet", "sheet")])
def test_where_the_call_does_not_allow_it_there_is_neither_packet_nor_sheet(app: Flask, flag: str, room: str) -> None:
    field = under_review(1, made=_without(flag))
    client, panel = _browser(app, field), _panel(field)
    assert client.get(f"/reviews/{room}/{panel}").status_code == 404
    assert f"/reviews/{room}/" not in client.get(f"/reviews/batch/{panel}").text


def test_what_is_not_assigned_cannot_be_packed(app: Flask) -> None:
    field = under_review(1, declared=False)
    assert queries.my_panel(reviewer_actor(field), _panel(field)) is None
    with pytest.raises(NotFound):
        committed(lambda: service.save_review(field.context(), field.id(0), marks(), COMMENT))
