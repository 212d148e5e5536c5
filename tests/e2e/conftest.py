"""A running house and a browser for the tests of whole journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.eyes import PATIENCE, Eyes
from tests.e2e.house import CHROMIUM, CHROMIUM_ARGS, House

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield made
        made.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def open_page(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """`open_page(person_id, language="en", phone=True)`: a signed-in page (or a visitor's without a person)."""
    contexts = []

    def make(
        person_id: int | None = None, *, language: str = "ko", phone: bool = False, zone: str | None = None
    ) -> Page:
        context = browser.new_context(
            base_url=house.url, viewport=PHONE if phone else WIDE, locale=language, timezone_id=zone
        )
        context.set_default_timeout(PATIENCE)
        if person_id is not None:
            context.add_cookies([house.cookie(person_id, language)])  # type: ignore[list-item]
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def eyes(open_page: Callable[..., Page], house: House) -> Iterator[Callable[..., Eyes]]:
    """`eyes("owner", person_id, language="en", phone=True)`; what any of them found wrong fails the test at its end."""
    found: list[str] = []

    def make(name: str, person_id: int | None = None, *, language: str = "ko", phone: bool = False) -> Eyes:
        return Eyes(open_page(person_id, language=language, phone=phone), name, language, found, house.names)

    yield make
    assert not found, "\n".join(dict.fromkeys(found))


def sees(page: Page) -> list[str]:
    """What axe finds on the page, each with the element it means."""
    found = Axe().run(page)
    return [f"{page.url} {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]
