"""The cells of a row as values; a cell that is none says which, what it holds and what was expected."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from .rows import BadRow, Row

_NAME = re.compile(r"^[^\x00-\x1f\x7f\ud800-\udfff]{1,200}$")
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$")
_EMAIL = re.compile(r"^[^@\s]{1,120}@[^@\s]{1,120}$")
_USER = re.compile(r"[^a-z0-9]+")


def text(row: Row, column: str) -> str:
    """One line of text that must be there."""
    value = row[column]
    if not value:
        raise BadRow(f"{column} is empty")
    if not _NAME.match(value):
        raise BadRow(f"{column}: {shown(value)} is not one line of at most 200 characters")
    return value


def code(row: Row, column: str) -> str:
    """A business key, as price books take it."""
    value = text(row, column)
    if not _CODE.match(value):
        raise BadRow(f"{column}: {shown(value)} is not at most 64 letters, digits, blanks and . _ / -")
    return value


def email(row: Row, column: str) -> str:
    """An email address."""
    value = text(row, column)
    if not _EMAIL.match(value):
        raise BadRow(f"{column}: {shown(value)} is no email address")
    return value


def maybe(row: Row, column: str) -> str | None:
    """One line of text, if it is there."""
    return text(row, column) if row[column] else None


def day(row: Row, column: str) -> date:
    """A date that must be there."""
    try:
        return date.fromisoformat(text(row, column))
    except ValueError as error:
        raise BadRow(f"{column}: {shown(row[column])} is not a date like 2017-03-01") from error


def maybe_day(row: Row, column: str) -> date | None:
    """A date, if it is there."""
    return day(row, column) if row[column] else None


def number(row: Row, column: str, *, least: int = 0, most: int = 10**12) -> Decimal:
    """A decimal number that must be there."""
    return parsed(text(row, column), column, least=least, most=most)


def parsed(value: str, column: str, *, least: int = 0, most: int = 10**12) -> Decimal:
    """``value`` as a decimal number within bounds."""
    try:
        result = Decimal(value)
    except InvalidOperation as error:
        raise BadRow(f"{column}: {shown(value)} is not a number") from error
    if not result.is_finite():
        raise BadRow(f"{column}: {shown(value)} is not a number")
    if not least <= result <= most:
        raise BadRow(f"{column}: {shown(value)} is not between {least} and {most}")
    return result


def whole(row: Row, column: str, *, least: int, most: int, default: int) -> int:
    """A whole number; ``default`` where the cell is empty."""
    if not row[column]:
        return default
    value = number(row, column, least=least, most=most)
    if value != int(value):
        raise BadRow(f"{column}: {shown(row[column])} is not a whole number")
    return int(value)


def one_of(row: Row, column: str, allowed: tuple[str, ...]) -> str:
    """One of a few words, in any case."""
    value = text(row, column).lower()
    if value not in allowed:
        raise BadRow(f"{column}: {shown(row[column])} is none of {', '.join(allowed)}")
    return value


def in_order(*days: tuple[str, date | None]) -> None:
    """Dates that are there must not go backwards."""
    known = [(column, when) for column, when in days if when is not None]
    for (before, first), (after, then) in pairwise(known):
        if then < first:
            raise BadRow(f"{after} {then} is before {before} {first}")


def user(name: str) -> str:
    """The user id of a person's name: ``Moses Frase`` is ``moses.frase``."""
    return _USER.sub(".", name.lower()).strip(".")[:100] or "nobody"


def shown(value: str) -> str:
    """A cell as a message may quote it: short and printable."""
    return repr(value if len(value) <= 40 else value[:37] + "...")
