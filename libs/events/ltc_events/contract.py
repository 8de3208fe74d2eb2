"""What contract-svc publishes: what was signed, what is owed when, and when it is over."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from .opportunity import LineNo, PricedLine
from .values import Code, Currency, Money, Name, Sha256, UserId, Value
from .vocabulary import PublishedEvent


class PlanLine(Value):
    """One instalment of a payment plan, net of tax."""

    line: LineNo
    kind: Literal["advance", "acceptance"]
    """``advance`` is billed at registration, ``acceptance`` as the lines it covers are accepted."""
    amount: Money
    covers: tuple[LineNo, ...] = ()
    """The contract lines whose acceptance bills it; an advance covers all lines and names none."""


class ContractSigned(PublishedEvent, type="ltc.contract.signed.v1"):
    """Both parties signed this document."""

    contract_id: UUID
    opportunity_id: UUID
    party_id: UUID
    company: Name
    net: Money
    document_hash: Sha256
    signed_on: date


class ContractRegistered(PublishedEvent, type="ltc.contract.registered.v1"):
    """The contract is in force: order, invoices and revenue follow from it."""

    contract_id: UUID
    opportunity_id: UUID
    contract_no: Code
    party_id: UUID
    company: Name
    legal_entity: Code
    """Ours, the one that sells and bills."""
    purchase_order: Code | None = None
    quote_id: UUID
    quote_hash: Sha256
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    currency: Currency
    lines: tuple[PricedLine, ...]
    net: Money
    plan: tuple[PlanLine, ...]
    payment_days: Annotated[int, Field(ge=0, le=365)]
    """Days from an invoice's issue to its due date."""
    requested_delivery: date | None = None
    registered_on: date
    ends_on: date | None = None
    """The last day of its term; without one it ends when all is delivered and paid."""
    notice_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    """How many days before its end the notice was due."""


class ContractExpiring(PublishedEvent, type="ltc.contract.expiring.v1"):
    """The term of a contract ends soon: who wants to go on together must talk now."""

    contract_id: UUID
    opportunity_id: UUID
    contract_no: Code
    party_id: UUID
    company: Name
    account_manager: UserId
    net: Money
    ends_on: date


class ContractClosed(PublishedEvent, type="ltc.contract.closed.v1"):
    """Everything was delivered, billed and paid."""

    contract_id: UUID
    opportunity_id: UUID
    closed_on: date
