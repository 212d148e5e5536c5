"""Generated candidates and caps for selection. Seeded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from portal.awards.engine import Cap, Instance, scaled


def call(seed: int, size: int = 4000, institutes: int = 12, fields: int = 5) -> Instance:
    """A large call: a total and caps by institute in won, uneven institutes, counts by field. Merit in hundredths."""
    generator = np.random.default_rng(seed)
    merit = [Fraction(int(m), 100) for m in np.clip(np.round(generator.normal(550, 100, size)), 100, 900)]
    amount = [int(a) for a in np.round(np.exp(generator.normal(19.5, 0.8, size)))]
    shares = np.arange(1, institutes + 1) / (institutes * (institutes + 1) / 2)
    institute = generator.choice(institutes, size, p=shares)
    field = generator.integers(0, fields, size)
    total = sum(amount)
    caps = [Cap("total", total // 5, dict(enumerate(amount)), "amount")]
    for label in range(institutes):
        own = {int(n): amount[n] for n in np.flatnonzero(institute == label)}
        caps.append(Cap("per_label", total // 50, own, "institute", str(label)))
    for label in range(fields):
        own = {int(n): 1 for n in np.flatnonzero(field == label)}
        caps.append(Cap("per_label_count", size * 6 // 100, own, "field", str(label)))
    return Instance(merit, caps)


def small(seed: int, size: int = 12) -> Instance:
    """A few candidates under random caps and locks, amounts in won or with decimals, equal merits among them."""
    generator = np.random.default_rng(seed)
    merit = [Fraction(int(m), 4) for m in generator.integers(-4, 30, size)]
    scale = int(generator.choice([1, 7, 1_000_003, 100_000_000_007]))
    amount = {
        n: Fraction(int(a) * scale, int(generator.choice([1, 1, 10])))
        for n, a in enumerate(generator.integers(0, 9, size))
    }
    label, region = generator.integers(0, 3, size), generator.integers(0, 2, size)
    total = sum(amount.values())
    caps = [scaled("total", Fraction(total * int(generator.integers(2, 9)), 10), amount, "amount")]
    for value in range(3):
        own = {n: amount[n] for n in range(size) if label[n] == value}
        caps.append(scaled("per_label", Fraction(total * int(generator.integers(1, 5)), 10), own, "label", str(value)))
    caps.append(scaled("count", int(generator.integers(2, size)), dict.fromkeys(range(size), 1)))
    for value in range(2):
        own = {n: 1 for n in range(size) if region[n] == value}
        caps.append(scaled("per_label_count", int(generator.integers(1, 6)), own, "region", str(value)))
    order = generator.permutation(size)
    locked = frozenset(int(n) for n in order[: int(generator.integers(0, 2))])
    out = frozenset(int(n) for n in order[-int(generator.integers(1, 3)) :])
    return Instance(merit, caps, locked, out)
