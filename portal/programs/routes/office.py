"""The office's programs; a new one, a call cloned."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, abort, g, request

from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.language import Text
from portal.platform.web import page, perform
from portal.programs import pages, queries, service
from portal.programs.forms.program import CloneForm, ProgramForm, facts_form
from portal.programs.loader import load_regime, regime_codes
from portal.programs.models import Program
from portal.programs.policies import makes_calls, makes_programs, works_on_programs
from portal.programs.routes.blueprint import bp, facts_of, settings_address


@bp.get("/office/programs")
@guard(works_on_programs)
def programs() -> Response:
    calls = queries.office_calls(g.actor)
    return page(
        "programs/programs.html",
        rows=[
            (program, [(call, *pages.state_of(call)) for call in calls if call.program_id == program.id])
            for program in queries.office_programs(g.actor)
        ],
        may_make=g.actor.has("officer") or g.actor.has("administrator"),
    )


# --- new ---


@bp.route("/office/programs/new", methods=["GET", "POST"])
@guard(makes_programs)
def new_program() -> Response:
    form = ProgramForm(
        data={"languages": ["ko", "en"], "regime": "plain", "applicant": "consortium", "currency": "KRW",
              "time_zone": "Asia/Seoul", "holidays": "KR", "first_month": f"{g.now:%Y-%m}"},
    )  # fmt: skip
    form.regime.choices = [(code, _regime_names(code)) for code in regime_codes()]

    def act(context: Context) -> str:
        asked = service.NewProgram(
            code=form.code.data, names=form.chosen(form.program_names), funder=form.chosen(form.funder),
            line=form.line.data, regime=form.regime.data, applicant=form.applicant.data, currency=form.currency.data,
            time_zone=form.time_zone.data, holidays=form.holidays.data or "", first_month=form.first_month.data,
        )  # fmt: skip
        return settings_address(service.new_program(context, asked, _first_facts(asked, context.now)))

    made = Text("사업과 첫 공고의 초안을 만들었습니다.", "The program and a draft of its first call are made.")
    done = perform(form, act, made)
    return done if done is not None else page("programs/new_program.html", form)


def _regime_names(code: str) -> Text:
    names = load_regime(code, ("ko", "en"))["names"]
    return Text(names["ko"], names["en"])


def _first_facts(asked: service.NewProgram, now: datetime) -> service.CallFacts:
    """A proposal: opens in two weeks at ten, takes applications for a month; named after the program."""
    year = asked.first_month[:4]
    morning = now.astimezone(ZoneInfo(asked.time_zone)).replace(hour=10, minute=0, second=0, microsecond=0)
    opens = morning + timedelta(days=14)
    return service.CallFacts(
        code=f"{asked.code}-{year}", names={code: f"{name} {year}" for code, name in asked.names.items()},
        opens_at=opens, closes_at=(opens + timedelta(days=30)).replace(hour=18),
    )  # fmt: skip


@bp.route("/office/programs/<code>/calls/new", methods=["GET", "POST"])
@guard(makes_calls)
def new_call(code: str) -> Response:
    """A clone of one of the program's calls, the latest unless another is asked for."""
    program = subject(Program)
    calls = [call for call in queries.office_calls(g.actor) if call.program_id == program.id]
    source = next((call for call in calls if call.public_id == request.args.get("from")), calls[0] if calls else None)
    if source is None:
        abort(404)
    source_id = source.id
    form = facts_form(
        CloneForm, source.definition.languages, source.definition.time_zone,
        {"years_later": 1, "call_code": "", "call_names": source.names, "opens_at": _later(source.opens_at),
         "closes_at": _later(source.closes_at)},
    )  # fmt: skip

    def act(context: Context) -> str:
        found = queries.call_by_id(source_id)
        return settings_address(service.clone_call(context, found, facts_of(form), form.years_later.data))

    done = perform(form, act, Text("공고의 초안을 만들었습니다.", "A draft of the call is made."))
    return (
        done if done is not None else page("programs/new_call.html", form, program=program, source=source, calls=calls)
    )


def _later(moment: datetime) -> datetime:
    return moment + timedelta(days=364)  # the same weekday
