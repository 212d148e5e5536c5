"""Rules of receipts, lifecycles and comparisons, without a database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.applications.content import canonical_json, digest
from portal.applications.models import ApplicationState, EntryState
from portal.applications.rules.confirmation import word_diff
from portal.applications.rules.lifecycle import before_deadline, close_is_due, entry_may_move, may_move
from portal.applications.rules.receipt import ALPHABET, check_character, read_receipt_number, receipt_number

DEADLINE = datetime(2025, 7, 21, 9, 0, tzinfo=UTC)


def test_receipt_is_call_code_six_characters_and_a_check() -> None:
    receipt = receipt_number("WBL-2025-1", random.Random(1))
    stem, tail = receipt.rsplit("-", 1)
    assert stem == "WBL-2025-1"
    assert len(tail) == 7
    assert set(tail) <= set(ALPHABET)
    assert check_character(receipt[:-1]) == receipt[-1]


@given(st.integers(), st.integers(0, 5), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(seed: int, place: int, other: str) -> None:
    receipt = receipt_number("WBL-2025-1", random.Random(seed))
    start = len("WBL-2025-1-")
    wrong = receipt[: start + place] + other + receipt[start + place + 1 :]
    assert (read_receipt_number(wrong) == receipt) == (wrong == receipt)


@given(st.integers(), st.integers(0, 4))
def test_two_neighbours_swapped_are_noticed(seed: int, place: int) -> None:
    receipt = receipt_number("WBL-2025-1", random.Random(seed))
    i = len("WBL-2025-1-") + place
    swapped = receipt[:i] + receipt[i + 1] + receipt[i] + receipt[i + 2 :]
    assert (read_receipt_number(swapped) is None) == (swapped != receipt)


def test_receipt_is_read_as_typed() -> None:
    receipt = receipt_number("WBL-2025-1", random.Random(7))
    assert read_receipt_number(f" {receipt.lower()} ") == receipt
    assert read_receipt_number("") is None


def test_the_deadline_itself_is_too_late() -> None:
    assert before_deadline(DEADLINE - timedelta(milliseconds=1), DEADLINE)
    assert not before_deadline(DEADLINE, DEADLINE)
    assert close_is_due(ApplicationState.SUBMITTED, DEADLINE, DEADLINE)
    assert not close_is_due(ApplicationState.SUBMITTED, DEADLINE - timedelta(milliseconds=1), DEADLINE)
    assert not close_is_due(ApplicationState.DRAFT, DEADLINE, DEADLINE)


def test_closed_applications_and_decided_entries_never_move() -> None:
    assert not any(may_move(ApplicationState.CLOSED, to) for to in ApplicationState)
    for state in (EntryState.ADVANCED, EntryState.WITHDRAWN):
        assert not any(entry_may_move(state, to) for to in EntryState)
    from_reserve = [to for to in EntryState if entry_may_move(EntryState.NOT_ADVANCED, to)]
    assert from_reserve == [EntryState.ADVANCED]
    assert not entry_may_move(EntryState.ENTERED, EntryState.ADVANCED)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": {"y": "가", "x": 2}}) == canonical_json({"a": {"x": 2, "y": "가"}, "b": 1})
    assert canonical_json({"a": "가"}) == '{"a":"가"}'
    assert digest('{"a":"가"}') == digest(canonical_json({"a": "가"}))


@given(st.text(max_size=60), st.text(max_size=60))
def test_kept_and_added_words_make_the_new_text(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(p.text for p in pieces if p.kind != "removed") == new
    assert "".join(p.text for p in pieces if p.kind == "removed") in old or old


def test_a_changed_word_stands_alone() -> None:
    pieces = word_diff("작고 빠른 모델을 만든다", "작고 정확한 모델을 만든다")
    assert [(p.kind, p.text) for p in pieces if p.kind != "same"] == [("removed", "빠른"), ("added", "정확한")]
