"""From five plain questions without an account to a draft that already knows the answers, on a phone in English."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.applications.models import SectionAnswer
from portal.platform.db import db
from portal.programs.loader import load_call
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.factories.base import open_call

See = Callable[..., Eyes]
PASSWORD = "seven green kites over the river"


def test_answers_given_before_registering_are_carried_over_into_the_draft(house: House, eyes: See) -> None:
    call = house.within(lambda: open_call(load_call("inno")).public_id)
    visitor = eyes("visitor", language="en", phone=True)
    page = visitor.go(f"/calls/{call}?lang=en")
    visitor.follow("Check whether you can apply")
    for question, answer in (("degree", "yes"), ("years", "beyond"), ("fulltime", "yes"), ("origin", "foreign")):
        visitor.tick(f"q_{question}", answer)
    with visitor.refused(422):
        visitor.press("See the result")
    visitor.tick("q_other_application", "no")
    visitor.press("See the result")
    visitor.says("As it stands, you are not eligible")
    visitor.follow("Change your answers")
    visitor.tick("q_years", "within")
    visitor.press("See the result")
    visitor.says("You can apply")
    _register(house, visitor)
    visitor.go(f"/calls/{call}/apply")
    visitor.says("The eligibility check found nothing in the way.")
    page.fill("#title", "Language models for aerospace")
    page.locator("label[for=consent]").click()
    visitor.press("Start the application")
    visitor.says("Your answers to the eligibility check were carried over")
    kept = house.reading(lambda: [row.answers for row in db.session.scalars(select(SectionAnswer))])
    assert kept == [{"origin": "foreign"}]
    visitor.go(f"{page.url}/sections/degree")
    assert page.locator("input[name=q_origin][value=foreign]").is_checked()


def _register(house: House, visitor: Eyes) -> None:
    page = visitor.go("/register")
    page.fill("#name", "Amina Osei")
    page.fill("#email", "amina@example.org")
    page.fill("#password", PASSWORD)
    for box in page.locator("main form label[for=consent], main form label[for=agree]").all():
        box.click()
    visitor.leaves(page.locator("main form button[type=submit]").first.click)
    house.wait_for_jobs()
    visitor.open_letter(house.letters("accounts.confirm")[0])
    page.fill("#password", PASSWORD)
    visitor.press("Confirm and sign in")
