"""Names of uploaded files: the original is kept for display, the safe one goes to disks and headers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_BYTES = 255
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class FileName:
    safe: str
    original: str  # as sent; shown escaped, never used as a path or a header

    @property
    def extension(self) -> str:
        """Lower case, without its dot; empty if there is none."""
        return _split(self.safe)[1].lstrip(".").lower()


def clean_name(original: str) -> FileName:
    """NFC, no path, no control, invisible or text-reversing characters, at most 255 bytes with its
    extension."""
    name = unicodedata.normalize("NFC", original)
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*]', "_", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = f"file_{name}" if name else "file"
    stem, extension = _split(name)
    room = LONGEST_BYTES - len(extension.encode())
    return FileName(_cut(stem, room) + extension, original)


def _split(name: str) -> tuple[str, str]:
    """An extension is short and plain; anything else after a dot belongs to the name."""
    match = re.fullmatch(r"(.+)(\.[A-Za-z0-9]{1,10})", name, re.DOTALL)
    return (match[1], match[2]) if match else (name, "")


def _cut(text: str, room: int) -> str:
    """At most `room` bytes, ending between characters (a base and its combining marks stay together)."""
    raw = text.encode()
    if len(raw) <= room:
        return text
    cut = raw[:room].decode(errors="ignore")
    if unicodedata.combining(text[len(cut)]):
        while cut and unicodedata.combining(cut[-1]):
            cut = cut[:-1]
        cut = cut[:-1]
    return cut.rstrip(" .") or "file"
