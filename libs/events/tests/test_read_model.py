"""A read model is its table; amounts of money are stored in minor units beside their currency."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import pytest
import sqlalchemy as sa
from ltc_events import Currency, Event, Fact, Money, projection
from ltc_events.read_model import CurrencyIn, Key, ReadModel, change, on, put
from ltc_events.testing import rows_after
from pydantic import BaseModel, Field

BILL = UUID(int=1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class BillRow(ReadModel, table="bill_row"):
    """A bill."""

    bill_id: Key[UUID]
    net: Money
    open: Money
    currency: Currency = Field(exclude=True)
    quoted: Annotated[Money | None, CurrencyIn("quoted_in")]
    quoted_in: str | None = Field(exclude=True)


class Billed(Event, type="ltc.test.read-model-billed.v1"):
    """A bill was sent."""

    bill_id: UUID
    net: Money
    quoted: Money | None = None


class Paid(Event, type="ltc.test.read-model-paid.v1"):
    """Some of it was paid."""

    bill_id: UUID
    open: Money


def net(bill: Billed) -> Money:
    return bill.net


bills = projection("bill_row", on(Billed, put(BillRow, open=net)), on(Paid, change(BillRow, "open")))


def usd(amount: int, currency: str = "USD") -> Money:
    return Money(amount=amount, currency=currency)


def shown(*events: Event) -> list[dict[str, object]]:
    return rows_after(Fact(0, "bill", BILL, 0, NOW, NOW, "fin", BILL), bills, BillRow.table, events)


def test_an_amount_is_a_column_of_minor_units() -> None:
    kinds = {column.name: (type(column.type), column.nullable) for column in BillRow.table.columns}
    assert kinds["net"] == kinds["open"] == (sa.BigInteger, False)
    assert kinds["quoted"] == (sa.BigInteger, True)


def test_amounts_and_their_currency_are_filled_from_money() -> None:
    billed = Billed(bill_id=BILL, net=usd(100), quoted=usd(90, "EUR"))
    row = {"bill_id": BILL, "net": 100, "open": 100, "currency": "USD", "quoted": 90, "quoted_in": "EUR"}
    assert shown(billed) == [row]
    assert shown(billed, Paid(bill_id=BILL, open=usd(30))) == [{**row, "open": 30}]
    assert shown(Billed(bill_id=BILL, net=usd(100))) == [{**row, "quoted": None, "quoted_in": None}]


def test_a_row_is_read_as_money() -> None:
    row = BillRow(**shown(Billed(bill_id=BILL, net=usd(100), quoted=usd(90, "EUR")))[0])
    assert (row.net, row.open, row.quoted) == (usd(100), usd(100), usd(90, "EUR"))
    assert row.model_dump(mode="json").keys() == {"bill_id", "net", "open", "quoted"}
    assert BillRow(**dict(row)) == row


def test_a_column_that_nothing_fills_is_found_at_import() -> None:
    with pytest.raises(TypeError, match=r"Paid does not fill BillRow\.net"):
        on(Paid, put(BillRow))


class Short(BaseModel):
    """A line of text."""

    kind: Literal["short"]
    words: int


class Choice(BaseModel):
    """One of several answers."""

    kind: Literal["choice"]
    answers: tuple[str, ...]


class Sheet(BaseModel):
    """Questions of either kind."""

    questions: tuple[Annotated[Short | Choice, Field(discriminator="kind")], ...]


class SheetRow(ReadModel, table="sheet_row"):
    """A sheet."""

    bill_id: Key[UUID]
    sheet: Sheet


class SheetDrawn(Event, type="ltc.test.read-model-sheet-drawn.v1"):
    """A sheet was drawn."""

    bill_id: UUID
    sheet: Sheet


def test_a_part_that_may_be_of_several_kinds_is_copied_whole() -> None:
    sheet = Sheet(questions=(Short(kind="short", words=3), Choice(kind="choice", answers=("yes", "no"))))
    sheets = projection("sheet_row", on(SheetDrawn, put(SheetRow)))
    fact = Fact(0, "bill", BILL, 0, NOW, NOW, "fin", BILL)
    (row,) = rows_after(fact, sheets, SheetRow.table, [SheetDrawn(bill_id=BILL, sheet=sheet)])
    assert row["sheet"] == sheet.model_dump(mode="json")
