"""A saved matching ready to show: places in numbers, a row for each applicant, what differs from rank order; a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from flask import url_for

from portal.awards.models import Scenario
from portal.awards.pages.explained import Sentence, choice_name, explain
from portal.awards.placing import NOWHERE, lot
from portal.awards.queries.decisions import entries_by_public_ids
from portal.awards.queries.reserves import standing_of_stage
from portal.platform.context import Actor
from portal.platform.language import Text, say
from portal.platform.sheets import Out
from portal.programs.definition import CallDefinition
from portal.programs.definition import Stage as StageDefinition
from portal.programs.models import Stage
from portal.ranking.queries import titles

SIZE = 50
Names = Mapping[str, Mapping[str, str]]
SHOWS = {
    "all": Text("전체", "All"),
    "first": Text("1지망 배정", "First choice"),
    "later": Text("2지망 이하 배정", "A later choice"),
    "none": Text("미배정", "No place"),
    "changed": Text("순위대로와 다름", "Not as in rank order"),
}
CHANGES = {
    "gains": (Text("새로 배정", "gains a place"), "success"),
    "moves": (Text("다른 곳에 배정", "placed elsewhere"), "warning"),
    "loses": (Text("배정 없음", "loses the place"), "danger"),
}


@dataclass(frozen=True)
class One:
    """What a matching says of one entry, in codes. `plain`: the track in which rank order would select it."""

    entry: str
    track: str
    rank: int | None
    total: str | None
    choices: Sequence[str]
    out: str | None
    plain: str | None
    placed: str | None
    rank_there: int | None
    missed: Sequence[Sequence[Any]]

    @property
    def choice(self) -> int | None:
        return self.choices.index(self.placed) + 1 if self.placed in self.choices else None

    @property
    def change(self) -> str | None:
        if self.placed == self.plain:
            return None
        return "gains" if self.plain is None else "loses" if self.placed is None else "moves"

    def is_shown(self, show: str) -> bool:
        if show == "changed":
            return self.change is not None
        if show == "none":
            return self.placed is None
        return show == "all" or (self.placed is not None and (self.choice == 1) == (show == "first"))


def everybody(scenario: Scenario) -> list[One]:
    """In the call's order of tracks, each from the top of its ranking; nobody before it is computed."""
    if scenario.result is None:
        return []
    inputs, result = scenario.inputs, scenario.result
    order = {group["code"]: n for n, group in enumerate(inputs["groups"])}
    found = [
        One(
            e["entry"], e["track"], e["rank"], e["total"], e["choices"], e["out"], e["track"] if e["inside"] else None,
            result["placed"].get(e["entry"]), result["rank"].get(e["entry"]), result["missed"].get(e["entry"], []),
        )
        for e in inputs["entries"]
    ]  # fmt: skip
    return sorted(found, key=lambda o: (order.get(o.track, len(order)), o.rank is None, o.rank or 0, lot(o.entry)))


def newly(actor: Actor, stage: Stage, scenario: Scenario | None) -> int:
    """How many it would promote from the reserve lists, for whoever may do so."""
    awards = stage.call.definition.awards
    if scenario is None or scenario.result is None or not awards.promote:
        return 0
    if not actor.has("administrator", *stage.call.scopes):
        return 0
    waiting = {outcome.entry.public_id for outcome in standing_of_stage(stage.id)}
    return sum(entry in waiting for entry in scenario.result["placed"])


# --- places in numbers ---


@dataclass(frozen=True)
class Group:
    """A group with its places and those who got them; `by_choice`: of the first, second and any later choice."""

    name: Mapping[str, str]
    institute: Mapping[str, str]
    places: int
    placed: int
    plain: int  # in rank order
    by_choice: tuple[int, int, int]
    ranks: tuple[int, int] | None  # the best and the last of those placed
    wanted: int  # how many name it among their choices

    @property
    def full(self) -> bool:
        return self.placed >= self.places


@dataclass(frozen=True)
class Institute:
    name: Mapping[str, str]
    places: int
    placed: int
    less: bool  # fewer than its groups together


@dataclass(frozen=True)
class Summary:
    places: int
    placed: int
    by_choice: list[tuple[Sentence, int]]
    unplaced: int
    not_accepted: int
    groups: list[Group]
    institutes: list[Institute]
    changes: list[tuple[Text, int]]

    @property
    def bars(self) -> list[dict[str, Any]]:
        return [{"label": g.name, "note": g.institute, "value": g.placed, "limit": g.places} for g in self.groups]


def names_of(definition: CallDefinition) -> Names:
    return {track.code: track.names for track in definition.tracks}


def ties_named(codes: Sequence[str], stage: StageDefinition) -> str:
    names = {criterion.code: criterion.names for criterion in stage.criteria}
    return ", ".join(say(names[code]) for code in codes)


def summary(inputs: Mapping[str, Any], found: Sequence[One], definition: CallDefinition) -> Summary:
    institutes = {group.code: group.names for group in definition.track_groups}
    choices = Counter(one.choice for one in found if one.placed is not None)
    changes = Counter(one.change for one in found)
    placed = sum(choices.values())
    shown = [n for n in sorted(c for c in choices if c is not None) if n > 3]
    groups = [_group(group, found, names_of(definition), institutes) for group in inputs["groups"]]
    most = sum(institute["places"] for institute in inputs["institutes"])
    return Summary(
        places=most if inputs["all_places"] is None else min(most, inputs["all_places"]), placed=placed,
        by_choice=[(choice_name(n), choices[n]) for n in (1, 2, 3, *shown)], unplaced=len(found) - placed,
        not_accepted=sum(one.placed is None and one.out in NOWHERE for one in found), groups=groups,
        institutes=[
            Institute(
                institutes.get(i["code"], {}), i["places"], sum(_inside(inputs, one, i["code"]) for one in found),
                i["places"] < sum(g["places"] for g in inputs["groups"] if g["institute"] == i["code"]),
            )
            for i in inputs["institutes"] if i["code"]
        ],
        changes=[(text, changes[code]) for code, (text, _) in CHANGES.items()],
    )  # fmt: skip


def _inside(inputs: Mapping[str, Any], one: One, institute: str) -> bool:
    return any(group["code"] == one.placed and group["institute"] == institute for group in inputs["groups"])


def _group(group: Mapping[str, Any], found: Sequence[One], names: Names, institutes: Names) -> Group:
    code = group["code"]
    here = [one for one in found if one.placed == code]
    choices, ranks = Counter(one.choice for one in here), [o.rank_there for o in here if o.rank_there is not None]
    return Group(
        names[code], institutes.get(group["institute"], {}), group["places"], len(here),
        sum(one.plain == code for one in found), (choices[1], choices[2], len(here) - choices[1] - choices[2]),
        (min(ranks), max(ranks)) if ranks else None, sum(code in one.choices for one in found),
    )  # fmt: skip


# --- one row for each applicant ---


@dataclass(frozen=True)
class Row:
    one: One
    application: str
    title: str
    choices: Sequence[Mapping[str, str]]
    group: Mapping[str, str] | None
    choice: str
    plain: Mapping[str, str] | None
    change: tuple[Text, str] | None
    sentences: Sequence[str]


@dataclass(frozen=True)
class Page:
    """Fifty rows, and where the others are."""

    rows: Sequence[Row]
    number: int
    total: int
    address: Mapping[str, Any]

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / SIZE))

    def url_for(self, number: int) -> str:
        return url_for("awards.matching", **self.address, page=number, _anchor="people")


def rows(found: Sequence[One], definition: CallDefinition) -> list[Row]:
    """Two statements whatever the number."""
    names = names_of(definition)
    ids = entries_by_public_ids({one.entry for one in found})
    told = titles(ids.values())
    return [_row(one, *told[ids[one.entry]], names) for one in found if one.entry in ids]


def _row(one: One, application: str, title: str, names: Names) -> Row:
    return Row(
        one, application, title, [names.get(code, {}) for code in one.choices],
        names.get(one.placed) if one.placed else None, choice_name(one.choice).said() if one.choice else "",
        names.get(one.plain) if one.plain else None, CHANGES[one.change] if one.change else None,
        [s.said() for s in explain(one.missed, one.choices, one.placed, one.out, names)],
    )  # fmt: skip


def listed(
    found: Sequence[One], definition: CallDefinition, show: str, number: int, address: Mapping[str, Any]
) -> Page:
    wanted = [one for one in found if one.is_shown(show)]
    number = min(max(1, number), max(1, ceil(len(wanted) / SIZE)))
    return Page(rows(wanted[(number - 1) * SIZE : number * SIZE], definition), number, len(wanted), address)


def chips(found: Sequence[One], show: str, address: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": label, "current": code == show, "count": sum(one.is_shown(code) for one in found),
            "url": url_for("awards.matching", **{**address, "show": code}, _anchor="people"),
        }
        for code, label in SHOWS.items()
    ]  # fmt: skip


# --- a file ---


def sheet(found: Sequence[One], definition: CallDefinition) -> tuple[list[Out], list[list[Out]]]:
    """Header and a row for each applicant; totals as exact fractions, the lot that separates equals beside them."""
    most = max((len(one.choices) for one in found), default=1)
    header: list[Out] = [
        Text("과제", "Application"), Text("신청 번호", "Number of the application"),
        *(choice_name(n).said() for n in range(1, most + 1)), Text("심사한 분야", "Judged in"),
        Text("그 분야의 순위", "Rank there"), Text("총점(분수)", "Total (exact fraction)"),
        Text("추첨값", "Lot"), Text("배정", "Placed in"), Text("몇 지망", "Choice"),
        Text("배정된 곳의 순위", "Rank in that track"), Text("순위대로라면", "In rank order"),
        Text("달라진 점", "Difference"), Text("설명", "Explanation"),
    ]  # fmt: skip
    names = names_of(definition)
    body: list[list[Out]] = []
    for row in rows(found, definition):
        one = row.one
        body.append(
            [
                row.title, row.application,
                *(say(row.choices[n]) if n < len(row.choices) else None for n in range(most)),
                names.get(one.track, one.track), one.rank, str(Fraction(one.total)) if one.total else None,
                lot(one.entry), row.group, one.choice, one.rank_there, row.plain, row.change[0] if row.change else None,
                " ".join(row.sentences),
            ]
        )  # fmt: skip
    return header, body
