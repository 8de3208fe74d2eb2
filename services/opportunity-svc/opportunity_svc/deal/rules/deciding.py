"""Deciding: somebody decides about a gate within a mandate that holds then, deal and mandate decided together; never its maker."""

from datetime import date
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Money, Refusal, States, Stream, UserId
from ltc_events.opportunity_gates import DecisionMade, Gate, Round

from ...mandate import rules as mandate
from ...mandate.rules import Grant, Mandate, mandate_id
from .. import rules as opportunity
from . import Open, must_be_open
from .decisions import Verdict, gate_stage, must_be_asked, must_be_ready
from .states import Asked


class DecideGate(Command):
    """Decide about a gate, by one's own mandate or in the place of somebody who delegated theirs."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    """Which request one has read."""
    verdict: Verdict
    on_behalf_of: UserId | None = None
    actor: UserId
    today: date

    @property
    def mandate_id(self) -> UUID:
        """The stream of the mandate that is used."""
        return mandate_id(self.on_behalf_of or self.actor)


class DeciderIsMaker(Refusal):
    """Four eyes: whoever asked for the decision or manages the account does not decide."""


class AuthorityBackToMaker(Refusal):
    """{holder} asked for the decision or manages the account: their mandate cannot decide it, whoever uses it."""


class BeyondMandate(Refusal):
    """Deciding about {gate} for {amount} is beyond this mandate today. Who may: {who}."""


class RequestHasChanged(Refusal):
    """This is no longer the request you read, it was asked for anew: read it again."""


def decide(states: States, command: DecideGate) -> list[Event]:
    deal = must_be_open(states.of(opportunity.decider, command.opportunity_id))
    return [*decide_gate(deal, must_be_asked(deal, command.gate), states.of(mandate.decider, command.mandate_id), command)]


def decide_gate(deal: Open, asked: Asked, held: Mandate, command: DecideGate) -> list[Event]:
    if asked.round != command.round:
        raise RequestHasChanged
    must_be_another(deal, asked, command)
    authority = must_be_covered(held, asked.amount, command)
    if command.verdict.outcome != "rejected":
        must_be_ready(deal, gate_stage(deal, command.gate), command.gate, asked.quote)
    made = DecisionMade(
        opportunity_id=command.opportunity_id,
        gate=command.gate,
        round=asked.round,
        outcome=command.verdict.outcome,
        conditions=command.verdict.conditions,
        reason=command.verdict.reason,
        decided_by=command.actor,
        on_behalf_of=command.on_behalf_of,
        authority_ref=authority.id,
        limit=authority.max_amount,
    )
    return [made]


def must_be_another(deal: Open, asked: Asked, command: DecideGate) -> None:
    makers = {asked.requested_by, deal.account_manager}
    if command.actor in makers:
        raise DeciderIsMaker
    if command.on_behalf_of in makers:
        raise AuthorityBackToMaker(holder=command.on_behalf_of)


def must_be_covered(held: Mandate, amount: Money, command: DecideGate) -> Grant:
    """The grant or delegation that allows it."""
    if command.on_behalf_of is None:
        found = held.own(command.gate, amount, command.today)
    else:
        found = held.delegated(command.actor, command.gate, amount, command.today)
    if found is None:
        raise BeyondMandate(gate=command.gate, amount=str(amount), who=[])
    return found


def streams(command: DecideGate) -> list[Stream]:
    return [opportunity.decider.of(command.opportunity_id), mandate.decider.of(command.mandate_id)]


decider: JointDecider[DecideGate] = JointDecider(
    commands=DecideGate, streams=streams, decide=decide, over=(opportunity.decider, mandate.decider)
)
