"""Where a page of a list begins: opaque to the caller, and checked when it comes back."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement

from .problems import Invalid


def encode(operation: str, values: Sequence[Any]) -> str:
    """The cursor behind a row with these key values."""
    return base64.urlsafe_b64encode(orjson.dumps([operation, *map(_plain, values)])).decode().rstrip("=")


def decode(operation: str, text: str, key: Sequence[ColumnElement[Any]]) -> list[Any]:
    """The key values of the row a cursor points behind.

    Raises:
        Invalid: it is not a cursor of this list.
    """
    try:
        whole = text + "=" * (-len(text) % 4)
        of, *values = orjson.loads(base64.b64decode(whole.encode("ascii"), altchars=b"-_", validate=True))
        if of != operation or len(values) != len(key):
            raise ValueError(of)
        return [_typed(value, column.type.python_type) for value, column in zip(values, key, strict=True)]
    except (ValueError, TypeError, ArithmeticError, binascii.Error):
        error = {"parameter": "cursor", "code": "cursor_invalid", "detail": "Not a cursor of this list"}
        raise Invalid(errors=[error]) from None


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
    return value


def _typed(value: Any, python_type: type) -> Any:
    if python_type is int:
        if type(value) is not int or abs(value) >= 2**63:
            raise ValueError(value)
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    if python_type is str:
        return value
    if python_type is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(value)
        return instant
    if python_type is date:
        return date.fromisoformat(value)
    if python_type is UUID:
        return UUID(value)
    if python_type is Decimal:
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError(value)
        return number
    raise ValueError(value)
