"""Request, make and follow decisions at the gates of a deal."""

from uuid import UUID

from ltc_events import Text, UserId
from ltc_events.opportunity_gates import Gate, Round
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field

from ..deal.rules import decider
from ..deal.rules.decisions import (
    AlreadyPassed,
    AlreadyRequested,
    AuthorityBackToMaker,
    BeyondMandate,
    DecideGate,
    DeciderIsMaker,
    FulfilCondition,
    GateNotReached,
    GateNotReady,
    NothingRequested,
    NotYourRequest,
    RequestDecision,
    RequestHasChanged,
    UnknownCondition,
    UnknownGate,
    Verdict,
    WithdrawRequest,
)
from ..deal.rules.states import OPEN
from ..decision.read import holders_of_mandates
from ..quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote

WRITERS: tuple[Role, ...] = ("sales", "sales_manager", "solution")
TRIANGLE: tuple[Role, ...] = (*WRITERS, "fulfilment")
DECIDERS: tuple[Role, ...] = (*TRIANGLE, "legal", "finance")
"""Roles that may hold a mandate; who holds one is not a matter of roles."""

gates = Api("/opportunities", stream=decider)
gates.act("/{opportunity_id}/decisions/{gate}/withdraw", WithdrawRequest, roles=WRITERS, refuses=(*OPEN, NothingRequested, NotYourRequest))
gates.act(
    "/{opportunity_id}/decisions/{gate}/conditions/{number}/fulfil", FulfilCondition, roles=TRIANGLE, refuses=(*OPEN, UnknownCondition)
)


class RequestBody(Body):
    """What is to be decided, and why."""

    business_case: Text = Field(examples=["Strategic customer; margin 18 %; two competitors"])
    quote_id: UUID | None = Field(None, description="The approved quote; the gate ATC is about one.")


@gates.act(
    "/{opportunity_id}/decisions/{gate}/request",
    roles=WRITERS,
    refuses=(
        *OPEN, UnknownGate, GateNotReached, GateNotReady, AlreadyRequested, AlreadyPassed, UnknownQuote, QuoteOfOtherOpportunity,
    ),
)  # fmt: skip
async def request_decision(opportunity_id: UUID, gate: Gate, body: RequestBody, handle: Handle) -> None:
    """Ask those who may to decide about a gate.

    All that the gate and its stage ask for has to be there; what is not is listed, with who can see to it.
    """
    command = RequestDecision(
        opportunity_id=opportunity_id,
        gate=gate,
        business_case=body.business_case,
        quote_id=body.quote_id,
        actor=handle.actor,
        now=handle.now,
    )
    return await handle(command)


class DecideBody(Verdict):
    """What is decided, about which request."""

    round: Round = Field(description="Of the request as it was read.")
    on_behalf_of: UserId | None = Field(None, description="Whose mandate it is, where it was delegated.")


@gates.act(
    "/{opportunity_id}/decisions/{gate}",
    roles=DECIDERS,
    refuses=(
        *OPEN, UnknownGate, NothingRequested, RequestHasChanged, DeciderIsMaker, AuthorityBackToMaker, BeyondMandate, GateNotReady,
    ),
)  # fmt: skip
async def decide_gate(opportunity_id: UUID, gate: Gate, body: DecideBody, read: Read, handle: Handle) -> None:
    """Decide about a gate by one's own mandate, or by a mandate that was delegated; never one's own request."""
    command = DecideGate(
        opportunity_id=opportunity_id,
        gate=gate,
        round=body.round,
        verdict=Verdict(outcome=body.outcome, conditions=body.conditions, reason=body.reason),
        on_behalf_of=body.on_behalf_of,
        actor=handle.actor,
        today=handle.today,
    )
    try:
        return await handle(command, authority=str(command.mandate_id))
    except BeyondMandate as refusal:
        who = await holders_of_mandates(opportunity_id, gate, body.round, handle.today, read)
        raise BeyondMandate(**{**refusal.details, "who": who or "nobody at present"}) from None
