"""How it is judged: stages, tracks, letters of reference."""

from __future__ import annotations

from collections.abc import Iterator

from portal.platform.language import Text
from portal.programs.catalog_checks.found import Found, Place
from portal.programs.definition import CallDefinition


def steps(definition: CallDefinition) -> Iterator[Found]:
    known = {section.code for section in definition.sections}
    for place, stage in enumerate(definition.stages):
        path: Place = ("stages", place)
        total = sum(criterion.points for criterion in stage.criteria)
        if total != 100:
            yield (
                (*path, "criteria"),
                Text(
                    f"{stage.code} 단계의 배점 합계가 {total}점입니다. 100점이 되어야 합니다.",
                    f"the points of {stage.code} sum to {total}, not to 100",
                ),
            )
        if place and stage.keep >= (before := definition.stages[place - 1]).keep:
            yield (
                (*path, "keep"),
                Text(
                    f"{stage.code} 단계는 {stage.keep}건을 남기는데, 앞의 {before.code} 단계가 {before.keep}건을 남깁니다.",
                    f"{stage.code} keeps {stage.keep}; {before.code} before it keeps {before.keep}",
                ),
            )
        if unknown := sorted(set(stage.sections) - known):
            yield (
                (*path, "sections"),
                Text(f"공고에 {', '.join(unknown)} 항목이 없습니다.", f"the call has no section {', '.join(unknown)}"),
            )
    if not any(stage.awards for stage in definition.stages):
        yield ("stages",), Text("선정하는 단계가 없습니다.", "no stage awards")


def references(definition: CallDefinition) -> Iterator[Found]:
    """A letter must be there while the first stage still reviews."""
    rule, first = definition.references, definition.stages[0] if definition.stages else None
    if rule is None or first is None:
        return
    if rule.due_days > (before := first.days - first.review_days):
        yield (
            ("references", "due_days"),
            Text(
                f"추천서는 마감 뒤 {rule.due_days}일까지 오는데, {first.code} 단계는 {before}일째부터 평가합니다.",
                f"letters come up to {rule.due_days} days after the deadline, but {first.code} is reviewed from day {before}",
            ),
        )


def tracks(definition: CallDefinition) -> Iterator[Found]:
    """Every track is somebody's answer to one required question, and the tracks keep what their stage keeps."""
    groups = {group.code for group in definition.track_groups}
    stages = {stage.code: stage.keep for stage in definition.stages}
    for place, track in enumerate(definition.tracks):
        if track.group is not None and track.group not in groups:
            yield (
                ("tracks", place, "group"),
                Text(f"공고에 {track.group} 묶음이 없습니다.", f"the call has no group {track.group}"),
            )
        if set(track.keep) != set(stages):
            yield (
                ("tracks", place, "keep"),
                Text(
                    f"{track.code} 분야가 다음 단계마다 몇 건을 남기는지 정해 주십시오: {', '.join(stages)}",
                    f"{track.code} says how many it keeps of each of: {', '.join(stages)}",
                ),
            )
    for place, stage in enumerate(definition.stages):
        kept = sum(track.keep.get(stage.code, 0) for track in definition.tracks)
        if definition.tracks and kept != stage.keep:
            yield (
                ("stages", place, "keep"),
                Text(
                    f"{stage.code} 단계는 {stage.keep}건을 남기는데 분야를 합하면 {kept}건입니다.",
                    f"{stage.code} keeps {stage.keep}, its tracks together {kept}",
                ),
            )
    if (definition.track_by is None) != (not definition.tracks):
        yield (
            ("track_by",),
            Text(
                "분야와, 분야를 고르는 질문(track_by)은 함께 있어야 합니다.",
                "tracks and the question that chooses one (track_by) belong together",
            ),
        )
    elif definition.track_by is not None:
        yield from _track_by(definition, definition.track_by)


def _track_by(definition: CallDefinition, path: str) -> Iterator[Found]:
    section, _, code = path.partition(".")
    asked = next((s for s in definition.sections_to_apply_with if s.code == section and s.editor == "team"), None)
    question = next((q for q in asked.questions if q.code == code), None) if asked else None
    if question is None or question.kind not in ("choice", "ranked") or not question.required or question.shown_if:
        yield (
            ("track_by",),
            Text(
                f"{path}은(는) 모든 팀이 쓰는 항목의 필수 선택 질문이 아닙니다.",
                f"{path} is no required choice of a section that every team fills in",
            ),
        )
    elif {choice.code for choice in question.choices} != {track.code for track in definition.tracks}:
        yield (
            ("track_by",),
            Text(f"{path}의 선택지가 공고의 분야와 같지 않습니다.", f"the choices of {path} are not the call's tracks"),
        )
