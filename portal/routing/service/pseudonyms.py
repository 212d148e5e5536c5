"""The name under which a reviewer appears beside one application: random, unlike in every other application."""

from __future__ import annotations

import random
from collections.abc import Collection

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def fresh_pseudonym(rng: random.Random, taken: Collection[str]) -> str:
    """Four characters that no other reviewer of the entry has."""
    while True:
        made = "".join(rng.choice(ALPHABET) for _ in range(4))
        if made not in taken:
            return made
