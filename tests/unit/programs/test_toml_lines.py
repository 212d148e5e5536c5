"""Every value of a catalog file is found on its own line."""

from __future__ import annotations

from portal.programs.toml_lines import TomlLines

TEXT = '''# a comment with [brackets] and "quotes
top = 1

[program]
code = "WBL"
names.ko = "이름 # no comment"
long = """
stages = 3
[[not a table]]
"""

[[stages]]
code = "paper"

[[stages.criteria]]
code = "first"
anchors = [
  { share = 100, names = { ko = "]", en = "[" } },
  { share = 80, names = { ko = "우수", en = "Good" } },
]
after = 1

[[stages.criteria]]
code = "second"

[[stages]]
code = "presentation"

[stages.panel]
size = 9

[[stages.criteria]]
code = "third"
'''
LINES = TomlLines(TEXT)


def number(passage: str, nth: int = 1) -> int:
    found = [n for n, line in enumerate(TEXT.splitlines(), 1) if passage in line]
    return found[nth - 1]


def test_keys_stand_on_their_lines() -> None:
    assert LINES.line_of(("top",)) == 2
    assert LINES.line_of(("program", "names", "ko")) == number("names.ko")


def test_what_stands_inside_a_long_string_is_no_key() -> None:
    assert LINES.line_of(("stages",)) == number("[[stages]]")


def test_elements_of_arrays_of_tables_are_counted_within_their_parent() -> None:
    assert LINES.line_of(("stages", 0, "criteria", 1, "code")) == number('"second"')
    assert LINES.line_of(("stages", 1, "panel", "size")) == number("size = 9")
    assert LINES.line_of(("stages", 1, "criteria", 0, "code")) == number('"third"')


def test_inline_tables_one_to_a_line_are_counted() -> None:
    assert LINES.line_of(("stages", 0, "criteria", 0, "anchors", 1, "share")) == number("share = 80")
    assert LINES.line_of(("stages", 0, "criteria", 0, "after")) == number("after")


def test_an_unknown_path_is_placed_at_the_nearest_table_above_it() -> None:
    assert LINES.line_of(("stages", 1, "keep")) == number("[[stages]]", 2)
    assert LINES.line_of(("nowhere", 3)) == 1
