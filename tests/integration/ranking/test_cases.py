"""The cases of DOMAIN 6.3 no. 1 to 3 from the reviewers' marks to the stored run and its page: ties at the line, trimming,
a reviewer lost late, one applicant."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from flask import Flask

from portal.conflicts.models import Severity
from portal.conflicts.service import write
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.ranking import queries, service
from portal.ranking.models import RankingRun
from portal.reviews.models import Review, ReviewState
from portal.routing.models import AssignmentState
from portal.routing.service import revoke_barred
from tests.databases import both_databases
from tests.factories.accounts import account, signed_in
from tests.factories.base import committed, context, person
from tests.factories.reviews import UnderReview, all_submitted, definition, entry_of, under_review

pytestmark = pytest.mark.usefixtures("app")
WARNING = "선에 동점이 있습니다"


def _trimmed(reviewers: int) -> CallDefinition:
    """One highest and one lowest total are left out from five on."""
    return definition(
        panel={"size": reviewers, "reviews_per_entry": reviewers, "max_load": 20},
        ranking={"decides": "trimmed", "trim_from": 5},
    )


def _totals(*totals: int) -> list[tuple[int, int]]:
    return [(min(total, 60), max(0, total - 60)) for total in totals]


def _reviewed(made: CallDefinition | None, *rows: list[tuple[int, int]]) -> UnderReview:
    field = under_review(len(rows), len(rows[0]), made=made)

    def name() -> None:
        for place in range(len(rows)):
            entry_of(field, place).application.title = f"과제 {'가나다라'[place]}"

    committed(name)
    all_submitted(field, list(rows))
    return field


def _ranked(field: UnderReview) -> RankingRun:
    return db.session.get_one(RankingRun, committed(lambda: service.rank(context(), field.stage_id).id))


def _order(field: UnderReview, run: RankingRun) -> list[tuple[int, int, Fraction]]:
    """(place of the entry in the field, rank, what decides)."""
    return [(field.entries.index(row["entry_id"]), row["rank"], Fraction(row["mean"])) for row in run.result]


def _page(app: Flask, field: UnderReview) -> str:
    officer = committed(lambda: account(person("담당자"), "officer"))
    return signed_in(app.test_client(), officer).get(f"/office/calls/{field.field.call}/ranking").text


def _titles(page: str) -> list[str]:
    """The applications of the ranking's table, from the top."""
    table = page[page.index('aria-labelledby="table"') :]
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', table[: table.index("</tbody>")])


# --- 1: ties ---


def test_a_tie_on_the_total_at_the_line_is_broken_by_the_heaviest_item_and_needs_no_warning(app: Flask) -> None:
    field = _reviewed(None, _totals(95, 95), [(45, 35), (45, 35)], [(50, 30), (50, 30)])
    assert _order(field, _ranked(field)) == [(0, 1, Fraction(95)), (2, 2, Fraction(80)), (1, 3, Fraction(80))]
    page = _page(app, field)
    assert _titles(page) == ["과제 가", "과제 다", "과제 나"]
    assert WARNING not in page


def test_a_tie_that_nothing_breaks_is_marked_on_both_and_warned_of_at_the_line(app: Flask) -> None:
    field = _reviewed(None, _totals(95, 95), [(50, 30), (50, 30)], [(50, 30), (50, 30)])
    run = _ranked(field)
    assert [(row["rank"], row["tie"]) for row in run.result] == [(1, False), (2, True), (2, True)]
    page = _page(app, field)
    assert WARNING in page
    assert page.count(">동점</") == 2


def test_a_tie_that_nothing_breaks_beside_the_line_is_marked_and_not_warned_of(app: Flask) -> None:
    field = _reviewed(None, [(50, 30), (50, 30)], [(50, 30), (50, 30)], _totals(60, 60))
    assert [(row["rank"], row["tie"]) for row in _ranked(field).result] == [(1, True), (1, True), (3, False)]
    page = _page(app, field)
    assert WARNING not in page
    assert page.count(">동점</") == 2


# --- 2: the trimmed mean ---


@both_databases
def test_the_trimmed_mean_orders_two_otherwise_than_the_mean_does() -> None:
    rows = (_totals(70, 70, 70, 70, 100), _totals(74, 74, 74, 74, 74))
    plain = _reviewed(_raw(5), *rows)
    assert _order(plain, _ranked(plain)) == [(0, 1, Fraction(76)), (1, 2, Fraction(74))]
    trimmed = _reviewed(_trimmed(5), *rows)
    assert _order(trimmed, _ranked(trimmed)) == [(1, 1, Fraction(74)), (0, 2, Fraction(70))]


def _raw(reviewers: int) -> CallDefinition:
    return definition(panel={"size": reviewers, "reviews_per_entry": reviewers, "max_load": 20})


@both_databases
def test_of_two_identical_highest_totals_only_one_is_left_out() -> None:
    field = _reviewed(_trimmed(5), _totals(60, 70, 80, 90, 90))
    run = _ranked(field)
    assert _order(field, run) == [(0, 1, Fraction(80))]  # (70 + 80 + 90) / 3; without both 90s it were 75
    assert sorted(m["total"] for m in run.result[0]["marks"]) == [60, 70, 80, 90, 90]  # every mark stays on record


@both_databases
def test_four_totals_are_not_trimmed() -> None:
    field = _reviewed(_trimmed(4), _totals(10, 70, 70, 71))
    assert _order(field, _ranked(field)) == [(0, 1, Fraction(221, 4))]


def _loses(field: UnderReview, entry: int, reviewer: int) -> None:
    """A conflict comes to light after the review was locked: the assignment is revoked."""
    who, application = field.reviewers[reviewer], entry_of(field, entry).application_id

    def bar() -> None:
        write(context(), who, application, "relative", Severity.WAIVABLE)
        db.session.flush()
        revoke_barred(context(), application)

    committed(bar)


@both_databases
def test_a_reviewer_lost_after_locking_leaves_four_of_five_untrimmed_and_the_old_run_as_it_was() -> None:
    field = _reviewed(_trimmed(5), _totals(10, 70, 70, 70, 100), _totals(65, 65, 65, 65, 65))
    first = _ranked(field)
    first_id, hashes, result = first.id, (first.inputs_hash, first.result_hash), list(first.result)
    assert _order(field, first) == [(0, 1, Fraction(70)), (1, 2, Fraction(65))]
    _loses(field, 0, 4)
    assert field.assignment(0, 4).state is AssignmentState.REVOKED
    second = _ranked(field)
    assert second.id != first_id
    # the best mark is gone and four are not trimmed, so that the 10 counts again
    assert _order(field, second) == [(1, 1, Fraction(65)), (0, 2, Fraction(55))]
    assert [row["n"] for row in second.result] == [5, 4]
    lost = field.assignment(0, 4).pseudonym
    assert lost not in {m["pseudonym"] for m in second.result[1]["marks"]}
    old = db.session.get_one(RankingRun, first_id)
    assert (old.inputs_hash, old.result_hash) == hashes and old.result == result and old.discarded_at is not None
    assert service.replay(queries.kept(first_id)).held


def test_the_locked_review_of_a_reviewer_lost_late_is_kept_and_only_no_longer_counted() -> None:
    field = _reviewed(_trimmed(5), _totals(10, 70, 70, 70, 100))
    _ranked(field)
    _loses(field, 0, 4)
    kept = db.session.query(Review).filter_by(assignment_id=field.id(0, 4)).one()
    assert kept.state is ReviewState.LOCKED and {s.criterion: s.points for s in kept.scores} == {"tech": 60, "plan": 40}


# --- 3: one applicant ---


def test_a_single_applicant_is_ranked_first_by_their_mean_and_stands_above_the_line(app: Flask) -> None:
    field = _reviewed(None, _totals(41, 40))
    assert _order(field, _ranked(field)) == [(0, 1, Fraction(81, 2))]
    page = _page(app, field)
    assert _titles(page) == ["과제 가"]
    assert WARNING not in page and "line-above" not in page
