"""What makes a PDF refused, each hidden where a flat look would miss it; and what its clean copy no longer tells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from portal.platform.files import check, clean_copy, refusals

URL = String("https://example.org")


def made(path: Path, change: Callable[[Pdf], None] | None = None, **saving: object) -> Path:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    page.obj.Contents = pdf.make_stream(b"BT /F1 12 Tf 40 200 Td (Plan of work) Tj ET")
    if change:
        change(pdf)
    pdf.save(path, **saving)  # type: ignore[arg-type]
    return path


def annotated(pdf: Pdf, **keys: object) -> None:
    """A direct dictionary inside a direct array inside the page."""
    note = Dictionary(Type=Name.Annot, Rect=[0, 0, 10, 10], **keys)
    pdf.pages[0].obj.Annots = Array([note])


def action(name: str, **keys: object) -> Dictionary:
    return Dictionary(S=Name("/" + name), **keys)


def named_script(pdf: Pdf) -> None:
    tree = Dictionary(Names=[String("a"), action("JavaScript", JS=String("app.alert(1)"))])
    pdf.Root.Names = Dictionary(JavaScript=tree)


def script_in_a_chain(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.Link, A=action("URI", URI=URL, Next=[action("JavaScript", JS=String("1"))]))


def opens_a_page_on_the_net(pdf: Pdf) -> None:
    pdf.Root.OpenAction = action("URI", URI=URL)


def scripted_field(pdf: Pdf) -> None:
    field = Dictionary(FT=Name.Tx, T=String("a"), AA=Dictionary(K=action("JavaScript", JS=String("1"))))
    pdf.Root.AcroForm = Dictionary(Fields=[pdf.make_indirect(field)])


def outside_stream(pdf: Pdf) -> None:
    pdf.pages[0].obj.Contents = pdf.make_stream(b"", F=String("/etc/passwd"))


def attachment(pdf: Pdf) -> None:
    pdf.attachments["a.exe"] = b"MZ"


def media(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.RichMedia, RichMediaContent=Dictionary())


def xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (named_script, refusals.PdfRunsCode),
        (script_in_a_chain, refusals.PdfRunsCode),
        (opens_a_page_on_the_net, refusals.PdfRunsCode),
        (scripted_field, refusals.PdfRunsCode),
        (outside_stream, refusals.PdfRunsCode),
        (lambda p: annotated(p, Subtype=Name.Link, A=action("Launch", F=String("cmd.exe"))), refusals.PdfRunsCode),
        (lambda p: annotated(p, Subtype=Name.Link, A=action("SubmitForm", F=URL)), refusals.PdfRunsCode),
        (lambda p: annotated(p, Subtype=Name.Link, A=action("GoToR", F=String("b.pdf"))), refusals.PdfRunsCode),
        (
            lambda p: annotated(p, Subtype=Name.Link, A=action("URI", URI=String("JavaScript:x"))),
            refusals.PdfRunsCode,
        ),
        (
            lambda p: setattr(p.pages[0].obj, "AA", Dictionary(O=action("URI", URI=URL))),
            refusals.PdfRunsCode,
        ),
        (attachment, refusals.PdfHoldsFiles),
        (lambda p: annotated(p, Subtype=Name.FileAttachment), refusals.PdfHoldsFiles),
        (media, refusals.PdfHoldsMedia),
        (lambda p: annotated(p, Subtype=Name.Screen), refusals.PdfHoldsMedia),
        (xfa, refusals.PdfXfaForm),
        (lambda p: p.pages.__delitem__(0), refusals.PdfWithoutPages),
    ],
)
def test_a_pdf_that_could_act_or_hide_is_refused(
    tmp_path: Path, change: Callable[[Pdf], None], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check(made(tmp_path / "x", change), "a.pdf", {"pdf"})


def test_what_word_processors_write_is_no_reason_to_refuse(tmp_path: Path) -> None:
    def usual(pdf: Pdf) -> None:
        pdf.Root.OpenAction = action("GoTo", D=Array([pdf.pages[0].obj, Name.Fit]))
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([])), Dests=Dictionary(Names=Array([])))
        element = Dictionary(Type=Name.StructElem, S=Name.Sound, P=Dictionary())
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=[element]))
        annotated(pdf, Subtype=Name.Link, A=action("URI", URI=URL))

    assert check(made(tmp_path / "x", usual), "a.pdf", {"pdf"}).pages == 1


@pytest.mark.parametrize("user", ["", "secret"])
def test_a_protected_pdf_is_refused_with_or_without_a_password_to_open_it(tmp_path: Path, user: str) -> None:
    path = made(tmp_path / "x", encryption=pikepdf.Encryption(owner="owner", user=user))
    with pytest.raises(refusals.FileEncrypted):
        check(path, "a.pdf", {"pdf"})


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


def zip_with_pdf_ending() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", "b")
        archive.comment = b"\n%%EOF\n"
    return out.getvalue()


@pytest.mark.parametrize(
    "mix",
    [
        lambda pdf: b"\n" + pdf,
        lambda pdf: b"GIF89a" + pdf,
        lambda pdf: b"<html><script>alert(1)</script>" + pdf,
        lambda pdf: a_zip() + pdf,
        lambda pdf: pdf + a_zip(),
        lambda pdf: pdf + zip_with_pdf_ending(),
        lambda pdf: pdf + b"<script>alert(1)</script>",
        lambda pdf: pdf[:9] + b"<script>alert(1)</script>\n" + pdf[9:],
        lambda pdf: pdf[:9] + b"%< HTML ><body>\n" + pdf[9:],
        lambda pdf: b"%PDF-1.7<script>\n" + pdf[9:],
        lambda pdf: b"%PDF-bad\n" + pdf[9:],
    ],
)
def test_a_file_of_two_formats_is_refused(tmp_path: Path, mix: Callable[[bytes], bytes]) -> None:
    (tmp_path / "y").write_bytes(mix(made(tmp_path / "x").read_bytes()))
    with pytest.raises(refusals.FileMixed):
        check(tmp_path / "y", "a.pdf", {"pdf"})


def test_a_pdf_with_small_faults_is_read_and_says_so(tmp_path: Path) -> None:
    raw = made(tmp_path / "x").read_bytes()
    place = raw.rindex(b"startxref")
    (tmp_path / "y").write_bytes(raw[:place] + b"startxref\n7\n%%EOF\n")
    found = check(tmp_path / "y", "a.pdf", {"pdf"})
    assert found.text == "Plan of work" and len(found.warnings) == 1


def test_a_pdf_without_text_is_accepted_with_a_warning(tmp_path: Path) -> None:
    def blank(pdf: Pdf) -> None:
        del pdf.pages[0].obj["/Contents"]

    found = check(made(tmp_path / "x", blank), "a.pdf", {"pdf"})
    assert "스캔" in found.warnings[0].ko


def telling(pdf: Pdf) -> None:
    """Everything by which a document tells its author, in each of the places it may stand."""
    jpeg, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = "Hong Gildong (exif)"
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG", exif=exif, comment=b"Hong Gildong (comment)")
    picture = pdf.make_stream(
        jpeg.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    picture.Metadata = pdf.make_stream(b"Hong Gildong (picture)")
    page = pdf.pages[0].obj
    page.Resources.XObject = Dictionary(I1=picture)
    page.PieceInfo = Dictionary(App=Dictionary(Private=String("Hong Gildong (piece)")))
    page.Thumb = pdf.make_stream(b"Hong Gildong (thumb)")
    page.LastModified = String("Hong Gildong (modified)")
    page["/PTEX.FileName"] = String("/home/Hong Gildong (path)")
    pdf.Root.Names = Dictionary(Other=Dictionary(Names=[String("Hong Gildong (name)"), 1]))
    pdf.Root.Lang = String("ko")
    page.Annots = Array(
        [
            Dictionary(Subtype=Name.Text, Rect=[0, 0, 9, 9], T=String("Hong Gildong (note)"), Contents=String("hm")),
            Dictionary(
                Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action("URI", URI=URL), NM=String("Hong Gildong (link)")
            ),
        ]
    )
    pdf.docinfo["/Author"] = "Hong Gildong (info)"
    pdf.trailer.ID = Array([String("Hong Gildong (id1"), String("Hong Gildong (id2")])
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["Hong Gildong (xmp)"]


def everything_in(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        streams = b"".join(o.read_raw_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream))
        # Streams of objects are taken apart, so that no name hides in a compressed one.
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
        return streams + out.getvalue()


def test_a_clean_copy_tells_nothing_of_its_author_and_shows_the_same_page(tmp_path: Path) -> None:
    source = made(tmp_path / "x", telling)
    assert everything_in(source.read_bytes()).count(b"Hong Gildong") >= 10
    clean = clean_copy(source)
    assert b"Hong Gildong" not in everything_in(clean)
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert "/Info" not in pdf.trailer and "/Metadata" not in pdf.Root
        assert str(pdf.Root.Lang) == "ko"
        assert [str(a.A.URI) for a in pdf.pages[0].obj.Annots] == ["https://example.org"]
        picture = pdf.pages[0].obj.Resources.XObject.I1
        assert pikepdf.PdfImage(picture).as_pil_image().size == (8, 8)
    (tmp_path / "clean").write_bytes(clean)
    assert check(tmp_path / "clean", "a.pdf", {"pdf"}).text == "Plan of work"


def test_a_clean_copy_does_not_tell_when_it_was_made(tmp_path: Path) -> None:
    source = made(tmp_path / "x", telling)
    assert clean_copy(source) == clean_copy(source)


def test_the_filled_fields_of_a_form_stay_visible(tmp_path: Path) -> None:
    def form(pdf: Pdf) -> None:
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("Hong Gildong (field)"),
                V=String("Ten percent"), Rect=[40, 100, 240, 130], F=4, DA=String("/F1 12 Tf 0 g"),
                P=pdf.pages[0].obj,
            )
        )  # fmt: skip
        pdf.pages[0].obj.Annots = Array([field])
        fonts = Dictionary(Font=pdf.pages[0].obj.Resources.Font)
        pdf.Root.AcroForm = Dictionary(Fields=[field], DR=fonts, NeedAppearances=True)

    clean = clean_copy(made(tmp_path / "x", form))
    assert b"Hong Gildong" not in everything_in(clean)
    (tmp_path / "clean").write_bytes(clean)
    assert "Ten percent" in check(tmp_path / "clean", "a.pdf", {"pdf"}).text


def test_earlier_revisions_are_gone_from_a_clean_copy(tmp_path: Path) -> None:
    raw = made(tmp_path / "x", lambda p: p.docinfo.__setitem__("/Author", "Hong Gildong")).read_bytes()
    update = b"99 0 obj (Hong Gildong again) endobj\ntrailer <<>>\nstartxref\n0\n%%EOF\n"
    (tmp_path / "y").write_bytes(raw + update)
    assert b"Hong Gildong" not in everything_in(clean_copy(tmp_path / "y"))
