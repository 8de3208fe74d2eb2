"""Rows of a CSV file, each readable or not on its own: one broken line never takes the others with it."""

import csv
from collections.abc import Iterator
from pathlib import Path

from .deal import UnreadRow

Row = dict[str, str]

_LONGEST_ROW = 20
"""Lines a quoted field may span before we take its quote for a slip."""


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says what was expected."""


class BadRow(Exception):
    """One row cannot be read; the message says why."""


def lines(path: Path) -> list[str]:
    """The lines of a text file. What is not UTF-8 stays visible as lone surrogates, so that it spoils its row alone."""
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def header(path: Path) -> list[str]:
    """The column names of ``path``."""
    first = next(iter(lines(path)), "")
    try:
        return [name.strip().lower() for name in _cells(first)]
    except BadRow as error:
        raise Unreadable(f"{path}: the first line is no header: {error}") from error


def rows(path: Path) -> Iterator[tuple[int, Row] | UnreadRow]:
    """Every row below the header with the number of its first line, from 1; or why it is none."""
    names = header(path)
    pending = lines(path)
    at = 1
    while at < len(pending):
        number = at + 1
        if not pending[at].strip():
            at += 1
            continue
        try:
            cells, used = _row(pending, at, len(names))
        except BadRow as error:
            yield UnreadRow(number, str(error))
            at += 1
            continue
        at += used
        yield number, dict(zip(names, cells, strict=True))


def _row(pending: list[str], at: int, width: int) -> tuple[list[str], int]:
    # A quoted field may hold line breaks, so a row is the fewest lines that parse.
    for used in range(1, _LONGEST_ROW + 1):
        if at + used > len(pending):
            break
        text = "\n".join(pending[at : at + used])
        if text.count('"') % 2 == 0:
            cells = _cells(text)
            if len(cells) != width:
                raise BadRow(f"{len(cells)} columns where the header has {width}")
            return cells, used
    raise BadRow("a quote is opened and not closed")


def _cells(text: str) -> list[str]:
    if any(0xDC80 <= ord(letter) <= 0xDCFF for letter in text):
        raise BadRow("not UTF-8 text")
    if "\x00" in text:
        raise BadRow("a NUL character")
    try:
        found = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise BadRow(str(error)) from error
    return [cell.strip() for cell in found[0]] if found else []
