"""Receipt numbers: call code, six random characters, one check character. Never a counter: it would tell how many
applied."""

from __future__ import annotations

import random
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime; nothing that is read as something else (0 1 I L O)
RANDOM_CHARACTERS: Final = 6


def _value(character: str) -> int:
    place = ALPHABET.find(character)
    return place if place >= 0 else ord(character) % len(ALPHABET)


def check_character(text: str) -> str:
    """A weighted sum modulo a prime: one wrong character or two neighbours swapped always change it."""
    total = sum((place % 30 + 1) * _value(character) for place, character in enumerate(reversed(text)))
    return ALPHABET[total % len(ALPHABET)]


def receipt_number(call_code: str, rng: random.Random) -> str:
    """`WBL-2025-1` -> `WBL-2025-1-K7M3QXT`; the last character is the check."""
    stem = f"{call_code}-{''.join(rng.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))}"
    return stem + check_character(stem)


def read_receipt_number(typed: str) -> str | None:
    """The number as printed, from what a person typed; None when its check character does not hold."""
    number = "".join(typed.split()).upper()
    if len(number) < RANDOM_CHARACTERS + 2 or check_character(number[:-1]) != number[-1]:
        return None
    return number
