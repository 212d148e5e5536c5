"""What a visitor sees: home, programs, calls, published awards, the pages of help."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, jsonify, redirect, request, url_for

from portal.desks.person.pages import term_rows
from portal.desks.public import pages, queries
from portal.platform.access import arrive, guard, public, subject
from portal.platform.web import page
from portal.programs import queries as programs
from portal.programs.loader import file_schema
from portal.programs.models import Call
from portal.programs.policies import reads_call
from portal.programs.rules import can_ask

bp = Blueprint("desks_public", __name__)


@bp.get("/")
@public
def home() -> Any:
    roots = queries.plan(g.now)
    days = queries.days_to_award()
    calls = queries.calls()
    return page(
        "desks/public/home.html",
        calls=[c for c in calls if c.state == "open"],
        others=pages.call_rows([c for c in calls if c.state != "open"][:4]),
        programs=[(p, queries.find(roots, p.line_code)) for p in programs.programs()],
        tree=pages.tree_picture(max(roots, key=lambda r: r.cap)) if roots else None,
        days=round(sum(d.total_seconds() for _, d in days) / 86_400 / len(days)) if days else None,
        demo_people=_demo_people(),
    )


def _demo_people() -> list[Any]:
    """ "Try it as ...": demo mode only; the demonstration itself, a later feature, is handed in."""
    given = current_app.config.get("DEMO_PEOPLE")
    return list(given()) if given is not None else []


@bp.get("/programs", endpoint="programs")
@public
def all_programs() -> Any:
    roots = queries.plan(g.now)
    return page(
        "desks/public/programs.html",
        programs=[(p, queries.find(roots, p.line_code)) for p in programs.programs()],
        calls=pages.call_rows(queries.calls()),
    )


@bp.get("/programs/schema.json")
@public
def schema() -> Response:
    """The JSON Schema of a program file, for whoever writes one."""
    return jsonify(file_schema())


@bp.get("/programs/<code>")
@public
def program(code: str) -> Any:
    """By code, or by a former name: official names changed twice in six months."""
    found = queries.program_of(code.upper())
    if found is None:
        named = next((p for p in programs.programs() if code.casefold() in {f.casefold() for f in p.former}), None)
        if named is None:
            abort(404)
        return redirect(url_for("desks_public.program", code=named.code))
    calls = programs.public_calls(found.id)
    if calls:
        arrive(calls[0])  # the page speaks and tells time as its latest call does
    rows, total = queries.published_awards(found.id)
    branch = queries.find(queries.plan(g.now), found.line_code)
    return page(
        "desks/public/program.html", program=found, former=pages.former_names(found.former),
        calls=pages.call_rows(calls),
        awards=rows, total=total, tree=pages.tree_picture(branch) if branch else None,
    )  # fmt: skip


@bp.get("/programs/fund")
@public
def fund() -> Any:
    return page("desks/public/fund.html")


@bp.get("/programs/tax")
@public
def tax() -> Any:
    return page("desks/public/tax.html")


@bp.get("/calls/<public_id>")
@guard(reads_call)
def call(public_id: str) -> Any:
    found = subject(Call)
    return page(
        "desks/public/call.html", call=found, definition=found.definition, amendments=pages.amendment_steps(programs.amendments(found)),
        stages=programs.stages_of(found), decisions=queries.published_decisions(found.id),
        questions=programs.count_published_questions(found.id), asking=can_ask(found, g.now),
    )  # fmt: skip


@bp.get("/awards")
@public
def awards() -> Any:
    number = max(1, request.args.get("page", 1, type=int))
    rows, total = queries.published_awards(page=number)
    return page("desks/public/awards.html", awards=rows, total=total, number=number)


@bp.get("/help")
@public
def help_page() -> Any:
    return page("desks/public/help.html")


@bp.get("/accessibility")
@public
def accessibility() -> Any:
    return page("desks/public/accessibility.html")


@bp.get("/privacy")
@public
def privacy() -> Any:
    return page("desks/public/privacy.html", terms=term_rows())
