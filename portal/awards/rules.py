"""Sums and questions about recommendations, decisions and awards: pure."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from portal.awards.models import AwardState, DecisionState, Result
from portal.platform.context import Actor
from portal.platform.language import Text
from portal.programs.definition import AwardRule, CallDefinition, Component, ComponentOption, Stage

CUT_PER_CENT: Final = 20  # a cut beyond this share needs a reason, assumed [P]
REASON_LEAST: Final = 10  # characters, assumed [P]

DECISION_MOVES: Final[Mapping[DecisionState, frozenset[DecisionState]]] = {
    DecisionState.PROPOSED: frozenset({DecisionState.APPROVED, DecisionState.ANNULLED}),
    DecisionState.APPROVED: frozenset({DecisionState.PUBLISHED, DecisionState.ANNULLED}),
    DecisionState.PUBLISHED: frozenset({DecisionState.ANNULLED}),
    DecisionState.ANNULLED: frozenset(),
}

AWARD_MOVES: Final[Mapping[AwardState, frozenset[AwardState]]] = {
    AwardState.RESERVED: frozenset({AwardState.OFFERED, AwardState.CANCELLED}),
    AwardState.OFFERED: frozenset({AwardState.ACCEPTED, AwardState.DECLINED, AwardState.EXPIRED, AwardState.CANCELLED}),
    AwardState.ACCEPTED: frozenset({AwardState.AGREED, AwardState.CANCELLED}),
    AwardState.AGREED: frozenset({AwardState.ACTIVE, AwardState.CANCELLED}),
    AwardState.ACTIVE: frozenset({AwardState.ENDED, AwardState.ELIMINATED}),
    AwardState.ENDED: frozenset(),
    AwardState.ELIMINATED: frozenset(),
    AwardState.DECLINED: frozenset(),
    AwardState.EXPIRED: frozenset(),
    AwardState.CANCELLED: frozenset(),
}

AWARD_STATES: Final[Mapping[AwardState, Text]] = {
    AwardState.RESERVED: Text("예산 확보", "Reserved"),
    AwardState.OFFERED: Text("수락 대기", "Offered"),
    AwardState.ACCEPTED: Text("수락", "Accepted"),
    AwardState.AGREED: Text("협약 체결", "Agreed"),
    AwardState.ACTIVE: Text("수행 중", "Active"),
    AwardState.ENDED: Text("종료", "Ended"),
    AwardState.ELIMINATED: Text("단계평가 탈락", "Eliminated"),
    AwardState.DECLINED: Text("사양", "Declined"),
    AwardState.EXPIRED: Text("기한 경과", "Expired"),
    AwardState.CANCELLED: Text("취소", "Cancelled"),
}
DECISION_STATES: Final[Mapping[DecisionState, Text]] = {
    DecisionState.PROPOSED: Text("승인 대기", "Waiting for approval"),
    DecisionState.APPROVED: Text("승인됨, 발표 전", "Approved, not yet published"),
    DecisionState.PUBLISHED: Text("발표됨", "Published"),
    DecisionState.ANNULLED: Text("반려·취소", "Returned"),
}
RESULTS: Final[Mapping[Result, Text]] = {
    Result.ADVANCE: Text("다음 단계 진출", "Goes on"),
    Result.AWARD: Text("선정", "Selected"),
    Result.RESERVE: Text("예비", "Reserve list"),
    Result.DECLINE: Text("미선정", "Not selected"),
}
SELECTED: Final = frozenset({Result.ADVANCE, Result.AWARD})


def is_majority(part: int, whole: int) -> bool:
    """More than half: of the members for a quorum, of those present for a resolution (Decree art. 28)."""
    return 2 * part > whole


def award_may_move(state: AwardState, to: AwardState) -> bool:
    return to in AWARD_MOVES[state]


def decision_may_move(state: DecisionState, to: DecisionState) -> bool:
    return to in DECISION_MOVES[state]


class Piece(NamedTuple):
    """One part of a bundle.

    Money: `year` and `quantity` in minor units. A resource: `option`, `quantity`, `months`. An amount a month:
    `quantity` in minor units and `months`. A place: `quantity`, and in `option` the track that counts it, if one does.
    """

    component: str
    option: str
    year: int
    quantity: int
    months: int

    @property
    def key(self) -> tuple[str, str, int]:
        return self.component, self.option, self.year


def cell(what: str, entry: str, piece: Piece) -> str:
    """The name of a piece's input in the table's form: `q` its quantity, `m` its months."""
    return f"{what}-{entry}-{piece.component}-{piece.option}-{piece.year}"


# --- what a bundle costs, line by line ---


def award_months(definition: CallDefinition, months: int) -> list[tuple[int, int]]:
    """The first `months` (year, month) from the call's first month."""
    year, month = (int(part) for part in definition.first_month.split("-"))
    start = year * 12 + month - 1
    return [((start + i) // 12, (start + i) % 12 + 1) for i in range(months)]


def option_of(component: Component, code: str) -> ComponentOption | None:
    return next((o for o in component.options if o.code == code), None)


def charges(
    component: Component, option: str, year: int, quantity: int, months: int, definition: CallDefinition
) -> dict[str, int]:
    """{budget line: amount} of one piece, before the lines above are added.

    Money is charged to `<line>_<year>`. A resource takes `quantity` of its pool in each of its months, and its
    in-kind value (quantity x unit value x months of that year) from the component's money line, so that cash and
    kind together never pass the appropriation. What counts months draws on each year by the months that fall into it.
    """
    if not quantity:
        return {}
    if component.kind == "money":
        return {component.line_of(year): quantity}
    if component.kind == "place":
        return {f"{component.line}_{option}" if option else component.line: quantity}
    if component.kind == "monthly":
        by_year = Counter(at_year for at_year, _ in award_months(definition, months))
        return {component.line_of(at_year): quantity * count for at_year, count in by_year.items()}
    chosen = option_of(component, option)
    if chosen is None:
        raise ValueError(f"{component.code} has no option {option!r}")
    sums: dict[str, int] = {}
    for at_year, at_month in award_months(definition, months):
        if chosen.pool is not None:
            sums[f"{chosen.pool}_{at_year}_{at_month:02d}"] = quantity
        if chosen.unit_value:
            line = component.line_of(at_year)
            sums[line] = sums.get(line, 0) + quantity * chosen.unit_value
    return sums


def piece_charges(piece: Piece, definition: CallDefinition) -> dict[str, int]:
    component = definition.component(piece.component)
    return charges(component, piece.option, piece.year, piece.quantity, piece.months, definition)


def bundle_charges(pieces: Iterable[Piece], definition: CallDefinition) -> dict[str, int]:
    """The same for a whole bundle, or for all bundles of a table."""
    sums: dict[str, int] = {}
    for piece in pieces:
        for line, amount in piece_charges(piece, definition).items():
            sums[line] = sums.get(line, 0) + amount
    return sums


def value_of(piece: Piece, definition: CallDefinition) -> int:
    """Minor units: the money, or the in-kind value of the resource over all its months; a place is worth nothing."""
    component = definition.component(piece.component)
    if component.kind == "money":
        return piece.quantity
    if component.kind == "monthly":
        return piece.quantity * piece.months
    chosen = option_of(component, piece.option)
    return piece.quantity * piece.months * ((chosen.unit_value or 0) if chosen else 0)


def total_value(pieces: Iterable[Piece], definition: CallDefinition) -> int:
    return sum(value_of(piece, definition) for piece in pieces)


def chargeable_lines(definition: CallDefinition) -> list[str]:
    """Every line that an award of this call can charge, in the definition's order."""
    found: dict[str, None] = {}
    for component in definition.components:
        if component.shared:
            continue
        for piece in _one_of_each(component, definition):
            found.update(dict.fromkeys(piece_charges(piece, definition)))
    return list(found)


def _one_of_each(component: Component, definition: CallDefinition) -> Iterator[Piece]:
    """The smallest piece of every year, option or track that the component can be given in."""
    months = component.months or definition.months
    if component.kind == "money":
        yield from (Piece(component.code, "", year, 1, 0) for year in component.years or definition.years)
    elif component.kind == "monthly":
        yield Piece(component.code, "", 0, 1, months)
    elif component.kind == "place":
        tracks = [track.code for track in definition.tracks] if component.by_track else [""]
        yield from (Piece(component.code, track, 0, 1, 0) for track in tracks)
    else:
        yield from (Piece(component.code, option.code, 0, 1, definition.months) for option in component.options)


def fixed_pieces(definition: CallDefinition, track: str) -> list[Piece]:
    """What every award gets, whoever it is."""
    found: list[Piece] = []
    for component in definition.components:
        if component.shared or component.fixed is None:
            continue
        for piece in _one_of_each(component, definition):
            if not component.by_track or piece.option == track:
                found.append(piece._replace(quantity=component.fixed))
    return found


def ceiling_of(definition: CallDefinition, requested: Sequence[Piece], rank: int | None) -> list[Piece]:
    """The most that the panel may recommend: what was asked for, and what the call lets it give by itself."""
    given = [c for c in definition.components if not (c.is_asked or c.shared) and c.fixed is None]
    own = [piece for c in given for piece in _one_of_each(c, definition)]
    most = {c.code: _most(c, rank) for c in given}
    return [*requested, *(piece._replace(quantity=most[piece.component]) for piece in own if most[piece.component])]


def _most(component: Component, rank: int | None) -> int:
    if not component.rank_caps:
        return component.award_cap or component.max_quantity or 0
    return component.rank_caps[rank - 1] if rank is not None and rank <= len(component.rank_caps) else 0


# --- the panel's table ---


def is_deep_cut(requested: Piece, recommended: Piece | None) -> bool:
    """More than 20 % [P] of what was asked for is cut: of the quantity, or of quantity x months for a resource."""
    asked = requested.quantity * max(1, requested.months)
    given = recommended.quantity * max(1, recommended.months) if recommended and recommended.quantity else 0
    return asked > 0 and (asked - given) * 100 > asked * CUT_PER_CENT


def within_ceiling(ceiling: Piece | None, recommended: Piece) -> bool:
    """The panel may cut, never add."""
    if not recommended.quantity:
        return True
    if ceiling is None:
        return False
    return recommended.quantity <= ceiling.quantity and recommended.months <= ceiling.months


def is_feasible(component: Component, ceiling: Piece | None, recommended: Piece) -> bool:
    """A cut leaves at least what the work needs, or nothing; whoever asks for less than that needs what they ask for."""
    if not recommended.quantity or component.least is None or ceiling is None:
        return True
    return recommended.quantity >= min(component.least, ceiling.quantity)


def first_advice(ceiling: Sequence[Piece], rank: int | None, keep: int) -> list[Piece]:
    """What the table starts from: everything up to its ceiling above the line, nothing below it."""
    above = rank is not None and rank <= keep
    return [piece if above else piece._replace(quantity=0) for piece in ceiling]


# --- the decision ---


class Fault(enum.StrEnum):
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"


def allowed_results(stage: Stage) -> tuple[Result, ...]:
    """The results an entry of this stage can get."""
    return (Result.AWARD, Result.RESERVE, Result.DECLINE) if stage.awards else (Result.ADVANCE, Result.DECLINE)


def keep_of(definition: CallDefinition, stage: str, track: str) -> int:
    """How many of the stage's track may be selected."""
    keep = definition.keep(stage, track)
    return min(keep, definition.awards.max_count) if definition.stage(stage).awards else keep


def ranked_choice(definition: CallDefinition) -> tuple[str, str] | None:
    """Section and question in which applicants rank the call's tracks; None where they name one track, or none."""
    if definition.track_by is None or not definition.tracks:
        return None
    section, _, code = definition.track_by.partition(".")
    asked = definition.section(section)
    ranked = asked is not None and any(q.code == code and q.kind == "ranked" for q in asked.questions)
    return (section, code) if ranked else None


def places_lines(definition: CallDefinition) -> Iterator[tuple[str, str, int]]:
    """(line, track, places of one award) of every head-count that awards take; of any track where the track is empty."""
    for component in definition.components:
        if component.kind == "place" and not component.shared:
            for piece in _one_of_each(component, definition):
                charged = next(iter(piece_charges(piece, definition)))
                yield charged, piece.option, component.fixed or 1


def selection_fault(chosen: int, possible: int, keep: int, awards: AwardRule) -> Fault | None:
    """At most `keep`; fewer or nobody only where the call says so. `possible`: entries that fail no condition."""
    if chosen > keep:
        return Fault.TOO_MANY
    if chosen >= min(keep, possible):
        return None
    if chosen == 0:
        return None if awards.may_select_none else Fault.TOO_FEW
    return None if awards.may_select_fewer else Fault.TOO_FEW


def needs_second_approver(stage: Stage, total: int, threshold: int) -> bool:
    """Always, unless the call sets a sum below which awards need none."""
    return not stage.awards or threshold <= 0 or total > threshold


class Bar(enum.StrEnum):
    """Why somebody may not approve."""

    ROLE = "role"
    PROPOSER = "proposer"
    INSTITUTION = "institution"
    CONFLICT = "conflict"


BARS: Final[Mapping[Bar, Text]] = {
    Bar.ROLE: Text("이 공고의 지원을 확정할 권한이 없습니다.", "no right to issue awards of this call."),
    Bar.PROPOSER: Text("제안한 사람은 승인할 수 없습니다.", "whoever proposed it cannot approve it."),
    Bar.INSTITUTION: Text("신청기관에 소속되어 있습니다.", "affiliated with an applicant institution."),
    Bar.CONFLICT: Text("이해충돌이 있는 과제가 있습니다.", "a conflict of interest with an application."),
}


REMIND_AFTER: Final = 2  # working days until those who can approve are reminded, assumed [P]
OVERDUE_AFTER: Final = 4  # and until every administrator of the call is told, assumed [P]


@dataclass(frozen=True)
class Parties:
    """Who stands on the applicants' side of a decision, and who proposed it."""

    proposer_id: int
    organisations: AbstractSet[int]  # of all applicant institutions
    people: AbstractSet[int]  # owners and members
    second_needed: bool = True


def bar_to_approve(
    actor: Actor, scopes: Sequence[str], parties: Parties, affiliations: AbstractSet[int], conflicted: bool
) -> Bar | None:
    """Why the actor may not approve, or None. `affiliations`: the present organisations of all their identities."""
    who = actor.same_as | ({actor.person_id} if actor.person_id is not None else frozenset())
    if not actor.has("administrator", *scopes):
        return Bar.ROLE
    if parties.second_needed and parties.proposer_id in who:
        return Bar.PROPOSER
    if affiliations & parties.organisations:
        return Bar.INSTITUTION
    if conflicted or who & parties.people:
        return Bar.CONFLICT
    return None


# --- the offer ---


def may_answer(actor: Actor, owner_id: int, lead_organisation: int | None, represents: AbstractSet[int]) -> bool:
    """The owner of the application, or who represents its lead institution at present."""
    who = actor.same_as | ({actor.person_id} if actor.person_id is not None else frozenset())
    return owner_id in who or (lead_organisation is not None and lead_organisation in represents)


def offer_is_open(state: AwardState, answer_until: datetime | None, now: datetime) -> bool:
    return state is AwardState.OFFERED and answer_until is not None and now < answer_until
