"""Where in a TOML file a value stands, so that a mistake can be named by its line.

`tomllib` gives values without positions. This reads the same text line by line and knows tables, arrays of tables,
dotted keys, and arrays of inline tables written one element to a line: enough for a catalog file. A path that it does
not know is placed at the nearest key or table above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=\s*(.*)$")
_INNER_KEY = re.compile(rf"({_DOTTED})\s*=")
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
_LONG_QUOTES = ('"""', "'''")


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _bare(line: str) -> str:
    """The line without its strings and comment, so that brackets inside them do not count."""
    return _STRING.sub('""', line).partition("#")[0]


def _depth(line: str) -> int:
    bare = _bare(line)
    return sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")


class TomlLines:
    """`line_of(("stages", 1, "keep"))` is the line, from 1, on which that value stands."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}  # array of tables -> number of its last element
        self._table: Path = ()
        self._lines: Iterator[tuple[int, str]] = iter(enumerate(text.splitlines(), 1))
        for number, line in self._lines:
            if header := _HEADER.match(line):
                self._open(number, header[1] == "[[", _parts(header[2]))
            elif key := _KEY.match(line):
                self._value(number, self._table + _parts(key[1]), key[2])

    def line_of(self, path: Path) -> int:
        for length in range(len(path), 0, -1):
            if (line := self._found.get(path[:length])) is not None:
                return line
        return 1

    def _note(self, number: int, path: Path) -> None:
        for length in range(1, len(path) + 1):
            self._found.setdefault(path[:length], number)

    def _open(self, number: int, is_array: bool, parts: Path) -> None:
        path: Path = ()
        for place, part in enumerate(parts):
            path += (part,)
            if is_array and place == len(parts) - 1:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path += (self._arrays[path],)
        self._table = path
        self._note(number, path)

    def _value(self, number: int, path: Path, value: str) -> None:
        self._note(number, path)
        for quotes in _LONG_QUOTES:
            if value.startswith(quotes):
                if quotes not in value[3:]:
                    self._skip_past(quotes)
                return
        self._inner_keys(number, path, value)
        depth, element = _depth(value), -1
        while depth > 0:
            number, line = next(self._lines, (0, "]" * depth))
            if line.lstrip().startswith("{"):
                element += 1
                self._note(number, (*path, element))
                self._inner_keys(number, (*path, element), line.strip())
            depth += _depth(line)

    def _inner_keys(self, number: int, path: Path, value: str) -> None:
        """The keys of an inline table on this line."""
        if value.startswith("{"):
            for key in _INNER_KEY.finditer(_bare(value)):
                self._note(number, path + _parts(key[1]))

    def _skip_past(self, quotes: str) -> None:
        next((line for _, line in self._lines if quotes in line), None)
