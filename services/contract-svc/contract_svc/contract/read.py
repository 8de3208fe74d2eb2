"""Questions about contracts: lists, and one with its lines, its plan and what may be done now."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ltc_events import Code, Money, UserId
from ltc_events.opportunity import PricedLine
from ltc_runtime.http import EVERYONE, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import and_, func, select

from .. import projections as shown
from ..api.resource import contracts
from . import rules as contract
from .rules.paper import ContractStatus, Function, UnknownContract, possible


class ContractRow(View):
    """A contract as lists show it."""

    contract_id: UUID
    contract_no: str | None = Field(description="Given at registration.")
    opportunity_id: UUID
    quote_id: UUID
    quote_hash: str
    party_id: UUID
    company: str
    status: ContractStatus
    net: Money
    account_manager: str
    solution_manager: str
    fulfilment_manager: str
    legal_entity: str | None
    purchase_order: str | None
    payment_days: int | None
    drafted_on: date
    drafted_at: datetime
    signed_on: date | None
    requested_delivery: date | None
    registered_on: date | None
    ends_on: date | None = Field(description="The last day of its term.")
    notice_days: int | None = Field(description="How long before its end sales is told; 90, if nothing was said.")
    expiry_told_at: datetime | None = Field(description="When sales was told that it ends.")
    closed_on: date | None


class ContractLine(PricedLine):
    """A line, and how much of it the customer accepted."""

    accepted: Decimal


class PlanLineView(View):
    """An instalment, and what came of it."""

    line: int
    kind: Literal["advance", "acceptance"]
    covers: Sequence[int]
    amount: Money
    billed: Money = Field(description="Net of tax, as the amount is.")
    billed_gross: Money
    paid: Money = Field(description="With tax.")


class ContractView(ContractRow):
    """A contract with its lines, its payment plan, its review, and what the caller may do now."""

    lines: Sequence[ContractLine]
    plan: Sequence[PlanLineView]
    review_function: Function | None
    reviewer: str | None
    findings: Sequence[str] | None
    document_hash: str | None
    actions: list[str]


@contracts.query("", roles=EVERYONE)
async def list_contracts(
    read: Read,
    paging: Paging,
    status: ContractStatus | None = None,
    opportunity_id: UUID | None = None,
    party_id: UUID | None = None,
    account_manager: UserId | None = None,
    contract_no: Code | None = None,
    purchase_order: Code | None = None,
    ends_until: date | None = None,
) -> Page[ContractRow]:
    """Contracts, newest first.

    `ends_until` finds those whose term ends on that day or before.
    """
    table = shown.contracts.c
    asked = {
        table.status: status,
        table.opportunity_id: opportunity_id,
        table.party_id: party_id,
        table.account_manager: account_manager,
        table.contract_no: contract_no,
        table.purchase_order: purchase_order,
    }
    found = select(*WITHOUT_LINES).where(*matching(asked))
    if ends_until is not None:
        found = found.where(table.ends_on <= ends_until)
    return await read.page(found, key=(table.drafted_at, table.contract_id), into=contract_row, paging=paging)


@contracts.query("/{contract_id}", roles=EVERYONE, refuses=(UnknownContract,))
async def show_contract(contract_id: UUID, read: Read) -> ContractView:
    """One contract with its payment plan."""
    found = select(shown.contracts).where(shown.contracts.c.contract_id == contract_id)
    row = await read.one(found, UnknownContract, stream=contract.decider.of(contract_id))
    accepted = await accepted_of(contract_id, read)
    return ContractView(
        **{**row, "net": Money(amount=row["net"], currency=row["currency"])}
        | {
            "lines": [ContractLine(**line, accepted=accepted.get(line["line"], Decimal(0))) for line in row["lines"]],
            "plan": await plan_of(contract_id, read),
            "actions": read.actions(possible(row["status"])),
        }
    )


contracts.history("/{contract_id}/history", roles=EVERYONE, refuses=(UnknownContract,))

WITHOUT_LINES = [column for column in shown.contracts.c if column.name not in ("lines", "findings")]


async def accepted_of(contract_id: UUID, read: Read) -> dict[int, Decimal]:
    table = shown.deliveries.c
    rows = await read.all(select(table.line, table.accepted).where(table.contract_id == contract_id))
    return {row["line"]: row["accepted"] for row in rows}


async def plan_of(contract_id: UUID, read: Read) -> list[PlanLineView]:
    plan, progress = shown.plan_lines, shown.plan_progress
    same_line = and_(progress.c.contract_id == plan.c.contract_id, progress.c.line == plan.c.line)
    reached = [func.coalesce(column, 0).label(column.name) for column in (progress.c.billed, progress.c.billed_gross, progress.c.paid)]
    found = select(plan, *reached).select_from(plan.outerjoin(progress, same_line)).where(plan.c.contract_id == contract_id)
    return [plan_line_view(**row) for row in await read.all(found.order_by(plan.c.line))]


def contract_row(**row: Any) -> ContractRow:
    return ContractRow(**{**row, "net": Money(amount=row["net"], currency=row["currency"])})


def plan_line_view(**row: Any) -> PlanLineView:
    amounts = {name: Money(amount=row[name], currency=row["currency"]) for name in ("amount", "billed", "billed_gross", "paid")}
    return PlanLineView(**{**row, **amounts})
