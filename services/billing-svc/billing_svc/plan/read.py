"""Shows billing plans: each line with the amounts that are billed and paid, and the latest invoices."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from ltc_events import Code, Currency, Money, projection
from ltc_events.read_model import Index, Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, PREVIEW, Api, Page, Paging, Read
from pydantic import Field
from sqlalchemy import func, select

from ..invoice.read import InvoiceRow
from .rules import PlanOpened, UnknownPlan, decider

plans = Api("/plans", stream=decider)


class PlanRow(ReadModel, table="plan_list"):
    """What is billed for a contract."""

    contract_id: Key[UUID]
    contract_no: str
    party_id: UUID
    company: str
    legal_entity: str
    net: Money
    currency: Currency = Field(exclude=True)
    payment_days: int
    registered_on: date

    newest: ClassVar = Index("registered_on", "contract_id")
    of_party: ClassVar = Index("party_id")
    of_number: ClassVar = Index("contract_no")


class PlanLineRow(ReadModel, table="plan_line"):
    """An instalment as it was agreed."""

    contract_id: Key[UUID] = Field(exclude=True)
    line: Key[int]
    kind: Literal["advance", "acceptance"]
    amount: Money
    currency: Currency = Field(exclude=True)
    covers: Sequence[int]


plan_list = projection("plan_list", on(PlanOpened, put(PlanRow, each="terms"), put(PlanLineRow, each="terms.plan")))


class PlanLineView(PlanLineRow):
    """An instalment, and the amounts that are billed and paid."""

    billed: Money = Field(description="Net of tax, as the amount is.")
    billed_gross: Money
    paid: Money = Field(description="With tax.")


class PlanView(PlanRow):
    """The plan of a contract, line by line, with its latest invoices."""

    lines: Sequence[PlanLineView]
    invoices: Sequence[InvoiceRow] = Field(description=f"The latest {PREVIEW}, in order of issue.")
    more_invoices: bool = Field(description="There are more: `/invoices?contract_id=` lists them all.")


@plans.query("", roles=EVERYONE)
async def list_plans(read: Read, paging: Paging, party_id: UUID | None = None, contract_no: Code | None = None) -> Page[PlanRow]:
    """Billing plans, newest first."""
    return await read.page_of(PlanRow, PlanRow.newest, paging, party_id=party_id, contract_no=contract_no)


@plans.query("/{contract_id}", roles=EVERYONE, refuses=(UnknownPlan,))
async def show_plan(contract_id: UUID, read: Read) -> PlanView:
    """The billing plan of one contract with its latest invoices."""
    # Shown with its invoices, so it has no version of its own.
    row = await read.row(PlanRow, UnknownPlan, contract_id=contract_id)
    invoices, more_invoices = await read.latest_rows(PREVIEW, InvoiceRow, ("issued_on", "number"), contract_id=contract_id)
    return PlanView(**dict(row), lines=await plan_lines_of(contract_id, read), invoices=invoices, more_invoices=more_invoices)


plans.history("/{contract_id}/history", roles=EVERYONE, refuses=(UnknownPlan,))


async def plan_lines_of(contract_id: UUID, read: Read) -> list[PlanLineView]:
    invoice = InvoiceRow.table.c
    sums = {"billed": func.sum(invoice.net), "billed_gross": func.sum(invoice.gross), "paid": func.sum(invoice.paid)}
    found = select(invoice.plan_line, *(column.label(name) for name, column in sums.items()))
    rows = await read.all(found.where(invoice.contract_id == contract_id).group_by(invoice.plan_line))
    billed = {row.pop("plan_line"): row for row in rows}
    nothing = dict.fromkeys(sums, 0)
    return [PlanLineView(**dict(line), **billed.get(line.line, nothing)) for line in await read.rows(PlanLineRow, contract_id=contract_id)]
