"""Places of two levels: applicants rank groups, groups rank applicants, a group belongs to one institute.

Applicants propose (deferred acceptance). An institute chooses among all proposals to its groups: one place at a time goes
round its groups in the order that the call states, each filling its places from its own ranking, until the groups'
quotas or the institute's are used up; places over all institutes go round them the same way. This is the flexible
deferred acceptance of Kamada and Kojima (American Economic Review 105, 2015) with targets of zero: the choice is
substitutable, so the result does not depend on the order of the input, no applicant gains by a false list, and nobody
who would take a free place within its institute's quota, or that of somebody ranked lower, is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

Applicant = str
Group = str
WHYS = ("filled", "institute", "all", "unranked", "stays", "gone")  # every `Missed.why`


class BadPlaces(ValueError):
    """The lists contradict each other; the message names where."""


@dataclass(frozen=True)
class Places:
    """Groups in the order of the call: group -> (institute, places); institute -> places; `all_places`: of everything,
    None without such a limit."""

    groups: Mapping[Group, tuple[str, int]]
    institutes: Mapping[str, int]
    all_places: int | None = None

    def check(self) -> None:
        if self.all_places is not None and self.all_places < 0:
            raise BadPlaces(f"{self.all_places} places of all institutes")
        for group, (institute, places) in self.groups.items():
            if institute not in self.institutes:
                raise BadPlaces(f"group {group}: there is no institute {institute}")
            if places < 0:
                raise BadPlaces(f"group {group}: {places} places")
        for institute, places in self.institutes.items():
            if places < 0:
                raise BadPlaces(f"institute {institute}: {places} places")


@dataclass(frozen=True)
class Missed:
    """A choice before the one that was given, and why not: `filled` (ranks `best` to `worst` hold its places),
    `institute` or `all` (no place left there), `unranked`, `stays` (an offer that stands does not move), `gone`."""

    group: Group
    why: str
    own: int | None = None
    best: int | None = None
    worst: int | None = None


@dataclass(frozen=True)
class Matching:
    """applicant -> group; applicant -> what they missed, in the order of their choices."""

    placed: Mapping[Applicant, Group]
    missed: Mapping[Applicant, Sequence[Missed]] = field(default_factory=dict)

    def choice(self, choices: Mapping[Applicant, Sequence[Group]], applicant: Applicant) -> int | None:
        """1 for the first choice; None without a place."""
        group = self.placed.get(applicant)
        return None if group is None else list(choices[applicant]).index(group) + 1


def match(
    places: Places,
    choices: Mapping[Applicant, Sequence[Group]],
    ranks: Mapping[Group, Mapping[Applicant, int]],
    held: Mapping[Applicant, Group] | None = None,
    gone: Collection[Applicant] = (),
) -> Matching:
    """`ranks`: group -> applicant -> rank, 1 the best, no two alike; who has no rank there is not accepted.

    `held`: offers that stand or were accepted, which nobody loses and nobody moves from; `gone`: who declined or did not
    answer in time. With both, the places left are filled: promotion, round by round. Raises BadPlaces.
    """
    places.check()
    _check_ranks(places, choices, ranks)
    kept = {who: group for who, group in (held or {}).items() if who not in gone}
    _check_held(places, choices, kept)
    left = _left(places, kept)
    wanting = {who: own for who, own in choices.items() if who not in kept and who not in gone}
    offered: dict[Group, list[Applicant]] = {group: [] for group in places.groups}
    next_choice = dict.fromkeys(wanting, 0)
    proposing = set(wanting)
    while proposing:
        for who in proposing:
            _propose(who, wanting[who], next_choice, ranks, offered)
        counts = _counts(left, {group: len(list_) for group, list_ in offered.items()})
        refused: set[Applicant] = set()
        for group, list_ in offered.items():
            list_.sort(key=lambda who, of=group: ranks[of][who])  # type: ignore[misc]
            refused.update(list_[counts[group] :])
            del list_[counts[group] :]
        proposing = {who for who in refused if next_choice[who] < len(wanting[who])}
    placed = kept | {who: group for group, list_ in offered.items() for who in list_}
    missed = {who: _missed(who, places, choices, ranks, placed) for who in choices if who not in kept}
    missed |= {
        who: [Missed(g, "stays", ranks.get(g, {}).get(who)) for g in _before(choices[who], g_)]
        for who, g_ in kept.items()
    }
    missed |= {
        who: [Missed(g, "gone", ranks.get(g, {}).get(who)) for g in choices[who]] for who in gone if who in choices
    }
    return Matching(placed, missed)


def _check_held(places: Places, choices: Mapping[Applicant, Sequence[Group]], kept: Mapping[Applicant, Group]) -> None:
    for who, group in kept.items():
        if who not in choices:
            raise BadPlaces(f"held by {who}, who did not apply")
        if group not in places.groups:
            raise BadPlaces(f"held by {who}: there is no group {group}")
    groups = list(kept.values())
    for group, (_, most) in places.groups.items():
        if groups.count(group) > most:
            raise BadPlaces(f"group {group}: {groups.count(group)} offers for {most} places")


def _before(own: Sequence[Group], got: Group) -> Sequence[Group]:
    """The choices ahead of the one that was given."""
    return own[: list(own).index(got)] if got in own else own


def _check_ranks(
    places: Places, choices: Mapping[Applicant, Sequence[Group]], ranks: Mapping[Group, Mapping[Applicant, int]]
) -> None:
    for who, own in choices.items():
        if unknown := [group for group in own if group not in places.groups]:
            raise BadPlaces(f"applicant {who}: there is no group {unknown[0]}")
        if len(set(own)) != len(own):
            raise BadPlaces(f"applicant {who}: a group stands twice")
    for group, order in ranks.items():
        if len(set(order.values())) != len(order):
            raise BadPlaces(f"group {group}: two applicants have the same rank")


def _propose(
    who: Applicant, own: Sequence[Group], next_choice: dict[Applicant, int],
    ranks: Mapping[Group, Mapping[Applicant, int]], offered: dict[Group, list[Applicant]],
) -> None:  # fmt: skip
    """To the next choice that accepts them."""
    while next_choice[who] < len(own):
        group = own[next_choice[who]]
        next_choice[who] += 1
        if who in ranks.get(group, {}):
            offered[group].append(who)
            return


def _left(places: Places, kept: Mapping[Applicant, Group]) -> Places:
    """What is left beside the offers that stand."""
    taken = dict.fromkeys(places.groups, 0)
    for group in kept.values():
        taken[group] += 1
    inside = dict.fromkeys(places.institutes, 0)
    for group, count in taken.items():
        inside[places.groups[group][0]] += count
    return Places(
        {g: (institute, max(0, n - taken[g])) for g, (institute, n) in places.groups.items()},
        {i: max(0, n - inside[i]) for i, n in places.institutes.items()},
        None if places.all_places is None else max(0, places.all_places - len(kept)),
    )


def _counts(places: Places, proposals: Mapping[Group, int]) -> dict[Group, int]:
    """How many each group may hold: place by place round the institutes, and within one round its groups."""
    want = {group: min(proposals[group], n) for group, (_, n) in places.groups.items()}
    of = {i: [g for g, (institute, _) in places.groups.items() if institute == i] for i in places.institutes}
    need = {i: min(places.institutes[i], sum(want[g] for g in groups)) for i, groups in of.items()}
    most = sum(need.values()) if places.all_places is None else places.all_places
    shares = _round_robin(need, most)
    return {g: n for i, groups in of.items() for g, n in _round_robin({g: want[g] for g in groups}, shares[i]).items()}


def _round_robin(wants: Mapping[str, int], most: int) -> dict[str, int]:
    """`most` places, one at a time in the order of the keys, to whoever still wants one."""
    given = dict.fromkeys(wants, 0)
    left = min(most, sum(wants.values()))
    while left:
        open_ = [key for key in wants if given[key] < wants[key]]
        rounds = min(min(wants[key] - given[key] for key in open_), left // len(open_))
        if rounds:
            for key in open_:
                given[key] += rounds
            left -= rounds * len(open_)
        else:
            for key in open_[:left]:
                given[key] += 1
            left = 0
    return given


def _missed(
    who: Applicant, places: Places, choices: Mapping[Applicant, Sequence[Group]],
    ranks: Mapping[Group, Mapping[Applicant, int]], placed: Mapping[Applicant, Group],
) -> list[Missed]:  # fmt: skip
    got = placed.get(who)
    better = choices[who] if got is None else _before(choices[who], got)
    return [_why(who, group, places, ranks, placed) for group in better]


def _why(
    who: Applicant, group: Group, places: Places, ranks: Mapping[Group, Mapping[Applicant, int]],
    placed: Mapping[Applicant, Group],
) -> Missed:  # fmt: skip
    own = ranks.get(group, {}).get(who)
    if own is None:
        return Missed(group, "unranked")
    there = [ranks[group][a] for a, g in placed.items() if g == group and a in ranks[group]]
    institute, quota = places.groups[group]
    inside = sum(places.groups[g][0] == institute for g in placed.values())
    held = sum(g == group for g in placed.values())
    why = "filled" if held >= quota else "institute" if inside >= places.institutes[institute] else "all"
    return Missed(group, why, own, min(there, default=None), max(there, default=None))
