"""What is billed for a contract, line by line, and what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from ltc_events import Code, Money
from ltc_runtime.http import EVERYONE, LISTED, Api, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import and_, func, select

from .. import projections as shown
from . import rules as plan
from .rules import UnknownPlan
from ..invoice.read import InvoiceRow, invoice_row
from ..receipt.read import in_money

plans = Api("/plans", stream=plan.decider)


class PlanRow(View):
    """What is billed for a contract."""

    contract_id: UUID
    contract_no: str
    party_id: UUID
    company: str
    legal_entity: str
    net: Money
    payment_days: int
    registered_on: date


class PlanLineView(View):
    """An instalment, and what came of it."""

    line: int
    kind: Literal["advance", "acceptance"]
    covers: Sequence[int]
    amount: Money
    billed: Money = Field(description="Net of tax, as the amount is.")
    billed_gross: Money
    paid: Money = Field(description="With tax.")


class PlanView(PlanRow):
    """The plan of a contract, line by line, with its latest invoices."""

    lines: Sequence[PlanLineView]
    invoices: Sequence[InvoiceRow] = Field(description=f"The latest {LISTED}, in the order they were issued in.")
    more_invoices: bool = Field(description="There are more: `/invoices?contract_id=` lists them all.")


@plans.query("", roles=EVERYONE)
async def list_plans(read: Read, paging: Paging, party_id: UUID | None = None, contract_no: Code | None = None) -> Page[PlanRow]:
    """What is billed for which contract, newest first."""
    table = shown.plans.c
    asked = {table.party_id: party_id, table.contract_no: contract_no}
    found = select(shown.plans).where(*matching(asked))
    return await read.page(found, key=(table.registered_on, table.contract_id), into=plan_row, paging=paging)


@plans.query("/{contract_id}", roles=EVERYONE, refuses=(UnknownPlan,))
async def show_plan(contract_id: UUID, read: Read) -> PlanView:
    """The plan of one contract, and what came of it."""
    # Composed with its invoices, so it has no version of its own.
    row = await read.one(select(shown.plans).where(shown.plans.c.contract_id == contract_id), UnknownPlan)
    billed = shown.invoices.c
    of_contract = select(shown.invoices).where(billed.contract_id == contract_id)
    invoices, more_invoices = await read.latest(LISTED, of_contract, key=(billed.issued_on, billed.number))
    return PlanView(
        **dict(plan_row(**row)),
        lines=await plan_lines_of(contract_id, read),
        invoices=[invoice_row(**each) for each in invoices],
        more_invoices=more_invoices,
    )


plans.history("/{contract_id}/history", roles=EVERYONE, refuses=(UnknownPlan,))


async def plan_lines_of(contract_id: UUID, read: Read) -> list[PlanLineView]:
    lines, billed = shown.plan_lines, shown.invoices
    same_line = and_(billed.c.contract_id == lines.c.contract_id, billed.c.plan_line == lines.c.line)
    sums = [
        func.coalesce(func.sum(column), 0).label(name)
        for name, column in {"billed": billed.c.net, "billed_gross": billed.c.gross, "paid": billed.c.paid}.items()
    ]
    # PostgreSQL groups JSON by no column of it; the primary key says which line it is.
    counted = select(lines.c.line, *sums).select_from(lines.outerjoin(billed, same_line))
    reached = {row["line"]: row for row in await read.all(counted.where(lines.c.contract_id == contract_id).group_by(lines.c.line))}
    agreed = await read.all(select(lines).where(lines.c.contract_id == contract_id).order_by(lines.c.line))
    return [plan_line_view(**{**row, **reached[row["line"]]}) for row in agreed]


def plan_row(**row: Any) -> PlanRow:
    return PlanRow(**in_money(row, "net"))


def plan_line_view(**row: Any) -> PlanLineView:
    return PlanLineView(**in_money(row, "amount", "billed", "billed_gross", "paid"))
