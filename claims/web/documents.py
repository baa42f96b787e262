"""PDF and DOCX to text.  Pure: bytes in, plain values out; a hostile file may fail anywhere, so callers limit us."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import docx
import pypdf
from docx.table import Table
from docx.text.paragraph import Paragraph

from claims.web.media import MAX_CHARACTERS
from claims.web.text import fold_lines

MAX_PAGES = 2000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """``state`` is empty or a code of ``extract.PROBLEMS``; ``pages`` says where each page begins in the text."""

    state: str = ""
    text: str = ""
    pages: tuple[int, ...] = ()
    title: str = ""
    author: str = ""
    created: date | None = None


def read_pdf(data: bytes) -> Document:
    """Text and page offsets of a PDF.  Pictures of text are not read."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return Document("encrypted")
        text, pages, is_whole = _join_pages(fold_lines(page.extract_text()) for page in reader.pages)
        meta = reader.metadata or pypdf.DocumentInformation()
        state = "" if is_whole else "shortened"
        return Document(
            state if text else "no_text_layer", text, pages, meta.title or "", meta.author or "", _created(meta)
        )
    except pypdf.errors.DependencyError:
        return Document("encrypted")  # AES, and no password to try
    except Exception:  # noqa: BLE001 (a hostile file breaks the parser anywhere; the state says so)
        return Document("unreadable")


def _join_pages(texts: Iterator[str]) -> tuple[str, tuple[int, ...], bool]:
    parts: list[str] = []
    pages: list[int] = []
    length = 0
    for text in texts:
        if len(pages) >= MAX_PAGES or length + len(text) > MAX_CHARACTERS:
            return "".join(parts), tuple(pages), False
        if text and parts:
            parts.append("\n")
            length += 1
        pages.append(length)
        parts.append(text)
        length += len(text)
    return "".join(parts), tuple(pages), True


def _created(meta: pypdf.DocumentInformation) -> date | None:
    try:
        created = meta.creation_date
    except ValueError:
        return None
    return created.date() if created else None


def read_docx(data: bytes) -> Document:
    """Paragraphs and tables of a Word document, in reading order."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
            return Document("unreadable")
        document = docx.Document(io.BytesIO(data))
        text = fold_lines("\n".join(_blocks(document.iter_inner_content())))
        meta = document.core_properties
        created = meta.created.date() if isinstance(meta.created, datetime) else None
        return Document("" if text else "empty", text, (), meta.title, meta.author, created)
    except Exception:  # noqa: BLE001 (a hostile file breaks the parser anywhere; the state says so)
        return Document("unreadable")


def _blocks(content: Iterator[Paragraph | Table]) -> Iterator[str]:
    for block in content:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            for row in block.rows:
                yield " ".join(cell.text for cell in row.cells)
