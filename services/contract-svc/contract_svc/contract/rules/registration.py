"""Registering a contract: terms as quoted, a plan that bills all of it, a purchase order no other contract has. All or none."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from ltc_events import Code, Command, Refusal, Stream
from ltc_events.contract import ContractRegistered, PlanLine
from ltc_events.filled import NewNumber, PastDay
from ltc_events.opportunity import LineNo, lines_hash
from ltc_events.values import MAX_MINOR_UNITS
from pydantic import ConfigDict, Field

from . import purchase_order
from .paper import Deal, Signed, contract_no
from .payment_plan import must_be_a_plan_for
from .term import NoticeDays, must_be_a_term

LegalEntity = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Z0-9][A-Z0-9._-]*$", examples=["ACME-DE"])]
"""Ours, the one that sells and bills; short, because invoice numbers begin with it, and in capitals, so that one entity has one series."""

PaymentDays = Annotated[int, Field(ge=0, le=365)]


class AgreedPlanLine(PlanLine):
    """One instalment, net of tax."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    kind: Literal["advance", "acceptance"] = Field(description="Billed at registration, or as the lines it covers are accepted.")
    covers: Annotated[tuple[LineNo, ...], Field(max_length=1000)] = Field(
        (), description="The contract lines whose acceptance bills it; an advance names none."
    )


class RegisterContract(Command):
    """Put a signed contract in force.

    Order, invoices and revenue follow from it.
    """

    contract_id: UUID
    contract_no: NewNumber = None
    legal_entity: LegalEntity
    purchase_order: Code | None = Field(None, description="The customer's; it belongs to one contract only.", examples=["PO-4711"])
    plan: Annotated[tuple[AgreedPlanLine, ...], Field(max_length=1000)] = Field(
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
    registered_on: PastDay = Field(description="Today by default.")
    ends_on: date | None = Field(None, description="The last day of its term, if it has one.")
    notice_days: NoticeDays | None = Field(None, description="Days before its end when sales is notified; 90 by default.")

    def reads(self) -> list[Stream]:
        """The contract, and the purchase order it claims."""
        order = None if self.purchase_order is None else purchase_order.decider.of(purchase_order.po_id(self.purchase_order))
        return [Stream("contract", self.contract_id), *([] if order is None else [order])]


class TermsDiffer(Refusal):
    """The lines of this contract are not those of the quote the customer accepted (hash {found}, accepted was {accepted})."""


class RegisteredBeforeSigned(Refusal):
    """The contract was signed on {signed_on}: it cannot have been registered on {registered_on}."""


class TooMuchToBill(Refusal):
    """The contract is worth {net}: with tax that may be more than we can bill."""


def register(signed: Signed, command: RegisterContract) -> ContractRegistered:
    deal = signed.deal
    must_follow_signature(signed, command)
    must_be_a_term(command.ends_on, command.notice_days, command.registered_on)
    must_be_as_accepted(deal)
    must_be_billable(deal)
    return ContractRegistered(
        **dict(deal),
        contract_id=command.contract_id,
        contract_no=command.contract_no or contract_no(command.contract_id),
        legal_entity=command.legal_entity,
        purchase_order=command.purchase_order,
        plan=must_be_a_plan_for(tuple(PlanLine(**dict(line)) for line in command.plan), deal.lines, deal.net),
        payment_days=command.payment_days,
        requested_delivery=command.requested_delivery,
        registered_on=command.registered_on,
        ends_on=command.ends_on,
        notice_days=command.notice_days,
    )


def must_follow_signature(signed: Signed, command: RegisterContract) -> None:
    if command.registered_on < signed.signed_on:
        raise RegisteredBeforeSigned(signed_on=signed.signed_on.isoformat(), registered_on=command.registered_on.isoformat())


def must_be_as_accepted(deal: Deal) -> None:
    if (found := lines_hash(deal.lines)) != deal.quote_hash:
        raise TermsDiffer(found=found, accepted=deal.quote_hash)


def must_be_billable(deal: Deal) -> None:
    """No tax is more than 100 %, so an invoice is never more than twice its net."""
    if 2 * deal.net.amount > MAX_MINOR_UNITS:
        raise TooMuchToBill(net=str(deal.net))
