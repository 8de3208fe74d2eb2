"""Decisions at the gates: asked for, made, and what they made a condition."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Money, Sha256, Text, UserId
from ltc_events.opportunity_gates import Gate, Round
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import ColumnElement, and_, exists, or_, select

from .. import projections as shown
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
from ..mandate.read import delegation_rows, mandate_rows
from ..quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote
from .resource import OPEN, opportunities
from .roles import DECIDERS, TRIANGLE, WRITERS

decisions = Api("/decisions")


class RequestBody(Body):
    """What is to be decided, and why."""

    business_case: Text = Field(examples=["Strategic customer; margin 18 %; two competitors"])
    quote_id: UUID | None = Field(None, description="The approved quote; the gate ATC is about one.")


@opportunities.act(
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


@opportunities.act(
    "/{opportunity_id}/decisions/{gate}",
    roles=DECIDERS,
    refuses=(
        *OPEN, UnknownGate, NothingRequested, RequestHasChanged, DeciderIsMaker, AuthorityBackToMaker, BeyondMandate, GateNotReady,
    ),
)  # fmt: skip
async def decide_gate(opportunity_id: UUID, gate: Gate, body: DecideBody, read: Read, handle: Handle) -> None:
    """Decide about a gate by one's own mandate, or in the place of somebody who delegated theirs; never one's own request."""
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
        who = await holders(opportunity_id, gate, body.round, handle.today, read)
        raise BeyondMandate(**{**refusal.details, "who": who or "nobody at present"}) from None


async def holders(opportunity_id: UUID, gate: Gate, round: int, today: date, read: Read) -> list[str]:
    """Who could decide about this request: whose mandate covers it, its makers left out."""
    asked, held, deal = shown.decisions.c, mandate_rows.c, shown.opportunities.c
    manager = select(deal.account_manager).where(deal.opportunity_id == opportunity_id).scalar_subquery()
    may = select(held.holder).distinct().join_from(mandate_rows, shown.decisions, mandated(today)).order_by(held.holder)
    one = and_(asked.opportunity_id == opportunity_id, asked.gate == gate, asked.round == round)
    others = and_(held.holder != asked.requested_by, held.holder != manager)
    return [row["holder"] for row in await read.all(may.where(one, others).limit(20))]


@opportunities.act(
    "/{opportunity_id}/decisions/{gate}/withdraw", roles=WRITERS, refuses=(*OPEN, NothingRequested, NotYourRequest)
)  # fmt: skip
async def withdraw_request(opportunity_id: UUID, gate: Gate, handle: Handle) -> None:
    """Nobody has to decide any more."""
    return await handle(WithdrawRequest(opportunity_id=opportunity_id, gate=gate, actor=handle.actor))


class EvidenceBody(Body):
    """How it can be seen that it is done."""

    evidence: Text = Field(examples=["Guarantee of the parent company, received 3 March"])


@opportunities.act(
    "/{opportunity_id}/decisions/{gate}/conditions/{number}/fulfil", roles=TRIANGLE, refuses=(*OPEN, UnknownCondition)
)  # fmt: skip
async def fulfil_condition(opportunity_id: UUID, gate: Gate, number: int, body: EvidenceBody, handle: Handle) -> None:
    """Note that what a decision made a condition is done."""
    command = FulfilCondition(
        opportunity_id=opportunity_id, gate=gate, number=number, evidence=body.evidence, actor=handle.actor
    )  # fmt: skip
    return await handle(command)


DecisionStatus = Literal["open", "approved", "conditional", "rejected", "lapsed"]


class DecisionRow(View):
    """One request at a gate, and what came of it."""

    opportunity_id: UUID
    company: str
    account_manager: str
    gate: Gate
    round: int
    status: DecisionStatus
    amount: Money
    business_case: str
    quote_id: UUID | None
    quote_hash: Sha256 | None
    requested_by: str
    requested_at: datetime
    due: datetime
    overdue: bool = Field(description="It was not decided in time.")
    decided_by: str | None
    decided_at: datetime | None
    on_behalf_of: str | None
    authority_ref: UUID | None
    reason: str | None


@decisions.query("", roles=EVERYONE)
async def list_decisions(
    read: Read,
    paging: Paging,
    waiting_for_me: bool = False,
    opportunity_id: UUID | None = None,
    gate: Gate | None = None,
    status: DecisionStatus | None = None,
    overdue: bool | None = None,
    requested_by: UserId | None = None,
) -> Page[DecisionRow]:
    """Decisions, newest request first.

    `waiting_for_me` finds those the caller may make today, by their own mandate or in the place of others.
    """
    table, deal = shown.decisions.c, shown.opportunities.c
    asked: dict[Any, Any] = {
        table.opportunity_id: opportunity_id, table.gate: gate, table.status: status, table.escalated: overdue,
        table.requested_by: requested_by,
    }  # fmt: skip
    joined = shown.decisions.join(shown.opportunities, deal.opportunity_id == table.opportunity_id)
    found = select(*table, deal.company, deal.account_manager).select_from(joined).where(*matching(asked))
    if waiting_for_me:
        found = found.where(table.status == "open", may_decide(read.caller, read.now.date()))
    key = (table.requested_at, table.opportunity_id, table.gate, table.round)
    return await read.page(found, key=key, into=decision_row, paging=paging)


def may_decide(user: str, today: date) -> ColumnElement[bool]:
    """Whether somebody may make this decision: a mandate covers it, their own or one they got, and neither is the maker."""
    table, deal, held, given = shown.decisions.c, shown.opportunities.c, mandate_rows.c, delegation_rows.c
    own = exists(select(held.holder).where(mandated(today), held.holder == user))
    lent = exists(
        select(given.delegation_id)
        .join_from(delegation_rows, mandate_rows, given.mandate_id == held.mandate_id)
        .where(
            mandated(today), given.delegate == user, ~given.ended, given.gates.contains(table.gate), given.currency == table.currency,
            given.max_amount >= table.amount, given.valid_from <= today, given.valid_to >= today,
            given.holder.not_in([table.requested_by, deal.account_manager]),
        )
    )  # fmt: skip
    return and_(table.requested_by != user, deal.account_manager != user, or_(own, lent))


def mandated(today: date) -> ColumnElement[bool]:
    """Whether a mandate covers a decision today."""
    table, held = shown.decisions.c, mandate_rows.c
    return and_(
        ~held.revoked,
        held.gate == table.gate,
        held.currency == table.currency,
        held.max_amount >= table.amount,
        held.valid_from <= today,
        or_(held.valid_to.is_(None), held.valid_to >= today),
    )


class ConditionRow(View):
    """What a decision made a condition."""

    opportunity_id: UUID
    gate: Gate
    round: int
    number: int
    text: str
    owner: str
    due: date
    evidence: str | None
    fulfilled_by: str | None
    fulfilled_at: datetime | None


class Conditions(View):
    """Conditions, the one due first first."""

    data: Sequence[ConditionRow]


@opportunities.query("/{opportunity_id}/conditions", roles=EVERYONE)
async def list_conditions(opportunity_id: UUID, read: Read) -> Conditions:
    """What decisions about a deal made a condition, done or not."""
    table = shown.conditions.c
    found = select(shown.conditions).where(table.opportunity_id == opportunity_id).order_by(table.due, table.gate, table.number)
    return Conditions(data=[ConditionRow(**row) for row in await read.all(found)])


def decision_row(**row: Any) -> DecisionRow:
    amount = Money(amount=row["amount"], currency=row["currency"])
    return DecisionRow(**{**row, "amount": amount, "overdue": row["escalated"]})
