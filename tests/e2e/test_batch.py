"""A reviewer scores a panel's twelve applications on one page, on a phone, while the network comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from portal.accounts.models import SignInSession
from portal.platform.db import db
from portal.reviews import service
from portal.reviews.models import Review, ReviewState
from portal.routing.models import Assignment, Panel
from tests.e2e.conftest import sees
from tests.e2e.house import House
from tests.factories import reviews
from tests.factories.accounts import account

Open = Callable[..., Page]


@dataclass
class Batch:
    """A panel of twelve applications and the reviewer at whose page the test looks."""

    house: House
    field: reviews.UnderReview
    person: int
    panel: str
    assignments: list[str]

    def stored(self, place: int) -> tuple[dict[str, tuple[int | None, str]], str, ReviewState] | None:
        """Points and reasons, comment and state of the application at `place`, as the database has them."""

        def read() -> tuple[dict[str, tuple[int | None, str]], str, ReviewState] | None:
            found = db.session.scalars(
                select(Review).join(Assignment).where(Assignment.public_id == self.assignments[place])
            ).one_or_none()
            return None if found is None else (service.marks_of(found), found.comment, found.state)

        return self.house.reading(read)

    def saved_elsewhere(self, place: int, comment: str) -> None:
        """Another window of the same reviewer saves first."""
        self.house.within(
            lambda: service.save_review(
                self.field.context(), self.field.id(place), reviews.marks(11, 7), comment, version=None
            )
        )


@pytest.fixture
def batch(house: House) -> Batch:
    field = house.within_app(lambda: reviews.under_review(12, 3))
    person = field.reviewers[0]
    house.within(lambda: [account(field.person(place)) for place in range(2)])

    def read() -> tuple[str, list[str]]:
        panel = db.session.get_one(Panel, field.field.panel_id).public_id
        query = select(Assignment.public_id).where(Assignment.person_id == person).order_by(Assignment.id)
        return panel, list(db.session.scalars(query))

    panel, assignments = house.reading(read)
    return Batch(house, field, person, panel, assignments)


def reason(place: int) -> str:
    return f"Application {place + 1}: the plan is backed by numbers and its risks are answered."


def write(page: Page, place: int, tech: int = 40, plan: int = 30) -> None:
    key = f"#a{place + 1}-"
    for code, points in (("tech", tech), ("plan", plan)):
        page.fill(f"{key}points_{code}", str(points))
        page.fill(f"{key}reason_{code}", reason(place))
    page.fill(f"{key}comment", f"Overall, application {place + 1} convinces.")


def state(page: Page, batch: Batch, place: int) -> str:
    return page.locator(f"[data-jump='{batch.assignments[place]}']").get_attribute("data-state") or ""


def wait_for(page: Page, batch: Batch, place: int, wanted: str) -> None:
    expect(page.locator(f"[data-jump='{batch.assignments[place]}']")).to_have_attribute("data-state", wanted)


def test_twelve_applications_on_a_phone_with_the_network_lost_in_between(batch: Batch, open_page: Open) -> None:
    page = open_page(batch.person, language="en", phone=True)
    page.goto("/reviews")
    page.get_by_role("link", name="Score all 12 in one go").click()
    assert sees(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for place in range(4):
        write(page, place)
        wait_for(page, batch, place, "ready")
        page.get_by_role("button", name="Next").click()
    page.context.set_offline(True)
    for place in range(4, 9):
        write(page, place, 30 + place, 20)
        page.get_by_role("button", name="Next").click()
        wait_for(page, batch, place, "unsent")
    expect(page.locator("[data-batch-offline]")).to_contain_text("You are offline")
    expect(page.locator("[data-batch-sum]")).to_contain_text("5 not sent yet")
    assert [batch.stored(place) for place in range(4, 9)] == [None] * 5
    page.context.set_offline(False)
    for place in range(4, 9):
        wait_for(page, batch, place, "ready")
    for place in range(9, 12):
        write(page, place)
        wait_for(page, batch, place, "ready")
        if place < 11:
            page.get_by_role("button", name="Next").click()
    expected = [(40, 30)] * 4 + [(30 + place, 20) for place in range(4, 9)] + [(40, 30)] * 3
    for place, (tech, plan) in enumerate(expected):
        marks = {"tech": (tech, reason(place)), "plan": (plan, reason(place))}
        assert batch.stored(place) == (marks, f"Overall, application {place + 1} convinces.", ReviewState.DRAFT)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('unsent:'))") == []
    page.get_by_role("link", name="Submit all that are ready").click()
    page.get_by_role("button", name="Submit the chosen reviews").click()
    page.locator("#receipts").wait_for()
    assert page.locator("#receipts ~ * tbody tr, section:has(#receipts) tbody tr").count() == 12
    assert {batch.stored(place)[2] for place in range(12)} == {ReviewState.LOCKED}  # type: ignore[index]


def test_a_newer_text_of_another_window_is_shown_beside_ones_own_and_nothing_is_lost(
    batch: Batch, open_page: Open
) -> None:
    page = open_page(batch.person, language="en")
    page.goto(f"/reviews/batch/{batch.panel}")
    page.context.set_offline(True)
    for place in range(3):
        write(page, place)
        wait_for(page, batch, place, "unsent")
    batch.saved_elsewhere(0, "Saved first, by the other window.")
    batch.saved_elsewhere(1, "Saved first as well.")
    page.context.set_offline(False)
    wait_for(page, batch, 2, "ready")
    wait_for(page, batch, 0, "failed")
    first, second = page.locator("#clash-form-a1"), page.locator("#clash-form-a2")
    expect(first).to_contain_text("Saved first, by the other window.")
    expect(first).to_contain_text("Overall, application 1 convinces.")
    assert batch.stored(0)[1] == "Saved first, by the other window."  # type: ignore[index]
    assert sees(page) == []
    first.get_by_role("button", name="Save what I chose").click()
    wait_for(page, batch, 0, "ready")
    assert batch.stored(0)[0]["tech"] == (40, reason(0))  # type: ignore[index]
    for option in second.locator(".clash-option:has([value=theirs])").all():
        option.click()
    second.get_by_role("button", name="Save what I chose").click()
    wait_for(page, batch, 1, "ready")
    assert batch.stored(1) == (reviews.marks(11, 7), "Saved first as well.", ReviewState.DRAFT)


def test_what_is_unsent_outlives_the_tab_and_belongs_to_its_writer_alone(batch: Batch, open_page: Open) -> None:
    page = open_page(batch.person, language="en")
    page.goto(f"/reviews/batch/{batch.panel}")
    page.context.set_offline(True)
    write(page, 0)
    wait_for(page, batch, 0, "unsent")
    device = page.context
    page.close()
    device.set_offline(False)
    other = batch.field.reviewers[1]
    device.add_cookies([batch.house.cookie(other, "en")])  # type: ignore[list-item]
    theirs = device.new_page()
    theirs.goto(f"/reviews/batch/{batch.panel}")
    assert reason(0) not in theirs.content()
    assert theirs.input_value("#a1-points_tech") == ""
    theirs.close()
    device.add_cookies([batch.house.cookie(batch.person, "en")])  # type: ignore[list-item]
    page = device.new_page()
    page.goto(f"/reviews/batch/{batch.panel}")
    wait_for(page, batch, 0, "ready")
    assert batch.stored(0)[0]["tech"] == (40, reason(0))  # type: ignore[index]


def test_after_the_session_ended_the_text_waits_for_the_sign_in(batch: Batch, open_page: Open) -> None:
    page = open_page(batch.person, language="en")
    page.goto(f"/reviews/{batch.assignments[0]}")
    page.context.set_offline(True)
    page.fill("#comment", "Written while the session ran out.")
    expect(page.locator("#saved")).to_have_attribute("data-state", "unsent")
    batch.house.within(lambda: db.session.execute(delete(SignInSession).where(SignInSession.person_id == batch.person)))
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Sign in again and it will be sent")
    assert batch.stored(0) is None
    page.context.add_cookies([batch.house.cookie(batch.person, "en")])  # type: ignore[list-item]
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    assert batch.stored(0)[1] == "Written while the session ran out."  # type: ignore[index]


def test_signing_out_warns_of_what_is_unsent_and_wipes_it(batch: Batch, open_page: Open) -> None:
    page = open_page(batch.person, language="en")
    page.goto(f"/reviews/{batch.assignments[0]}")
    page.route("**/autosave", lambda route: route.abort())
    page.fill("#comment", "This never reached the server.")
    expect(page.locator("#saved")).to_have_attribute("data-state", "unsent")
    page.get_by_role("button", name="Sign out").first.click()
    warning = page.get_by_role("alertdialog")
    expect(warning).to_contain_text("not sent yet")
    warning.get_by_role("button", name="Stay signed in").click()
    assert page.input_value("#comment") == "This never reached the server."
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete and sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('unsent:'))") == []
