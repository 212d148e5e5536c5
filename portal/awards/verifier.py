"""Check the dossier of a decision without the portal.

    python verifier.py DOSSIER.json [ROOT]

ROOT is the fingerprint that the decision's page shows. Standard library alone, so that anybody can read this file whole
and run it anywhere; it repeats the sums of awards/dossier.py on purpose. What was withheld from this copy stands in it
as a commitment: the root comes out all the same, and nothing that is shown can have been changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def commitment(field: dict[str, Any]) -> str:
    text = json.dumps([field["path"], field["value"]], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{field['salt']}:{text}".encode()).hexdigest()


def verify(dossier: dict[str, Any], expected: str | None = None) -> str | None:
    """None when everything holds, else what does not."""
    try:
        commitments = [commitment(field) for field in dossier["fields"]] + list(dossier["withheld"])
        found = hashlib.sha256("\n".join(sorted(commitments)).encode()).hexdigest()
        stated = dossier["root"]
    except (KeyError, TypeError, AttributeError):
        return "the file is no dossier"
    if found != stated:
        return "a field was changed, added or taken away: the root does not come out"
    if expected and expected != stated:
        return "this is the dossier of another decision: its root is not the one that was published"
    return None


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    try:
        dossier = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}")
        return 2
    wrong = verify(dossier, arguments[1] if len(arguments) == 2 else None)
    if wrong:
        print(f"DOES NOT HOLD: {wrong}")
        return 1
    print(f"holds: {len(dossier['fields'])} fields shown, {len(dossier['withheld'])} withheld, root {dossier['root']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
