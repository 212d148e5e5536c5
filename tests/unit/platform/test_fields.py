"""What a form's fields say by themselves stands in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import wtforms

from portal.platform.fields import SAYINGS, Sayings
from portal.platform.language import use_language

NEVER_SHOWN = {"Choices cannot be None."}  # raised at a programmer, not said to a person


def test_every_refusal_of_wtforms_fields_has_words_of_ours() -> None:
    said = {
        sentence
        for file in Path(wtforms.__file__).parent.joinpath("fields").glob("*.py")
        for sentence in re.findall(r'gettext\(\s*"([^"]+)"', file.read_text())
    }
    assert said - NEVER_SHOWN
    assert said - NEVER_SHOWN <= set(SAYINGS), f"add to SAYINGS: {sorted(said - NEVER_SHOWN - set(SAYINGS))}"


def test_a_refusal_speaks_the_language_of_the_page() -> None:
    assert re.search("[가-힣]", Sayings().gettext("Not a valid date value."))
    use_language("en")
    assert Sayings().gettext("Not a valid date value.") == "This is not a date. Write it like 2025-07-21."
