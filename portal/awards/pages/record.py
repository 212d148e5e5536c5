"""A decision's dossier to be read on paper: the copy of one reader, with every field's seal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from textwrap import wrap
from typing import Any, Final

from portal.awards.dossier import Field
from portal.awards.models import Result
from portal.awards.rules import RESULTS
from portal.platform.formats import moment, number
from portal.platform.language import Text, say

EVERY_FIELD: Final = 600  # open fields up to which each stands on paper; of more the file alone holds them
PIECE: Final = 400  # characters of a paragraph: the type-setter keeps Korean words whole and has a limit of such boxes
ACTS: Final = (
    ("decision.proposed", Text("제안", "Proposed")),
    ("decision.approved", Text("승인", "Approved")),
    ("decision.published", Text("발표", "Published")),
)


def data(told: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """What the template `record` sets: `told` is the reader's copy (`dossier.copy_for`)."""
    fields = {field["path"]: field["value"] for field in told["fields"]}
    names = fields.get("call.names") or {}
    title = say(Text("의결 기록", "Record of a decision"))
    return {
        "title": f"{title}: {say(names) if names else fields.get('call.code', '')}",
        "footer": say(Text("지문 {root}", "Fingerprint {root}"), root=told["root"]),
        "facts": _facts(fields, told, zone),
        "why": _why(fields),
        "outcomes": _outcomes(fields),
        "seals": _seals(told),
    }


def _facts(fields: Mapping[str, Any], told: Mapping[str, Any], zone: str) -> list[list[str]]:
    rows = [
        (Text("의결 번호", "Decision"), fields.get("decision.id")), (Text("공고", "Call"), fields.get("call.code")),
        (Text("단계", "Stage"), _stage_name(fields)), (Text("분야", "Track"), fields.get("track")),
        (Text("발표한 때", "Published"), _at(fields.get("decision.published_at"), zone)),
        (Text("규칙의 해시", "Hash of the rules"), fields.get("rules.hash")),
        (Text("규칙을 정한 때", "Rules fixed"), _at(fields.get("rules.fixed_at"), zone)),
        (Text("첫 점수가 확정된 때", "First score locked"), _at(fields.get("rules.first_score_at"), zone)),
        (Text("심의위원회", "Deliberation committee"), _committee(fields)),
    ]  # fmt: skip
    for path, words in ACTS:
        act = fields.get(path)
        rows.append((words, f"{act['by']} · {_at(act['at'], zone)}" if act and act["at"] else None))
    run = fields.get("run") or {}
    rows += [
        (Text("순위 입력의 해시", "Hash of the ranking's inputs"), run.get("inputs")),
        (Text("순위의 해시", "Hash of the ranking"), run.get("result")),
        (Text("지문", "Fingerprint"), told["root"]),
    ]
    return [[say(words), str(value)] for words, value in rows if value]


def _stage_name(fields: Mapping[str, Any]) -> str | None:
    names = (fields.get("rules.stage") or {}).get("names")
    return say(names) if names else fields.get("stage")


def _at(value: str | None, zone: str) -> str | None:
    return moment(datetime.fromisoformat(value), zone) if value else None


def _committee(fields: Mapping[str, Any]) -> str | None:
    held, resolved = fields.get("committee.held_on"), fields.get("committee.resolution")
    if held is None:
        return None
    if resolved is None:
        return str(held)
    counts = Text(
        "{day}, 재적 {members} 출석 {present} 찬성 {in_favour}", "{day}, {in_favour} of {present} present in favour"
    )
    return say(counts, day=held, **{k: resolved[k] for k in ("members", "present", "in_favour")})


def _why(fields: Mapping[str, Any]) -> dict[str, Any]:
    told = [fields.get(path) for path in ("decision.reason", "decision.approval_note")]
    return {"title": say(Text("의결의 사유", "Why")), "texts": [str(text) for text in told if text]}


def _outcomes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """One row for each application of which this reader may know something."""
    found: dict[str, dict[str, Any]] = {}
    for path, value in fields.items():
        if path.startswith("outcomes."):
            _, entry, what = path.split(".", 2)
            found.setdefault(entry, {})[what] = value
    rows = sorted(found.values(), key=lambda row: (row.get("rank") or 10**6, str(row.get("title", ""))))
    header = (
        Text("순위", "Rank"), Text("과제", "Application"), Text("신청자", "Applicant"), Text("결과", "Result"),
        Text("점수", "Points"), Text("사유와 조건", "Reason and conditions"),
    )  # fmt: skip
    return {
        "title": say(Text("과제별 결과", "Outcomes")),
        "header": [say(words) for words in header],
        "rows": [_outcome(row, _rule_names(fields)) for row in rows],
    }


def _rule_names(fields: Mapping[str, Any]) -> dict[str, str]:
    """Conditions, bonuses and penalties of the stage by their code."""
    rules = fields.get("rules.stage") or {}
    return {rule["code"]: say(rule["names"]) for rule in [*rules.get("conditions", []), *rules.get("adjustments", [])]}


def _outcome(row: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    points = (row.get("points") or {}).get("mean")
    findings = [
        f"{names.get(what.split('.')[1], what)}: {say(_found(value))} ({value['reason']})"
        for what, value in sorted(row.items())
        if what.startswith(("conditions.", "adjustments.")) and isinstance(value, dict)
    ]
    result, hidden = row.get("result"), say(Text("가림", "withheld"))
    return [
        str(row.get("rank", hidden)), str(row.get("title", hidden)), str(row.get("applicant", hidden) or "–"),
        say(RESULTS[Result(result)]) if result else hidden, number(Fraction(points), 2) if points else hidden,
        " / ".join([*([str(row["reason"])] if "reason" in row else []), *findings]) or hidden,
    ]  # fmt: skip


def _found(value: Mapping[str, Any]) -> Text:
    """What somebody found of a condition, a bonus or a penalty."""
    if "passed" in value:
        return Text("충족", "met") if value["passed"] else Text("미충족", "not met")
    return Text("적용함", "applies") if value.get("applies") else Text("적용하지 않음", "does not apply")


def _seals(told: Mapping[str, Any]) -> dict[str, Any]:
    """Each field with its seal: together with the seals of what is withheld they make the fingerprint."""
    explained = Text(
        "항목마다 소금값을 더해 SHA-256으로 봉인하였고, 모든 봉인값을 차례로 이어 다시 SHA-256한 것이 지문입니다. 소금값은 함께 "
        "내려받을 수 있는 JSON에 있으며, 확인 프로그램이 이 셈을 되풀이합니다. 가려진 항목은 봉인값만 남습니다.",
        "Each field is sealed by SHA-256 with a salt of its own; SHA-256 over all seals in order is the fingerprint. The "
        "salts are in the JSON file, and the verifier repeats the sums. Of a withheld field only the seal is left.",
    )
    fields: Sequence[Mapping[str, Any]] = told["fields"]
    whole = len(fields) <= EVERY_FIELD
    many = Text("항목 {n}개의 내용은 JSON에 있습니다.", "The contents of the {n} fields stand in the JSON file.")
    hidden = Text("가려진 항목 {n}개의 봉인값", "Seals of {n} withheld fields")
    return {
        "title": say(Text("봉인", "Seals")),
        "text": say(explained),
        "rows": [[f["path"], _pieces(_plain(f["value"])), _seal(f)] for f in fields] if whole else [],
        "note": "" if whole else say(many, n=len(fields)),
        "hidden": say(hidden, n=len(told["withheld"])),
        "withheld": told["withheld"] if whole else [],
    }


def _pieces(text: str) -> list[str]:
    """Line by line; a long line in pieces."""
    return [piece for line in text.splitlines() for piece in wrap(line, PIECE, break_long_words=False)]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _seal(field: Mapping[str, Any]) -> str:
    return Field(field["path"], field["value"], "", field["salt"]).commitment
