"""A form that starts from a numbered save, so that an older page never overwrites a newer one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import HiddenField

from portal.applications.errors import AnswersRefused, StaleAnswers
from portal.platform.errors import DomainError
from portal.platform.language import say
from portal.platform.web import PortalForm


class VersionedForm(PortalForm):
    """`version`: the save this text started from. `stale` is set when another save came in between."""

    version = HiddenField()
    stale: StaleAnswers | None = None

    @property
    def started_from(self) -> int:
        text = self.version.data or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def refuse(self, error: DomainError) -> None:
        if isinstance(error, StaleAnswers):
            self.stale, self.status = error, error.status
            self.form_errors.append(error.sentence())
        elif isinstance(error, AnswersRefused):
            self.status = error.status
            self.tell(error.problems)
        else:
            super().refuse(error)

    def places(self) -> Iterator[tuple[str, Any]]:
        """(path of a problem, field)."""
        yield from ((field.name, field) for field in self)

    def tell(self, problems: Sequence[Any]) -> None:
        """Put each sentence beside its field, or at the head of the form."""
        fields = dict(self.places())
        for problem in problems:
            field, words = fields.get(problem.path), say(problem.sentence, **problem.params)
            if field is None:
                self.form_errors.append(words)
            elif words not in field.errors:
                field.errors = [*field.errors, words]

    def field_errors(self) -> dict[str, list[str]]:
        """{field name: sentences}, for the autosave's answer."""
        return {f.name: told for _, f in self.places() if (told := [say(e) for e in f.errors if isinstance(e, str)])}
