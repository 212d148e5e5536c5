"""What every part of a program file is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.platform.language import Text

Words = dict[str, str]
Mark = Literal["S", "F", "G", "I", "P"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
InstitutionKind = Literal[
    "company_sme",
    "company_early_mid",
    "company_mid",
    "company_large",
    "university",
    "research_institute",
    "public_body",
]
INSTITUTION_KINDS: tuple[InstitutionKind, ...] = (
    "company_sme", "company_early_mid", "company_mid", "company_large", "university", "research_institute", "public_body",
)  # fmt: skip


class Inconsistent(ValueError):
    """What a part says does not fit together; told in both languages."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(ko, en)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(Part):
    code: Code
    names: Words


def spoken(data: Any, languages: Sequence[str]) -> Any:
    """The same data, its texts in `languages` only: a pack of law is written in more than one call needs."""
    if isinstance(data, dict):
        if data and set(data) <= {"ko", "en"}:
            return {code: text for code, text in data.items() if code in languages}
        return {key: spoken(value, languages) for key, value in data.items()}
    return [spoken(value, languages) for value in data] if isinstance(data, list) else data
