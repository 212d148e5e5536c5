"""Check a dump of the audit chain without the portal and without a database.

    python verifier.py DUMP.jsonl [ANCHORS.log]

One JSON object a line: every event in order, at last {"head": {"sequence", "hash"}}. Standard library alone, so that
an auditor can read this file whole and run it anywhere; it repeats the sums of audit/rules.py on purpose. Where a
field's value was withheld or erased, its commitment still stands in the chain and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

GENESIS = "0" * 64


def commitment(salt: str, value: str) -> str:
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


def link_hash(event: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the row's canonical JSON."""
    committed = {name: event[name] for name in ("sequence", "at", "kind", "object", "actor", "fields")}
    body = json.dumps(committed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{event['previous']}|{body}".encode()).hexdigest()


def broken(event: dict[str, Any], expected: int, previous: str) -> str | None:
    """What is wrong with one row, given the row before."""
    if event.get("sequence") != expected:
        return "the row is missing"
    if event["previous"] != previous:
        return "it does not continue the row before"
    if link_hash(event) != event["hash"]:
        return "its content does not match its hash"
    for value in event.get("values", []):
        if event["fields"].get(value["name"]) != commitment(value["salt"], value["value"]):
            return f"the value of {value['name']} does not match its commitment"
    return None


def verify(lines: Iterable[str], anchors: dict[int, str] | None = None) -> tuple[int, str, tuple[int, str] | None]:
    """(rows, head's hash, first broken row with its reason or None). `anchors`: row count -> head hash noted then."""
    count, previous = 0, GENESIS
    for line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if "head" in row:
                ends = (row["head"]["sequence"], row["head"]["hash"]) == (count, previous)
                return count, previous, None if ends else (count + 1, "the chain ends before its head")
            wrong = broken(row, count + 1, previous)
        except (ValueError, KeyError, TypeError, AttributeError):
            wrong = "the line cannot be read"
        if wrong is not None:
            return count, previous, (count + 1, wrong)
        count, previous = count + 1, row["hash"]
        if anchors and anchors.get(count, previous) != previous:
            return count, previous, (count, "it does not match the anchor written then")
    return count, previous, (count + 1, "the dump has no head: it was cut off")


def read_anchors(text: str) -> dict[int, str]:
    """`<moment> <rows> <hash> <reason> <signature>` a line."""
    parts = [line.split(" ") for line in text.splitlines() if line.strip()]
    return {int(part[1]): part[2] for part in parts}


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    anchors = read_anchors(Path(arguments[1]).read_text(encoding="utf-8")) if len(arguments) == 2 else None
    with Path(arguments[0]).open(encoding="utf-8") as dump:
        count, head, wrong = verify(dump, anchors)
    if anchors and wrong is None and max(anchors) > count:
        wrong = (max(anchors), "an anchor names more rows than the dump has")
    if wrong is not None:
        print(f"row {wrong[0]}: {wrong[1]}", file=sys.stderr)
        return 1
    print(f"{count} rows, head {head}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
