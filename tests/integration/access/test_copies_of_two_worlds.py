"""A copy of one's data tells nobody a secret: in two worlds that differ in it, everybody else's copy is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.desks.person.archive import archive
from portal.platform import clock
from portal.platform.language import use_language
from tests.databases import SQLite
from tests.integration.access.test_two_worlds import SECRETS, built
from tests.integration.access.world import READERS, Chance, Secret, determined


@pytest.fixture(scope="module")
def chance() -> Iterator[Chance]:
    with determined() as made:
        yield made


def copies(server: SQLite, folder: Path, chance: Chance, secret: Secret) -> dict[str, bytes]:
    world = built(server, folder, chance, secret)
    with world.app.app_context():
        use_language("ko")
        return {role: archive(who, clock.now()) for role, who in world.people.items()}


@pytest.mark.parametrize("secret", SECRETS)
def test_copies_are_alike(secret: str, sqlite: SQLite, tmp_path: Path, chance: Chance) -> None:
    differing, knowing = SECRETS[secret]
    one, other = (copies(sqlite, tmp_path, chance, held) for held in (Secret(), differing))
    differ = {role for role in one if one[role] != other[role]}
    assert differ <= {*knowing, *READERS}
    assert len(one) > 10
