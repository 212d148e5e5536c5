"""Domain errors: words of the field with a code and parameters, put into a language at the edge."""

from __future__ import annotations

from typing import Any, ClassVar

from portal.platform.language import Text, say


class DomainError(Exception):
    """A refusal that a person can act on.

    Subclasses set `say` (the sentence, with places) and `status` (HTTP, 4xx). `field` names the form field beside
    which the sentence stands; None puts it at the head of the form.
    """

    say: ClassVar[Text] = Text("요청을 처리할 수 없습니다.", "This request cannot be carried out.")
    status: ClassVar[int] = 422

    def __init__(self, field: str | None = None, /, **params: Any) -> None:
        super().__init__(type(self).__name__, params)
        self.field = field
        self.params = params

    @property
    def code(self) -> str:
        return type(self).__name__

    def sentence(self) -> str:
        return say(type(self).say, **self.params)


class NotFound(DomainError):
    """Missing and forbidden look the same."""

    say = Text("찾으시는 내용이 없습니다.", "There is nothing here.")
    status = 404


class Stale(DomainError):
    """Somebody saved a newer version in between."""

    say = Text(
        "그사이 {who} 님이 이 내용을 저장했습니다. 아래에서 두 내용을 비교한 뒤 다시 저장해 주세요.",
        "{who} saved a newer version in the meantime. Compare the two below, then save again.",
    )
    status = 409


class Forbidden(DomainError):
    say = Text("이 일을 할 권한이 없습니다.", "You are not allowed to do this.")
    status = 403
