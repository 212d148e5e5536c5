"""Why a file is refused, each with what its owner can change."""

from __future__ import annotations

from typing import Final

from portal.platform.errors import DomainError, NotFound
from portal.platform.language import Text


class FileRefused(DomainError):
    """Every refusal of a file's content."""


class KindNotAllowed(FileRefused):
    say = Text(
        "이 자리에는 {allowed} 파일만 올릴 수 있습니다. 해당 형식으로 저장하여 다시 올려 주십시오.",
        "Only {allowed} files can be uploaded here. Save the document as one of these and upload it again.",
    )


class ContentDiffersFromName(FileRefused):
    say = Text(
        "파일 이름은 {shown} 형식이지만 내용은 그 형식이 아닙니다. 확장자만 바꾸지 말고 프로그램에서 {shown} 형식으로 "
        "저장하여 다시 올려 주십시오.",
        "The file is named as {shown}, but its content is not. Do not only change the extension: save the document as "
        "{shown} in its program, then upload it again.",
    )


class HwpTooOld(FileRefused):
    say = Text(
        "한글 97 이전 형식의 문서입니다. 한글에서 열어 HWPX 또는 PDF 형식으로 저장하여 다시 올려 주십시오.",
        "This document has the format of Hangul 97 or older. Open it in Hangul, save it as HWPX or PDF and upload "
        "that.",
    )


class FileDamaged(FileRefused):
    say = Text(
        "파일이 손상되었거나 끝까지 전송되지 않아 열 수 없습니다. 파일을 열어 다른 이름으로 저장한 뒤 다시 올려 "
        "주십시오.",
        "The file cannot be opened: it is damaged or was cut off while it was sent. Open it, save it under another "
        "name and upload that.",
    )


class FileMixed(FileRefused):
    say = Text(
        "파일 하나에 다른 형식의 내용이 함께 들어 있습니다. 문서를 새 파일로 다시 저장(PDF는 ‘PDF로 인쇄’)하여 올려 "
        "주십시오.",
        "The file holds content of another format beside its own. Save the document as a new file (for a PDF: print "
        "it to PDF) and upload that.",
    )


class FileEncrypted(FileRefused):
    say = Text(
        "파일에 암호나 사용 제한(인쇄·복사 제한, 배포용 문서)이 걸려 있습니다. 이를 해제하고 저장하여 다시 올려 "
        "주십시오.",
        "The file is protected by a password or by restrictions on its use. Remove the protection, save it and upload "
        "it again.",
    )


class VideoMissing(FileRefused):
    say = Text(
        "파일에 영상이 없습니다. 화면이 있는 MP4(H.264) 파일로 저장하여 다시 올려 주십시오.",
        "The file holds no picture track. Save the film as an MP4 (H.264) with pictures and upload that.",
    )


class PdfRunsCode(FileRefused):
    say = Text(
        "PDF에 스크립트나 다른 프로그램·파일·서버를 여는 동작이 들어 있습니다. 문서를 ‘PDF로 인쇄’하여 새로 만든 "
        "파일을 올려 주십시오.",
        "The PDF contains a script or an action that opens a program, a file or a server. Print the document to PDF "
        "and upload the new file.",
    )


class PdfHoldsFiles(FileRefused):
    say = Text(
        "PDF 안에 다른 파일이 첨부되어 있습니다. 첨부 파일을 지우고 저장하거나, 필요한 파일은 따로 올려 주십시오.",
        "Other files are attached inside the PDF. Remove them and save it again; upload the files that are needed one "
        "by one.",
    )


class PdfXfaForm(FileRefused):
    say = Text(
        "XFA 양식이 들어 있는 PDF는 받을 수 없습니다. 문서를 ‘PDF로 인쇄’하여 새로 만든 파일을 올려 주십시오.",
        "A PDF with an XFA form cannot be accepted. Print the document to PDF and upload the new file.",
    )


class PdfHoldsMedia(FileRefused):
    say = Text(
        "PDF에 동영상, 소리 또는 3차원 개체가 들어 있습니다. 이를 지우거나 그림으로 바꾸어 저장한 뒤 다시 올려 "
        "주십시오.",
        "The PDF contains video, sound or a 3D object. Remove it or turn it into a picture, save and upload again.",
    )


class PdfWithoutPages(FileRefused):
    say = Text(
        "PDF에 쪽이 하나도 없습니다. 문서를 다시 PDF로 저장하여 올려 주십시오.",
        "The PDF has no pages. Save the document as PDF again and upload that.",
    )


class ArchiveTooLarge(FileRefused):
    say = Text(
        "파일 안의 내용을 풀면 허용된 크기를 넘습니다. 그림을 줄이거나 쓰지 않는 시트·개체를 지운 뒤 다시 올려 "
        "주십시오.",
        "Unpacked, the file's content is larger than allowed. Shrink its pictures or remove unused sheets and "
        "objects, then upload it again.",
    )


class ArchiveUnsafe(FileRefused):
    say = Text(
        "파일의 내부 구성이 규격에 맞지 않습니다. 문서를 프로그램에서 열어 새 파일로 저장한 뒤 다시 올려 주십시오.",
        "The inside of the file does not follow its format. Open the document in its program, save it as a new file "
        "and upload that.",
    )


class MacroFound(FileRefused):
    say = Text(
        "파일에 매크로나 스크립트가 들어 있습니다. 매크로를 지우고 저장하여 다시 올려 주십시오.",
        "The file contains macros or scripts. Remove them, save the file and upload it again.",
    )


class ExternalContent(FileRefused):
    say = Text(
        "파일이 바깥의 파일이나 서버를 불러옵니다({part}). 연결을 끊고 값이나 그림을 문서 안에 넣어 저장한 뒤 다시 "
        "올려 주십시오.",
        "The file loads content from another file or a server ({part}). Break the link, put the values or pictures "
        "into the document itself, save and upload it again.",
    )


class EmbeddedObject(FileRefused):
    say = Text(
        "파일에 다른 프로그램의 개체가 들어 있습니다({part}). 개체를 그림으로 바꾸어 저장한 뒤 다시 올려 주십시오.",
        "The file contains an object of another program ({part}). Turn it into a picture, save and upload the file "
        "again.",
    )


class PictureTooLarge(FileRefused):
    say = Text(
        "그림이 너무 큽니다(가로 {width} × 세로 {height} 화소). {limit} 화소 이하로 줄여 다시 올려 주십시오.",
        "The picture is too large ({width} × {height} pixels). Reduce it to {limit} pixels at most and upload it "
        "again.",
    )


class TooManyCells(FileRefused):
    say = Text(
        "시트에 내용이 너무 많습니다. {rows}행, {columns}열 이하로 줄여 다시 올려 주십시오.",
        "The sheet is too large. Reduce it to {rows} rows and {columns} columns at most and upload it again.",
    )


class CellUnreadable(FileRefused):
    say = Text(
        "{cell} 칸에 계산된 값이 없거나 오류({shown})가 있습니다. 엑셀에서 열어 값을 확인하고 저장한 뒤 다시 올려 "
        "주십시오.",
        "Cell {cell} has no computed value or holds an error ({shown}). Open the file in Excel, check the value, save "
        "and upload it again.",
    )


class VirusFound(FileRefused):
    say = Text(
        "백신 검사에서 악성 코드가 발견되어 파일을 받지 않았습니다. 컴퓨터를 점검하고 문서를 새로 만들어 다시 올려 "
        "주십시오.",
        "The virus scanner found malicious code, so the file was not accepted. Check your computer, make the document "
        "anew and upload it again.",
    )


class ParserGaveUp(FileRefused):
    say = Text(
        "파일이 너무 복잡하여 정해진 시간과 메모리 안에 검사할 수 없었습니다. 문서를 나누거나 그림을 줄여 새로 저장한 "
        "뒤 다시 올려 주십시오.",
        "The file is too complex to be checked within the limits of time and memory. Split the document or shrink its "
        "pictures, save it anew and upload it again.",
    )


class PageMissing(NotFound):
    """A page that the document does not have."""


REFUSALS: Final[dict[str, type[DomainError]]] = {
    kind.__name__: kind for kind in (*FileRefused.__subclasses__(), PageMissing)
}
"""By code: how a parser's process tells the portal what it found."""
