"""Rows as callers see them, where more than one resource shows them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Money
from ltc_runtime.http import Read, View
from sqlalchemy import select

from .. import projections as shown


class ApplicationView(View):
    """How much of which receipt paid how much of which invoice."""

    application_id: UUID
    receipt_id: UUID
    invoice_id: UUID
    contract_id: UUID
    amount: Money
    applied_on: date


async def applications_where(condition: Any, read: Read) -> list[ApplicationView]:
    table = shown.applications.c
    found = select(shown.applications).where(condition).order_by(table.applied_on, table.application_id, table.invoice_id)
    return [ApplicationView(**in_money(row, "amount")) for row in await read.all(found)]


def in_money(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """The row, with these columns as amounts of its currency."""
    return row | {name: Money(amount=int(Decimal(row[name])), currency=row["currency"]) for name in names}
