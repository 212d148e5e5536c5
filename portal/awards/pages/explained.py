"""Why somebody got the place they got, in words: a sentence for everything that the matching says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from portal.awards.placing import NOWHERE
from portal.platform.language import Text, say
from portal.programs.definition import CallDefinition

CHOICES: Final = (
    Text("1지망", "First choice"), Text("2지망", "Second choice"), Text("3지망", "Third choice"),
)  # fmt: skip
CHOICE: Final = Text("{n}지망", "Choice {n}")
NO_PLACE: Final = Text("배정되지 않았습니다.", "No place.")
HELD: Final = Text("이미 확정된 자리에 있습니다.", "Holds a place that was given already.")
FIRST: Final = Text("1지망에 배정되었습니다.", "First choice.")
PLACED: Final = Text("{choice}에 배정되었습니다.", "{choice}.")

# Why a choice was missed, by the engine's codes: with the ranks that hold its places, and where nobody does.
WHY: Final[Mapping[str, Text]] = {
    "filled": Text(
        "{choice}({group})은 {ranks}로 정원이 찼습니다(본인 {own}위).",
        "{choice} ({group}): filled by {ranks}; own rank {own}.",
    ),
    "institute": Text(
        "{choice}({group})은 기관의 정원이 찼습니다. 이 분야에는 {ranks}가 배정되었습니다(본인 {own}위).",
        "{choice} ({group}): the institute's places are taken. In this track: {ranks}; own rank {own}.",
    ),
    "all": Text(
        "{choice}({group})은 전체 정원이 찼습니다. 이 분야에는 {ranks}가 배정되었습니다(본인 {own}위).",
        "{choice} ({group}): all places of the call are taken. In this track: {ranks}; own rank {own}.",
    ),
    "unranked": Text(
        "{choice}({group})은 의결에서 이미 선정하지 않았으므로 다시 배정하지 않습니다.",
        "{choice} ({group}): not accepted there, since its decision did not select the applicant.",
    ),
    "stays": Text(
        "{choice}({group})은 이미 확정된 자리가 있어 보지 않았습니다.",
        "{choice} ({group}): not looked at, since a place is held already.",
    ),
    "gone": Text(
        "{choice}({group})은 자리를 사양했거나 기한 안에 답하지 않아 배정하지 않습니다.",
        "{choice} ({group}): not given, since a place was declined, taken back or not answered in time.",
    ),
}
NOBODY_THERE: Final[Mapping[str, Text]] = {
    "filled": Text("{choice}({group})은 배정할 자리가 없습니다.", "{choice} ({group}) has no places to give."),
    "institute": Text(
        "{choice}({group})은 기관의 정원이 다른 분야에서 찼습니다.",
        "{choice} ({group}): the institute's places are taken in its other tracks.",
    ),
    "all": Text(
        "{choice}({group})은 전체 정원이 다른 분야에서 찼습니다.",
        "{choice} ({group}): all places of the call are taken in other tracks.",
    ),
}
RANK: Final = Text("{best}위", "rank {best}")
RANKS: Final = Text("{best}~{worst}위", "ranks {best} to {worst}")
BEFORE_THEM: Final = Text(
    "그 자리에는 먼저 확정되어 움직이지 않는 사람이 있습니다.", "Some places there were given before and do not move."
)
# Why no group accepts somebody, by the codes of `placing.NOWHERE`.
NOT_ACCEPTED: Final[Mapping[str, Text]] = {
    "condition": Text(
        "조건을 충족하지 못해 어느 곳에도 배정하지 않습니다.", "Failed a condition: no track accepts this applicant."
    ),
    "no_total": Text("총점이 없어 어느 곳에도 배정하지 않습니다.", "Has no total: no track can rank this applicant."),
    "not_reserve": Text(
        "선정하지 않기로 발표되었으므로 다시 배정하지 않습니다.", "Published as not selected: not placed any more."
    ),
    "not_ranked": Text(
        "순위에 없어 어느 곳에도 배정하지 않습니다. 순위를 다시 내면 들어올 수 있습니다.",
        "Not in the ranking, so that no track accepts this applicant. Ranking again may bring it in.",
    ),
}


class Sentence(NamedTuple):
    """A text with what fills its places."""

    text: Text
    params: Mapping[str, Any]

    def said(self) -> str:
        return say(self.text, **self.params)


def choice_name(n: int) -> Sentence:
    return Sentence(CHOICES[n - 1], {}) if n <= len(CHOICES) else Sentence(CHOICE, {"n": n})


def explain(
    missed: Sequence[Sequence[Any]], choices: Sequence[str], placed: str | None, out: str | None,
    names: Mapping[str, Mapping[str, str]],
) -> list[Sentence]:  # fmt: skip
    """What was given, then why each better choice was not. `missed`: [group, why, own rank, best, worst] of the ranks
    that hold its places (None without any); `out`: why no group accepts the applicant; `names`: of the groups."""
    if out in NOWHERE and placed is None:
        return [Sentence(NO_PLACE, {}), Sentence(NOT_ACCEPTED[out], {})]
    found = [_given(list(choices), placed)]
    for group, why, own, best, worst in missed:
        params = {
            "choice": choice_name(list(choices).index(group) + 1).said(), "group": names.get(group, group),
            "own": own, "ranks": say(RANK if best == worst else RANKS, best=best, worst=worst),
        }  # fmt: skip
        found.append(Sentence(NOBODY_THERE[why] if best is None and why in NOBODY_THERE else WHY[why], params))
        if why in NOBODY_THERE and own is not None and worst is not None and own < worst:
            found.append(Sentence(BEFORE_THEM, {}))
    return found


def placing_words(said: Mapping[str, Any] | None, definition: CallDefinition) -> list[str]:
    """What a matching says of one applicant (`placing.told`), in sentences."""
    if said is None:
        return []
    names = {track.code: track.names for track in definition.tracks}
    return [s.said() for s in explain(said["missed"], said["choices"], said["placed"], said["out"], names)]


def _given(choices: list[str], placed: str | None) -> Sentence:
    if placed is None:
        return Sentence(NO_PLACE, {})
    if placed not in choices:
        return Sentence(HELD, {})
    n = choices.index(placed) + 1
    return Sentence(FIRST, {}) if n == 1 else Sentence(PLACED, {"choice": choice_name(n).said()})
