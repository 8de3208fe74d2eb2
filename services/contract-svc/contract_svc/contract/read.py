"""Shows contracts: the list, the review, and how much of each plan line and contract line is billed, paid and accepted."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from ltc_events import Code, Currency, Fact, Money, UserId, projection
from ltc_events.contract import ContractClosed, ContractExpiring, ContractRegistered, ContractSigned
from ltc_events.opportunity import PricedLine
from ltc_events.read_model import Index, Indexed, Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Page, Paging, Read, matching
from pydantic import Field
from sqlalchemy import select

from .api import contracts
from .rules import decider
from .rules.execution import CashNoted, DeliveryNoted, InvoiceNoted
from .rules.paper import ContractDrafted, ContractReviewed, ContractStatus, Function, UnknownContract, possible

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ContractRow(ReadModel, table="contract_list"):
    """A contract as lists show it."""

    contract_id: Key[UUID]
    opportunity_id: Indexed[UUID]
    quote_id: UUID
    quote_hash: str
    party_id: UUID
    company: str
    account_manager: str
    solution_manager: str
    fulfilment_manager: str
    currency: Currency = Field(exclude=True)
    net: Money
    status: ContractStatus
    lines: Sequence[PricedLine] = Field((), exclude=True)
    drafted_on: date
    drafted_at: datetime
    review_function: Function | None = Field(exclude=True)
    reviewer: str | None = Field(exclude=True)
    findings: Sequence[str] | None = Field(None, exclude=True)
    document_hash: str | None = Field(exclude=True)
    signed_on: date | None
    contract_no: str | None = Field(description="Given at registration, such as C-2026-00007.")
    legal_entity: str | None
    purchase_order: str | None
    payment_days: int | None
    requested_delivery: date | None
    registered_on: date | None
    ends_on: date | None = Field(description="The last day of its term.")
    notice_days: int | None = Field(description="Days before its end when sales is notified; 90 by default.")
    expiry_told_at: datetime | None = Field(description="When the end of its term was announced to sales.")
    closed_on: date | None

    newest: ClassVar = Index("drafted_at", "contract_id")
    of_status: ClassVar = Index("status", "drafted_at", "contract_id")
    of_party: ClassVar = Index("party_id")
    of_end: ClassVar = Index("ends_on")
    of_number: ClassVar = Index("contract_no")
    of_purchase_order: ClassVar = Index("purchase_order")


class PlanLineRow(ReadModel, table="contract_plan_line"):
    """An instalment as it was agreed."""

    contract_id: Key[UUID] = Field(exclude=True)
    line: Key[int]
    kind: Literal["advance", "acceptance"]
    amount: Money
    currency: Currency = Field(exclude=True)
    covers: Sequence[int]


class PlanProgressRow(ReadModel, table="contract_plan_progress"):
    """What is billed and paid of a plan line; apart from the plan, because it may be known before the contract is registered."""

    contract_id: Key[UUID] = Field(exclude=True)
    line: Key[int]
    currency: Currency = Field(exclude=True)
    billed: Money
    billed_gross: Money
    paid: Money


class DeliveryRow(ReadModel, table="contract_delivery"):
    """How much of a contract line the customer accepted."""

    contract_id: Key[UUID] = Field(exclude=True)
    line: Key[int]
    accepted: Decimal


# ── projections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def occurred_at(contract: ContractDrafted | ContractExpiring, fact: Fact) -> datetime:
    return fact.occurred_at


def reviewed(contract: ContractReviewed) -> ContractStatus:
    return "approved" if contract.verdict == "approve" else "rejected"


def review_function(contract: ContractReviewed) -> Function:
    return contract.function


AGREED = (
    "contract_no",
    "legal_entity",
    "purchase_order",
    "payment_days",
    "requested_delivery",
    "registered_on",
    "ends_on",
    "notice_days",
)

contract_list = projection(
    "contract_list",
    on(ContractDrafted, put(ContractRow, each="deal", status="draft", drafted_at=occurred_at)),
    on(ContractReviewed, change(ContractRow, "reviewer", "findings", status=reviewed, review_function=review_function)),
    on(ContractSigned, change(ContractRow, "document_hash", "signed_on", status="signed")),
    on(ContractRegistered, change(ContractRow, *AGREED, status="registered")),
    on(ContractClosed, change(ContractRow, "closed_on", status="closed")),
    on(ContractExpiring, change(ContractRow, expiry_told_at=occurred_at)),
    version=2,
)

contract_progress = projection(
    "contract_progress",
    on(ContractRegistered, put(PlanLineRow, each="plan")),
    on(InvoiceNoted, put(PlanProgressRow, each="progress")),
    on(CashNoted, put(PlanProgressRow, each="progress")),
    on(DeliveryNoted, put(DeliveryRow, each="lines")),
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class ContractLine(PricedLine):
    """A line, and how much of it the customer accepted."""

    accepted: Decimal


class PlanLineView(PlanLineRow):
    """An instalment, and the amounts that are billed and paid."""

    billed: Money = Field(description="Net of tax, as the amount is.")
    billed_gross: Money
    paid: Money = Field(description="With tax.")


class ContractView(ContractRow):
    """A contract with its lines, its payment plan, its review, and the actions of the caller."""

    lines: Sequence[ContractLine]
    plan: Sequence[PlanLineView]
    review_function: Function | None
    reviewer: str | None
    findings: Sequence[str] | None
    document_hash: str | None
    actions: list[str]


WITHOUT_LINES = [column for column in ContractRow.table.c if column.name not in ("lines", "findings")]


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
    table = ContractRow.table.c
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
    return await read.page(found, key=(table.drafted_at, table.contract_id), into=ContractRow, paging=paging)


@contracts.query("/{contract_id}", roles=EVERYONE, refuses=(UnknownContract,))
async def show_contract(contract_id: UUID, read: Read) -> ContractView:
    """One contract with its payment plan."""
    row = await read.row(ContractRow, UnknownContract, stream=decider.of(contract_id), contract_id=contract_id)
    accepted = {each.line: each.accepted for each in await read.rows(DeliveryRow, contract_id=contract_id)}
    lines = [ContractLine(**dict(line), accepted=accepted.get(line.line, Decimal(0))) for line in row.lines]
    actions = read.actions(possible(row.status))
    return ContractView(**{**dict(row), "lines": lines}, plan=await plan_of(contract_id, read), actions=actions)


contracts.history("/{contract_id}/history", roles=EVERYONE, refuses=(UnknownContract,))

NOTHING = {"billed": 0, "billed_gross": 0, "paid": 0}


async def plan_of(contract_id: UUID, read: Read) -> list[PlanLineView]:
    progress = await read.rows(PlanProgressRow, contract_id=contract_id)
    reached = {each.line: {"billed": each.billed, "billed_gross": each.billed_gross, "paid": each.paid} for each in progress}
    plan = await read.rows(PlanLineRow, contract_id=contract_id)
    return [PlanLineView(**dict(line), **reached.get(line.line, NOTHING)) for line in plan]
