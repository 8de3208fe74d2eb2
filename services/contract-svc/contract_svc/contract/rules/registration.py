"""Registering a contract: terms as quoted, a plan that bills all of it, a purchase order no other contract has. All or none."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Event, JointDecider, Refusal, States, Stream
from ltc_events.contract import ContractRegistered, PlanLine
from ltc_events.opportunity import lines_hash
from ltc_events.values import MAX_MINOR_UNITS
from pydantic import Field

from .. import rules as contract
from . import and_close_if_done, purchase_order
from .paper import Deal, Signed, contract_no, must_be_signed, must_have_come
from .payment_plan import must_be_a_plan_for
from .term import NoticeDays, must_be_a_term

LegalEntity = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Z0-9][A-Z0-9._-]*$", examples=["ACME-DE"])]
"""Ours, the one that sells and bills; short, because invoice numbers begin with it, and in capitals, so that one entity has one series."""

PaymentDays = Annotated[int, Field(ge=0, le=365)]


class RegisterContract(Command):
    """Put a signed contract in force."""

    contract_id: UUID
    legal_entity: LegalEntity
    purchase_order: Code | None = None
    plan: tuple[PlanLine, ...]
    payment_days: PaymentDays
    requested_delivery: date | None = None
    registered_on: date
    ends_on: date | None = None
    notice_days: NoticeDays | None = None
    today: date


class TermsDiffer(Refusal):
    """The lines of this contract are not those of the quote the customer accepted (hash {found}, accepted was {accepted})."""


class RegisteredBeforeSigned(Refusal):
    """The contract was signed on {signed_on}: it cannot have been registered on {registered_on}."""


class TooMuchToBill(Refusal):
    """The contract is worth {net}: with tax that may be more than we can bill."""


def streams(command: RegisterContract) -> list[Stream]:
    own = contract.decider.of(command.contract_id)
    if command.purchase_order is None:
        return [own]
    return [own, purchase_order.decider.of(purchase_order.po_id(command.purchase_order))]


def decide(states: States, command: RegisterContract) -> list[Event]:
    before = states.of(contract.decider, command.contract_id)
    registered = register(must_be_signed(before.stage), command)
    own = and_close_if_done(before, command.contract_id, [registered])
    if registered.purchase_order is None:
        return [*own]
    order = states.of(purchase_order.decider, purchase_order.po_id(registered.purchase_order))
    return [purchase_order.claim(order, registered.purchase_order, registered.contract_id, registered.contract_no), *own]


def register(signed: Signed, command: RegisterContract) -> ContractRegistered:
    deal = signed.deal
    must_have_come(command.registered_on, command.today)
    must_follow_signature(signed, command)
    must_be_a_term(command.ends_on, command.notice_days, command.registered_on)
    must_be_as_accepted(deal)
    must_be_billable(deal)
    return ContractRegistered(
        **dict(deal),
        contract_id=command.contract_id,
        contract_no=contract_no(command.contract_id),
        legal_entity=command.legal_entity,
        purchase_order=command.purchase_order,
        plan=must_be_a_plan_for(command.plan, deal.lines, deal.net),
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


decider: JointDecider[RegisterContract] = JointDecider(
    commands=RegisterContract, streams=streams, decide=decide, over=(contract.decider, purchase_order.decider)
)
