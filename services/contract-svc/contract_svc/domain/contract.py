"""A contract: drafted from the quote the customer accepted, reviewed, signed, in force, and over when all is delivered and paid."""

from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Currency, Decider, Event, Money, Name, Refusal, Sha256, Text, UserId, Value
from ltc_events.contract import ContractClosed, ContractRegistered, ContractSigned
from ltc_events.opportunity import PricedLine

from . import execution
from .execution import CashNoted, DeliveryNoted, Execution, InvoiceNoted, NoteCash, NoteCommand, NoteDelivery, NoteInvoice

Function = Literal["legal", "finance"]
"""The duty a reviewer speaks for."""
Verdict = Literal["approve", "reject"]


class Deal(Value):
    """What the customer accepted, word for word."""

    opportunity_id: UUID
    quote_id: UUID
    quote_hash: Sha256
    party_id: UUID
    company: Name
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    currency: Currency
    lines: tuple[PricedLine, ...]
    net: Money


# ── commands (a contract is registered together with its purchase order: registration.py) ─────────────────────────────


class DraftContract(Command):
    """Put a won deal on paper."""

    contract_id: UUID
    deal: Deal
    drafted_on: date


class ReviewContract(Command):
    """Say whether the contract may be signed, and what was found."""

    contract_id: UUID
    function: Function
    verdict: Verdict
    findings: tuple[Text, ...] = ()
    actor: UserId


class SignContract(Command):
    """Record that both parties signed."""

    contract_id: UUID
    document_hash: Sha256
    signed_on: date
    today: date


# ── private events ────────────────────────────────────────────────────────────────────────────────────────────────────


class ContractDrafted(Event, type="ltc.contract.drafted.v1"):
    """A won deal is on paper."""

    contract_id: UUID
    deal: Deal
    drafted_on: date


class ContractReviewed(Event, type="ltc.contract.reviewed.v1"):
    """Somebody who did not sell it looked at the contract and decided."""

    contract_id: UUID
    function: Function
    verdict: Verdict
    findings: tuple[Text, ...]
    reviewer: UserId


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownContract(Refusal):
    """There is no such contract."""

    status = 404


class ContractNotInReview(Refusal):
    """The contract is {stage}: only a draft is reviewed."""


class ReviewOfOwnDeal(Refusal):
    """{actor} is the account manager of this deal: somebody else must review its contract."""

    status = 403


class RejectionWithoutFinding(Refusal):
    """A contract is rejected for a reason: say what was found."""


class ContractNotApproved(Refusal):
    """The contract is {stage}: only an approved contract is signed."""


class ContractNotSigned(Refusal):
    """The contract is {stage}: only a signed contract is registered."""


class DayInTheFuture(Refusal):
    """{day} has not come yet: say when it happened."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

ContractStatus = Literal["draft", "approved", "rejected", "signed", "registered", "closed"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """No deal was won for it yet."""

    status: Literal["not drafted"] = "not drafted"


@dataclass(frozen=True, slots=True)
class Draft:
    """On paper, to be reviewed."""

    deal: Deal
    status: Literal["draft"] = "draft"


@dataclass(frozen=True, slots=True)
class Approved:
    """May be signed."""

    deal: Deal
    status: Literal["approved"] = "approved"


@dataclass(frozen=True, slots=True)
class Signed:
    """Both parties signed; to be registered."""

    deal: Deal
    signed_on: date
    status: Literal["signed"] = "signed"


@dataclass(frozen=True, slots=True)
class InForce:
    """Order, invoices and revenue follow from it."""

    deal: Deal
    registered_on: date
    status: Literal["registered"] = "registered"


@dataclass(frozen=True, slots=True)
class Over:
    """Rejected, or done."""

    status: Literal["rejected", "closed"]


Stage: TypeAlias = Nobody | Draft | Approved | Signed | InForce | Over


@dataclass(frozen=True, slots=True)
class Contract:
    """The paper and what became of it, which others tell and may tell before the paper is ready."""

    stage: Stage
    execution: Execution


ContractCommand: TypeAlias = DraftContract | ReviewContract | SignContract | NoteDelivery | NoteInvoice | NoteCash
ContractEvent: TypeAlias = (
    ContractDrafted | ContractReviewed | ContractSigned | ContractRegistered | DeliveryNoted | InvoiceNoted | CashNoted | ContractClosed
)


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(contract: Contract, command: ContractCommand) -> list[ContractEvent]:
    match command:
        case DraftContract():
            return draft(contract, command)
        case ReviewContract():
            return review(must_be_a_draft(contract), command)
        case SignContract():
            return sign(must_be_approved(contract), command)
        case NoteDelivery() | NoteInvoice() | NoteCash():
            return note(contract, command)


def draft(contract: Contract, command: DraftContract) -> list[ContractEvent]:
    if not isinstance(contract.stage, Nobody):
        return []  # heard twice, drafted once
    return [ContractDrafted(contract_id=command.contract_id, deal=command.deal, drafted_on=command.drafted_on)]


def review(draft: Draft, command: ReviewContract) -> list[ContractEvent]:
    if command.actor == draft.deal.account_manager:
        raise ReviewOfOwnDeal(actor=command.actor)
    if command.verdict == "reject" and not command.findings:
        raise RejectionWithoutFinding
    reviewed = ContractReviewed(
        contract_id=command.contract_id,
        function=command.function,
        verdict=command.verdict,
        findings=command.findings,
        reviewer=command.actor,
    )
    return [reviewed]


def sign(approved: Approved, command: SignContract) -> list[ContractEvent]:
    must_have_come(command.signed_on, command.today)
    signed = ContractSigned(
        contract_id=command.contract_id,
        opportunity_id=approved.deal.opportunity_id,
        party_id=approved.deal.party_id,
        company=approved.deal.company,
        net=approved.deal.net,
        document_hash=command.document_hash,
        signed_on=command.signed_on,
    )
    return [signed]


def note(contract: Contract, command: NoteCommand) -> list[ContractEvent]:
    noted = execution.note(contract.execution, command)
    return and_close_if_done(contract, command.contract_id, noted)


def and_close_if_done(contract: Contract, contract_id: UUID, events: Sequence[ContractEvent]) -> list[ContractEvent]:
    """A contract in force closes by itself, with the fact that leaves nothing open, whichever comes last."""
    after = contract
    for event in events:
        after = evolve(after, event)
    if not events or not isinstance(after.stage, InForce) or not is_done(after.stage, after.execution):
        return [*events]
    closed_on = max(after.stage.registered_on, after.execution.last_on)
    return [*events, ContractClosed(contract_id=contract_id, opportunity_id=after.stage.deal.opportunity_id, closed_on=closed_on)]


def is_done(stage: InForce, facts: Execution) -> bool:
    return facts.delivered(stage.deal.lines) and facts.billed_and_paid(stage.deal.net)


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_a_draft(contract: Contract) -> Draft:
    match contract.stage:
        case Draft():
            return contract.stage
        case Nobody():
            raise UnknownContract
        case Approved() | Signed() | InForce() | Over():
            raise ContractNotInReview(stage=contract.stage.status)


def must_be_approved(contract: Contract) -> Approved:
    match contract.stage:
        case Approved():
            return contract.stage
        case Nobody():
            raise UnknownContract
        case Draft() | Signed() | InForce() | Over():
            raise ContractNotApproved(stage=in_words(contract.stage))


def must_be_signed(contract: Contract) -> Signed:
    match contract.stage:
        case Signed():
            return contract.stage
        case Nobody():
            raise UnknownContract
        case Draft() | Approved() | InForce() | Over():
            raise ContractNotSigned(stage=in_words(contract.stage))


def in_words(stage: Draft | Approved | Signed | InForce | Over) -> str:
    return "still a draft" if isinstance(stage, Draft) else stage.status


def must_have_come(day: date, today: date) -> None:
    if day > today:
        raise DayInTheFuture(day=day.isoformat())


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(contract: Contract, event: ContractEvent) -> Contract:
    match event:
        case DeliveryNoted() | InvoiceNoted() | CashNoted():
            return replace(contract, execution=execution.keep(contract.execution, event))
        case ContractDrafted() | ContractReviewed() | ContractSigned() | ContractRegistered() | ContractClosed():
            return replace(contract, stage=next_stage(contract.stage, event))


def next_stage(stage: Stage, event: ContractDrafted | ContractReviewed | ContractSigned | ContractRegistered | ContractClosed) -> Stage:
    match event:
        case ContractDrafted(deal=deal):
            return Draft(deal)
        case ContractReviewed(verdict="reject"):
            return Over("rejected")
        case ContractReviewed():
            return Approved(deal_of(stage))
        case ContractSigned(signed_on=signed_on):
            return Signed(deal_of(stage), signed_on)
        case ContractRegistered(registered_on=registered_on):
            return InForce(deal_of(stage), registered_on)
        case ContractClosed():
            return Over("closed")


def possible(status: ContractStatus) -> tuple[str, ...]:
    """What may be done with a contract of this status, by the names the API gives it."""
    match status:
        case "draft":
            return ("review_contract",)
        case "approved":
            return ("sign_contract",)
        case "signed":
            return ("register_contract",)
        case "rejected" | "registered" | "closed":
            return ()


def deal_of(stage: Stage) -> Deal:
    assert isinstance(stage, Draft | Approved | Signed | InForce), "the decider never skips a stage"
    return stage.deal


def contract_no(contract_id: UUID) -> str:
    """What people call the contract: the first 80 bits of its id, in letters and digits that survive a telephone."""
    return f"C-{b32encode(contract_id.bytes[:10]).decode()}"


decider: Decider[Contract, ContractCommand, ContractEvent] = Decider(
    kind="contract",
    id="contract_id",
    initial=Contract(Nobody(), Execution()),
    decide=decide,
    evolve=evolve,
    commands=ContractCommand,
    events=ContractEvent,
)
