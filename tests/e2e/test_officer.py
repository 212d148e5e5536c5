"""One officer takes a contest from its deadline to the teams that are kept, with few actions on its pages.

Here with forty teams; `make prove` takes 630 to 100. Every click and every submit in the page is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Locator, Page
from sqlalchemy import select

from portal.awards.models import Outcome
from portal.notifications.models import Letter
from portal.platform.db import db
from tests.e2e.contest import Contest
from tests.e2e.house import House

MOST_ACTIONS = 40
WHY = "동의서가 빠진 신청서는 팀에 직접 확인하였고, 신청 자격에는 문제가 없습니다."


class Hand:
    """Everything that an officer does with mouse or keyboard on a page, but for the letters of a text, is one action."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, list[str]()

    def _done(self, what: str) -> None:
        self.actions.append(what)

    def opens(self, address: str) -> None:
        """Typed into the browser, or loaded anew."""
        self._done(f"open {address}")
        self.page.goto(address)

    def _leaves(self, what: Locator, name: str) -> None:
        self._done(name)
        self.page.evaluate("window.left = true")
        what.click()
        self.page.wait_for_function("!window.left", timeout=180_000)

    def follows(self, name: str, exact: bool = False) -> None:
        self._leaves(self.page.locator("main").get_by_role("link", name=name, exact=exact).first, f"follow {name}")

    def presses(self, name: str, exact: bool = True) -> None:
        self._leaves(self.page.locator("main").get_by_role("button", name=name, exact=exact).first, f"press {name}")

    def ticks(self, name: str, value: str) -> None:
        self._done(f"tick {name}={value}")
        box = self.page.locator(f"input[name='{name}'][value='{value}']")
        self.page.locator(f"label[for='{box.get_attribute('id')}']").click()

    def chooses(self, name: str, value: str) -> None:
        self._done(f"choose {name}={value}")
        self.page.select_option(f"select[name='{name}']", value)

    def unfolds(self, name: str) -> None:
        self._done(f"unfold {name}")
        self.page.locator("summary", has_text=name).click()

    def types(self, field: str, words: str) -> None:
        self.page.fill(f"#{field}", words)


def test_one_officer_takes_a_contest_to_the_kept_teams(house: House, open_page: Callable[..., Page]) -> None:
    contest = Contest.small(house)
    hand = take(contest, open_page)
    assert contest.kept() == contest.stage.definition.keep == 8
    assert len(hand.actions) <= MOST_ACTIONS, hand.actions


def take(contest: Contest, open_page: Callable[..., Page]) -> Hand:
    contest.open_and_apply()
    contest.seat_panel()
    contest.close()
    hand = Hand(open_page(contest.cast.officers[0]))
    hand.page.set_default_timeout(180_000)
    hand.opens("/office")
    hand.follows("AI 챔피언 대회 2025")
    screen(contest, hand)
    assign(contest, hand)
    settle_doubt(contest, hand)
    see_who_is_late(contest, hand)
    decide(contest, hand)
    write_to_the_kept(contest, hand)
    return hand


def screen(contest: Contest, hand: Hand) -> None:
    """All that the machine left open, with one reason."""
    assert contest.waiting() > 0
    hand.follows("적합성 검토", exact=True)
    if hand.page.get_by_role("link", name="다른 쪽까지 대기 중인 신청서 모두 함께 결정").count():
        hand.follows("다른 쪽까지 대기 중인 신청서 모두 함께 결정")
    else:
        hand.presses("고른 신청서를 함께 결정")
    hand.ticks("outcome", "eligible")
    hand.types("reason", WHY)
    hand.presses("고른 신청서 결정")
    contest.settle()
    assert contest.waiting() == 0


def assign(contest: Contest, hand: Hand) -> None:
    """The portal has made the proposal by itself as soon as the last screening was decided; it is published for all."""
    hand.follows("배정", exact=True)
    hand.presses("배정 확정하고 알리기")
    contest.settle()
    contest.declare()


def settle_doubt(contest: Contest, hand: Hand) -> None:
    """One reviewer was not sure about one application."""
    hand.follows("이해충돌", exact=True)
    hand.follows("처리하기")
    hand.ticks("action", "dismiss")
    hand.types("reason", "학회 임원 이력은 배제 사유가 아닙니다.")
    hand.presses("결정 기록")
    contest.accept_the_rest()


def see_who_is_late(contest: Contest, hand: Hand) -> None:
    """Most hand in; the rest are reminded; what is still missing is looked up, kept under a name, taken as a file."""
    contest.review(but=2)
    contest.later(timedelta(days=contest.stage.definition.review_days + 1))
    hand.opens(f"/office/calls/{contest.call}")
    hand.follows("평가", exact=True)
    hand.presses("마치지 않은 위원에게 알림 보내기")
    contest.settle()
    contest.review(but=1)
    hand.follows("신청", exact=True)
    hand.chooses("reviews", "missing")
    hand.presses("찾기")
    hand.unfolds("이 조건을 이름 붙여 저장")
    hand.types("name", "덜 들어온 평가")
    hand.presses("저장")
    assert hand.page.get_by_role("link", name="덜 들어온 평가").get_attribute("aria-current") == "true"
    hand.unfolds("이 목록 내려받기")
    hand.types("download_reason", "늦은 평가를 위원회에 보고합니다.")
    with hand.page.expect_download() as download:
        hand._done("press 내려받기")
        hand.page.get_by_role("button", name="내려받기", exact=True).click()
    assert download.value.suggested_filename == "CHAMP-2025-applications.xlsx"


def decide(contest: Contest, hand: Hand) -> None:
    """Close the review, look at the ranking, propose with the reasons that stand there; another approves; publish."""
    hand.follows("평가", exact=True)
    hand.types("reason", "기한이 지나 남은 한 사람의 평가 없이 진행합니다.")
    hand.presses("평가 종료")
    contest.settle()
    hand.follows("순위", exact=True)
    hand.follows("선정", exact=True)
    hand.types("reason", "평가 결과의 순서대로 정해진 수를 올립니다.")
    hand.presses("의결안 올리기")
    contest.approve()
    hand.follows("선정", exact=True)
    hand.presses("발표")
    contest.settle()


def write_to_the_kept(contest: Contest, hand: Hand) -> None:
    """An invitation to all that were kept, looked at before it is sent."""
    hand.follows("신청", exact=True)
    hand.chooses("outcome", "advance")
    hand.presses("찾기")
    hand.follows("찾은 신청 모두에게 편지")
    hand.types("subject_ko", "{call} 안내: 오리엔테이션")
    hand.types("subject_en", "{call}: kick-off")
    hand.types("body_ko", "{name} 님, ‘{title}’({receipt}) 팀을 오리엔테이션에 초대합니다.")
    hand.types("body_en", "{name}, the team of ‘{title}’ ({receipt}) is invited to the kick-off.")
    hand.presses("준비하고 확인하기")
    hand.presses(f"편지 {contest.kept():,}통 보내기")
    contest.settle()

    def letters() -> tuple[int, int]:
        kept = select(Outcome.id).where(Outcome.result == "advance")
        sent = select(Letter.id).where(Letter.kind == "notifications.batch", Letter.state == "sent")
        return len(db.session.scalars(kept).all()), len(db.session.scalars(sent).all())

    kept, sent = contest.house.reading(letters)
    assert sent == kept == contest.kept()
