"""The panel's table open in two windows: whoever saves second sees what is stored beside what was typed, amounts, months and
reasons, and nothing is overwritten. Both databases."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.awards import service
from portal.awards.queries import tables
from portal.awards.rules import Piece, cell
from portal.awards.service.table import Advice
from portal.platform.db import db
from portal.platform.errors import Stale
from tests.databases import both_databases
from tests.factories.accounts import account, signed_in
from tests.factories.awards import BUNDLE, ready, with_plan
from tests.factories.base import committed, context

pytestmark = both_databases
THIS, NEXT, CARDS = BUNDLE


class Room:
    """A ready stage whose table is open, with the chair and a member."""

    def __init__(self) -> None:
        with_plan()
        made = ready(2)
        for who in (made.chair, made.member):
            account(who)
        self.chair, self.member = made.chair, made.member
        self.by = context(made.chair, "reviewer")
        self.address = f"/panels/{made.panel.public_id}/award"
        self.entry, self.public = made.entries[0].id, made.entries[0].public_id
        self.table = service.open_table(self.by, made.panel.id).id

    def cell(self, what: str, piece: Piece) -> str:
        return cell(what, self.public, piece)

    def stored(self) -> tuple[list[Piece], str]:
        db.session.rollback()
        advice = tables.advice_in([self.table])[self.entry]
        return list(advice.pieces.values()), advice.reason


@pytest.fixture
def room(app: Flask) -> Room:
    return committed(Room)


def _form(client: FlaskClient, address: str, page: str | None = None) -> dict[str, str]:
    """What a browser would post of the table, unchanged."""
    text = page or client.get(address).text
    form = text[text.index('id="award-form"') :]
    form = form[: form.index("</form>")]
    found = {
        name[1]: unescape(value[1]) if value else ""
        for tag in re.findall(r"<input[^>]*>", form)
        if (name := re.search(r'name="([^"]*)"', tag))
        for value in [re.search(r'value="([^"]*)"', tag)]
    }
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', form, re.S):
        found[name] = unescape(value)
    return found


def _said(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def test_the_second_window_sees_stored_amount_cards_months_and_reason_beside_its_own(app: Flask, room: Room) -> None:
    chair, member = signed_in(app.test_client(), room.chair), signed_in(app.test_client(), room.member)
    early, late = _form(chair, room.address), _form(member, room.address)
    assert early["version"] == late["version"] == "0"
    reason = f"reason-{room.public}"
    first = early | {
        room.cell("q", THIS): "390,000", room.cell("q", CARDS): "70", room.cell("m", CARDS): "10",
        reason: "첫 창에서 쓴 조정 사유입니다.",
    }  # fmt: skip
    second = late | {
        room.cell("q", THIS): "380,000", room.cell("q", CARDS): "60", room.cell("m", CARDS): "9",
        reason: "둘째 창에서 쓴 조정 사유입니다.",
    }  # fmt: skip
    assert chair.post(room.address, data=first).status_code == 303
    saved = [THIS._replace(quantity=390_000), NEXT, CARDS._replace(quantity=70, months=10)]
    refused = member.post(room.address, data=second)
    assert refused.status_code == 409
    assert room.stored() == (saved, "첫 창에서 쓴 조정 사유입니다.")
    said = _said(refused.text)
    assert "지금 저장된 값: 39만 원" in said
    assert "지금 저장된 값: 70장 × 10개월" in said
    assert "지금 저장된 사유: 첫 창에서 쓴 조정 사유입니다." in said
    assert said.count("지금 저장된 값") == 2  # the third piece is alike in both
    typed = _form(member, room.address, refused.text)
    names = (room.cell("q", THIS), room.cell("q", CARDS), room.cell("m", CARDS), reason)
    assert [typed[name] for name in names] == [second[name] for name in names]
    assert typed["version"] == "1"
    assert member.post(room.address, data=typed | {"request_id": "b" * 26}).status_code == 303
    assert room.stored() == (
        [THIS._replace(quantity=380_000), NEXT, CARDS._replace(quantity=60, months=9)],
        "둘째 창에서 쓴 조정 사유입니다.",
    )


def test_a_reason_that_is_alike_in_both_windows_is_not_told_twice(app: Flask, room: Room) -> None:
    chair, member = signed_in(app.test_client(), room.chair), signed_in(app.test_client(), room.member)
    early, late = _form(chair, room.address), _form(member, room.address)
    assert chair.post(room.address, data=early | {room.cell("q", THIS): "390,000"}).status_code == 303
    refused = member.post(room.address, data=late | {room.cell("q", THIS): "380,000"})
    assert refused.status_code == 409
    assert "지금 저장된 사유" not in _said(refused.text)


def test_of_many_saves_at_once_from_the_same_version_exactly_one_is_kept(app: Flask, room: Room) -> None:
    kept, stale, other = list[int](), list[int](), list[str]()
    start = threading.Barrier(5)

    def save(n: int) -> None:
        rows = [Advice(room.entry, THIS._replace(quantity=n), f"창 {n}")]
        with app.app_context():
            start.wait()
            try:
                committed(lambda: service.recommend(room.by, room.table, rows, 0).id)
                kept.append(n)
            except Stale:
                stale.append(n)
            except Exception as error:  # whatever else happens fails the test by name
                other.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (other, len(kept), len(stale)) == ([], 1, 4)
    pieces, reason = room.stored()
    assert (pieces[0].quantity, reason) == (kept[0], f"창 {kept[0]}")
