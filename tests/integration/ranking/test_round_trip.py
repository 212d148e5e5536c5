"""What reviewers stored = what their pages and receipts show = what the ranking page shows = what its exports hold; and
what the applicants' page and letters say of it. Awkward points: 0, all, means that no decimal holds, 79.995 beside 80."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from math import isclose
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from portal.accounts.models import Person
from portal.awards import service as awards
from portal.awards.models import Result
from portal.notifications.models import Letter
from portal.platform import clock
from portal.platform.context import RandomIds
from portal.platform.db import db
from portal.platform.formats import number
from portal.programs.definition import CallDefinition
from portal.ranking import queries, service
from portal.ranking.models import RankingRun
from portal.reviews.models import Review, ReviewState, Score
from portal.routing.models import Assignment, AssignmentState
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.consortia import words
from tests.factories.reviews import COMMENT, REASON, UnderReview, definition, entry_of, submitted, under_review
from workers.wake import run_all_due

pytestmark = pytest.mark.usefixtures("app")
NOTE = "한국지능정보사회진흥원이 2026년 1월에 쟀습니다."
WHY = "점수와 조건을 함께 살핀 결과입니다."
CRITERIA = {"tech": ("기술", 60), "plan": ("계획", 40)}
# title: the reviewers' (technology, plan), measured points of 20, whether the bonus of 2 applies
ROWS: dict[str, tuple[tuple[tuple[int, int], ...], str, bool]] = {
    "꼭 80점": (((50, 25), (50, 25), (50, 25)), "20", False),
    "79.995점": (((50, 25), (50, 25), (50, 25)), "19.995", False),
    "모두 만점": (((60, 40), (60, 40), (60, 40)), "20", True),
    "모두 0점": (((0, 0), (0, 0), (0, 0)), "0", False),
    "셋으로 나뉘지 않음": (((60, 0), (0, 40), (1, 0)), "6.67", False),
}
FINDING = "가중치를 공개한 것을 확인했습니다."
TOTALS = {  # the reviewers' mean of 100 counts as 80, then the lane and the bonus
    "꼭 80점": Fraction(80), "79.995점": Fraction(15999, 200), "모두 만점": Fraction(102), "모두 0점": Fraction(0),
    "셋으로 나뉘지 않음": Fraction(101, 3) * 80 / 100 + Fraction("6.67"),
}  # fmt: skip
ORDER = ["모두 만점", "꼭 80점", "79.995점", "셋으로 나뉘지 않음", "모두 0점"]


def _definition() -> CallDefinition:
    data = definition(panel={"size": 3, "reviews_per_entry": 3, "max_load": 20}).model_dump(mode="json")
    data["stages"][0] |= {
        "ranking": {"review_points": 80},
        "lanes": [{"code": "bench", "kind": "benchmark", "names": words("벤치마크", "Benchmark"),
                   "parts": [{"code": "all", "names": words("전체", "All"), "points": 20}]}],
        "adjustments": [{"code": "open", "names": words("공개", "Open weights"), "points": 2}],
    }  # fmt: skip
    return CallDefinition.model_validate(data)


@pytest.fixture
def field(app: Flask) -> UnderReview:
    made = under_review(len(ROWS), 3, made=_definition())

    def name() -> None:
        for place, title in enumerate(ROWS):
            entry_of(made, place).application.title = title

    committed(name)
    for place, (marks, _, bonus) in enumerate(ROWS.values()):
        for reviewer, (tech, plan) in enumerate(marks):
            submitted(made, place, reviewer, tech, plan)
        if bonus:
            entry = made.entries[place]
            committed(lambda entry=entry: service.record_adjustment(context(), entry, "open", True, FINDING))  # type: ignore[misc]
    measured = {(e, "all"): Fraction(own) for e, (_, own, _) in zip(made.entries, ROWS.values(), strict=True)}
    committed(lambda: service.import_measurements(context(), made.stage_id, "bench", measured, "b.csv", "a" * 64, NOTE))
    judged = made.entries[0]
    committed(lambda: service.record_condition(context(), judged, "independent", False, FINDING))
    run_all_due()
    committed(lambda: service.rank(context(), made.stage_id).id)
    run_all_due()
    db.session.rollback()
    return made


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    who = committed(lambda: account(person("담당자"), "officer"))
    return signed_in(app.test_client(), who)


def run_of(field: UnderReview) -> RankingRun:
    run = queries.latest_run(field.stage_id)
    assert run is not None
    return run


def stored(field: UnderReview) -> dict[str, dict[str, dict[str, int | None]]]:
    """title -> pseudonym -> criterion -> points, straight from the tables."""
    found: dict[str, dict[str, dict[str, int | None]]] = {}
    for place, title in enumerate(ROWS):
        for review, pseudonym in db.session.execute(
            select(Review, Assignment.pseudonym)
            .join(Assignment, Review.assignment_id == Assignment.id)
            .where(Assignment.entry_id == field.entries[place])
        ):
            found.setdefault(title, {})[pseudonym] = {s.criterion: s.points for s in review.scores}
    return found


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def tables(page: str) -> dict[str, list[list[str]]]:
    """Caption -> rows of cells as a reader sees them; the first row is the header."""
    found = {}
    for table in re.findall(r"<table.*?</table>", page, re.S):
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.S)
        rows = [
            [text(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.S)]
            for row in re.findall(r"<tr.*?</tr>", table, re.S)
        ]
        found[text(caption[1]) if caption else ""] = rows
    return found


def test_every_review_page_and_receipt_shows_the_points_that_are_stored(app: Flask, field: UnderReview) -> None:
    kept = stored(field)
    for reviewer in range(3):
        committed(lambda reviewer=reviewer: account(field.person(reviewer)).id)  # type: ignore[misc]
        client = signed_in(app.test_client(), field.person(reviewer))
        for place, (title, (marks, _, _)) in enumerate(ROWS.items()):
            assignment = field.assignment(place, reviewer)
            tech, plan = marks[reviewer]
            assert kept[title][assignment.pseudonym] == {"tech": tech, "plan": plan}
            wanted = [
                ["평가항목", "점수", "의견"],
                ["기술", f"{tech} / 60점", REASON],
                ["계획", f"{plan} / 40점", REASON],
                ["합계", f"{tech + plan} / 100점", ""],
            ]
            for address in (f"/reviews/{assignment.public_id}", f"/reviews/{assignment.public_id}/receipt"):
                page = client.get(address).text
                assert tables(page)["점수와 의견"] == wanted, address
                assert COMMENT in page
            review = db.session.scalars(select(Review).where(Review.assignment_id == assignment.id)).one()
            assert str(review.receipt) in page and assignment.pseudonym in page
        desk = tables(client.get("/reviews").text)["배정된 신청"]
        assert {row[0]: row[2] for row in desk[1:]} == {
            title: f"{sum(marks[reviewer])} / 100점" for title, (marks, _, _) in ROWS.items()
        }


def test_the_stored_run_is_the_exact_sum_and_79_995_is_never_ranked_as_80(field: UnderReview) -> None:
    titles = {entry_of(field, place).public_id: title for place, title in enumerate(ROWS)}
    result = run_of(field).result
    assert [titles[row["entry"]] for row in result] == ORDER
    assert [row["rank"] for row in result] == [1, 2, 3, 4, 5] and not any(row["tie"] for row in result)
    kept = stored(field)
    for row in result:
        title = titles[row["entry"]]
        assert Fraction(row["mean"]) == TOTALS[title]
        assert {m["pseudonym"]: m["points"] for m in row["marks"]} == kept[title]
        for code in CRITERIA:
            given = [points[code] for points in kept[title].values()]
            assert Fraction(row["by_criterion"][code]) == Fraction(sum(p or 0 for p in given), 3)
    second, third = result[1:3]
    assert number(Fraction(second["mean"]), 2) == number(Fraction(third["mean"]), 2) == "80.00"


def _of(title: str) -> dict[str, Any]:
    """All that the page and the files have to say of one application, from what was typed at the start."""
    marks, measured, bonus = ROWS[title]
    totals = [tech + plan for tech, plan in marks]
    middle = Fraction(sum(totals), 3)
    return {
        "rank": ORDER.index(title) + 1, "total": TOTALS[title], "reviews": middle * 80 / 100,
        "bench": Fraction(measured), "bonus": 2 if bonus else 0, "spread": sum(abs(t - middle) for t in totals) / 3,
        "tech": Fraction(sum(t for t, _ in marks), 3), "plan": Fraction(sum(p for _, p in marks), 3),
        "condition": "미충족" if title == "꼭 80점" else "판정 전",
    }  # fmt: skip


def test_the_ranking_page_shows_every_figure_and_the_exact_fraction_beside_the_total(
    officer: FlaskClient, field: UnderReview
) -> None:
    page = officer.get(f"/office/calls/{field.field.call}/ranking").text
    shown = tables(page)
    header, *rows = shown["순위표"]
    assert header == [
        "순위", "과제", "합계(점)", "위원 평가 / 80", "벤치마크 / 20", "가감점", "평균 편차(점)", "기술 / 60점",
        "계획 / 40점", "평가",
    ]  # fmt: skip
    assert len(rows) == len(ORDER)
    for title, row in zip(ORDER, rows, strict=True):
        of = _of(title)
        exact = f"{of['total'].numerator}/{of['total'].denominator}"
        bonus = f"+2 {title}" if of["bonus"] else f"0 {title}"
        named = f"{title} 독자성: 미충족" if of["condition"] == "미충족" else title
        assert row == [
            str(of["rank"]), named, f"{number(of['total'], 2)} ({exact})", number(of["reviews"], 2),
            number(of["bench"], 2), bonus, number(of["spread"], 2), number(of["tech"], 2), number(of["plan"], 2), "3건",
        ]  # fmt: skip
        assert f'title="{exact}">{number(of["total"], 2)}<' in page
    marks = shown["위원 점수"]
    assert marks[0] == ["과제", "위원 가명", "기술", "계획", "합계(점)"]
    assert sorted(marks[1:]) == sorted(
        [title, pseudonym, str(points["tech"]), str(points["plan"]), str(sum(p or 0 for p in points.values()))]
        for title, by in stored(field).items()
        for pseudonym, points in by.items()
    )


CALIBRATED = [
    "보정 점수(점)", "보정 점수 90% 하한(점)", "보정 점수 90% 상한(점)", "기대 순위", "순위 50% 구간의 처음",
    "순위 50% 구간의 끝", "순위 90% 구간의 처음", "순위 90% 구간의 끝", "선 안에 들 확률(0~1)", "점수로 본 자리",
    "위원을 함께 쓰는 묶음",
]  # fmt: skip
GROUPS = {"inside": "선 안", "not separable": "점수로 가를 수 없음", "outside": "선 밖"}


def _exported(officer: FlaskClient, field: UnderReview, kind: str) -> list[list[list[Any]]]:
    data = {"stage": "paper", "kind": kind, "reason": "위원회 자료"}
    got = officer.post(f"/office/calls/{field.field.call}/ranking/export", data=data)
    assert got.status_code == 200
    if kind == "csv":
        return [list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))]
    book = openpyxl.load_workbook(io.BytesIO(got.data))
    return [[[cell.value for cell in row] for row in sheet] for sheet in book]


def _calibrated(field: UnderReview, title: str) -> list[Any]:
    told = run_of(field).calibration
    assert told is not None
    row = told["entries"][entry_of(field, list(ROWS).index(title)).public_id]
    return [
        row["score"],
        *row["score90"],
        row["expected"],
        *row["rank50"],
        *row["rank90"],
        row["inside"],
        GROUPS[row["group"]],
        row["panel"],
    ]


def _same(cells: list[Any], wanted: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """What differs: text as text, numbers by value (a workbook keeps sixteen digits; the fraction is text)."""
    assert len(cells) == len(wanted)
    for place, (cell, value) in enumerate(zip(cells, wanted, strict=True)):
        if isinstance(value, str):
            good = (cell or "") == value
        else:
            good = isclose(float(cell), float(value), rel_tol=1e-14)
        if not good:
            yield place, cell, value


def _exact(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def test_the_workbook_holds_every_figure_of_the_page_and_its_exact_fraction(
    officer: FlaskClient, field: UnderReview
) -> None:
    ranking, marks = _exported(officer, field, "xlsx")
    assert ranking[0] == [
        "순위", "과제", "합계(점)", "합계(분수)", "평균 편차(점)", "평가 수(건)", "동점", "위원 평가(점)", "기술(점)",
        "계획(점)", "독자성", "벤치마크(점)", "공개", *CALIBRATED,
    ]  # fmt: skip
    for title, row in zip(ORDER, ranking[1:], strict=True):
        of = _of(title)
        calibrated = _calibrated(field, title)
        wanted = [
            of["rank"], title, of["total"], _exact(of["total"]), of["spread"], 3, "", of["reviews"], of["tech"],
            of["plan"], of["condition"], of["bench"], of["bonus"], *calibrated,
        ]  # fmt: skip
        assert list(_same(row, wanted)) == []
    _check_marks(field, marks)


def _check_marks(field: UnderReview, marks: list[list[Any]]) -> None:
    assert marks[0] == [
        "순위", "과제", "합계(점)", "합계(분수)", "위원 가명", "기술(점)", "계획(점)", "위원 합계(점)", *CALIBRATED,
    ]  # fmt: skip
    kept = stored(field)
    assert len(marks) == 1 + 3 * len(ROWS)
    for title, pseudonym, row in ((row[1], row[4], row) for row in marks[1:]):
        of, points = _of(title), kept[title].pop(pseudonym)
        calibrated = _calibrated(field, title)
        total = sum(p or 0 for p in points.values())
        wanted = [
            of["rank"],
            title,
            of["total"],
            _exact(of["total"]),
            pseudonym,
            points["tech"],
            points["plan"],
            total,
            *calibrated,
        ]
        assert list(_same(row, wanted)) == []
    assert not any(kept.values())  # every mark stood in the file, once


def test_the_csv_holds_every_mark_with_the_exact_fraction_of_its_total(
    officer: FlaskClient, field: UnderReview
) -> None:
    (marks,) = _exported(officer, field, "csv")
    _check_marks(field, marks)
    assert {row[2] for row in marks[1:] if row[1] == "79.995점"} == {"79.995"}


def test_applicants_are_told_result_and_reason_and_never_a_point(app: Flask, field: UnderReview) -> None:
    """Neither their page nor a letter carries points, whatever they are."""

    def judge() -> None:
        for entry in field.entries:
            service.record_condition(context(), entry, "independent", entry != field.entries[0], FINDING)

    committed(judge)
    by, second = context(committed(person), "officer"), context(committed(person), "administrator")
    outcomes = [(e, Result.ADVANCE if n == 2 else Result.DECLINE, WHY) for n, e in enumerate(field.entries)]
    decision = committed(lambda: awards.propose(by, field.stage_id, outcomes, WHY).id)
    committed(lambda: awards.approve(second, decision, WHY))
    committed(lambda: awards.publish(second, decision))
    run_all_due()
    db.session.rollback()
    for place, title in enumerate(ROWS):
        owner = db.session.get_one(Person, entry_of(field, place).application.owner_id)
        application = entry_of(field, place).application.public_id
        of = _of(title)
        secret = {number(of[what], 2) for what in ("total", "reviews", "tech", "plan") if of[what]}
        secret |= {_exact(of[what]) for what in ("total", "reviews") if of[what].denominator > 1}
        secret |= {field.assignment(place, r).pseudonym for r in range(3)} | {COMMENT, REASON}
        letters = [m for m in db.session.scalars(select(Letter)) if m.person_id == owner.id]
        said = [text(f"{m.subject} {m.body}") for m in letters]
        assert any(WHY in one for one in said)
        committed(lambda owner=owner: account(owner).id)  # type: ignore[misc]
        page = text(signed_in(app.test_client(), owner).get(f"/applications/{application}").text)
        assert WHY in page
        for one in (*said, page):
            bare = one.replace(title, "")  # a title may hold a number
            assert not [point for point in secret if point in bare]


# --- 79.995 of marks alone: two hundred reviewers ---


def _two_hundred(field: UnderReview) -> None:
    """199 more locked reviews an entry: 75 points each, and for the second entry one point less in the last."""
    at, ids = clock.now(), RandomIds()
    people = [person() for _ in range(199)]
    first = field.assignment(0, 0)
    for place, entry in enumerate(field.entries):
        for n, who in enumerate(people):
            held = Assignment(
                public_id=ids.public_id(), entry_id=entry, panel_id=first.panel_id, person_id=who.id,
                state=AssignmentState.ACCEPTED, pseudonym=f"Q{n}", explanation={}, created_at=at,
            )  # fmt: skip
            db.session.add(held)
            db.session.flush()
            made = Review(
                public_id=ids.public_id(), assignment_id=held.id, state=ReviewState.LOCKED, version=1, comment=COMMENT,
                saved_at=at, locked_at=at, receipt="0" * 64,
            )  # fmt: skip
            db.session.add(made)
            db.session.flush()
            points = {"tech": 50, "plan": 29 if place and n == 198 else 30}
            db.session.execute(
                insert(Score),
                [{"review_id": made.id, "criterion": c, "points": p, "reason": REASON} for c, p in points.items()],
            )


def test_a_mean_of_79_995_is_shown_as_80_00_with_its_fraction_and_ranked_below_80(officer: FlaskClient) -> None:
    field = under_review(2, 1)
    committed(lambda: _two_hundred(field))
    submitted(field, 1, 0)
    submitted(field, 0, 0)
    run_all_due()
    db.session.rollback()
    result = run_of(field).result
    assert [(field.entries.index(row["entry_id"]), row["rank"], row["mean"], row["tie"]) for row in result] == [
        (0, 1, "80/1", False), (1, 2, "15999/200", False),
    ]  # fmt: skip
    rows = tables(officer.get(f"/office/calls/{field.field.call}/ranking").text)["순위표"][1:]
    assert [row[2] for row in rows] == ["80.00 (80/1)", "80.00 (15999/200)"]
    (marks,) = _exported(officer, field, "csv")
    assert {(row[0], row[2], row[3]) for row in marks[1:]} == {("1", "80.0", "80/1"), ("2", "79.995", "15999/200")}
