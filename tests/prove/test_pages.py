"""Every page that a role can reach in the demonstration, in both languages and at both widths, before axe."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.house import House
from tests.e2e.screens import ROLES, VARIANTS, crawl, fill, look


@pytest.mark.prove
def test_axe_finds_nothing_on_any_page(tmp_path: Path, browser: Browser) -> None:
    house = House(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
    house.start()
    try:
        fill(house)
        targets = crawl(house, browser)
        found = list(look(house, browser, targets))
    finally:
        house.stop()
    assert {target.role for target in targets} == set(ROLES)
    assert not found, "\n".join(found)
    print(f"{len(targets)} pages in {len(VARIANTS)} variants: nothing found")
