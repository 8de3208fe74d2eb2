"""Findings of a deal: noted, struck, and the bid that follows from them."""

from datetime import date
from uuid import UUID

from ltc_events import Command, Name, Refusal, UserId
from ltc_events.filled import Actor, PastDay
from ltc_events.opportunity_gates import BidSubmitted
from pydantic import Field

from ...finding.rules import Bid, BidTerms, ChainMember, Findings, Notable, Pain, StruckKind
from .criteria import Unmet
from .events import BidDeadlineNeared, DecisionLapsed, FindingNoted, FindingStruck, MemberForgotten
from .stages import gate_missing
from .states import NotOpened, Open, Opportunity, OpportunityEvent, UnknownOpportunity


class NoteFinding(Command):
    """Note something about a deal, or note it anew."""

    opportunity_id: UUID
    finding: Notable
    actor: UserId | None = None
    """None, where another part of the service found it."""


class StrikeFinding(Command):
    """Take back what no longer holds."""

    opportunity_id: UUID
    kind: StruckKind
    code: str
    actor: UserId


class SubmitBid(Command):
    """Note that our bid is with the customer; where the pipeline has the gate ATB, it is passed first."""

    opportunity_id: UUID
    proposal: Name = Field(examples=["Technical and commercial proposal, version 3"])
    submitted_on: PastDay
    actor: Actor


class RemindOfBid(Command):
    """Remind the account manager of a bid that is due soon, unless it is with the customer."""

    opportunity_id: UUID
    deadline: date
    days: int


class ForgetMember(Command):
    """Destroy the key of somebody in the decision chain, so that their name can never be read again."""

    opportunity_id: UUID
    subject_id: UUID
    known: bool
    """We hold a key of theirs."""


class UnknownFinding(Refusal):
    """Nothing of this kind is noted under {code}."""

    status = 404


class PainCausesItself(Refusal):
    """A chain of pains has a beginning: {code} would cause itself."""


class UnknownMember(Refusal):
    """We hold no name of such a person: the id is the subject_id of somebody in the decision chain."""

    status = 404


class BidNotReady(Refusal):
    """The bid cannot be submitted yet. Missing: {unmet}."""


class BidTooLate(Refusal):
    """The bid was due on {deadline}."""


def note(deal: Open, command: NoteFinding) -> list[OpportunityEvent]:
    finding = command.finding
    if deal.findings.has(finding):
        return []
    if isinstance(finding, Pain):
        must_begin_somewhere(deal.findings, finding)
    if isinstance(finding, ChainMember) and finding.reports_to is not None:
        must_be_noted(deal.findings, "chain_member", finding.reports_to)
    noted = FindingNoted(opportunity_id=command.opportunity_id, finding=finding, noted_by=command.actor)
    return [noted, *unbound(command.opportunity_id, deal, finding.kind)]


def strike(deal: Open, command: StrikeFinding) -> list[OpportunityEvent]:
    must_be_noted(deal.findings, command.kind, command.code)
    struck = FindingStruck(
        opportunity_id=command.opportunity_id, kind=command.kind, code=command.code, struck_by=command.actor
    )  # fmt: skip
    return [struck, *unbound(command.opportunity_id, deal, command.kind)]


def must_be_noted(findings: Findings, kind: str, code: str) -> None:
    if (kind, code) not in findings.noted:
        raise UnknownFinding(code=code or kind)


def must_begin_somewhere(findings: Findings, pain: Pain) -> None:
    """Going from effect to cause one comes to an end."""
    causes = {each.code: each.because_of for each in findings.all(Pain)} | {pain.code: pain.because_of}
    seen, code = set[str](), pain.because_of
    while code is not None and code not in seen:
        must_be_noted(findings.under(pain), "pain", code)
        if code == pain.code:
            raise PainCausesItself(code=code)
        seen.add(code)
        code = causes.get(code)


def unbound(opportunity_id: UUID, deal: Open, kind: str) -> list[OpportunityEvent]:
    """A decision to bid is about the terms of the bid: whoever changes them asks anew."""
    bid = deal.decisions("ATB")
    rounds = [each.round for each in (bid.asked, bid.passed) if each is not None] if kind == "bid_terms" else []
    return [DecisionLapsed(opportunity_id=opportunity_id, gate="ATB", round=round) for round in rounds]


def submit_bid(deal: Open, command: SubmitBid) -> list[OpportunityEvent]:
    terms = deal.findings.one(BidTerms)
    lacking = [*terms_missing(deal, terms), *bid_undecided(deal)]
    if terms is None or lacking:
        raise BidNotReady(unmet=lacking)
    if command.submitted_on > terms.deadline:
        raise BidTooLate(deadline=terms.deadline.isoformat())
    if deal.findings.has(Bid(proposal=command.proposal, submitted_on=command.submitted_on)):
        return []
    submitted = BidSubmitted(
        opportunity_id=command.opportunity_id,
        proposal=command.proposal,
        deadline=terms.deadline,
        bond=terms.bond,
        submitted_on=command.submitted_on,
        submitted_by=command.actor,
    )
    return [submitted]


def terms_missing(deal: Open, terms: BidTerms | None) -> list[Unmet]:
    if terms is not None:
        return []
    needs = "price floor, deadline and bond of the bid"
    who = deal.account_manager or None
    return [Unmet(criterion="bid_terms_named", needs=needs, who="account_manager", user=who, operation="note_bid_terms")]


def bid_undecided(deal: Open) -> list[Unmet]:
    stage = next((stage for stage in deal.course.pipeline.stages if stage.gate == "ATB"), None)
    return [] if stage is None or deal.decisions("ATB").passed is not None else [gate_missing(deal, stage, "ATB")]


def remind_of_bid(opportunity: Opportunity, command: RemindOfBid) -> list[OpportunityEvent]:
    if not isinstance(opportunity, Open) or opportunity.findings.one(Bid) is not None:
        return []
    terms = opportunity.findings.one(BidTerms)
    if terms is None or terms.deadline != command.deadline:
        return []  # it was moved since
    near = BidDeadlineNeared(
        opportunity_id=command.opportunity_id,
        deadline=command.deadline,
        days=command.days,
        account_manager=opportunity.account_manager,
    )
    return [near]


def forget(opportunity: Opportunity, command: ForgetMember) -> list[OpportunityEvent]:
    """Also of a deal that is over: who asks to be forgotten is."""
    if isinstance(opportunity, NotOpened):
        raise UnknownOpportunity
    if not command.known:
        raise UnknownMember
    return [MemberForgotten(opportunity_id=command.opportunity_id, subject_id=command.subject_id)]
