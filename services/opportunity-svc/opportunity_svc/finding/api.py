"""Note and strike findings about a deal, and submit the bid."""

from typing import Literal
from uuid import UUID

from ltc_events import Code, Name
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field

from ..chain_person.read import ChainPerson
from ..deal.rules import decider
from ..deal.rules.findings import (
    BidNotReady,
    BidTooLate,
    ForgetMember,
    NoteFinding,
    PainCausesItself,
    StrikeFinding,
    SubmitBid,
    UnknownFinding,
    UnknownMember,
)
from ..deal.rules.states import OPEN, UnknownOpportunity
from .rules import AnyNotable, BidTerms, ChainMember, Competitor, Initiation, Meddicc, Pain, PlanStep, Poc, Requirement, StruckKind

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
TRIANGLE: tuple[Role, ...] = (*WRITERS, "fulfilment")

findings = Api("/opportunities", stream=decider)
people = Api("/people")
findings.act("/{opportunity_id}/bid", SubmitBid, roles=SALES, refuses=(*OPEN, BidNotReady, BidTooLate))


async def noted(opportunity_id: UUID, finding: AnyNotable, handle: Handle) -> None:
    return await handle(NoteFinding(opportunity_id=opportunity_id, finding=finding, actor=handle.actor))


@findings.act("/{opportunity_id}/initiation", roles=WRITERS, refuses=OPEN)
async def note_initiation(opportunity_id: UUID, body: Initiation, handle: Handle) -> None:
    """Say what the deal is to us as a project (立项): goal, scope, resources."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/plan-steps", roles=TRIANGLE, refuses=OPEN)
async def note_plan_step(opportunity_id: UUID, body: PlanStep, handle: Handle) -> None:
    """Plan a step (销售计划), or change one: a code names one step."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/pains", roles=WRITERS, refuses=(*OPEN, UnknownFinding, PainCausesItself))
async def note_pain(opportunity_id: UUID, body: Pain, handle: Handle) -> None:
    """Note what hurts the customer (痛点链), whom, and because of which other pain; a code names one pain."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/requirements", roles=TRIANGLE, refuses=OPEN)
async def note_requirement(opportunity_id: UUID, body: Requirement, handle: Handle) -> None:
    """Note what the customer asks for, and how far we comply with it; a code names one requirement."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/competitors", roles=WRITERS, refuses=OPEN)
async def note_competitor(opportunity_id: UUID, body: Competitor, handle: Handle) -> None:
    """Note who else wants the deal, and how we win against them."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/meddicc", roles=WRITERS, refuses=OPEN)
async def note_meddicc(opportunity_id: UUID, body: Meddicc, handle: Handle) -> None:
    """Note metrics, decision criteria and decision process; the rest of MEDDICC are findings of their own."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/pocs", roles=WRITERS, refuses=OPEN)
async def note_poc(opportunity_id: UUID, body: Poc, handle: Handle) -> None:
    """Note that a proof of concept was asked for, or how it ended."""
    return await noted(opportunity_id, body, handle)


@findings.act("/{opportunity_id}/bid-terms", roles=WRITERS, refuses=OPEN)
async def note_bid_terms(opportunity_id: UUID, body: BidTerms, handle: Handle) -> None:
    """Name price floor, deadline and bond of the bid.

    A decision to bid is about exactly these: whoever changes them afterwards has to ask for it anew.
    """
    return await noted(opportunity_id, body, handle)


class ChainMemberBody(Body):
    """Somebody who has a say at the customer."""

    code: Code = Field(examples=["cfo"], description="The seat; noted again, it is the same seat.")
    name: Name | None = Field(None, examples=["Jo Doe"], description="Kept sealed.")
    role: Literal["economic_buyer", "technical_buyer", "user_buyer", "coach", "gatekeeper"]
    influence: Literal["high", "medium", "low"]
    attitude: Literal["champion", "supporter", "neutral", "opponent", "unknown"] = "unknown"
    reports_to: Code | None = Field(None, description="The seat above.")


@findings.act("/{opportunity_id}/decision-chain", roles=WRITERS, refuses=(*OPEN, UnknownFinding))
async def note_chain_member(opportunity_id: UUID, body: ChainMemberBody, handle: Handle) -> None:
    """Note who has a say at the customer (决策链), how much, and what they think of us."""
    name = None if body.name is None else handle.seal(handle.new_id("person"), body.name)
    return await noted(opportunity_id, ChainMember(**{**dict(body), "name": name}), handle)


@findings.act("/{opportunity_id}/people/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownOpportunity, UnknownMember))
async def forget_member(opportunity_id: UUID, subject_id: UUID, handle: Handle) -> None:
    """Forget somebody in the decision chain: the key of their name is destroyed, the seat stays."""
    known = await handle.known(subject_id)
    handle.forget(subject_id)
    return await handle(ForgetMember(opportunity_id=opportunity_id, subject_id=subject_id, known=known))


class StrikeBody(Body):
    """What no longer holds."""

    kind: StruckKind
    code: Code | None = Field(None, description="Of what a deal may have several of.")


@findings.act("/{opportunity_id}/findings/strike", roles=WRITERS, refuses=(*OPEN, UnknownFinding))
async def strike_finding(opportunity_id: UUID, body: StrikeBody, handle: Handle) -> None:
    """Take back what no longer holds."""
    return await handle(StrikeFinding(opportunity_id=opportunity_id, kind=body.kind, code=body.code or "", actor=handle.actor))


@people.act("/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownMember,))
async def forget_chain_person(subject_id: UUID, read: Read, handle: Handle) -> None:
    """Forget a person in the decision chain of any deal: the key of their name is destroyed, the seat stays."""
    person = await read.row(ChainPerson, UnknownMember, subject_id=subject_id)
    known = await handle.known(subject_id)
    handle.forget(subject_id)
    return await handle(ForgetMember(opportunity_id=person.opportunity_id, subject_id=subject_id, known=known))
