"""A copy of the catalog that a test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.programs.loader import CATALOG, CatalogError, load_call


class Catalog:
    """`change` replaces one passage of a file and tells the line on which it stands."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(CATALOG, root)

    def change(self, file: str, old: str, new: str) -> int:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def line_of(self, file: str, passage: str) -> int:
        text = (self.root / file).read_text(encoding="utf-8")
        return text[: text.index(passage)].count("\n") + 1

    def refused(self, load: Callable[[Path], object] | None = None) -> list[str]:
        """`file:line: reason` of each mistake."""
        with pytest.raises(CatalogError) as caught:
            load(self.root) if load else load_call("wbl", self.root)
        assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog")
