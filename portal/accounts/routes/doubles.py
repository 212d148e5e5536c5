"""Records that may be one human: shown to the office, decided by an administrator with a reason."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for

from portal.accounts import queries, service
from portal.accounts.forms import DoubleForm
from portal.accounts.jobs import DOUBLES
from portal.accounts.models import Double
from portal.accounts.policies import decides_double, reads_people
from portal.accounts.routes import bp
from portal.accounts.routes.frame import act
from portal.accounts.rules.doubles import SIGNS
from portal.platform.access import guard, subject
from portal.platform.context import Context
from portal.platform.jobs import enqueue
from portal.platform.language import Text
from portal.platform.web import page, perform

DECIDED = Text("결정을 적었습니다.", "The decision is recorded.")


@bp.get("/office/people/doubles")
@guard(reads_people)
def doubles() -> Any:
    decided = request.args.get("show") == "decided"
    found = queries.doubles(g.actor, decided=decided, number=min(max(request.args.get("page", 1, type=int), 1), 10_000))

    def url_for_page(n: int) -> str:
        return url_for("accounts.doubles", show="decided" if decided else None, page=n)

    chips = [
        {"label": Text("결정할 것", "To decide"), "count": found.waiting, "current": not decided, "url": url_for("accounts.doubles")},
        {"label": Text("결정한 것", "Decided"), "current": decided, "url": url_for("accounts.doubles", show="decided")},
    ]  # fmt: skip
    return page(
        "accounts/doubles.html", found=found, decided=decided, signs=SIGNS, chips=chips, may_decide=g.actor.holds("administrator"),
        pages={"number": found.number, "pages": found.pages, "total": found.total, "url_for": url_for_page},
    )  # fmt: skip


@bp.post("/office/people/doubles/look")
@guard(reads_people)
def look_for_doubles() -> Any:
    """At once instead of at night."""
    return act(
        lambda context: enqueue(DOUBLES, {}, key=f"asked:{context.ids.public_id()}", now=context.now),
        url_for("accounts.doubles"),
        Text("찾기 시작했습니다. 잠시 뒤 새로 고침해 주십시오.", "Looking. Reload the page in a moment."),
    )


@bp.route("/office/people/doubles/<double_id>", methods=["GET", "POST"])
@guard(decides_double)
def double(double_id: str) -> Any:
    row, form = subject(Double), DoubleForm()
    low, high = row.low_id, row.high_id

    def save(context: Context) -> str:
        service.decide_double(context, low, high, form.same.data == "yes", form.reason.data)
        return url_for("accounts.doubles")

    answer = perform(form, save, DECIDED)
    if answer is not None:
        return answer
    row = queries.double_for_office(g.actor, double_id) or subject(Double)
    sides = [_side(person_id) for person_id in (low, high)]
    return page(
        "accounts/double.html", form=form, double=row, sides=sides, signs=SIGNS,
        own=any(g.actor.person_id in queries.identities(side["person"]) for side in sides),
    )  # fmt: skip


def _side(person_id: int) -> dict[str, Any]:
    person = queries.person_of(person_id)
    return {
        "person": person,
        "account": queries.account_of(person_id),
        "affiliations": [a.organisation.name for a in queries.affiliations_of([person_id])],
        "addresses": [row.email for row in queries.addresses_of([person_id])],
    }
