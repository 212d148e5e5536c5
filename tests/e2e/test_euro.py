"""A program in euro, in English alone, from nothing to a published award, by pages: no Korean word, law or won on any."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.applications import service as applications
from portal.awards.models import Award, AwardState
from portal.demo import people, reviewing
from portal.demo.acting import act, act_as_operator
from portal.demo.papers import pdf
from portal.platform import clock
from portal.platform.db import db
from portal.programs.models import Call
from portal.reviews import service as reviews
from portal.routing.models import Assignment, AssignmentState, Panel, Seat
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.factories.seed_call import written

See = Callable[..., Eyes]
FOREIGN = re.compile(r"[\uac00-\ud7a3]|\bKRW\b|₩|\bwon\b|\bAct\b|\bDecree\b|\bKorea")
PORTAL_WIDE = r"/office/(programs|budget)|/(reviews|applications)$"  # of no call: the portal's own zone stands there
WORDS = "The plan is sound, its steps are counted and its risks are answered."


class CallFacts(NamedTuple):
    id: int
    public_id: str
    opens_at: datetime
    closes_at: datetime


class Funder:
    """The people, and where the story stands."""

    def __init__(self, house: House, see: See) -> None:
        self.house, self.see = house, see
        self.people = house.within_app(self._hire)

    def _hire(self) -> dict[str, int]:
        def hire(context) -> dict[str, int]:  # type: ignore[no-untyped-def]
            made = {}
            for name, roles in (
                ("Olga Officer", ["officer"]), ("Adam First", ["administrator"]), ("Berta Second", ["administrator"]),
                ("Carl Budget", ["budget_officer"]), ("Rosa Reviewer", ["reviewer", "chair"]),
                ("Rolf Reviewer", ["reviewer"]), ("Rita Reviewer", ["reviewer"]), ("Anna Applicant", []),
                ("Ben Applicant", []), ("Cleo Applicant", []),
            ):  # fmt: skip
                first = name.split()[0].lower()
                person = people.account(context, name, f"{first}@example.org", "en")
                for role in roles:
                    accounts.grant_role(context, person.id, role, "*")
                if "reviewer" in roles:
                    accounts.save_reviewer_profile(
                        context, person.id, keywords="maps, archives", kind="academia", capacity=20
                    )
                made[first] = person.id
            return made

        return act_as_operator(hire)

    def eyes(self, who: str) -> Eyes:
        made = self.see(who, self.people[who] if who else None, language="en")
        looked = made.look

        def look(**more: bool) -> None:
            looked(**more)
            if re.search(PORTAL_WIDE, made.page.url):
                return
            said = made.page.inner_text("body").replace("한국어", "")
            if found := FOREIGN.search(said):
                made._complain(f"not of this call: …{said[max(0, found.start() - 60) : found.end() + 40]!r}")

        made.look = look  # type: ignore[method-assign]
        return made

    def settle(self) -> None:
        self.house.wait_for_jobs(180)

    def until(self, moment: datetime) -> None:
        self.house.move_clock(moment)
        self.settle()

    def call(self) -> CallFacts:
        def read() -> CallFacts:
            found = db.session.scalars(select(Call).where(Call.preview_of_id.is_(None))).one()
            return CallFacts(found.id, found.public_id, found.opens_at, found.closes_at)

        return self.house.reading(read)


def test_a_program_in_euro_is_made_and_run_on_pages_alone(house: House, eyes: See) -> None:
    funder = Funder(house, eyes)
    make(funder)
    apply(funder)
    decide_on_paper(funder)
    award(funder)


# --- made ---


def make(funder: Funder) -> None:
    budget = funder.eyes("carl")
    for code, parent, year in (("seed", "", ""), ("seed_2026", "seed", "2026")):
        page = budget.go("/office/budget/new")
        page.fill("#code", code)
        page.fill("#parent", parent)
        page.fill("#name_en", "Seed money")
        page.fill("#unit", "EUR")
        page.fill("#cap", "1,000,000.00")
        page.fill("#year", year)
        page.fill("#note", "Voted by the board.")
        budget.press("Open the line")
        budget.says("The budget line is open.")
    officer = funder.eyes("olga")
    page = officer.go("/office/programs")
    officer.follow("Make a program")
    for field, words in (
        ("#code", "SEED"), ("#program_names-en", "Seed grants"), ("#funder-en", "A foundation"), ("#currency", "EUR"),
        ("#time_zone", "Europe/Berlin"), ("#holidays", "DE"), ("#first_month", "2026-07"), ("#line", "seed"),
    ):  # fmt: skip
        page.fill(field, words)
    officer.tick("languages", "ko")
    officer.tick("applicant", "person")
    officer.press("Make the draft")
    officer.says("It is ready to open")
    change(officer)
    officer.press("Release to open")
    officer.says("It opens by itself")


def change(officer: Eyes) -> None:
    """A question more, other points, small panels, few places."""
    page = officer.page
    settings = page.url
    part = lambda place: officer.go(f"{settings.partition('#')[0]}/{place}")  # noqa: E731
    part("sections.0.questions.3")
    page.fill("#code", "team")
    page.fill("#names-en", "Who works on it")
    page.select_option("#kind", "short_text")
    page.fill("#limit", "300")
    officer.press("Add")
    officer.says("Saved.")
    for stage, keep in ((0, 2), (1, 1)):
        part(f"stages.{stage}")
        page.fill("#keep", str(keep))
        officer.press("Save")
        part(f"stages.{stage}.panel")
        page.fill("#size", "3")
        page.fill("#reviews_per_entry", "3")
        officer.press("Save")
    part("stages.0.criteria.0")
    page.fill("#points", "70")
    officer.press("Save")
    officer.go(settings)
    officer.says("1 thing to mend before it can open")
    officer.follow("the points of paper sum to 110, not to 100")
    officer.follow("Ability")
    page.fill("#points", "30")
    officer.press("Save")
    part("awards")
    page.fill("#max_count", "1")
    officer.press("Save")
    officer.go(f"{settings.partition('#')[0].removesuffix('/settings')}/preview")
    officer.press("Make the preview")
    officer.follow("Read the call's page")
    officer.go(settings)


# --- applied for ---


def apply(funder: Funder) -> None:
    call = funder.call()
    funder.until(call.opens_at + timedelta(minutes=5))
    visitor = funder.eyes("")
    visitor.go(f"/calls/{call.public_id}")
    anna = funder.eyes("anna")
    page = anna.go(f"/calls/{call.public_id}/apply")
    page.fill("#title", "Cheaper reading of old maps")
    page.locator("label[for=consent]").click()
    anna.press("Start the application")
    here = page.url
    anna.go(f"{here}/sections/plan")
    page.fill("#q_summary", "We read old maps by machine.")
    page.fill("#q_plan", "First we scan them, then we read the names on them.")
    page.fill("#q_team", "Two people and a scanner.")
    anna.press("Save and go to the list")
    anna.go(f"{here}/means")
    page.fill("input[data-money=EUR]", "98,765.50")
    anna.says("EUR 98,765.50")
    anna.press("Save the requested means")
    paper = funder.house.folder / "statement.pdf"
    paper.write_bytes(pdf("Statement", "", (("Call", "SEED"),), (("Plan", ("We scan.",)),)))
    anna.go(f"{here}/attachments")
    page.set_input_files("input[type=file]", paper)
    anna.leaves(page.locator("main").get_by_role("button", name=re.compile("^Upload")).first.click)
    anna.go(f"{here}/check")
    page.locator("label[for=declaration]").click()
    anna.press("Submit")
    anna.says("Receipt")
    anna.go(here)

    def others() -> None:
        for who in ("ben", "cleo"):
            made = act(funder.people[who], written, call.id, team="Two people.")
            act(funder.people[who], applications.submit, made)

    funder.house.within_app(others)
    funder.until(call.closes_at + timedelta(minutes=5))


# --- judged ---


def seat(funder: Funder, officer: Eyes) -> None:
    """Three invited on the page; one accepts behind the letter's link; assigned and published."""
    routing = f"/office/calls/{funder.call().public_id}/routing"
    officer.go(routing)
    page = officer.go(f"{routing}/panel")
    ids = {
        who: funder.house.reading(lambda w=who: db.session.get_one(Person, funder.people[w]).public_id)
        for who in ("rosa", "rolf", "rita")
    }  # type: ignore[misc]
    for public in ids.values():
        page.locator(f"label[for='p{public}']").click()
    page.select_option("#chair", ids["rosa"])
    officer.press("Invite those chosen")
    funder.settle()
    guest = funder.eyes("")
    guest.open_letter(funder.house.letters("routing.seat_invited", funder.people["rolf"])[0])
    guest.press("Accept")
    guest.says("You accepted.")
    funder.house.within_app(lambda: reviewing.accept_late_seats(last_panel()))
    funder.settle()
    officer.go(routing)
    if officer.button("Run the assignment").count():
        officer.press("Run the assignment")
        funder.settle()
        officer.go(routing)
    officer.press("Publish and tell the reviewers")
    funder.settle()


def last_panel() -> int:
    found = db.session.scalars(select(Panel.id).order_by(Panel.id.desc())).first()
    assert found is not None
    db.session.rollback()
    return found


def review(funder: Funder, by_page: str) -> None:
    """One review in the browser, the others by services; then the worker ranks."""
    panel = funder.house.within_app(last_panel)
    reviewer = funder.eyes(by_page)
    page = reviewer.go("/reviews")
    reviewer.follow("Declare conflicts of interest")
    page.locator("label[for=agree]").click()
    reviewer.press("Sign the pledge")
    mine = funder.house.reading(
        lambda: db.session.scalars(
            select(Assignment.public_id)
            .where(Assignment.panel_id == panel, Assignment.person_id == funder.people[by_page])
            .order_by(Assignment.id)
        ).first()
    )
    reviewer.go(f"/reviews/{mine}")
    for field in page.locator("input[id^=points_]").all():
        field.fill("20")
    for field in page.locator("textarea[id^=reason_]").all():
        field.fill(WORDS)
    page.fill("#comment", WORDS)
    reviewer.saved()
    reviewer.press("Submit this review")
    reviewer.press("Submit this review")
    reviewer.says("Your review is received")
    funder.house.within_app(lambda: the_rest(panel))
    funder.settle()


def the_rest(panel: int) -> None:
    from portal.routing import service as routing

    for seat_id, person in db.session.execute(select(Seat.id, Seat.person_id).where(Seat.panel_id == panel)).all():
        db.session.rollback()
        act(person, routing.pledge, seat_id)
    for row in reviewing.given(panel, AssignmentState.PUBLISHED):
        act(row.person_id, routing.answer_assignment, row.id, True)
    people_of: dict[int, list[reviewing.Given]] = {}
    for row in reviewing.given(panel, AssignmentState.ACCEPTED):
        people_of.setdefault(row.person_id, []).append(row)
    first = min(row.application_id for rows in people_of.values() for row in rows)
    for person, rows in people_of.items():
        open_rows = []
        for row in rows:
            stage = db.session.get_one(Assignment, row.id).panel.stage
            points = 30 if row.application_id == first else 18
            marks = {c.code: (min(points, c.points), WORDS) for c in stage.call.definition.stage(stage.code).criteria}
            db.session.rollback()
            try:
                act(person, reviews.save_review, row.id, marks, WORDS)
            except reviewing_errors():
                continue
            open_rows.append(row)
        if open_rows:
            reviewing.hand_in(open_rows)


def reviewing_errors() -> type[Exception]:
    from portal.reviews.errors import ReviewLocked

    return ReviewLocked


def decide_on_paper(funder: Funder) -> None:
    officer = funder.eyes("olga")
    call = funder.call().public_id
    officer.go(f"/office/calls/{call}/screening")
    officer.go(f"/office/calls/{call}/applications")
    seat(funder, officer)
    review(funder, "rolf")
    officer.go(f"/office/calls/{call}/reviews")
    officer.go(f"/office/calls/{call}/ranking")
    propose(funder, call)


def propose(funder: Funder, call: str) -> None:
    """Proposed by one administrator, approved and published by the other."""
    here = f"/office/calls/{call}/awards"
    first, second = funder.eyes("adam"), funder.eyes("berta")
    first.go(here)
    first.page.locator("form textarea[name=reason]").fill("In the order of the panel's ranking.")
    first.press("Propose")
    first.says("It now waits for approval")
    second.go(here)
    second.press("Approve")
    second.says("Publication is a separate act")
    funder.settle()
    second.press("Publish")
    second.says("Published. Every applicant is being told")
    funder.settle()


# --- awarded ---


def award(funder: Funder) -> None:
    officer, call = funder.eyes("olga"), funder.call().public_id
    seat(funder, officer)
    review(funder, "rita")
    public = funder.house.reading(lambda: db.session.scalars(select(Panel.public_id).order_by(Panel.id.desc())).first())
    chair = funder.eyes("rosa")
    chair.go(f"/panels/{public}/award")
    chair.press("Open the table")
    chair.press("Save the recommendation")
    chair.press("Close the saved recommendation")
    chair.says("Closed by the chair")
    propose(funder, call)
    winner = funder.eyes("anna")
    winner.go("/applications")
    winner.follow("Cheaper reading of old maps")
    winner.follow("See the offer and answer")
    winner.says("EUR 98,765.50")
    winner.press("Accept the award")
    winner.says("Accepted.")
    state, days = funder.house.reading(lambda: (db.session.scalars(select(Award.state)).one(), clock.now()))
    assert state is AwardState.ACCEPTED and days
    visitor = funder.eyes("")
    visitor.go("/programs/SEED")
    visitor.says("EUR 98,765.50")
    visitor.go(f"/calls/{call}")
    for address in (f"/office/calls/{call}", f"/office/calls/{call}/settings", f"/office/calls/{call}/messages"):
        officer.go(address)
