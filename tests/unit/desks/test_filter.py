"""A filter from an address and back: codes the call knows, one order, never a place in the list."""

from __future__ import annotations

from typing import cast

from portal.desks.officer.queries.filter import Filter
from portal.programs.models import Call
from tests.factories.reviews import definition


class _Call:
    """As much of a call as a filter asks for."""

    definition = definition()


def _of(**asked: str) -> Filter:
    return Filter.of(cast(Call, _Call()), asked)


def test_what_the_call_does_not_know_is_not_asked_for() -> None:
    assert _of(state="x", stage="none", track="a", reviews="all", outcome="won", sort="id", page="3") == Filter()
    found = _of(state="closed", stage="paper", reviews="missing", outcome="advance", sort="-title")
    assert found == Filter(state="closed", stage="paper", reviews="missing", outcome="advance", sort="-title")


def test_the_address_has_one_order_and_no_page() -> None:
    assert (
        _of(sort="title", state="closed", q="  가  나 ", page="2").query
        == "state=closed&q=%EA%B0%80+%EB%82%98&sort=title"
    )


def test_words_are_cut_where_nobody_types_on() -> None:
    assert len(_of(q="가" * 500).q) == 80


def test_state_alone_reads_no_content_and_sorting_narrows_nothing() -> None:
    assert not Filter(state="closed", sort="title").reads_content
    assert Filter(q="가").reads_content and Filter(language="en").reads_content
    assert not Filter(sort="title").narrows and Filter(state="draft").narrows
