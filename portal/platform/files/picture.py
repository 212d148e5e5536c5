"""PNG and JPEG: decoded whole, nothing behind their end. Runs in the parser's process."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from portal.platform.files.refusals import ContentDiffersFromName, FileDamaged, FileMixed, PictureTooLarge

MOST_PIXELS: Final = 100_000_000
_MAGIC: Final = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff"}
_FOREIGN: Final = (b"<script", b"<html", b"<!doctype", b"<?php", b"<svg", b"<iframe")


def inspect(path: Path, form: str) -> None:
    """`form` is PNG or JPEG; raises a refusal."""
    from PIL import Image

    content = path.read_bytes()
    if not content.startswith(_MAGIC[form]):
        raise ContentDiffersFromName(shown=form)
    lowered = content.lower()
    if zipfile.is_zipfile(path) or b"%PDF-" in content[:1100] or any(tag in lowered for tag in _FOREIGN):
        raise FileMixed
    if form == "PNG" and _end_of_png(content) != len(content):
        raise FileMixed
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise PictureTooLarge(width=width, height=height, limit=f"{MOST_PIXELS:,}")
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileDamaged from error


def _end_of_png(content: bytes) -> int:
    place = 8
    while place + 8 <= len(content):
        length = int.from_bytes(content[place : place + 4])
        place += 12 + length
        if content[place - length - 8 : place - length - 4] == b"IEND":
            return place
    raise FileDamaged


def clean_copy(path: Path, form: str) -> bytes:
    """The same picture without EXIF, comments, profiles and text chunks."""
    from PIL import Image, ImageOps

    out = io.BytesIO()
    with Image.open(path, formats=[form]) as picture:
        upright = ImageOps.exif_transpose(picture)
        bare = Image.new(upright.mode, upright.size)
        bare.paste(upright)
        if upright.mode == "P" and (palette := upright.getpalette()) is not None:
            bare.putpalette(palette)
        bare.save(out, format=form, **({"quality": 92} if form == "JPEG" else {}))
    return out.getvalue()
