"""One review open in two windows: whoever saves second is told what the first saved, and nothing is lost. Both databases."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.platform.db import db
from portal.reviews import queries, service
from portal.reviews.errors import StaleReview
from portal.reviews.models import Review
from tests.databases import both_databases
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed
from tests.factories.reviews import UnderReview, draft, marks, under_review

pytestmark = [both_databases, pytest.mark.usefixtures("app")]
FIRST = {
    "points_tech": "60", "reason_tech": "첫 창에서 쓴 기술 의견이며 스무 글자가 넘습니다.",
    "points_plan": "0", "reason_plan": "첫 창에서 쓴 계획 의견이며 스무 글자가 넘습니다.",
    "comment": "첫 창에서 쓴 종합의견입니다.", "note": "첫 창에서 담당자에게 남긴 말입니다.",
}  # fmt: skip
SECOND = {
    "points_tech": "0", "reason_tech": "둘째 창에서 쓴 기술 의견이며 스무 글자가 넘습니다.",
    "points_plan": "40", "reason_plan": "둘째 창에서 쓴 계획 의견이며 스무 글자가 넘습니다.",
    "comment": "둘째 창에서 쓴 종합의견입니다.", "note": "둘째 창에서 담당자에게 남긴 말입니다.",
}  # fmt: skip
LABELS = {
    "points_tech": "‘기술’ 점수", "reason_tech": "‘기술’ 의견", "points_plan": "‘계획’ 점수",
    "reason_plan": "‘계획’ 의견", "comment": "종합의견", "note": "담당자에게만 남기는 말",
}  # fmt: skip


def _window(app: Flask, field: UnderReview) -> FlaskClient:
    return signed_in(app.test_client(), field.person())


def _opened(client: FlaskClient, address: str) -> dict[str, str]:
    """Version and request id of the form as this window got it."""
    page = client.get(address).text
    form = page[page.index('id="review"') :]
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form)[1]  # type: ignore[index]
        for name in ("version", "request_id")
    }


def _stored(field: UnderReview) -> tuple[int, dict[str, str]]:
    """Version and every field of the review as the tables hold it."""
    db.session.rollback()
    review = queries.review_of(field.id())
    assert review is not None
    found = service.marks_of(review)
    values = {"comment": review.comment, "note": review.note_to_officer}
    for code, (points, reason) in found.items():
        values |= {f"points_{code}": str(points), f"reason_{code}": reason}
    return review.version, values


def _compared(page: str) -> dict[str, tuple[str, str]]:
    """Label -> (typed here, saved first)."""
    part = page[page.index('aria-labelledby="compare"') :]
    rows = re.findall(r"<tr>(.*?)</tr>", part[: part.index("</table>")], re.S)[1:]
    cells = [
        [unescape(re.sub(r"<[^>]*>", "", c)).strip() for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.S)] for r in rows
    ]
    return {label: (typed, saved) for label, typed, saved in cells}


@pytest.mark.parametrize("begun", [False, True])
def test_the_second_of_two_windows_is_refused_with_every_field_of_the_first_beside_its_own(
    app: Flask, begun: bool
) -> None:
    field = under_review(1)
    if begun:
        draft(field)
    committed(lambda: account(field.person()).id)
    address = f"/reviews/{field.assignment().public_id}"
    one, other = _window(app, field), _window(app, field)
    early, late = _opened(one, address), _opened(other, address)
    assert early["version"] == late["version"] == str(int(begun))
    assert one.post(address, data=FIRST | early).status_code == 303
    refused = other.post(address, data=SECOND | late)
    assert refused.status_code == 409
    assert _compared(refused.text) == {LABELS[name]: (SECOND[name], FIRST[name]) for name in LABELS}
    assert _stored(field) == (int(begun) + 1, FIRST)
    form = refused.text[refused.text.index('id="review"') :]
    assert f'name="version" value="{int(begun) + 1}"' in form
    assert all(text in unescape(form) for text in SECOND.values())  # what was typed is still there to be saved
    again = {"version": str(int(begun) + 1), "request_id": "b" * 26}
    assert other.post(address, data=SECOND | again).status_code == 303
    assert _stored(field) == (int(begun) + 2, SECOND)


def test_a_field_that_both_windows_hold_alike_is_not_among_what_differs(app: Flask) -> None:
    field = under_review(1)
    committed(lambda: account(field.person()).id)
    address = f"/reviews/{field.assignment().public_id}"
    one, other = _window(app, field), _window(app, field)
    early, late = _opened(one, address), _opened(other, address)
    one.post(address, data=FIRST | early)
    refused = other.post(address, data=FIRST | late | {"points_plan": "7"})
    assert refused.status_code == 409
    assert _compared(refused.text) == {"‘계획’ 점수": ("7", "0")}
    assert _stored(field) == (1, FIRST)


def test_a_window_that_only_saved_again_what_is_there_is_not_refused(app: Flask) -> None:
    """The answer to the first save was lost on the way: the same once more is no conflict and no new version."""
    field = under_review(1)
    committed(lambda: account(field.person()).id)
    address = f"/reviews/{field.assignment().public_id}/autosave"
    client = _window(app, field)
    answers = [client.post(address, data=FIRST | {"version": "0"}) for _ in range(2)]
    assert [(a.status_code, a.json["version"]) for a in answers] == [(200, 1), (200, 1)]
    assert _stored(field) == (1, FIRST)


def test_of_two_windows_one_cannot_submit_what_the_other_has_changed_unseen(app: Flask) -> None:
    field = under_review(1)
    committed(lambda: account(field.person()).id)
    address = f"/reviews/{field.assignment().public_id}"
    one, other = _window(app, field), _window(app, field)
    early, late = _opened(one, address), _opened(other, address)
    one.post(address, data=FIRST | early)
    refused = other.post(address, data=SECOND | late | {"then": "submit"})
    assert refused.status_code == 409 and "먼저 저장된 내용" in refused.text
    assert _stored(field) == (1, FIRST)


@pytest.mark.parametrize("begun", [False, True])
def test_of_many_saves_at_once_from_the_same_version_exactly_one_is_kept(app: Flask, begun: bool) -> None:
    field = under_review(1)
    if begun:
        draft(field)
    by, assignment = field.context(), field.id()
    kept, stale, other = list[int](), list[int](), list[str]()
    start = threading.Barrier(5)

    def save(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                committed(lambda: service.save_review(by, assignment, marks(n, n), f"창 {n}", "", int(begun)).id)
                kept.append(n)
            except StaleReview:
                stale.append(n)
            except Exception as error:  # whatever else happens fails the test by name
                other.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (other, len(kept), len(stale)) == ([], 1, 4)
    db.session.rollback()
    review = db.session.query(Review).one()
    assert (review.version, review.comment) == (int(begun) + 1, f"창 {kept[0]}")
    assert {code: points for code, (points, _) in service.marks_of(review).items()} == {
        "tech": kept[0],
        "plan": kept[0],
    }
