"""What was asked and decided at the gates, and on which conditions."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.opportunity_gates import ConditionFulfilled, DecisionEscalated, DecisionMade, DecisionRequested
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..deal.rules.events import DecisionLapsed
from .schema import read

decisions = Table(
    "decision",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("status", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("business_case", Text, nullable=False),
    Column("quote_id", UUID),
    Column("quote_hash", Text),
    Column("quote_net", BigInteger),
    Column("quote_currency", Text),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("due", DateTime(timezone=True), nullable=False),
    Column("escalated", Boolean, nullable=False),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("on_behalf_of", Text),
    Column("authority_ref", UUID),
    Index("decision_open", "status", "due"),
)

conditions = Table(
    "decision_condition",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("evidence", Text),
    Column("fulfilled_by", Text),
    Column("fulfilled_at", DateTime(timezone=True)),
)

NEW_DECISION = dict.fromkeys(decisions.columns.keys())


def key(event: DecisionRequested | DecisionMade | DecisionLapsed | DecisionEscalated | ConditionFulfilled) -> dict[str, object]:
    return {"opportunity_id": event.opportunity_id, "gate": event.gate, "round": event.round}


def requested(decision: DecisionRequested, fact: Fact) -> Row:
    """Somebody is to decide."""
    quote = decision.quote_net
    return {
        **NEW_DECISION,
        **key(decision),
        "status": "open",
        "amount": decision.amount.amount,
        "currency": decision.amount.currency,
        "business_case": decision.business_case,
        "quote_id": decision.quote_id,
        "quote_hash": decision.quote_hash,
        "quote_net": None if quote is None else quote.amount,
        "quote_currency": None if quote is None else quote.currency,
        "requested_by": decision.requested_by,
        "requested_at": fact.occurred_at,
        "due": decision.due,
        "escalated": False,
    }


def made(decision: DecisionMade, fact: Fact) -> Row:
    """Somebody decided."""
    return {
        **key(decision),
        "status": decision.outcome,
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "decided_at": fact.occurred_at,
        "on_behalf_of": decision.on_behalf_of,
        "authority_ref": decision.authority_ref,
    }


def made_conditions(decision: DecisionMade) -> list[Row]:
    """What has to be done before the next gate."""
    nothing_yet = {"evidence": None, "fulfilled_by": None, "fulfilled_at": None}
    return [
        {**key(decision), "number": number, "text": each.text, "owner": each.owner, "due": each.due, **nothing_yet}
        for number, each in enumerate(decision.conditions, 1)
    ]


def fulfilled(done: ConditionFulfilled, fact: Fact) -> Row:
    """It is done."""
    return {
        **key(done),
        "number": done.number,
        "evidence": done.evidence,
        "fulfilled_by": done.fulfilled_by,
        "fulfilled_at": fact.occurred_at,
    }


decision_list = projection(
    "decision_list",
    on(DecisionRequested, put(decisions, requested)),
    on(DecisionMade, change(decisions, made), put(conditions, made_conditions)),
    on(DecisionLapsed, change(decisions, lambda decision: {**key(decision), "status": "lapsed"})),
    on(DecisionEscalated, change(decisions, lambda decision: {**key(decision), "escalated": True})),
    on(ConditionFulfilled, change(conditions, fulfilled)),
)
