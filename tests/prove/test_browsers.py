"""The whole life in a browser in both languages and at both widths; make test lives it in Korean at 1280 px."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.test_life import See, live


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
    made.start()
    yield made
    made.stop()


@pytest.mark.prove
@pytest.mark.parametrize(("language", "phone"), [("ko", True), ("en", False), ("en", True)])
def test_the_whole_life(house: House, eyes: See, language: str, phone: bool) -> None:
    live(house, partial(eyes, language=language, phone=phone))
