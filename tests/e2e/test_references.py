"""Two referees write by link on their phones, without an account; the applicant learns no more than the day."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.applications.models import Application, Reference
from portal.applications.queries.references import referees_of
from portal.applications.rules.references import Answer, answer_of
from portal.demo import papers
from portal.platform.db import db
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.e2e.story import Fellows

See = Callable[..., Eyes]
KOREAN = ("유정민", "yu@example.org", "박사과정 지도교수", "ko")
ENGLISH = ("Maria Chen", "chen@example.org", "Co-author of two papers", "en")
SAID = {"ko": "스스로 문제를 정하고 끝까지 풀어냅니다.", "en": "They choose their own problems and finish them."}


def test_referees_write_and_reviewers_read(house: House, eyes: See) -> None:
    story = Fellows(house)
    story.open_call()
    fellow = story.fellows[0]
    fellow.team.language = "ko"
    story.do(lambda: (fellow.start(), fellow.write(), fellow.attach_own(fellow.wanted(_asked(story)))))
    owner = eyes("fellow", fellow.team.owner_id)
    here = f"/applications/{fellow.team.public_id}"
    name_two(owner, here)
    story.settle()
    for referee in (KOREAN, ENGLISH):
        write(story, eyes, *referee)
    story.settle()
    sees_both_and_neither_letter(story, owner, here)
    story.do(fellow.submit)
    story.settle()
    story.close()
    owner.go(here)
    owner.says("추천서 2통이 모두 도착했습니다.")
    read(story, eyes)
    officer = eyes("officer", story.cast.officers[0], language="en")
    page = officer.go(f"/office{here}")
    answers = page.locator("[aria-labelledby=letters] tbody tr")
    assert [row.locator(".status").inner_text() for row in answers.all()] == ["Arrived", "Arrived"]
    opened = page.request.get(str(answers.first.get_by_role("link").get_attribute("href")))
    assert opened.body().startswith(b"%PDF")


def _asked(story: Fellows):  # type: ignore[no-untyped-def]
    return story.plan.definition.sections_to_apply_with


def name_two(owner: Eyes, here: str) -> None:
    page = owner.go(here)
    owner.follow("추천인과 추천서")
    for name, email, relation, language in (KOREAN, ENGLISH):
        page.fill("#name", name)
        page.fill("#email", email)
        page.fill("#relation", relation)
        page.select_option("#language", language)
        owner.press("추천서 부탁하기")
        owner.says(name)
    assert page.locator("#name").count() == 0, "two are asked, and no more can be"


def write(story: Fellows, eyes: See, name: str, email: str, relation: str, language: str) -> None:
    """Behind the link of the letter, on a phone."""
    guest = eyes(f"referee {language}", language=language, phone=True)
    guest.open_letter(link_to(story.house, email))
    assert relation in guest.page.locator("main").inner_text()
    letter = papers.pdf(name, relation, (), ((name, (SAID[language],)),), language)
    guest.page.set_input_files(
        "#file",
        {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": letter},  # type: ignore[arg-type]
    )
    guest.press("추천서 내기")
    guest.says("추천서를 받았습니다")
    guest.look()


def link_to(house: House, email: str) -> str:
    from portal.notifications.models import Letter

    query = select(Letter.public_id).where(Letter.email == email, Letter.kind == "applications.reference_asked")
    return house._sent_link(house.reading(lambda: db.session.scalars(query).one()))


def sees_both_and_neither_letter(story: Fellows, owner: Eyes, here: str) -> None:
    def letters() -> list[tuple[str, str, str]]:
        application = db.session.scalars(select(Application)).one()
        assert [answer_of(one) for one in referees_of(application)] == [Answer.ARRIVED, Answer.ARRIVED]
        return [(r.public_id, str(r.sha256), r.filename) for r in db.session.scalars(select(Reference))]

    page = owner.go(f"{here}/references")
    assert page.get_by_text("도착함").count() == 2
    shown = "".join(owner.go(f"{here}{rest}").content() for rest in ("", "/references", "/check"))
    for public_id, sha256, filename in story.house.reading(letters):
        assert sha256 not in shown
        assert filename not in shown
        for address in (
            f"{here}/attachments/{public_id}", f"/office{here}/references/{public_id}",
            f"/reviews/{public_id}/documents/{public_id}",
        ):  # fmt: skip
            assert page.request.get(address).status == 404, address


def read(story: Fellows, eyes: See) -> None:
    """Whoever reviews the application reads both, beside it."""
    story.sit()
    person = story.cast.reviewers["academia"][0]
    reviewer = eyes("reviewer", person)
    page = reviewer.go(f"/reviews/{story.assignments(person)[0]}")
    letters = page.locator("#letters details.paper-file")
    assert letters.count() == 2
    for place, words in enumerate(SAID.values()):
        letter = letters.nth(place)
        letter.locator("> summary").click()
        letter.locator(".paper-sheet summary").first.click()
        letter.get_by_text(words).wait_for()
        address = letter.get_by_role("link").first.get_attribute("href")
        answer = page.request.get(str(address))
        assert answer.status == 200
        assert answer.body().startswith(b"%PDF")
    reviewer.look()
