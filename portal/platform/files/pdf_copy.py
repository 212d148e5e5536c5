"""A PDF rebuilt for a reader who must not learn who made it. Runs in the parser's process.

Gone: document information, XMP, ids, thumbnails, private data of programs, earlier revisions, comments and
their authors, form fields (their content stays, drawn), EXIF inside JPEG pictures. Kept: pages, links,
bookmarks, layers and the structure that screen readers use.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from portal.platform.files.pdf import every_dictionary, opened

if TYPE_CHECKING:
    import pikepdf

_ROOT_KEPT: Final = frozenset(
    [
        "/Type",
        "/Pages",
        "/Dests",
        "/Names",
        "/Outlines",
        "/PageLabels",
        "/StructTreeRoot",
        "/MarkInfo",
        "/Lang",
        "/OCProperties",
        "/Version",
    ]
)
_TELLING: Final = frozenset(
    [
        "/Metadata",
        "/PieceInfo",
        "/Thumb",
        "/LastModified",
        "/CreatorInfo",
        "/AF",
        "/AA",
        "/OPI",
        "/Lock",
        "/SeedValue",
        "/SpiderInfo",
        "/ModDate",
        "/CreationDate",
    ]
)
_LINK_KEPT: Final = frozenset(
    [
        "/Type",
        "/Subtype",
        "/Rect",
        "/Border",
        "/BS",
        "/C",
        "/H",
        "/A",
        "/PA",
        "/Dest",
        "/QuadPoints",
        "/F",
        "/StructParent",
        "/P",
        "/Contents",
        "/OC",
    ]
)


def clean_copy(path: Path) -> bytes:
    import pikepdf

    with opened(path) as pdf:
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
        for key in set(pdf.Root.keys()) - _ROOT_KEPT:
            del pdf.Root[key]
        names = pdf.Root.get("/Names")
        if isinstance(names, pikepdf.Dictionary):
            for key in set(names.keys()) - {"/Dests"}:
                del names[key]
        for page in pdf.pages:
            _keep_links_only(page.obj)
        for holder in every_dictionary(pdf):
            for key in [k for k in holder.keys() if k in _TELLING or k.startswith("/PTEX.")]:  # noqa: SIM118
                del holder[key]
            if isinstance(holder, pikepdf.Stream):
                _bare_jpeg(holder)
        for key in ("/Info", "/ID"):
            if key in pdf.trailer:
                del pdf.trailer[key]
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _keep_links_only(page: Any) -> None:
    import pikepdf

    notes = page.get("/Annots")
    if notes is None:
        return
    links = [
        note
        for note in (notes if isinstance(notes, pikepdf.Array) else [])
        if isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype", "")) == "/Link"
    ]
    for link in links:
        for key in set(link.keys()) - _LINK_KEPT:
            del link[key]
    if links:
        page["/Annots"] = pikepdf.Array(links)
    else:
        del page["/Annots"]


def _bare_jpeg(stream: pikepdf.Stream) -> None:
    import pikepdf

    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if str(filters) != "/DCTDecode":
        return
    raw = stream.read_raw_bytes()
    bare = without_segments(raw)
    if bare != raw:
        stream.write(bare, filter=pikepdf.Name.DCTDecode, decode_parms=_parameters(stream))


def _parameters(stream: pikepdf.Stream) -> pikepdf.Dictionary | None:
    import pikepdf

    found = stream.get("/DecodeParms")
    return found if isinstance(found, pikepdf.Dictionary) else None


def without_segments(jpeg: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC and comments; colour profile (APP2) and Adobe's marker (APP14) stay."""
    if jpeg[:2] != b"\xff\xd8":
        return jpeg
    kept, place = [jpeg[:2]], 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF:
        marker = jpeg[place + 1]
        if marker == 0xDA:  # the picture itself follows
            break
        end = place + 2 + struct.unpack_from("!H", jpeg, place + 2)[0]
        if not (marker == 0xFE or (0xE1 <= marker <= 0xEF and marker not in (0xE2, 0xEE))):
            kept.append(jpeg[place:end])
        place = end
    return b"".join(kept) + jpeg[place:]
