"""Any list as a file: the same rows as CSV or XLSX, on request in ``Accept``.

A spreadsheet takes a text that begins with ``= + - @`` for a formula, and runs what a customer wrote into a form. Such a text gets
an apostrophe before it (OWASP, *CSV injection*); numbers stay numbers.
"""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import IO, Any, Protocol, Union, get_args, get_origin
from uuid import UUID

import orjson
from ltc_events import Refusal
from pydantic import BaseModel

from .pages import AsColumns, Page, Paging
from .responses import HeaderPair, Receive, Scope, Send

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 100_000
PAGE = 2_000
CHUNK = 64 * 1024
IN_MEMORY = 1024 * 1024
"""Bytes of a file that are kept in memory; a larger one goes to the disk."""

EXACT = 10**15
"""From here on a spreadsheet, whose numbers are floating point, would change the last digits."""

_FORMULA = re.compile(r"^[\s\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|^[\t\r]")
_NUMBER = re.compile(r"^[+-]?[0-9]+([.,][0-9]+)?$")

Cell = str | int | Decimal | None


class TooManyRows(Refusal):
    """More than {most} rows: take the list in parts, by its filters."""

    status = 409


def requested_format(accept: bytes | None) -> str | None:
    """The file format an ``Accept`` header names first, if it names one and not JSON before it."""
    for part in (accept or b"").decode("latin-1").lower().split(","):
        kind = part.split(";")[0].strip()
        if kind in (CSV, XLSX):
            return kind
        if kind in ("application/json", "application/*", "*/*"):
            return None
    return None


class Sheet(Protocol):
    """A file that rows are written to, one after the other."""

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Add rows."""
        ...

    def close(self) -> None:
        """Finish it."""
        ...


class CsvSheet:
    """RFC 4180, UTF-8 with a byte order mark, because that is how spreadsheets know it is UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._rows = csv.writer(self._text)

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Add rows."""
        self._rows.writerows(rows)

    def close(self) -> None:
        """Finish it."""
        self._text.detach()


class XlsxSheet:
    """One worksheet. No cell is a formula or a link, whatever it holds."""

    def __init__(self, file: IO[bytes]) -> None:
        plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        from xlsxwriter import Workbook  # here: every process would load it at its start, and few ever write one

        self._book = Workbook(file, plain)
        self._sheet = self._book.add_worksheet()
        self._row = 0

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Add rows."""
        for row in rows:
            for column, cell in enumerate(row):
                self._write(column, cell)
            self._row += 1

    def _write(self, column: int, cell: Cell) -> None:
        if isinstance(cell, (int, Decimal)) and -EXACT < cell < EXACT and len(str(cell)) <= 16:
            self._sheet.write_number(self._row, column, float(cell))
        elif cell is not None:
            self._sheet.write_string(self._row, column, str(cell))

    def close(self) -> None:
        """Finish it."""
        self._book.close()


SHEETS: dict[str, Callable[[IO[bytes]], Sheet]] = {CSV: CsvSheet, XLSX: XlsxSheet}


class File:
    """An answer that is a file."""

    status_code = 200

    def __init__(self, headers: Sequence[HeaderPair], file: IO[bytes]) -> None:
        self._headers = headers
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, piece by piece."""
        with self._file as file:
            length = file.seek(0, io.SEEK_END)
            file.seek(0)
            headers = [*self._headers, (b"content-length", b"%d" % length)]
            await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
            while piece := await asyncio.to_thread(file.read, CHUNK):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


async def exported(kind: str, name: str, view: type[BaseModel], page_of: Callable[[Paging], Any]) -> File:
    """The whole list as a file.

    Args:
        kind: `CSV` or `XLSX`.
        name: what the file is called, without its ending.
        view: what a row of the list is.
        page_of: the page of the list that a `Paging` asks for.

    Raises:
        TooManyRows: it is longer than `MAX_ROWS`.
    """
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        sheet = SHEETS[kind](file)
        found: list[Column] = []
        async for page in _pages(page_of):
            if not found:
                found = list(columns(view, page[0] if page else None))
                sheet.write([[".".join(column) for column in found]])
            await asyncio.to_thread(sheet.write, [cells(row, found) for row in page])
        await asyncio.to_thread(sheet.close)
    except BaseException:
        file.close()
        raise
    ending = "csv" if kind == CSV else "xlsx"
    said = f'attachment; filename="{name}.{ending}"'
    media = f"{CSV}; charset=utf-8" if kind == CSV else kind
    return File([(b"content-type", media.encode()), (b"content-disposition", said.encode())], file)


async def _pages(page_of: Callable[[Paging], Any]) -> AsyncIterator[Sequence[BaseModel]]:
    paging, rows = Paging(limit=PAGE), 0
    while True:
        page: Page[BaseModel] = await page_of(paging)
        rows += len(page.data)
        if rows > MAX_ROWS:
            raise TooManyRows(most=f"{MAX_ROWS:,}")
        yield page.data
        if page.next_cursor is None:
            return
        paging = Paging(limit=PAGE, cursor=page.next_cursor)


Column = tuple[str, ...]
"""The way to what a column shows, from the row on: ``("net", "amount")``."""


def columns(view: type[BaseModel], first: BaseModel | None = None, before: Column = ()) -> Iterator[Column]:
    """The columns of a view: its fields, those of a value such as money each apart, and the keys of a map that is marked `AsColumns`.

    Args:
        first: a row of the list, whose maps say their keys; with none, they have no columns.
    """
    for name, field in view.model_fields.items():
        if field.exclude:
            continue
        inner = _value_in(field.annotation)
        if any(isinstance(mark, AsColumns) for mark in field.metadata):
            yield from ((*before, name, key) for key in getattr(first, name, ()))
        elif inner is None:
            yield (*before, name)
        else:
            yield from columns(inner, before=(*before, name))


def _value_in(annotation: Any) -> type[BaseModel] | None:
    choices = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    found = [choice for choice in choices if choice is not type(None)]
    return found[0] if len(found) == 1 and isinstance(found[0], type) and issubclass(found[0], BaseModel) else None


def cells(row: BaseModel, ways: Sequence[Column]) -> list[Cell]:
    """A row of the file."""
    found: list[Cell] = []
    for way in ways:
        value: Any = row
        for step in way:
            value = None if value is None else value.get(step) if isinstance(value, dict) else getattr(value, step)
        found.append(cell(value))
    return found


def cell(value: Any) -> Cell:
    """What a spreadsheet shows for a value."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return value
        case str():
            return harmless(value)
        case UUID():
            return str(value)
        case date():  # and datetime
            return value.isoformat()
        case _:
            return harmless(orjson.dumps(value, default=_plain).decode())


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def harmless(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text
