"""A researcher in New York, on a phone and in English, from the front page to the receipt: no Korean anywhere."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from email import policy
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.accounts.models import Person
from portal.applications.models import Submission
from portal.demo import papers
from portal.notifications.models import Letter
from portal.platform.db import db
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.e2e.story import Fellows

NAME, MAIL, PASSWORD = "Amina Osei", "amina@example.org", "seven green kites over the river"
# Every text, word of help and label of the page with Hangul in it, but for the name of the other language.
HANGUL = """() => {
  const hangul = /[\\u1100-\\u11ff\\u3130-\\u318f\\uac00-\\ud7a3]/, found = [];
  const keep = (text) => { if (hangul.test(text) && text.trim() !== "한국어") found.push(text.trim().slice(0, 80)); };
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script, style")) keep(walk.currentNode.data);
  document.querySelectorAll("*").forEach((e) => {
    for (const name of ["aria-label", "alt", "title", "placeholder", "content", "value"]) keep(e.getAttribute(name) || "");
  });
  return found;
}"""


class Abroad(Eyes):
    """Sees every Korean letter that is left on a page; the names of people are their own."""

    def look(self, *, axe: bool = True) -> None:
        super().look(axe=axe)
        for words in filter(self.is_foreign, self.page.evaluate(HANGUL)):
            self.found.append(f"{self.name} {self.page.url}: Korean: {words}")


@pytest.fixture
def abroad(open_page: Callable[..., Page], house: House) -> Iterator[Abroad]:
    found: list[str] = []
    page = open_page(language="en-US", phone=True, zone="America/New_York")
    yield Abroad(page, "abroad", "en", found, house.names)
    assert not found, "\n".join(dict.fromkeys(found))


def pdf(title: str) -> dict[str, Any]:
    made = papers.pdf(title, NAME, (), ((title, ("A calculation, its risks and what is done about them.",)),), "en")
    return {"name": f"{title}.pdf", "mimeType": "application/pdf", "buffer": made}


def test_a_researcher_abroad_applies_in_english_on_a_phone(house: House, abroad: Abroad) -> None:
    story = Fellows(house, count=0)
    story.open_call()
    look_around(story, abroad)
    register(story, abroad)
    here = start(story, abroad)
    fill_in(abroad, here)
    name_referees(story, abroad, here)
    hand_in(story, abroad, here)
    letters_in_english(story)


def look_around(story: Fellows, abroad: Abroad) -> None:
    """The browser asks for English and gets it; the deadline stands in both times."""
    for address in ("/", "/programs", "/programs/INNO", "/awards", "/help", "/accessibility", "/privacy", "/sign-in"):
        abroad.go(address)
    page = abroad.go(f"/calls/{story.call}")
    deadline = page.locator("[data-countdown]").first.inner_text()
    assert "18:00 KST" in deadline
    assert "05:00 in New York, your time" in deadline
    assert "Reference letters" in page.locator("#papers ~ *, [aria-labelledby=papers]").first.inner_text()


def register(story: Fellows, abroad: Abroad) -> None:
    page = abroad.go("/register")
    page.fill("#name", NAME)
    page.fill("#email", MAIL)
    page.fill("#password", PASSWORD)
    page.locator("label[for=consent]").click()
    abroad.press("Create account")
    story.settle()
    abroad.go(story.house.letters("accounts.confirm")[0])
    page.fill("#password", PASSWORD)
    abroad.press("Confirm and sign in")
    for address in ("/account", "/inbox", "/applications"):
        abroad.go(address)


def start(story: Fellows, abroad: Abroad) -> str:
    page = abroad.go(f"/calls/{story.call}/apply")
    page.fill("#title", "Speech models for minority languages")
    page.locator("label[for=consent]").click()
    abroad.press("Start the application")
    return page.url


def fill_in(abroad: Abroad, here: str) -> None:
    """Every section and file that the call asks for."""
    page = abroad.go(f"{here}/sections/preferences")
    page.select_option("#q_groups-0", "llm")
    page.fill("#q_fit", "The group works on the languages that I record.")
    abroad.press("Save and continue")
    page = abroad.go(f"{here}/sections/degree")
    page.fill("#q_university", "University of Westhaven")
    page.fill("#q_subject", "Computational linguistics")
    page.fill("#q_phd_date", "2024-06-14")
    abroad.tick("q_extension_reason", "none")
    abroad.tick("q_origin", "foreign")
    abroad.press("Save and continue")
    page = abroad.go(f"{here}/sections/research")
    page.fill("#q_title", "Speech models for minority languages")
    page.fill("#q_abstract", "Models that learn a language from ten hours of speech.")
    page.set_input_files("#upload-statement-file", pdf("Statement"))
    abroad.leaves(page.get_by_role("button", name="Upload Statement").click)
    page.fill("#q_title", "Speech models for minority languages")
    page.fill("#q_abstract", "Models that learn a language from ten hours of speech.")
    abroad.press("Save and continue")
    page = abroad.go(f"{here}/sections/outputs")
    for name, words in (("title", "Ten hours are enough"), ("where", "Speech, 2025"), ("role", "All experiments")):
        page.fill(f"[name=q_outputs-0-c_{name}]", words)
    abroad.press("Save and continue")
    page = abroad.go(f"{here}/sections/career")
    page.fill("#q_plan", "A group of my own in three years.")
    abroad.press("Save and go to the list")
    for slot in ("cv", "phd_certificate"):
        page = abroad.go(f"{here}/attachments")
        page.set_input_files(f"#file-{slot}-", pdf(slot))
        abroad.leaves(page.locator(f"#slot-{slot}- button:has-text('Upload')").click)


def name_referees(story: Fellows, abroad: Abroad, here: str) -> None:
    page = abroad.go(f"{here}/references")
    page.fill("#name", "Maria Chen")
    page.fill("#email", "chen@example.org")
    page.fill("#relation", "Doctoral adviser")
    abroad.press("Ask for the letter")
    story.settle()
    abroad.go(here)
    abroad.says("0 of 2 letters have arrived")


def hand_in(story: Fellows, abroad: Abroad, here: str) -> None:
    page = abroad.go(f"{here}/check")
    page.locator("label[for=declaration]").click()
    abroad.press("Submit")
    abroad.says("It has been submitted")
    assert "/receipt" in page.url
    assert "KST" in page.locator("main").inner_text()
    assert story.house.count(Submission) == 1
    story.settle()
    for address in (here, f"{here}/receipt", f"{here}/submitted", f"{here}/withdraw", "/applications", "/inbox"):
        abroad.go(address)
    abroad.leaves(page.locator("main a[href^='/inbox/']").first.click)


def letters_in_english(story: Fellows) -> None:
    """Whatever was mailed to her and to her referee."""

    def sent() -> list[str]:
        query = select(Letter.public_id).where(Letter.email.in_((MAIL, "chen@example.org"))).order_by(Letter.id)
        assert db.session.scalars(select(Person.language).where(Person.name == NAME)).one() == "en"
        return list(db.session.scalars(query))

    found = story.house.reading(sent)
    assert len(found) >= 3
    for public_id in found:
        mail = email.message_from_bytes(
            (story.house.folder / "mail" / f"{public_id}.eml").read_bytes(), policy=policy.default
        )
        body = mail.get_body(("plain",))
        assert body is not None
        text = f"{mail['Subject']}\n{body.get_content()}"
        assert not any("\uac00" <= letter <= "\ud7a3" for letter in text), text
