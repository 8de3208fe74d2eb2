"""A list changed by a CSV file: lines read into rows, and what the file would change before it does."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from ltc_events import Refusal, Sha256, Value
from pydantic import Field, StringConstraints, ValidationError

from .difference import Difference, difference

R = TypeVar("R", bound=Value)
Cells = Mapping[str, str]
CSV_BYTES = 4_000_000
Csv = Annotated[str, StringConstraints(min_length=1, max_length=CSV_BYTES)]


class SheetUnusable(Refusal):
    """The file has lines that cannot be imported: {lines}. Ask for its difference, which says why of each."""


class InvalidLine(Value):
    """A line that cannot be imported."""

    line: int
    """As an editor counts: the headings are line 1."""
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet(Generic[R]):
    """The rows of a file, and its lines that are no rows."""

    rows: dict[str, R]
    invalid: tuple[InvalidLine, ...]
    lines: Mapping[str, int] = field(default_factory=dict)
    """On which line each row is."""

    def must_be_usable(self) -> "Sheet[R]":
        """The sheet, if all its lines are rows."""
        if self.invalid:
            raise SheetUnusable(lines=[each.line for each in self.invalid])
        return self


class FileDifference(Value):
    """What a file would change; `difference_hash` is what applying it is bound to."""

    difference_hash: Sha256
    added: int
    changed: int
    removed: int
    difference: Difference
    invalid: Sequence[InvalidLine] = Field(description="Lines that cannot be imported; as long as there are any, nothing can.")


def file_difference(old: Mapping[str, Any], sheet: Sheet[Any]) -> FileDifference:
    """What ``sheet`` would change in the list ``old``."""
    step = difference(old, sheet.rows)
    return FileDifference(
        difference_hash=step.hash,
        added=len(step.added),
        changed=len(step.changed),
        removed=len(step.removed),
        difference=step,
        invalid=sheet.invalid,
    )


def read_sheet(text: str, columns: Sequence[str], row_of: Callable[[Cells], R], key_of: Callable[[R], str]) -> Sheet[R]:
    """Read a CSV file with headings; the order of columns does not matter, those not named are not looked at.

    Args:
        columns: the headings that must be there.
        row_of: makes a row of the cells of a line; raises `ValueError` where they are no row.
        key_of: what must be there once.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), restkey="", restval="", strict=True)
    rows: dict[str, R] = {}
    invalid: list[InvalidLine] = []
    lines: dict[str, int] = {}
    try:
        headings = [heading.strip() for heading in reader.fieldnames or ()]
        if missing := [column for column in columns if column not in headings]:
            return Sheet({}, (InvalidLine(line=1, reason=f"the headings lack {', '.join(missing)}"),))
        reader.fieldnames = headings
        for cells in reader:
            try:
                row = row_of({name: cell.strip() for name, cell in cells.items() if isinstance(cell, str)})
            except ValueError as error:
                invalid.append(InvalidLine(line=reader.line_num, reason=in_words(error)))
                continue
            if key_of(row) in rows:
                invalid.append(InvalidLine(line=reader.line_num, reason=f"{key_of(row)} is there twice"))
            else:
                rows[key_of(row)] = row
                lines[key_of(row)] = reader.line_num
    except csv.Error as error:
        invalid.append(InvalidLine(line=reader.line_num, reason=f"not CSV: {error}"))
    return Sheet(rows, tuple(invalid), lines)


def in_words(error: ValueError) -> str:
    """Which column says what is wrong."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False))
    return str(error)
