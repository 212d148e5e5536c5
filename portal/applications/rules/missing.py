"""One thing missing: where, who holds it, and the sentence that says so in both languages."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from portal.platform.language import Text, say, speaking


class Holder(enum.StrEnum):
    ME = "me"
    TEAM = "team"  # others of the team who may write its sections
    INSTITUTION = "institution"
    REPRESENTATIVE = "representative"
    MEMBER = "member"


@dataclass(frozen=True)
class Missing:
    """One thing missing: where, who holds it, in words, and the page where it is mended (`endpoint` with `args`).

    `place`: a section's code, or members, institutions, attachments, title. `institution`, `member`: public ids, for
    a reminder.
    """

    place: str
    slice: str
    holder: Holder
    holder_name: str
    sentence: Text
    endpoint: str
    args: dict[str, str]
    blocking: bool = True
    anchor: str = ""
    institution: str = ""
    member: str = ""
    wrong: bool = False  # something stands there, but it cannot stay

    @property
    def held_by_others(self) -> bool:
        return self.holder is not Holder.ME


TEXTS = {
    "title": Text("과제 제목이 비어 있습니다.", "The project has no title."),
    "answer": Text("‘{section}’의 ‘{question}’에 답하지 않았습니다.", "“{section}”: “{question}” is not answered."),
    "answers": Text(
        "‘{section}’의 ‘{question}’에 빈칸이 {count}개 있습니다.", "“{section}”: “{question}” has {count} empty cells."
    ),
    "problem": Text("‘{section}’의 ‘{question}’: {problem}", "“{section}”, “{question}”: {problem}"),
    "budget": Text("{name}의 사업비를 적지 않았습니다.", "The budget of {name} has not been entered."),
    "government": Text(
        "{name}의 정부지원금이 한도보다 {over} 많습니다.", "{name} asks the government for {over} more than its share."
    ),
    "cash": Text("{name}의 현금 부담이 {short} 모자랍니다.", "{name} needs {short} more of its own share in cash."),
    "means": Text("희망 자원을 적지 않았습니다.", "No means have been asked for."),
    "file": Text("첨부 ‘{slot}’이(가) 없습니다.", "The attachment “{slot}” is missing."),
    "file_of": Text("{name}의 첨부 ‘{slot}’이(가) 없습니다.", "The attachment “{slot}” of {name} is missing."),
    "few": Text(
        "컨소시엄에 기관이 {least}개 이상 있어야 합니다. 지금 {count}개입니다.",
        "The consortium needs at least {least} institutions; it has {count}.",
    ),
    "many": Text(
        "컨소시엄은 {most}개 기관까지입니다. 지금 {count}개입니다.",
        "A consortium may have at most {most} institutions; it has {count}.",
    ),
    "small": Text(
        "팀에는 신청자를 포함하여 {least}명 이상이 있어야 합니다. 지금 {count}명입니다.",
        "The team needs at least {least} people, the applicant included; it has {count}.",
    ),
    "large": Text(
        "팀은 {most}명까지입니다. 지금 {count}명입니다.", "A team may have at most {most} people; it has {count}."
    ),
    "join": Text("{name}이(가) 아직 초대에 응하지 않았습니다.", "{name} has not answered the invitation yet."),
    "principal": Text("연구책임자가 정해지지 않았습니다.", "There is no principal investigator yet."),
    "consent": Text(
        "{name} 님이 개인정보 이용에 아직 동의하지 않았습니다.",
        "{name} has not yet agreed to the use of personal data.",
    ),
    "declined": Text(
        "{name} 님이 동의하지 않았습니다. 참여자에서 빼야 제출할 수 있습니다.",
        "{name} did not agree. Remove this member before submitting.",
    ),
    "confirm": Text("{name} 대표자의 확인이 아직 없습니다.", "The representative of {name} has not confirmed yet."),
    "changed": Text(
        "{name} 대표자가 확인한 뒤 내용이 바뀌어 다시 확인이 필요합니다.",
        "The content changed after the representative of {name} confirmed it; it needs confirming again.",
    ),
}  # fmt: skip


def told(which: str, /, **values: Any) -> Text:
    """The sentence in both languages; program data is spoken in each, money in each."""
    spoken = []
    for code in ("ko", "en"):
        with speaking(code):
            spoken.append(say(TEXTS[which], **{k: v() if callable(v) else _word(v) for k, v in values.items()}))
    return Text(*spoken)


def _word(value: Any) -> Any:
    return say(value) if isinstance(value, Text | dict) else value


def in_both(text: Text, params: dict[str, Any]) -> tuple[str, str]:
    spoken = []
    for code in ("ko", "en"):
        with speaking(code):
            spoken.append(say(text, **params))
    return spoken[0], spoken[1]
