"""From the ranking to accepted offers: conditions, the panel's table, a proposal, a second person, publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.applications.models import Application, StageEntry
from portal.awards import rules
from portal.awards import service as awards
from portal.awards.models import Award, AwardState, AwardTable, Decision, DecisionState, Result
from portal.awards.queries import decisions, reserves, tables
from portal.awards.rules import Piece
from portal.awards.service.committee import rule_of
from portal.awards.service.table import Advice
from portal.budgets import queries as budgets
from portal.budgets.models import BudgetLine
from portal.demo.acting import LifeBroken, act, read
from portal.demo.people import Cast
from portal.demo.reviewing import StageIds
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs.definition import CallDefinition
from portal.programs.models import Call
from portal.ranking import queries as ranking
from portal.ranking import service as ranks

CUT = "요청한 자원 가운데 예산의 한도와 실제 쓸 수 있는 양을 함께 따져 줄였습니다."
KEPT = "요청한 자원이 목표에 비추어 알맞으므로 그대로 지원할 것을 권합니다."


@dataclass(frozen=True)
class Ranked:
    entry_id: int
    application_id: int
    owner_id: int
    rank: int
    ceiling: tuple[Piece, ...]


def ranked(stage: StageIds, track: str = "") -> list[Ranked]:
    """The latest ranking, best first."""

    def query() -> list[Ranked]:
        run = ranking.latest_run(stage.stage_id, track)
        definition = db.session.get_one(Call, stage.call_id).definition
        if run is None:
            raise LifeBroken(f"stage {stage.code} was not ranked")
        found, places = [], tables.places(run)
        for row in run.result:
            entry = db.session.get_one(StageEntry, row["entry_id"])
            owner = db.session.get_one(Application, entry.application_id).owner_id
            ceiling = tuple(tables.ceiling(entry, definition, places[entry.id]))
            found.append(Ranked(entry.id, entry.application_id, owner, int(row["rank"]), ceiling))
        return found

    return read(query)


def find_conditions(cast: Cast, stage: StageIds, rows: Sequence[Ranked]) -> None:
    """What stands apart from the points: found met for everybody, with the grounds."""
    reason = "제출된 학습 기록과 권리 확인서를 확인하였고 요건을 충족합니다."
    for row in rows:
        for condition in stage.definition.conditions:
            act(cast.officers[0], ranks.record_condition, row.entry_id, condition.code, True, reason)


# --- the panel's table ---


def fitting(rows: Sequence[Ranked], definition: CallDefinition, lines: dict[str, int]) -> dict[int, list[Piece]]:
    """Bundles that fit under every line together. Components that overrun a line are cut alike, 5 % at a time.

    `lines`: what is left of every line whose cap binds.
    """
    shares = {component.code: 100 for component in definition.components}
    while True:
        bundles = {
            row.entry_id: [_cut(piece, shares[piece.component], definition) for piece in row.ceiling] for row in rows
        }
        pieces = [piece for bundle in bundles.values() for piece in bundle]
        over = _overrun(pieces, definition, lines)
        if not over:
            return bundles
        for code in over:
            shares[code] -= 5
            if shares[code] < 0:
                raise LifeBroken(f"nothing is left for {code}")


def _cut(piece: Piece, share: int, definition: CallDefinition) -> Piece:
    if share == 100:
        return piece
    step = 10_000_000 if definition.component(piece.component).kind == "money" else 8
    return piece._replace(quantity=piece.quantity * share // 100 // step * step)


def _overrun(pieces: Sequence[Piece], definition: CallDefinition, lines: dict[str, int]) -> set[str]:
    """The components that charge a line which has not enough."""
    tree = budgets.tree()
    sums: dict[int, int] = {}
    by_component: dict[str, set[int]] = {}
    for piece in pieces:
        for line_id, amount in tree.affected(rules.piece_charges(piece, definition)).items():
            sums[line_id] = sums.get(line_id, 0) + amount
            by_component.setdefault(piece.component, set()).add(line_id)
    full = {i for i, amount in sums.items() if amount > lines.get(tree.by_id[i].code, amount)}
    return {code for code, touched in by_component.items() if touched & full}


def left() -> dict[str, int]:
    """{line code: what is left under its cap}, of lines whose cap binds."""
    query = select(BudgetLine.code, BudgetLine.cap - BudgetLine.used).where(BudgetLine.enforced)
    return {code: int(rest) for code, rest in db.session.execute(query)}


def open_table(cast: Cast, panel_id: int) -> int:
    return act(cast.chair, lambda c: awards.open_table(c, panel_id).id)


def recommend(
    cast: Cast, stage: StageIds, table_id: int, selected: Sequence[Ranked], others: Sequence[Ranked],
    agreed: dict[str, int],
) -> None:  # fmt: skip
    """The chair writes what fits for those above the line, with reasons, and nothing for the rest.

    `agreed`: components of which the best who asked for it gets just so much a year, and the others none.
    """

    def definition() -> CallDefinition:
        return db.session.get_one(Call, stage.call_id).definition

    bundles = read(lambda: fitting([_agreed(row, selected, agreed) for row in selected], definition(), left()))

    def save(context: Context) -> None:
        table = db.session.get_one(AwardTable, table_id)
        rows = []
        for row in selected:
            for piece, asked in zip(bundles[row.entry_id], row.ceiling, strict=True):
                rows.append(Advice(row.entry_id, piece, KEPT if piece == asked else CUT))
        for row in others:
            rows += [Advice(row.entry_id, piece._replace(quantity=0), "") for piece in row.ceiling]
        awards.recommend(context, table_id, rows, table.version)

    act(cast.chair, save)


def _agreed(row: Ranked, selected: Sequence[Ranked], agreed: dict[str, int]) -> Ranked:
    def piece(one: Piece) -> Piece:
        if one.component not in agreed:
            return one
        first = next(r for r in selected if any(p.component == one.component for p in r.ceiling))
        return one._replace(quantity=min(one.quantity, agreed[one.component]) if row is first else 0)

    return replace(row, ceiling=tuple(piece(one) for one in row.ceiling))


def close_table(cast: Cast, table_id: int) -> None:
    act(cast.chair, awards.close_table, table_id)


# --- the decision ---


def propose(
    cast: Cast, stage: StageIds, rows: Sequence[Ranked], keep: int, track: str = "", rest: Result = Result.DECLINE
) -> int:
    """The officer's proposal in rank order: `keep` go on or are awarded, the others get `rest`; its id."""
    best = Result.AWARD if stage.definition.awards else Result.ADVANCE
    outcomes = []
    for place, row in enumerate(rows):
        if place < keep:
            outcomes.append((row.entry_id, best, "평가 결과 상위에 들었고 목표와 수행 역량이 모두 확인되었습니다."))
        else:
            outcomes.append(
                (
                    row.entry_id,
                    rest,
                    "평가 결과 선정 범위에 들지 못하였습니다. 단계 목표의 구체화를 권합니다.",
                )
            )
    reason = f"평가위원회의 순위에 따라 {keep}개 과제를 선정하고자 합니다."
    return act(cast.officers[0], lambda c: awards.propose(c, stage.stage_id, outcomes, reason, track).id)


def approve(cast: Cast, decision_id: int) -> None:
    """Where the call has a committee, after it confirmed: nine members, eight of them present and in favour."""
    if read(lambda: rule_of(db.session.get_one(Decision, decision_id)) is not None):
        act(cast.officers[0], _sat, decision_id)
    act(cast.administrators[0], awards.approve, decision_id, "절차와 한도를 확인하였습니다.")


def _sat(context: Context, decision_id: int) -> None:
    zone = ZoneInfo(db.session.get_one(Decision, decision_id).stage.call.definition.time_zone)
    awards.record_sitting(
        context, decision_id, context.now.astimezone(zone).date(), 9, 8, 8, True, "평가 결과와 지원 규모를 심의하여 확정합니다."
    )  # fmt: skip


def publish(cast: Cast, decision_id: int) -> None:
    act(cast.administrators[0], awards.publish, decision_id)


def offered(call_id: int) -> list[tuple[int, int]]:
    """(award, owner of its application) of the call's open offers."""
    query = (
        select(Award.id, Application.owner_id)
        .join(Application, Award.application_id == Application.id)
        .where(Application.call_id == call_id, Award.state == AwardState.OFFERED)
        .order_by(Award.id)
    )
    return read(lambda: [(award_id, owner) for award_id, owner in db.session.execute(query)])


def accept(award_id: int, owner_id: int) -> None:
    act(owner_id, awards.accept_award, award_id)


def decline(award_id: int, owner_id: int) -> None:
    act(owner_id, awards.decline_award, award_id, "다른 기관에서 일하게 되었습니다.")


def promote(cast: Cast, call_id: int) -> int:
    """An administrator gives every free place to the next on its reserve list; how many were promoted."""

    def query() -> list[tuple[int, list[str]]]:
        found = []
        for decision in decisions.decisions_of_call(call_id):
            if decision.state is DecisionState.PUBLISHED and (free := reserves.free_places(decision)):
                found.append((decision.id, [o.public_id for o in reserves.standing(decision.id)[:free]]))
        return found

    count = 0
    for decision_id, following in read(query):
        if following:
            reason = "선정자의 사양으로 생긴 자리를 예비 명단의 순서대로 채웁니다."
            count += len(act(cast.administrators[0], _promoted, decision_id, following, reason))
    return count


def _promoted(context: Context, decision_id: int, following: list[str], reason: str) -> list[int]:
    return [award.id for award in awards.promote(context, decision_id, following, reason)]
