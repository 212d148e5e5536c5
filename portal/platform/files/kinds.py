"""The kinds of file that are accepted, their extensions and media types."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

Kind = Literal["pdf", "hwp", "hwpx", "xlsx", "png", "jpeg", "mp4"]


class _Kind(NamedTuple):
    shown: str
    extensions: tuple[str, ...]
    media_type: str


KINDS: Final[dict[Kind, _Kind]] = {
    "pdf": _Kind("PDF", ("pdf",), "application/pdf"),
    "hwp": _Kind("HWP", ("hwp",), "application/x-hwp"),
    "hwpx": _Kind("HWPX", ("hwpx",), "application/hwp+zip"),
    "xlsx": _Kind("XLSX", ("xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "png": _Kind("PNG", ("png",), "image/png"),
    "jpeg": _Kind("JPEG", ("jpg", "jpeg"), "image/jpeg"),
    "mp4": _Kind("MP4", ("mp4", "m4v"), "video/mp4"),
}
CLEANED: Final = ("pdf", "png", "jpeg", "mp4")  # of these, reviewers get a copy without metadata


def kind_of(extension: str) -> Kind | None:
    """The kind that an extension (without its dot, any case) claims."""
    return next((kind for kind, is_ in KINDS.items() if extension.lower() in is_.extensions), None)


def shown(kinds: Collection[Kind]) -> str:
    """`PDF, HWP, HWPX`, in the order above."""
    return ", ".join(is_.shown for kind, is_ in KINDS.items() if kind in kinds)


def accept_attribute(kinds: Collection[Kind]) -> str:
    """For `<input type=file accept=...>`: `.pdf,.hwp`."""
    return ",".join(f".{e}" for kind, is_ in KINDS.items() if kind in kinds for e in is_.extensions)
