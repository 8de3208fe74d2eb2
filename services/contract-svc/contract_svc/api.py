"""What people do with contracts, and what they can ask about them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ltc_events import Code, Money, Sha256, Text, UserId
from ltc_events.contract import PlanLine
from ltc_events.opportunity import LineNo, PricedLine
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, Role, View, matching
from pydantic import Field
from sqlalchemy import and_, func, select

from . import projections as shown
from .domain import contract
from .domain.paper import (
    ContractNotApproved,
    ContractNotInReview,
    ContractNotSigned,
    ContractStatus,
    DayInTheFuture,
    Function,
    RejectionWithoutFinding,
    ReviewContract,
    ReviewOfOwnDeal,
    SignContract,
    UnknownContract,
    Verdict,
    possible,
)
from .domain.payment_plan import (
    AcceptanceNamesNoLines,
    AdvanceNamesLines,
    LinesNotCovered,
    PlanDoesNotSum,
    PlanInOtherCurrency,
    PlanLineTwice,
    PlanLineWithoutAmount,
    PlanNamesUnknownLine,
)
from .domain.purchase_order import PurchaseOrderTaken
from .domain.registration import LegalEntity, PaymentDays, RegisterContract, RegisteredBeforeSigned, TermsDiffer, TooMuchToBill
from .domain.term import NoticeDays, NoticeWithoutEnd, TermOverBeforeItBegins

REVIEWERS: tuple[Role, ...] = ("legal", "finance")
SIGNERS: tuple[Role, ...] = ("sales_manager", "legal")
NOT_A_PLAN = (
    PlanDoesNotSum,
    PlanLineTwice,
    PlanLineWithoutAmount,
    PlanInOtherCurrency,
    AdvanceNamesLines,
    AcceptanceNamesNoLines,
    PlanNamesUnknownLine,
    LinesNotCovered,
)

contracts = Api("/contracts", stream=contract.decider)

# ── from draft to in force ────────────────────────────────────────────────────────────────────────────────────────────


class ReviewBody(Body):
    """What was found, and whether the contract may be signed."""

    verdict: Verdict = Field(examples=["approve"])
    findings: Annotated[tuple[Text, ...], Field(max_length=100)] = Field((), examples=[["Liability is capped at the contract value."]])


@contracts.act(
    "/{contract_id}/review",
    roles=REVIEWERS,
    refuses=(UnknownContract, ContractNotInReview, ReviewOfOwnDeal, RejectionWithoutFinding),
)
async def review_contract(contract_id: UUID, body: ReviewBody, handle: Handle) -> None:
    """Approve or reject a draft.

    The reviewer speaks for legal or finance, and is not the account manager of the deal.
    """
    function: Function = "legal" if "legal" in handle.roles else "finance"
    command = ReviewContract(contract_id=contract_id, function=function, verdict=body.verdict, findings=body.findings, actor=handle.actor)
    return await handle(command)


class SignBody(Body):
    """The document both parties signed."""

    document_hash: Sha256 = Field(description="SHA-256 of the signed document.", examples=["9f" * 32])
    signed_on: date | None = Field(None, description="Today, if nothing is said.")


@contracts.act("/{contract_id}/sign", roles=SIGNERS, refuses=(UnknownContract, ContractNotApproved, DayInTheFuture))
async def sign_contract(contract_id: UUID, body: SignBody, handle: Handle) -> None:
    """Record that both parties signed."""
    command = SignContract(
        contract_id=contract_id, document_hash=body.document_hash, signed_on=body.signed_on or handle.today, today=handle.today
    )
    return await handle(command)


class PlanLineBody(Body):
    """One instalment, net of tax."""

    line: LineNo
    kind: Literal["advance", "acceptance"] = Field(description="Billed at registration, or as the lines it covers are accepted.")
    amount: Money
    covers: Annotated[tuple[LineNo, ...], Field(max_length=1000)] = Field(
        (), description="The contract lines whose acceptance bills it; an advance names none."
    )


class RegisterBody(Body):
    """What was agreed beside the quote."""

    legal_entity: LegalEntity
    purchase_order: Code | None = Field(None, description="The customer's; it belongs to one contract only.", examples=["PO-4711"])
    plan: Annotated[tuple[PlanLineBody, ...], Field(max_length=1000)] = Field(
        description="Sums to the net value of the contract, and covers every line of it.",
        examples=[
            [
                {"line": 1, "kind": "advance", "amount": {"amount": 30_000, "currency": "USD"}},
                {"line": 2, "kind": "acceptance", "amount": {"amount": 70_000, "currency": "USD"}, "covers": [1, 2]},
            ]
        ],
    )
    payment_days: PaymentDays = Field(30, description="From the issue of an invoice to its due date.")
    requested_delivery: date | None = Field(None, description="When the customer wants the goods.")
    registered_on: date | None = Field(None, description="Today, if nothing is said.")
    ends_on: date | None = Field(None, description="The last day of its term, if it has one.")
    notice_days: NoticeDays | None = Field(None, description="So many days before its end sales is told; 90, if nothing is said.")


@contracts.act(
    "/{contract_id}/register",
    roles=SIGNERS,
    refuses=(
        UnknownContract,
        ContractNotSigned,
        RegisteredBeforeSigned,
        DayInTheFuture,
        TermsDiffer,
        TooMuchToBill,
        TermOverBeforeItBegins,
        NoticeWithoutEnd,
        PurchaseOrderTaken,
        *NOT_A_PLAN,
    ),
)
async def register_contract(contract_id: UUID, body: RegisterBody, handle: Handle) -> None:
    """Put a signed contract in force.

    Order, invoices and revenue follow from it.
    """
    command = RegisterContract(
        contract_id=contract_id,
        legal_entity=body.legal_entity,
        purchase_order=body.purchase_order,
        plan=tuple(PlanLine(**dict(line)) for line in body.plan),
        payment_days=body.payment_days,
        requested_delivery=body.requested_delivery,
        registered_on=body.registered_on or handle.today,
        ends_on=body.ends_on,
        notice_days=body.notice_days,
        today=handle.today,
    )
    return await handle(command)


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


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
