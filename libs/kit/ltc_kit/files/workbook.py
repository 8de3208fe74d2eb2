"""The first sheet of a workbook (XLSX), streamed: what it unpacks to is counted, and no part of its XML may declare anything."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from io import BytesIO
from posixpath import join, normpath
from xml.parsers import expat

from ltc_events import BadFile, FileRow

from .limits import MAX_COLUMNS

MIB = 1024 * 1024
PACKED = 64 * MIB
"""A workbook is held in memory as it came, so it may not be larger."""

UNPACKED = 2048 * MIB
"""Of a sheet, which is never held as a whole."""

TEXTS = 64 * MIB
"""Of the shared texts, which are."""

RATIO, RATIO_FROM = 200, 16 * MIB
ENTRIES = 1000
LAST_ROW = 1_048_576
"""Of a sheet, by the format."""

LONGEST_CELL = 32_767
_CHUNK = 64 * 1024
_ENTRY = b"PK\x01\x02"
_CELL = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def is_workbook(first: bytes) -> bool:
    """Whether a file that begins so is a ZIP archive, as workbooks are."""
    return first.startswith(b"PK\x03\x04")


def workbook_rows(packed: bytes) -> Iterator[FileRow]:
    """The rows of the first sheet, numbered as there; empty ones are left out.

    Raises:
        BadFile: it is no workbook, or unpacks to more than it may.
    """
    if packed.count(_ENTRY) > ENTRIES:
        raise BadFile(f"more than {ENTRIES} files in the workbook")
    try:
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            texts = _Texts.of(archive)
            yield from _Sheet(texts).rows(archive, _first_sheet(archive))
    except BadFile:
        raise
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, expat.ExpatError, LookupError, ValueError) as error:
        raise BadFile(f"not a readable workbook: {type(error).__name__}") from None


def _parse(archive: zipfile.ZipFile, name: str, most: int, start: Start, end: End, text: End) -> Iterator[None]:
    """Parse one file of the archive; comes back after every piece."""
    entry = archive.getinfo(name)
    if entry.file_size > most or (entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(1, entry.compress_size)):
        raise BadFile(f"{name} unpacks to {entry.file_size:,} bytes: more than it may")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_declarations
    parser.StartElementHandler = lambda element, attributes: start(_local(element), attributes)
    parser.EndElementHandler = lambda element: end(_local(element))
    parser.CharacterDataHandler = text
    with archive.open(entry) as opened:  # yields no more than the size it says
        while chunk := opened.read(_CHUNK):
            parser.Parse(chunk)
            yield
    parser.Parse(b"", True)
    yield


def _no_declarations(*declared: object) -> None:
    raise BadFile("the workbook declares a document type, as none does")


def _local(element: str) -> str:
    return element.rpartition(" ")[2]


def _whole(text: str, otherwise: int) -> int:
    """A whole number as XML writes it; of other digits, or too many, it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else otherwise


def _row_number(text: str | None, following: int) -> int:
    """The number of a row; one that says none follows the one before."""
    number = following if text is None else _whole(text, 0)
    if not 1 <= number <= LAST_ROW:
        raise BadFile(f"the workbook numbers a row as no sheet does: there are at most {LAST_ROW:,}")
    return number


def _nothing(*heard: object) -> None: ...


def _attributes(archive: zipfile.ZipFile, name: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of all elements of one name."""
    found: list[dict[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == wanted:
            found.append({_local(key): value for key, value in attributes.items()})

    for _ in _parse(archive, name, MIB, start, _nothing, _nothing):
        pass
    return found


def _first_sheet(archive: zipfile.ZipFile) -> str:
    sheets = _attributes(archive, "xl/workbook.xml", "sheet")
    targets = {each["Id"]: each["Target"] for each in _attributes(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    if not sheets:
        raise BadFile("the workbook has no sheet")
    target = targets[sheets[0]["id"]]
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


class _Texts:
    """Texts that cells share by number."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._parts: list[str] | None = None
        self._reading = False
        self._aside = 0

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> list[str]:
        texts = cls()
        if "xl/sharedStrings.xml" in archive.namelist():
            for _ in _parse(archive, "xl/sharedStrings.xml", TEXTS, texts._start, texts._end, texts._text):
                pass
        return texts.all

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "si":
            self._parts = []
        self._aside += element == "rPh"  # how it is read aloud, not what it says
        self._reading = element == "t" and not self._aside

    def _end(self, element: str) -> None:
        self._aside -= element == "rPh"
        self._reading = False
        if element == "si" and self._parts is not None:
            self.all.append("".join(self._parts))

    def _text(self, text: str) -> None:
        if self._reading and self._parts is not None:
            self._parts.append(text)


class _Sheet:
    """Rows as they are completed."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._done: list[FileRow] = []
        self._line = 0
        self._cells: dict[int, str] = {}
        self._column = -1
        self._type = ""
        self._value = ""
        self._reading = False
        self._width = 0

    def rows(self, archive: zipfile.ZipFile, name: str) -> Iterator[FileRow]:
        for _ in _parse(archive, name, UNPACKED, self._start, self._end, self._text):
            yield from self._done
            self._done = []

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "row":
            self._line = _row_number(attributes.get("r"), self._line + 1)
            self._cells, self._column = {}, -1
        elif element == "c":
            self._column, self._type, self._value = self._place(attributes.get("r")), attributes.get("t", "n"), ""
        self._reading = element in ("v", "t")

    def _place(self, reference: str | None) -> int:
        """The column of a cell, from 0."""
        found = None if reference is None else _CELL.match(reference)
        column = self._column + 1
        if found is not None:
            column = 0
            for letter in found[1]:
                column = column * 26 + ord(letter) - 64
            column -= 1
        if column >= MAX_COLUMNS:
            raise BadFile(f"more than {MAX_COLUMNS} columns")
        return column

    def _end(self, element: str) -> None:
        self._reading = False
        if element == "c" and self._value:
            self._cells[self._column] = self._said()
        elif element == "row" and any(self._cells.values()):
            # Cells that hold nothing are left out of the file: a row is at least as wide as the first.
            width = max(max(self._cells) + 1, self._width)
            self._width = self._width or width
            self._done.append(FileRow(self._line, [self._cells.get(column, "").strip() for column in range(width)]))

    def _said(self) -> str:
        match self._type:
            case "s":
                number = _whole(self._value, len(self._texts))
                if number >= len(self._texts):
                    raise BadFile(f"line {self._line}: a cell names a text that is not there")
                return self._texts[number]
            case "n":
                return as_written(self._value)
            case "e":
                return ""
            case _:
                return self._value

    def _text(self, text: str) -> None:
        if self._reading:
            self._value += text
            if len(self._value) > LONGEST_CELL:
                raise BadFile(f"line {self._line}: a cell holds more than {LONGEST_CELL:,} characters")


def as_written(number: str) -> str:
    """A number as a person would write it: a phone number kept as ``1.38E+10`` has all its digits."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return number
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
