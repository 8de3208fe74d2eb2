"""Text with delimiters (CSV), fed chunk by chunk: encodings told apart, quoting errors told with their line."""

import codecs
import csv
import io
from collections import deque

from ltc_events import BadFile, FileRow

from .limits import MAX_COLUMNS, MAX_ROWS

SNIFFED = 64 * 1024
"""Bytes looked at to tell the encoding."""

LONGEST_LINE = 1024 * 1024
LONGEST_ROW = 20
"""Lines a quoted field may span before its quote is taken for a slip."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t"


class Delimited:
    """Makes rows of the bytes it is fed; the first row is the header.

    Args:
        encoding: ``auto``, or a name that Python knows. ``auto`` goes by the byte order mark, then takes what fits the
            first bytes: UTF-8, or else GB18030.
    """

    def __init__(self, encoding: str = "auto") -> None:
        self.encoding = encoding
        self._decoder: io.IncrementalNewlineDecoder | None = None
        self._sniffing = b""
        self._rest = ""
        self._lines: deque[str] = deque()
        self._number = 0
        self._delimiter = ""

    def feed(self, chunk: bytes, *, final: bool = False) -> list[FileRow]:
        """The rows that are complete now.

        Raises:
            BadFile: it is no such text.
        """
        if self._decoder is None:
            self._sniffing += chunk
            if len(self._sniffing) < SNIFFED and not final:
                return []
            chunk = self._sniffing
            self._begin(chunk)
        assert self._decoder is not None
        *whole, self._rest = (self._rest + self._decoder.decode(chunk, final)).split("\n")
        if len(self._rest) > LONGEST_LINE:
            raise BadFile(f"a line is longer than {LONGEST_LINE:,} characters: this is no table")
        self._lines.extend(whole)
        if final and self._rest:
            self._lines.append(self._rest)
        return self._rows(final)

    def _begin(self, chunk: bytes) -> None:
        if self.encoding == "auto":
            self.encoding = told(chunk[:SNIFFED])
        self._decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(self.encoding)("replace"), translate=True)

    def _rows(self, final: bool) -> list[FileRow]:
        found: list[FileRow] = []
        while self._lines and (used := self._lines_of_row(final)):
            text = "\n".join(self._lines.popleft() for _ in range(max(used, 1)))
            line, self._number = self._number + 1, self._number + max(used, 1)
            if used < 0:
                found.append(FileRow(line, [], "a quote is opened and not closed"))
            elif text.strip():
                found.append(self._row(line, text))
        if self._number > MAX_ROWS:
            raise BadFile(f"more than {MAX_ROWS:,} lines: cut the file in parts")
        return found

    def _lines_of_row(self, final: bool) -> int:
        """How many lines the next row has; 0: more must be fed first; -1: its quote is a slip."""
        quotes = 0
        for used, line in enumerate(self._lines, 1):
            quotes += line.count('"')
            if quotes % 2 == 0:
                return used
            if used == LONGEST_ROW:
                return -1
        return -1 if final else 0

    def _row(self, line: int, text: str) -> FileRow:
        if "\ufffd" in text:
            return FileRow(line, [], f"not {self.encoding.removesuffix('-sig').upper()} text")
        if "\x00" in text:
            return FileRow(line, [], "a NUL character")
        self._delimiter = self._delimiter or max(_DELIMITERS, key=text.count)
        try:
            cells = text.split(self._delimiter) if '"' not in text else next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return FileRow(line, [], str(error))
        if len(cells) > MAX_COLUMNS:
            return FileRow(line, [], f"more than {MAX_COLUMNS} columns")
        return FileRow(line, [cell.strip() for cell in cells])


def told(first: bytes) -> str:
    """The encoding of a text that begins so."""
    marked = next((encoding for mark, encoding in _MARKS if first.startswith(mark)), None)
    if marked is not None:
        return marked
    return next((encoding for encoding in ("utf-8", "gb18030") if _fits(first, encoding)), "utf-8")


def _fits(first: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(first)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return True
