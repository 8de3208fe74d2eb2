"""From draft to in force: review, signature, registration."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from ltc_events import Code, Money, Sha256, Text
from ltc_events.contract import PlanLine
from ltc_events.opportunity import LineNo
from ltc_runtime.http import Body, Handle, Role
from pydantic import Field

from ..api.resource import contracts
from .rules.paper import (
    ContractNotApproved,
    ContractNotInReview,
    ContractNotSigned,
    DayInTheFuture,
    Function,
    RejectionWithoutFinding,
    ReviewContract,
    ReviewOfOwnDeal,
    SignContract,
    UnknownContract,
    Verdict,
)
from .rules.payment_plan import (
    AcceptanceNamesNoLines,
    AdvanceNamesLines,
    LinesNotCovered,
    PlanDoesNotSum,
    PlanInOtherCurrency,
    PlanLineTwice,
    PlanLineWithoutAmount,
    PlanNamesUnknownLine,
)
from .rules.purchase_order import PurchaseOrderTaken
from .rules.registration import LegalEntity, PaymentDays, RegisterContract, RegisteredBeforeSigned, TermsDiffer, TooMuchToBill
from .rules.term import NoticeDays, NoticeWithoutEnd, TermOverBeforeItBegins

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
