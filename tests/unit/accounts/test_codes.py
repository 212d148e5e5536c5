"""One-time codes (RFC 6238)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from portal.accounts import engine

NOW = datetime(2026, 7, 21, 3, 0, 5, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_neighbouring_step_is_accepted(seconds: int) -> None:
    assert engine.matching_step(SECRET, code(NOW + timedelta(seconds=seconds)), NOW, None) is not None


@pytest.mark.parametrize("seconds", [-90, -61, 90])
def test_an_old_or_future_code_is_refused(seconds: int) -> None:
    assert engine.matching_step(SECRET, code(NOW + timedelta(seconds=seconds)), NOW, None) is None


def test_a_used_code_and_any_before_it_are_refused() -> None:
    used = engine.matching_step(SECRET, code(NOW), NOW, None)
    assert used is not None
    assert engine.matching_step(SECRET, code(NOW), NOW, used) is None
    assert engine.matching_step(SECRET, code(NOW - timedelta(seconds=30)), NOW, used) is None
    assert engine.matching_step(SECRET, code(NOW + timedelta(seconds=30)), NOW, used) == used + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34", "-12345"])
def test_what_is_not_six_digits_is_refused(typed: str) -> None:
    assert engine.matching_step(SECRET, typed, NOW, None) is None


def test_spaces_between_the_digits_are_read_over() -> None:
    right = code(NOW)
    assert engine.matching_step(SECRET, f"{right[:3]} {right[3:]}", NOW, None) is not None
