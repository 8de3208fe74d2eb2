"""A file of vCards, fed chunk by chunk: each card is a row, and one that cannot be read takes no other with it."""

import codecs
import re

from ltc_events import BadFile, FileRow

from .card import COLUMNS, BadCard, cells
from .content_line import ContentLine, understood
from .delimited import SNIFFED, told
from .limits import MAX_ROWS

LARGEST = 64 * 1024
"""Octets that are kept of a card. Pictures, sounds and keys are passed over and count for nothing."""

LONGEST_LINE = 1024 * 1024
"""Octets of a line that is not folded; of a longer one nothing but its beginning is kept."""

_PASSED = re.compile(rb"^(?:[A-Za-z0-9-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
_BEGIN = re.compile(rb"^\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE)
_END = re.compile(rb"^\s*END\s*:\s*VCARD\s*$", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def are_cards(first: bytes) -> bool:
    """Whether a file that begins so is made of vCards."""
    head = first[:64].decode("utf-16", "ignore") if first.startswith(_WIDE) else first[:64].decode("utf-8-sig", "ignore")
    return head.lstrip().upper().startswith("BEGIN:VCARD")


class Cards:
    """Makes rows of the bytes it is fed; the first row is the header, whatever the cards say.

    Args:
        encoding: ``auto``, or a name that Python knows. ``auto`` goes by the byte order mark, then takes what fits the
            first bytes: UTF-8, as 4.0 must be (RFC 6350, 3.1), or else GB18030. A property that names a charset is read by that.
    """

    def __init__(self, encoding: str = "auto") -> None:
        self.encoding = encoding
        self._wide: codecs.IncrementalDecoder | None = None
        self._sniffing: bytes | None = b""
        self._rest = b""
        self._number = 0
        self._rows: list[FileRow] = []
        self._count = 0
        # The line that is being unfolded: where it began, and what is kept of it; nothing of one that is passed over.
        self._line = bytearray()
        self._line_at = 1
        self._keeps = True
        # The card that is open, if one is.
        self._begun: int | None = None
        self._lines: list[ContentLine] = []
        self._size = 0
        self._wrong: str | None = None
        self._astray = False

    def feed(self, chunk: bytes, *, final: bool = False) -> list[FileRow]:
        """The rows that are complete now.

        Raises:
            BadFile: there are more cards than there may be.
        """
        if self._sniffing is not None:
            self._sniffing += chunk
            if len(self._sniffing) < SNIFFED and not final:
                return []
            chunk, self._sniffing = self._begin(self._sniffing), None
        if self._wide is not None:
            chunk = self._wide.decode(chunk, final).encode("utf-8", "replace")
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[:LONGEST_LINE]
        for line in whole:
            self._physical(line.removesuffix(b"\r"))
        if final:
            self._physical(self._rest)
            self._logical()
            if self._begun is not None:
                self._add([], "no END:VCARD: the file is cut off")
        if self._count > MAX_ROWS:
            raise BadFile(f"more than {MAX_ROWS:,} cards: cut the file in parts")
        found, self._rows = self._rows, []
        return found

    def _begin(self, chunk: bytes) -> bytes:
        """The encoding is told from lines that are unfolded: a fold may cut a character in two (RFC 6350, 3.2)."""
        if self.encoding == "auto":
            self.encoding = told(chunk[:SNIFFED] if chunk.startswith(_WIDE) else _FOLD.sub(b"", chunk[:SNIFFED]))
        if self.encoding == "utf-16":
            self._wide, self.encoding = codecs.getincrementaldecoder("utf-16")("replace"), "utf-8"
        self.encoding = self.encoding.removesuffix("-sig")
        self._rows.append(FileRow(1, list(COLUMNS)))
        return chunk.removeprefix(codecs.BOM_UTF8)

    def _physical(self, line: bytes) -> None:
        """A line of the file: one of its own, or the next piece of the one before (RFC 6350, 3.2)."""
        self._number += 1
        if line[:1] in (b" ", b"\t"):
            if self._keeps:
                self._keep(line[1:])
            return
        self._logical()
        self._line_at = self._number
        self._keeps = _PASSED.match(line) is None
        if self._keeps:
            self._keep(line)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > LARGEST:
            self._wrong = self._wrong or f"more than {LARGEST:,} octets, pictures not counted"
            piece = piece[: max(0, 256 - len(self._line))]  # enough to see where the card ends
        self._line += piece

    def _logical(self) -> None:
        """A line that is whole."""
        line, self._line = bytes(self._line), bytearray()
        if not line.strip():
            return
        if _BEGIN.match(line):
            self._open()
        elif self._begun is None:
            self._stray()
        elif _END.match(line):
            self._close()
        elif self._wrong is None:
            self._note(line)

    def _open(self) -> None:
        if self._begun is not None:
            self._add([], "no END:VCARD before the next card begins")
        self._begun = self._line_at
        self._lines, self._size, self._wrong, self._astray = [], 0, None, False

    def _stray(self) -> None:
        self._size = 0
        if not self._astray:
            self._begun = self._line_at
            self._add([], "a line that is in no card")
            self._astray = True

    def _note(self, line: bytes) -> None:
        noted = understood(line)
        if noted is None:
            # Said when the card is whole: of another version it is that, and not this, which is wrong.
            noted = ContentLine("", line)
        self._lines.append(noted)

    def _close(self) -> None:
        try:
            row = self._read()
        except BadCard as error:
            self._add([], str(error))
        else:
            self._add(row)

    def _read(self) -> list[str]:
        if self._wrong is not None:
            raise BadCard(self._wrong)
        named = [line for line in self._lines if line.name]
        found = cells(named, self.encoding)
        if len(named) < len(self._lines):
            raise BadCard("a line that says nothing: neither a property, nor the next piece of one")
        return found

    def _add(self, row: list[str], wrong: str | None = None) -> None:
        assert self._begun is not None
        self._rows.append(FileRow(self._begun, row, wrong))
        self._count += 1
        self._begun = None
