"""In English on a phone, 390 px wide: what an applicant, a representative and a reviewer do."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.applications.models import Application, Confirmation, Submission
from portal.demo import reviewing
from portal.platform.db import db
from portal.reviews.models import Review, ReviewState
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.e2e.story import Story

See = Callable[..., Eyes]


def test_on_a_phone(house: House, eyes: See) -> None:
    story = Story(house, count=2, keeps=(1, 1))
    story.open_call()
    start(story, eyes)
    confirm_and_submit(story, eyes)
    review(story, eyes)


def start(story: Story, eyes: See) -> None:
    """Somebody from abroad, without any organisation on record, starts and writes."""
    newcomer = eyes("newcomer", story.account("Amina Osei", "amina@example.org", "en"), language="en", phone=True)
    page = newcomer.go("/")
    newcomer.go(f"/calls/{story.call}")
    newcomer.go(f"/calls/{story.call}/apply")
    page.fill("#title", "Speech models for minority languages")
    page.fill("#name", "Westhaven Speech Lab")
    page.select_option("#kind", "research_institute")
    page.locator("label[for=consent]").click()
    newcomer.press("Start the application")
    newcomer.says("Your application has been started.")
    here = page.url
    newcomer.go(f"{here}/sections/need")
    page.fill("#q_summary", "Speech models that hear every accent.")
    newcomer.saved()
    newcomer.press("Save and continue")
    newcomer.go(f"{here}/budget")
    newcomer.go("/applications")
    titles = story.house.reading(lambda: list(db.session.scalars(select(Application.title))))
    assert titles == ["Speech models for minority languages"]


def confirm_and_submit(story: Story, eyes: See) -> None:
    """A representative confirms behind the link of the letter, without an account; the owner hands in."""
    ours = story.works[0]
    ours.team.language = "en"
    story.gather(story.works)
    for work in story.works:
        story.fill(work)
    owner = eyes("owner", ours.team.owner_id, language="en", phone=True)
    here = f"/applications/{ours.team.public_id}"
    owner.go(here)
    for part in ("members", "institutions", "attachments", "means", "sections/institution_plan"):
        owner.go(f"{here}/{part}")
    story.do(ours.ask_to_confirm)
    story.settle()
    link = story.house.letters("applications.confirmation_asked")[0]
    guest = eyes("representative", language="en", phone=True)
    guest.open_letter(link)
    guest.press("Confirm the chosen sections")
    guest.says("Everything is confirmed")
    assert story.house.count(Confirmation) > 5
    owner.go(f"{here}/check")
    owner.page.locator("label[for=declaration]").click()
    owner.press("Submit")
    owner.says("It has been submitted")
    owner.go(here)
    assert story.house.count(Submission) == 1
    story.confirm(story.works[1:])
    story.hand_in(story.works[1:])


def review(story: Story, eyes: See) -> None:
    """The invitation by link, the pledge, the points with autosave, the receipt."""
    story.close()
    person = story.cast.reviewers["academia"][0]
    stage = story.stage(0)
    story.do(lambda: reviewing.decide_unclear(story.cast, stage))
    panel = story.do(lambda: reviewing.form_panel(story.cast, stage, story.rng))
    story.settle()
    guest = eyes("invited", language="en", phone=True)
    guest.open_letter(story.house.letters("routing.seat_invited", person)[0])
    guest.press("Accept")
    guest.says("You accepted.")
    story.do(lambda: reviewing.accept_late_seats(panel))
    story.settle()
    story.route(panel)
    reviewer = eyes("reviewer", person, language="en", phone=True)
    page = reviewer.go("/reviews")
    reviewer.follow("Declare conflicts of interest")
    page.locator("label[for=agree]").click()
    reviewer.press("Sign the pledge")
    reviewer.go(f"/reviews/{story.assignments(person)[0]}")
    reviewer.turns_to("form")
    reviewer.look()
    for criterion in stage.definition.criteria:
        page.fill(f"#points_{criterion.code}", str(criterion.points - 2))
        page.fill(f"#reason_{criterion.code}", "Goal and method are backed by a calculation, and risks are answered.")
    page.fill("#comment", "A clear goal, and training from scratch is verified.")
    reviewer.saved()
    reviewer.press("Submit this review")
    reviewer.press("Submit this review")
    reviewer.says("Your review is received")
    states = story.house.reading(lambda: list(db.session.scalars(select(Review.state))))
    assert states == [ReviewState.LOCKED]
    reviewer.go("/reviews")
