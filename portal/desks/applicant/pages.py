"""The cockpit's parts, ready to show: tasks, the matrix of institutions, means against caps, the way after the close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for

from portal.applications.content import Whole
from portal.applications.models import Application, ApplicationState, Reopening, StageEntry, Submission
from portal.applications.rules import Standing, can_edit_slice, is_open
from portal.applications.rules.missing import Missing
from portal.applications.rules.references import Answered, arrived, asked_now
from portal.awards.models import Award, AwardState, Outcome, Result
from portal.awards.pages.explained import placing_words
from portal.platform.formats import moment
from portal.platform.language import Text, say
from portal.programs.definition import Section
from portal.programs.rules import appeal_last_day
from portal.reviews.queries import opinions as reviewers_opinions

Row = dict[str, Any]
NOT_STARTED = (Text("시작 전", "Not started"), "neutral")
IN_PROGRESS = (Text("작성 중", "In progress"), "info")
DONE = (Text("완료", "Done"), "success")
AGAIN = (Text("다시 봐 주십시오", "Needs you again"), "warning")
OTHERS = (Text("다른 사람 차례", "Waiting for others"), "info")

STATES: dict[ApplicationState, tuple[Text, str]] = {
    ApplicationState.DRAFT: (Text("작성 중", "Draft"), "neutral"),
    ApplicationState.SUBMITTED: (Text("제출함", "Submitted"), "success"),
    ApplicationState.CLOSED: (Text("접수 마감, 평가 중", "Closed, in review"), "info"),
    ApplicationState.WITHDRAWN: (Text("철회함", "Withdrawn"), "neutral"),
}
RESULTS: dict[Result, tuple[Text, str]] = {
    Result.ADVANCE: (Text("다음 단계 진출", "Goes on to the next stage"), "success"),
    Result.AWARD: (Text("선정", "Selected"), "success"),
    Result.RESERVE: (Text("예비 과제", "On the reserve list"), "info"),
    Result.DECLINE: (Text("미선정", "Not selected"), "neutral"),
}


def _url(endpoint: str, args: dict[str, str], anchor: str = "") -> str:
    return url_for(endpoint, **args, _anchor=anchor or None)  # type: ignore[arg-type]


def _state(started: bool, here: Sequence[Missing]) -> tuple[Text, str]:
    if not here:
        return DONE
    if any(m.wrong and not m.held_by_others for m in here):
        return AGAIN
    if all(m.held_by_others for m in here):
        return OTHERS
    return IN_PROGRESS if started else NOT_STARTED


def _task(label: Any, url: str, state: tuple[Text, str], hint: str = "") -> Row:
    return {"label": label, "url": url, "hint": hint, "status": state[0], "tone": state[1]}


def tasks(draft: Whole, standing: Standing, missing: Sequence[Missing], referees: Sequence[Answered] = ()) -> list[Row]:
    """The task list: the consortium first, then the sections in the call's order, then files."""
    args = {"public_id": draft.application.public_id}

    def at(endpoint: str) -> list[Missing]:
        return [m for m in missing if m.endpoint == endpoint]

    definition = draft.definition
    rows = []
    if definition.has_institutions:
        count = len(draft.institutions)
        rows.append(
            _task(
                Text("참여기관과 기관 확인", "Institutions and their confirmation"),
                _url("applications.institutions", args),
                _state(count > 1, at("applications.institutions")),
                say(Text("{n}개 기관", "{n} institutions" if count != 1 else "1 institution"), n=count),
            )
        )
    if definition.applicant != "person":
        count = len(draft.members)
        rows.append(
            _task(
                Text("참여자와 동의", "Members and consents"), _url("applications.members", args),
                _state(count > 1, at("applications.members")),
                say(Text("{n}명", "{n} people" if count != 1 else "1 person"), n=count),
            )
        )  # fmt: skip
    rows += [_section_task(draft, standing, section, missing) for section in definition.sections_to_apply_with]
    kinds = {q.kind for section in definition.sections_to_apply_with for q in section.questions}
    if "budget" in kinds:
        rows.append(
            _task(
                Text("기관별 사업비 표", "Budget of each institution"), _url("applications.budget", args),
                _state(bool(draft.costs), at("applications.budget")),
            )
        )  # fmt: skip
    if "requested_means" in kinds:
        rows.append(
            _task(
                Text("희망 자원", "Requested means"), _url("applications.means", args),
                _state(bool(draft.means), at("applications.means")),
            )
        )  # fmt: skip
    rows.append(
        _task(
            Text("첨부 파일", "Attachments"), _url("applications.attachments", args),
            _state(bool(draft.attachments), at("applications.attachments")),
            say(Text("{n}개 올림", "{n} uploaded"), n=len(draft.attachments)),
        )
    )  # fmt: skip
    if definition.references is not None:
        rows.append(_references_task(definition.references.count, referees, _url("applications.references", args)))
    return rows


def _references_task(count: int, referees: Sequence[Answered], url: str) -> Row:
    """Letters are never missing: who is asked answers in their own time."""
    asked, come = asked_now(referees), arrived(referees)
    state = DONE if come >= count else OTHERS if asked >= count else IN_PROGRESS if asked else NOT_STARTED
    hint = say(Text("{count}통 중 {n}통 도착", "{n} of {count} arrived"), count=count, n=come)
    return _task(Text("추천인과 추천서", "Referees and letters"), url, state, hint)


def _section_task(draft: Whole, standing: Standing, section: Section, missing: Sequence[Missing]) -> Row:
    here = [m for m in missing if m.endpoint == "applications.section" and m.place == section.code]
    args = {"public_id": draft.application.public_id, "section": section.code}
    hint, started = "", (section.code, "") in draft.by_place
    if section.editor == "institution":
        slices = [i.public_id for i in draft.institutions]
        done = sum(not any(m.slice == s for m in here) for s in slices)
        hint = say(
            Text("{total}개 기관 중 {done}개 작성", "{done} of {total} institutions"), done=done, total=len(slices)
        )
        mine = next((s for s in slices if can_edit_slice(standing, s)), "")
        started = any((section.code, s) in draft.by_place for s in slices)
        args |= {"slice": mine} if mine else {}
    return _task(section.names, _url("applications.section", args), _state(started, here), hint)


def saved_at(draft: Whole) -> datetime | None:
    return max((row.saved_at for row in draft.answers), default=None)


def timeline(
    application: Application, submission: Submission | None, entries: Sequence[StageEntry], outcomes: Sequence[Outcome]
) -> list[Row]:
    """From the start to the last stage: what is done, what runs, what is still to come."""
    closed = application.state is ApplicationState.CLOSED
    steps: list[Row] = [
        {"label": Text("작성 시작", "Started"), "at": application.created_at, "state": "done"},
        {
            "label": Text("제출", "Submitted"), "at": submission.submitted_at if submission else None,
            "state": "done" if submission else "todo",
        },
        {"label": Text("접수 마감", "Call closed"), "at": application.deadline, "state": "done" if closed else "todo"},
    ]  # fmt: skip
    decided = {outcome.decision.stage.code: outcome for outcome in outcomes}
    entered = {entry.stage.code: entry for entry in entries}
    for stage in application.call.definition.stages:
        outcome, entry = decided.get(stage.code), entered.get(stage.code)
        state = "done" if outcome else "current" if entry else "todo"
        note = say(RESULTS[outcome.result][0]) if outcome else ""
        at = outcome.decision.published_at if outcome else entry.entered_at if entry else None
        steps.append({"label": stage.names, "at": at, "state": state, "note": note})
        if outcome and outcome.result is Result.DECLINE:
            break
    return steps


def outcome_row(
    application: Application, outcome: Outcome, award: Award | None, names: Sequence[str], now: datetime
) -> Row:
    """What the regime discloses of one published outcome, and no more."""
    definition = application.call.definition
    regime, zone = definition.regime, definition.time_zone
    published = outcome.decision.published_at
    last = appeal_last_day(published, regime.appeal, definition.holidays, zone) if published else None
    word, tone = RESULTS[outcome.result]
    stage = application.call.definition.stage(outcome.decision.stage.code)
    return {
        "stage": stage.names, "word": word, "tone": tone, "reason": outcome.reason, "published": published,
        "placing": placing_words(outcome.placing, definition), "opinions": url_for("desks_applicant.opinions", public_id=application.public_id)
        if regime.disclosure.opinions
        else "",
        "panel": list(names), "disclosed": regime.disclosure_article, "appeal": regime.appeal, "appeal_last": last,
        "appeal_open": last is not None and now.date() <= last, "award": award, "offer": offer(award),
    }  # fmt: skip


LEAST_OPINIONS = 2  # one alone is not unnamed [P]


def opinions(outcomes: Sequence[Outcome]) -> list[Row]:
    """Of each decided stage the reviewers' overall comments; too few are withheld."""
    rows = []
    for outcome in outcomes:
        stage = outcome.decision.stage
        found = [text for text in reviewers_opinions(outcome.entry_id) if text]
        shown = found if len(found) >= LEAST_OPINIONS else []
        rows.append({"stage": stage.call.definition.stage(stage.code).names, "texts": shown, "written": bool(found)})
    return rows


def offer(award: Award | None) -> Row | None:
    """The link to an offer, with what it waits for."""
    if award is None:
        return None
    return {
        "url": url_for("awards.offer", public_id=award.public_id),
        "waits": award.state is AwardState.OFFERED,
        "until": award.answer_until,
    }


def list_rows(
    applications: Sequence[Application],
    submissions: dict[int, Submission],
    awards: Sequence[Award],
    outcomes: Sequence[Outcome],
    reopened: Mapping[int, Reopening],
    to_confirm: Mapping[int, datetime],
    now: datetime,
) -> tuple[list[Row], list[Row]]:
    """(what needs the viewer now, the rest), each with state, deadline and the next thing to do."""
    offers = {award.application_id: award for award in awards if award.state is AwardState.OFFERED}
    results = {outcome.entry.application_id: outcome for outcome in outcomes}
    now_rows: list[Row] = []
    rest: list[Row] = []
    for application in applications:
        row = _list_row(application, submissions.get(application.id), offers.get(application.id), now)
        if (until := to_confirm.get(application.id)) is not None:
            row["needs"] = say(Text("발표 시간을 확인해 주십시오.", "Confirm when you present."))
            row["until"] = until
            row["url"] = url_for("routing.session", public_id=application.public_id)
        if (asked := reopened.get(application.id)) is not None:
            row["needs"] = say(Text("요청받은 자료를 제출해 주십시오.", "Hand in what you are asked for."))
            row["until"] = asked.due_at
            row["url"] = url_for(
                "applications.reopening", public_id=application.public_id, reopening_id=asked.public_id
            )
        if (outcome := results.get(application.id)) is not None:
            row["status"], row["tone"] = RESULTS[outcome.result]
        (now_rows if row["needs"] else rest).append(row)
    return sorted(now_rows, key=lambda row: row["until"]), rest


def _list_row(application: Application, submission: Submission | None, award: Award | None, now: datetime) -> Row:
    word, tone = STATES[application.state]
    zone = application.call.definition.time_zone
    open_now = is_open(application, now)
    needs, until = "", application.deadline
    if award is not None and award.answer_until is not None:
        needs, until = say(Text("선정 제안에 답해 주십시오.", "Answer the offer.")), award.answer_until
    elif open_now and application.state is ApplicationState.DRAFT:
        needs = say(Text("작성하고 제출해 주십시오.", "Fill it in and submit."))
    elif open_now and submission is not None and application.changed_at > submission.submitted_at:
        needs = say(
            Text(
                "제출한 뒤 바뀐 내용이 있습니다. 다시 제출해야 반영됩니다.",
                "There are changes since your last submission; they count only once handed in.",
            )
        )
    if application.state is ApplicationState.DRAFT and not open_now:
        word, tone = Text("제출하지 않고 마감됨", "Closed without a submission"), "neutral"
    return {
        "label": application.title or Text("제목 없는 신청서", "Untitled application"),
        "url": url_for("desks_applicant.cockpit", public_id=application.public_id),
        "hint": say(Text("{call} · 마감 {at}", "{call} · deadline {at}"), call=say(application.call.names), at=moment(application.deadline, zone)),
        "status": word, "tone": tone, "needs": needs, "until": until, "zone": zone,
    }  # fmt: skip
