"""The paper of a contract: who reviews it, who signs it, and what may be done with it at each stage."""

from base64 import b32encode
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Currency, Event, Money, Name, Refusal, Sha256, Text, UserId, Value
from ltc_events.contract import ContractClosed, ContractRegistered, ContractSigned
from ltc_events.filled import PastDay
from ltc_events.opportunity import PricedLine
from pydantic import Field

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


# ── commands (`RegisterContract` is in registration.py) ───────────────────────────────────────────────────────────────


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
    document_hash: Sha256 = Field(description="SHA-256 of the signed document.", examples=["9f" * 32])
    signed_on: PastDay = Field(description="Today by default.")


# ── private events ────────────────────────────────────────────────────────────────────────────────────────────────────


class ContractDrafted(Event, type="ltc.contract.drafted.v1"):
    """A won deal is on paper."""

    contract_id: UUID
    deal: Deal
    drafted_on: date


class ContractReviewed(Event, type="ltc.contract.reviewed.v1"):
    """A reviewer, who is not the account manager, approved or rejected the contract."""

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
    """{actor} is the account manager of this deal: another reviewer must review its contract."""

    status = 403


class RejectionWithoutFinding(Refusal):
    """A contract is rejected for a reason: say what was found."""


class ContractNotApproved(Refusal):
    """The contract is {stage}: only an approved contract is signed."""


class ContractNotSigned(Refusal):
    """The contract is {stage}: only a signed contract is registered."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

ContractStatus = Literal["draft", "approved", "rejected", "signed", "registered", "closed"]


@dataclass(frozen=True, slots=True)
class NotDrafted:
    """Its deal is not won yet."""

    status: Literal["not drafted"] = "not drafted"


@dataclass(frozen=True, slots=True)
class Draft:
    """On paper, waits for review."""

    deal: Deal
    status: Literal["draft"] = "draft"


@dataclass(frozen=True, slots=True)
class Approved:
    """May be signed."""

    deal: Deal
    status: Literal["approved"] = "approved"


@dataclass(frozen=True, slots=True)
class Signed:
    """Both parties signed; waits for registration."""

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


Stage: TypeAlias = NotDrafted | Draft | Approved | Signed | InForce | Over


PaperEvent: TypeAlias = ContractDrafted | ContractReviewed | ContractSigned | ContractRegistered | ContractClosed


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def draft(stage: Stage, command: DraftContract) -> list[ContractDrafted]:
    if not isinstance(stage, NotDrafted):
        return []  # consumed twice, drafted once
    return [ContractDrafted(contract_id=command.contract_id, deal=command.deal, drafted_on=command.drafted_on)]


def review(draft: Draft, command: ReviewContract) -> list[ContractReviewed]:
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


def sign(approved: Approved, command: SignContract) -> list[ContractSigned]:
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


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_a_draft(stage: Stage) -> Draft:
    match stage:
        case Draft():
            return stage
        case NotDrafted():
            raise UnknownContract
        case Approved() | Signed() | InForce() | Over():
            raise ContractNotInReview(stage=stage.status)


def must_be_approved(stage: Stage) -> Approved:
    match stage:
        case Approved():
            return stage
        case NotDrafted():
            raise UnknownContract
        case Draft() | Signed() | InForce() | Over():
            raise ContractNotApproved(stage=in_words(stage))


def must_be_signed(stage: Stage) -> Signed:
    match stage:
        case Signed():
            return stage
        case NotDrafted():
            raise UnknownContract
        case Draft() | Approved() | InForce() | Over():
            raise ContractNotSigned(stage=in_words(stage))


def in_words(stage: Draft | Approved | Signed | InForce | Over) -> str:
    return "still a draft" if isinstance(stage, Draft) else stage.status


# ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def next_stage(stage: Stage, event: PaperEvent) -> Stage:
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
    """What a contract is called where no series numbers it: the first 80 bits of its id, in letters and digits."""
    return f"C-{b32encode(contract_id.bytes[:10]).decode()}"
