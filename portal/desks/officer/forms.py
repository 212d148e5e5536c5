"""What an officer types about a list or a letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, TextAreaField

from portal.notifications.service import Words
from portal.platform.fields import TextField, length, required, text
from portal.platform.web import PortalForm

CSV, XLSX = "csv", "xlsx"


class FilterForm(PortalForm):
    """A name for what is looked for now; the filter itself stands in the address."""

    name = TextField(text("이 조건의 이름", "Name of this filter"), validators=[required(), length(max=60)])


class DownloadForm(PortalForm):
    """The list as a file. Downloads are logged with their reason."""

    kind = RadioField(text("형식", "Format"), choices=[(XLSX, "XLSX"), (CSV, "CSV")], default=XLSX)
    download_reason = TextField(
        text("내려받는 이유", "Reason for the download"), [required(), length(min=5, max=200)],
        description=text("감사 기록에 남습니다.", "It is written into the audit log."),
    )  # fmt: skip


_SUBJECTS = {"ko": text("제목(국문)", "Subject in Korean"), "en": text("제목(영문)", "Subject in English")}
_BODIES = {"ko": text("본문(국문)", "Text in Korean"), "en": text("본문(영문)", "Text in English")}


class WordsForm(PortalForm):
    """Subject and body in each of the call's languages: fields `subject_ko`, `body_ko`, ..."""

    languages: tuple[str, ...] = ()

    def words(self) -> Words:
        return Words(
            {code: self[f"subject_{code}"].data or "" for code in self.languages},
            {code: self[f"body_{code}"].data or "" for code in self.languages},
        )

    def begin(self, subjects: dict[str, str], bodies: dict[str, str]) -> None:
        for code in self.languages:
            self[f"subject_{code}"].data, self[f"body_{code}"].data = subjects.get(code, ""), bodies.get(code, "")


class LetterForm(WordsForm):
    """Words for those who are chosen; `chosen` are the public ids that were ticked."""

    template = HiddenField()
    chosen = HiddenField()


class TemplateForm(WordsForm):
    name = TextField(
        text("양식의 이름", "Name of the template"), [required(), length(max=80)],
        description=text("담당자에게만 보입니다.", "Only officers see it."),
    )  # fmt: skip
    everywhere = BooleanField(text("모든 공고에서 씁니다", "For every call"))


def with_words(form: type[Any], languages: Sequence[str]) -> type[Any]:
    """The form with a subject and a body in each language."""
    fields: dict[str, Any] = {"languages": tuple(languages)}
    for code in languages:
        fields[f"subject_{code}"] = TextField(_SUBJECTS[code], [required(), length(max=200)])
        fields[f"body_{code}"] = TextAreaField(_BODIES[code], [required(), length(max=5000, min=10)])
    return type(form.__name__, (form,), fields)
