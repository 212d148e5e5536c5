"""Before the deadline: the eligibility check, and public questions with their answers."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, request, session, url_for

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import kept_through_sign_in, page, perform
from portal.programs import queries, rules, service
from portal.programs.forms.asking import PUBLISHED, SAVED, AnswerForm, AskForm, HideForm, eligibility_form
from portal.programs.models import Call, PublicQuestion
from portal.programs.policies import answers_question, asks_question, officer_of_call, reads_call
from portal.programs.routes import rows as pages
from portal.programs.routes.blueprint import bp

CHECKED, CALLS_KEPT = "eligibility", 3
kept_through_sign_in.add(CHECKED)


# --- the eligibility check ---


def checked_answers(call: Call) -> dict[str, str]:
    """What this browser answered for the call: question -> choice, codes only, kept in its own cookie."""
    return {str(code): str(choice) for code, choice in session.get(CHECKED, {}).get(call.public_id, {}).items()}


@bp.route("/calls/<public_id>/eligibility", methods=["GET", "POST"])
@guard(reads_call)
def eligibility(public_id: str) -> Any:
    """Nothing is stored in the portal: not the answers, not who gave them."""
    call = subject(Call)
    questions = call.definition.eligibility_check
    if not questions:
        abort(404)
    form = eligibility_form(questions, checked_answers(call))
    if not form.is_submitted() or not form.validate():
        form.status = 422 if form.is_submitted() else 200
        return page("programs/eligibility.html", form, call=call)
    answers = {question.code: form[f"q_{question.code}"].data for question in questions}
    others = {key: kept for key, kept in session.get(CHECKED, {}).items() if key != public_id}
    newest = list(others.items())[-(CALLS_KEPT - 1) :]
    session[CHECKED] = dict([*newest, (public_id, answers)])
    return redirect(url_for("programs.eligibility_result", public_id=public_id), code=303)


@bp.get("/calls/<public_id>/eligibility/result")
@guard(reads_call)
def eligibility_result(public_id: str) -> Any:
    call = subject(Call)
    answers = checked_answers(call)
    found = rules.verdict(call.definition.eligibility_check, answers)
    if found is None:
        return redirect(url_for("programs.eligibility", public_id=public_id))
    return page(
        "programs/eligibility_result.html", call=call, result=pages.result(found),
        answered=pages.answered_rows(call.definition, answers), carried=bool(rules.carried_over(call.definition, answers)),
        taking=call.state == "open" and call.opens_at <= g.now < call.closes_at, asking=rules.can_ask(call, g.now),
    )  # fmt: skip


# --- public questions ---


def _number() -> int:
    return max(1, request.args.get("page", 1, type=int))


@bp.get("/calls/<public_id>/questions")
@guard(reads_call)
def questions(public_id: str) -> Any:
    return _questions(subject(Call), AskForm(formdata=None))


def _questions(call: Call, form: AskForm) -> Any:
    query = request.args.get("q", "")[:80]
    rows, total = queries.published_questions(call.id, query, _number())
    return page(
        "programs/questions.html", form, call=call, rows=[pages.public_row(row) for row in rows], q=query,
        own=queries.own_questions(g.actor, call.id) if g.actor.person_id is not None else [],
        asking=rules.can_ask(call, g.now), until=rules.asking_ends(call),
        pages=pages.Pages(_number(), total, "programs.questions", {"public_id": call.public_id, "q": query or None}),
    )  # fmt: skip


@bp.post("/calls/<public_id>/questions")
@guard(asks_question)
def ask(public_id: str) -> Any:
    call, form = subject(Call), AskForm()
    call_id = call.id

    def act(context: Context) -> str:
        service.ask_question(context, call_id, form.text.data)
        return url_for("programs.questions", public_id=public_id)

    done = perform(
        form,
        act,
        Text(
            "질문을 보냈습니다. 답변하면 전자우편으로 알려 드립니다.",
            "Your question was sent. You get an e-mail when it is answered.",
        ),
    )
    return done if done is not None else _questions(call, form)


# --- the office ---


@bp.get("/office/calls/<public_id>/questions")
@guard(officer_of_call)
def office_questions(public_id: str) -> Any:
    call = subject(Call)
    rows, total = queries.office_questions(call.id, _number())
    return page(
        "programs/office_questions.html", call=call, rows=[pages.office_row(row, g.now) for row in rows],
        pages=pages.Pages(_number(), total, "programs.office_questions", {"public_id": public_id}),
    )  # fmt: skip


@bp.route("/office/calls/<public_id>/questions/<question_id>", methods=["GET", "POST"])
@guard(answers_question)
def answer(public_id: str, question_id: str) -> Any:
    asked = subject(PublicQuestion)
    form = _answer_form(asked)
    number, publish = asked.id, request.form.get("publish") == "yes"

    def act(context: Context) -> str:
        service.answer_question(context, number, form.texts("shown"), form.texts("answer"), publish=publish)
        return url_for("programs.office_questions", public_id=public_id)

    done = perform(form, act, PUBLISHED if publish or asked.published_at else SAVED)
    return done if done is not None else _answer(number, form, HideForm(formdata=None))


def _answer_form(asked: PublicQuestion, **kwargs: Any) -> AnswerForm:
    shown = asked.shown or {asked.language: asked.text}
    values = {f"shown_{code}": text for code, text in shown.items()}
    values |= {f"answer_{code}": text for code, text in asked.answer.items()}
    return AnswerForm(data=values, languages=asked.call.definition.languages, **kwargs)


def _answer(number: int, form: AnswerForm, hide_form: HideForm) -> Any:
    asked = queries.question(number)
    word, tone = pages.state_of(asked)
    return page(
        "programs/answer.html", form if form.errors else hide_form, call=asked.call, asked=asked, word=word, tone=tone,
        answer_form=form, hide_form=hide_form,
    )  # fmt: skip


@bp.post("/office/calls/<public_id>/questions/<question_id>/hide")
@guard(answers_question)
def hide(public_id: str, question_id: str) -> Any:
    asked, form = subject(PublicQuestion), HideForm()
    number, answer_form = asked.id, _answer_form(asked, formdata=None)

    def act(context: Context) -> str:
        service.hide_question(context, number, form.reason.data)
        return url_for("programs.office_questions", public_id=public_id)

    done = perform(form, act, Text("질문을 가렸습니다.", "The question is hidden."))
    return done if done is not None else _answer(number, answer_form, form)
