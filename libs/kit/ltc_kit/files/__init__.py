"""Files that people bring, read row by row in bounded memory: CSV, XLSX and vCard."""

import asyncio
from collections.abc import AsyncIterator
from itertools import islice

from ltc_events import BadFile, FileRow

from .cards import Cards, are_cards
from .delimited import Delimited
from .workbook import PACKED, is_workbook, workbook_rows

__all__ = ["Cards", "Delimited", "are_cards", "is_workbook", "read_rows", "workbook_rows"]

WORKBOOK_ROWS = 1_000
"""Rows of a workbook that are read at once."""


async def read_rows(parts: AsyncIterator[bytes], encoding: str) -> AsyncIterator[list[FileRow]]:
    """The rows of a file, some at a time; reading never holds up the others of this process for long.

    Raises:
        BadFile: it cannot be read.
    """
    first = await anext(parts, b"")
    if is_workbook(first):
        packed = bytearray(first)
        async for part in parts:
            packed += part
            if len(packed) > PACKED:
                raise BadFile(f"a workbook has {PACKED:,} bytes at most: save it as CSV")
        rows = workbook_rows(bytes(packed))
        while some := await asyncio.to_thread(lambda: list(islice(rows, WORKBOOK_ROWS))):
            yield some
        return
    text = Cards(encoding) if are_cards(first) else Delimited(encoding)
    yield text.feed(first)
    async for part in parts:
        yield text.feed(part)
    yield text.feed(b"", final=True)
