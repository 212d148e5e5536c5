"""A call's whole life in a browser: three institutions write at once, and in the end one of them accepts.

Here in Korean at 1280 px; `make prove` lives it in both languages and at both widths.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.applications.models import Application, PlannedCost, SectionAnswer, Submission
from portal.applications.queries.submissions import content_of
from portal.applications.rules.budget import cell_field
from portal.awards.models import Award, AwardState
from portal.budgets import service as budgets
from portal.budgets.models import BudgetLine
from portal.demo import deciding, reviewing, teams
from portal.demo.acting import act, act_as_operator, read
from portal.demo.papers import pdf
from portal.platform.db import db
from portal.routing.models import Panel
from tests.e2e.eyes import Eyes
from tests.e2e.house import House
from tests.e2e.story import Story, Work

See = Callable[..., Eyes]
PROBLEM = "지금 있는 모델은 우리말의 높임과 말줄임을 자주 틀립니다. 공공 상담에 쓰기 어렵습니다."
SUMMARY = "우리말 상담을 끝까지 이해하는 모델을 처음부터 만듭니다."
BETTER = "우리말 상담과 법령을 끝까지 이해하는 모델을 처음부터 만듭니다."
WORK = ("말뭉치를 모아 권리를 확인하고 정제합니다.", "평가 도구를 만들고 단계마다 안전성을 점검합니다.")


def test_the_whole_life(house: House, eyes: See) -> None:
    live(house, eyes)


def live(house: House, eyes: See) -> None:
    story = Story(house)
    story.open_call()
    write_together(story, eyes)
    submit_twice(story, eyes)
    screen(story, eyes)
    form_a_panel(story, eyes)
    review(story, eyes)
    present(story)
    recommend(story, eyes)
    decide(story, eyes)
    accept(story, eyes)


# --- the team writes, at the same time ---


def write_together(story: Story, eyes: See) -> None:
    """The owner writes the need, two partners their own parts and budgets, each in a browser, all at once."""
    ours = story.works[0]
    ours.left_out = frozenset({"need", "plan_document.plan"})
    story.gather(story.works)
    story.fill(ours, parts=[0])
    for other in story.works[1:]:
        story.fill(other)
    owner, *partners = (eyes(f"editor{n}", person) for n, person in enumerate(ours.team.joiners))
    here = f"/applications/{ours.team.public_id}"
    owner.go(f"{here}/sections/need")
    for partner in partners:
        partner.go(f"{here}/sections/institution_plan")
    owner.page.fill("#q_summary", SUMMARY)
    for partner, words in zip(partners, WORK, strict=True):
        partner.page.fill("#q_work", words)
        partner.tick("q_role", "data")
    owner.tick("q_model_type", "text")
    owner.page.fill("#q_problem", PROBLEM)
    owner.page.fill("#q_difference", "비슷한 과제와 달리 모든 권리를 확인한 말뭉치만 씁니다.")
    for each in (owner, *partners):
        each.saved()
        each.look()
    grids = _grids(story, ours)
    for partner, grid in zip(partners, grids[1:], strict=True):
        partner.go(f"{here}/budget")
        for (year, category), costs in grid.items():
            for payer in ("government", "cash", "in_kind"):
                if amount := getattr(costs, payer):
                    partner.page.fill(f"[name='{cell_field(year, category, payer)}']", f"{amount:,}")
    for partner in partners:
        partner.button("사업비 저장").click()
    for partner in partners:
        partner.says("사업비를 저장했습니다.")
        partner.look()
    _nothing_was_lost(story, ours, grids)


def _grids(story: Story, work: Work):  # type: ignore[no-untyped-def]
    asked = teams.wishes(work.team, work.definition)
    return teams.budgets(work.team, asked, work.definition)


def _nothing_was_lost(story: Story, work: Work, grids) -> None:  # type: ignore[no-untyped-def]
    def stored() -> tuple[dict[tuple[str, str], dict[str, object]], dict[int, int]]:
        answers = db.session.scalars(
            select(SectionAnswer).where(SectionAnswer.application_id == work.team.application_id)
        )
        sums: dict[int, int] = {}
        for cost in db.session.scalars(select(PlannedCost)):
            sums[cost.institution_id] = sums.get(cost.institution_id, 0) + cost.government + cost.cash + cost.in_kind
        return {(row.section, row.slice): row.answers for row in answers}, sums

    answers, sums = story.house.reading(stored)
    assert answers["need", ""]["problem"] == PROBLEM
    assert answers["need", ""]["summary"] == SUMMARY
    ids = story.do(work.institution_ids)
    for (_, public_id), words in zip(ids[1:], WORK, strict=True):
        assert answers["institution_plan", public_id]["work"] == words
        assert answers["institution_plan", public_id]["role"] == ["data"]
    assert [sums[i] for i, _ in ids] == [sum(c.total for c in grid.values()) for grid in grids]


def submit_twice(story: Story, eyes: See) -> None:
    """What stops, then the file, then the receipt; a later change counts only once it is handed in."""
    ours = story.works[0]
    here = f"/applications/{ours.team.public_id}"
    owner = eyes("owner", ours.team.owner_id)
    owner.go("/applications")
    owner.go(f"{here}/check")
    owner.says("가지를 채워야 합니다")
    owner.go(f"{here}/sections/plan_document")
    plan = story.house.folder / "사업계획서.pdf"
    plan.write_bytes(_plan())
    owner.page.set_input_files("#upload-plan-file", plan)
    owner.press("올리기 사업계획서 (PDF)")
    owner.says("사업계획서.pdf")
    story.confirm(story.works)
    owner.go(f"{here}/check")
    owner.page.locator("label[for=declaration]").click()
    owner.press("제출")
    owner.says("접수증")
    owner.go(f"{here}/sections/need")
    owner.page.fill("#q_summary", BETTER)
    owner.saved()
    owner.go(here)
    owner.says("마지막 제출 뒤에 바뀐 내용은 제출되지 않았습니다")
    assert _summaries(story) == [SUMMARY]
    owner.go(f"{here}/check")
    owner.page.locator("label[for=declaration]").click()
    owner.press("다시 제출")
    assert _summaries(story) == [SUMMARY, BETTER]
    owner.go(here)
    assert not owner.page.get_by_text(owner.word("바뀐 내용은 제출되지 않았습니다")).count()
    story.hand_in(story.works[1:])


def _plan() -> bytes:
    return pdf("사업계획서", "", (("공고", "WBL-2025"),), (("계획", ("처음부터 학습합니다.",)),))


def _summaries(story: Story) -> list[str]:
    def stored() -> list[str]:
        rows = db.session.scalars(
            select(Submission)
            .where(Submission.application_id == story.works[0].team.application_id)
            .order_by(Submission.number)
        )
        return [content_of(row)["sections"]["need"][""]["summary"] for row in rows]

    return story.house.reading(stored)


# --- the office ---


def screen(story: Story, eyes: See) -> None:
    """The change left the representatives' confirmations behind: unclear, so an officer decides, with a reason."""
    story.close()
    officer = eyes("officer", story.cast.officers[0])
    officer.go("/office")
    officer.go(f"/office/calls/{story.call}")
    officer.go(f"/office/calls/{story.call}/screening?state=waiting")
    officer.leaves(lambda: officer.page.locator("main table a").first.click())
    officer.tick("outcome", "eligible")
    with officer.refused(422):
        officer.press("결정 기록")
    officer.page.fill("#reason", "대표자들에게 바뀐 요약문을 직접 확인받았습니다.")
    officer.press("결정 기록")
    officer.says("담당자 결정")
    story.settle()


def form_a_panel(story: Story, eyes: See) -> None:
    """Three are invited in the browser; the assignment is made by the worker and published."""
    officer = eyes("officer", story.cast.officers[0])
    here = f"/office/calls/{story.call}/routing"
    officer.go(here)
    officer.go(f"{here}/panel")
    for person in _panel(story):
        officer.page.locator(f"label[for='p{story.public(person)}']").click()
    officer.page.select_option("#chair", story.public(story.cast.chair))
    officer.press("고른 위원 초대")
    story.settle()
    reviewer = story.cast.reviewers["academia"][0]
    guest = eyes("invited")
    guest.open_letter(story.house.letters("routing.seat_invited", reviewer)[0])
    guest.press("수락합니다")
    guest.says("수락하셨습니다")
    panel = story.panel(0)
    story.do(lambda: reviewing.accept_late_seats(panel))
    story.settle()
    officer.go(here)
    if officer.button("배정 실행").count():
        officer.press("배정 실행")
        story.settle()
        officer.go(here)
    officer.press("배정 확정하고 알리기")
    story.settle()


def _panel(story: Story) -> list[int]:
    reviewers = story.cast.reviewers
    return [story.cast.chair, reviewers["academia"][0], reviewers["industry"][0]]


# --- the reviewers ---


def review(story: Story, eyes: See) -> None:
    """One reviews in the browser, from the declaration to the receipt; the others by services."""
    person = story.cast.reviewers["academia"][0]
    reviewer = eyes("reviewer", person)
    page = reviewer.go("/reviews")
    first = story.assignments(person)[0]
    reviewer.go(f"/reviews/{first}/conflict")
    reviewer.tick("answer", "none")
    page.locator("label[for=pledge]").click()
    reviewer.press("답변 제출")
    stage = story.stage(0)
    reviewer.turns_to("form")
    for criterion in stage.definition.criteria:
        page.fill(f"#points_{criterion.code}", str(criterion.points - 3))
        page.fill(
            f"#reason_{criterion.code}", "목표와 방법이 계산으로 뒷받침되어 있습니다. 위험에 대한 대책도 있습니다."
        )
    page.fill("#comment", "목표가 분명하고 처음부터 학습한 경험이 확인됩니다.")
    reviewer.saved()
    assert page.inner_text("[data-total-points]") == str(sum(c.points - 3 for c in stage.definition.criteria))
    page.reload()
    reviewer.turns_to("form")
    reviewer.look()
    reviewer.press("이 평가 제출하기")
    reviewer.press("이 평가 제출하기")
    reviewer.says("SHA-256")
    reviewer.go("/reviews")
    story.review_the_rest(0)
    officer = eyes("officer", story.cast.officers[0])
    officer.go(f"/office/calls/{story.call}/reviews")
    officer.go(f"/office/calls/{story.call}/ranking")
    officer.says(story.works[0].title)


def present(story: Story) -> None:
    """The first stage is decided and the second reviewed, by services."""
    cast, first, second = story.cast, story.stage(0), story.stage(1)

    def decide() -> None:
        rows = deciding.ranked(first)
        deciding.propose(cast, first, rows, 2)

    def approve() -> None:
        decision = read(lambda: _live_decision(first.stage_id))
        deciding.approve(cast, decision)
        deciding.publish(cast, decision)

    story.do(decide)
    story.do(approve)
    story.settle()
    story.form_panel(1)
    story.review_the_rest(1)
    story.do(lambda: deciding.find_conditions(cast, second, deciding.ranked(second)))


def _live_decision(stage_id: int) -> int:
    from portal.awards.queries.decisions import live_decision

    found = live_decision(stage_id, "")
    assert found is not None
    return found.id


# --- the decision ---


def recommend(story: Story, eyes: See) -> None:
    """The chair opens the table; what is left moves as one types; the chair closes it."""
    panel = story.panel(1)
    public = story.house.reading(lambda: db.session.get_one(Panel, panel).public_id)
    chair = eyes("chair", story.cast.chair)
    page = chair.go(f"/panels/{public}/award")
    chair.press("표 열기")
    money = page.locator("#award-form input[data-unit=KRW][data-cap]:not([type=hidden])").first
    cards = page.locator("#award-form input[data-unit=card][data-entry]").first
    left = page.locator("[data-cap-left] [data-left-text]")
    before = left.all_inner_texts()
    cards.fill("64")
    assert left.all_inner_texts() != before
    assert money.count()
    page.locator("#award-form textarea").first.fill("가용한 자원과 예산의 한도를 함께 따져 줄였습니다.")
    chair.look()
    chair.press("권고안 저장")
    chair.says("권고안을 저장했습니다.")
    chair.press("저장한 권고안 확정")
    chair.says("위원장이 확정함")


def decide(story: Story, eyes: See) -> None:
    """Proposed by one, refused at a cap with figures, approved by another once it is raised, then published."""
    proposer, approver = story.cast.administrators
    budget_officer = story.cast.budget_officer
    story.do(lambda: act_as_operator(lambda c: accounts.grant_role(c, approver, "budget_officer", "*")))
    line, cap, used = story.house.reading(_gpu_line)
    story.do(lambda: act(budget_officer, budgets.change_cap, line, used + 1_000_000, "자원 배정을 다시 살핍니다."))
    here = f"/office/calls/{story.call}/awards"
    first = eyes("proposer", proposer)
    first.go(here)
    first.page.locator("form textarea[name=reason]").fill("평가위원회의 순위에 따라 한 개 과제를 선정하고자 합니다.")
    first.press("의결안 올리기")
    first.says("승인을 기다립니다")
    for name, n in (("members", 9), ("present", 8), ("in_favour", 8)):
        first.page.locator(f"input[name={name}]").fill(str(n))
    first.tick("resolved", "confirmed")
    first.page.locator("#committee ~ form textarea[name=reason]").fill("평가 결과와 지원 규모를 심의하여 확정합니다.")
    first.press("심의 결과 적기")
    first.says("심의 결과를 적었습니다.")
    second = eyes("approver", approver)
    second.go(here)
    with second.refused(409):
        second.press("승인")
    second.says("한도가 부족합니다. 필요")
    second.says("남음 100만 원")
    assert story.house.reading(lambda: list(db.session.scalars(select(Award)))) == []
    story.do(lambda: act(budget_officer, budgets.change_cap, line, cap, "배정을 되돌립니다."))
    second.press("승인")
    second.says("발표는 따로 해야 합니다")
    story.settle()
    second.press("발표")
    second.says("발표했습니다")
    story.settle()


def _gpu_line() -> tuple[int, int, int]:
    line = db.session.scalars(select(BudgetLine).where(BudgetLine.code == "wbl_gpu_2025")).one()
    return line.id, line.cap, line.used


def accept(story: Story, eyes: See) -> None:
    """The winner reads the outcome and accepts; another reads why not."""
    award, application, owner = story.house.reading(_award)
    assert application == story.works[0].team.public_id
    winner = eyes("winner", owner)
    winner.go(f"/applications/{application}")
    winner.follow("제안 보고 답하기")
    winner.press("지원 수락")
    winner.says("수락했습니다.")
    state = story.house.reading(lambda: db.session.get_one(Award, award).state)
    assert state is AwardState.ACCEPTED
    other = story.works[1].team
    eyes("other", other.owner_id).go(f"/applications/{other.public_id}")


def _award() -> tuple[int, str, int]:
    award = db.session.scalars(select(Award)).one()
    application = db.session.get_one(Application, award.application_id)
    return award.id, application.public_id, application.owner_id
