"""Cheap password hashes: these tests ask who may pass, not how long guessing takes (tests/unit uses the real ones)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from portal.accounts import engine
from tests.factories import accounts


@pytest.fixture(autouse=True, scope="session")
def cheap_hashes() -> Iterator[None]:
    real = engine._hasher
    engine._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    engine._nobody.cache_clear()
    accounts._hash.cache_clear()
    yield
    engine._hasher = real
    engine._nobody.cache_clear()
    accounts._hash.cache_clear()
