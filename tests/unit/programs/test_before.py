"""What stands before a deadline, as plain rules: the eligibility check, the window of questions, the morning's digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.programs.definition import CallDefinition
from portal.programs.loader import catalog_codes, load_call
from portal.programs.models import Call, CallState
from portal.programs.rules import asking_ends, can_ask, carried_over, next_digest, verdict
from tests.factories.before import asking_definition
from tests.unit.programs.conftest import Catalog

CHECK = asking_definition().eligibility_check
CLOSES = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)


def _call(definition: CallDefinition, state: CallState = CallState.OPEN) -> Call:
    from portal.programs.definition import canonical

    return Call(
        content=canonical(definition), state=state, opens_at=CLOSES - timedelta(days=30), closes_at=CLOSES
    )  # fmt: skip


def test_an_unanswered_question_gives_no_verdict() -> None:
    assert verdict(CHECK, {}) is None
    assert verdict(CHECK, {"where": "here"}) is None
    assert verdict(CHECK, {"where": "here", "licence": "nowhere"}) is None
    assert verdict([], {}) is None


def test_one_reason_against_outweighs_what_has_to_be_talked_over() -> None:
    def result(where: str, licence: str) -> str:
        found = verdict(CHECK, {"where": where, "licence": licence})
        assert found is not None
        return found.result

    assert result("here", "open") == "passes"
    assert result("here", "closed") == "ask"
    assert result("abroad", "open") == "fails"
    assert result("abroad", "closed") == "fails"
    both = verdict(CHECK, {"where": "abroad", "licence": "closed"})
    assert both is not None and [c.code for c in both.fails + both.asks] == ["abroad", "closed"]


def test_only_what_fills_a_question_is_carried_over() -> None:
    made = asking_definition()
    assert carried_over(made, {"where": "here", "licence": "closed"}) == {"impact": {"licence": "closed"}}
    assert carried_over(made, {"licence": "forged", "other": "x"}) == {}


@pytest.mark.parametrize("code", catalog_codes())
def test_every_program_has_a_check_that_somebody_passes_and_somebody_fails(code: str) -> None:
    made = load_call(code)
    assert 5 <= len(made.eligibility_check) <= 6
    best = {q.code: next(c.code for c in q.choices if c.verdict == "passes") for q in made.eligibility_check}
    passed = verdict(made.eligibility_check, best)
    assert passed is not None and passed.result == "passes"
    assert {c.verdict for q in made.eligibility_check for c in q.choices} == {"passes", "fails", "ask"}
    assert made.marks["questions_days"] == "P"


def test_only_the_contest_takes_late_codes() -> None:
    assert [code for code in catalog_codes() if load_call(code).late_codes] == ["champ"]


def test_a_check_that_fills_no_choice_is_refused_with_its_line(catalog: Catalog) -> None:
    line = catalog.change("wbl.toml", 'fills = "team.foreign_cooperation"', 'fills = "team.nothing"')
    (told,) = catalog.refused()
    assert (
        told
        == f"wbl.toml:{line}: eligibility_check[4].fills: team.nothing is no choice of a section that every team fills in"
    )


def test_an_answer_that_the_filled_question_lacks_is_refused(catalog: Catalog) -> None:
    catalog.change("wbl.toml", 'fills = "team.foreign_cooperation"', 'fills = "plan.nothing"')
    assert len(catalog.refused()) == 1
    catalog.change("wbl.toml", 'fills = "plan.nothing"', 'fills = "team.foreign_cooperation"')
    start = catalog.line_of("wbl.toml", 'fills = "team.foreign_cooperation"')
    text = (catalog.root / "wbl.toml").read_text(encoding="utf-8").splitlines()
    place = next(n for n in range(start, len(text)) if text[n] == 'code = "yes"')
    text[place] = 'code = "maybe"'
    (catalog.root / "wbl.toml").write_text("\n".join(text), encoding="utf-8")
    assert catalog.refused()[0].endswith("team.foreign_cooperation has no choice maybe")


def test_a_failing_answer_without_its_reason_is_refused(catalog: Catalog) -> None:
    for language, text in (("ko", "연구자는 박사학위 또는"), ("en", "The researcher holds a doctorate")):
        catalog.change("path.toml", f'reason.{language} = "{text}', f'remedy.{language} = "{text}')
    (told,) = catalog.refused(lambda root: load_call("path", root))
    assert told.endswith("degree: say why none does not pass")


def test_questions_end_so_many_days_before_the_close_to_the_moment() -> None:
    call = _call(asking_definition(questions_days=3))
    end = CLOSES - timedelta(days=3)
    assert asking_ends(call) == end
    assert can_ask(call, end - timedelta(microseconds=1))
    assert not can_ask(call, end)
    assert not can_ask(call, call.opens_at - timedelta(seconds=1))
    assert not can_ask(_call(asking_definition(), CallState.CLOSED), end - timedelta(days=5))


def test_the_digest_comes_at_nine_of_the_calls_calendar() -> None:
    night, noon = datetime(2026, 7, 20, 23, 30, tzinfo=UTC), datetime(2026, 7, 21, 3, 0, tzinfo=UTC)
    assert next_digest(night, "Asia/Seoul") == datetime(2026, 7, 21, 0, 0, tzinfo=UTC)
    assert next_digest(noon, "Asia/Seoul") == datetime(2026, 7, 22, 0, 0, tzinfo=UTC)
    assert next_digest(noon, "Europe/Paris") == datetime(2026, 7, 21, 7, 0, tzinfo=UTC)
