"""Decisions at the gates: requests, what came of them, and their conditions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ltc_events import Event, Fact, Money, Sha256, UserId, projection
from ltc_events import put as put_rows
from ltc_events.opportunity_gates import ConditionFulfilled, DecisionEscalated, DecisionMade, DecisionRequested, Gate
from ltc_events.projection import Row
from ltc_events.read_model import CurrencyIn, Index, Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import ColumnElement, and_, exists, or_, select

from ..deal.read import OpportunityRow
from ..deal.rules import decider
from ..deal.rules.events import DecisionLapsed
from ..mandate.read import delegation_rows, mandate_rows

decisions = Api("/decisions")
deal_decisions = Api("/opportunities", stream=decider)

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

DecisionStatus = Literal["open", "approved", "conditional", "rejected", "lapsed"]


class Decision(ReadModel, table="decision"):
    """One request at a gate, and what came of it."""

    opportunity_id: Key[UUID]
    gate: Key[Gate]
    round: Key[int]
    status: DecisionStatus
    amount: Money
    currency: str = Field(exclude=True)
    business_case: str
    quote_id: UUID | None
    quote_hash: Sha256 | None
    quote_net: Annotated[Money | None, CurrencyIn("quote_currency")] = Field(exclude=True)
    quote_currency: str | None = Field(exclude=True)
    requested_by: str
    requested_at: datetime
    due: datetime
    escalated: bool = Field(exclude=True)
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    on_behalf_of: str | None
    authority_ref: UUID | None

    open: ClassVar = Index("status", "due")


class ConditionRow(ReadModel, table="decision_condition"):
    """A condition of a decision."""

    opportunity_id: Key[UUID]
    gate: Key[Gate]
    round: Key[int]
    number: Key[int]
    text: str
    owner: str
    due: date
    evidence: str | None
    fulfilled_by: str | None
    fulfilled_at: datetime | None


# ── projection ────────────────────────────────────────────────────────────────────────────────────────────────────────


def now(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


def conditions_of(decision: DecisionMade) -> list[Row]:
    """The conditions of a decision, numbered from 1."""
    key = {"opportunity_id": decision.opportunity_id, "gate": decision.gate, "round": decision.round}
    open_ = {"evidence": None, "fulfilled_by": None, "fulfilled_at": None}
    return [
        {**key, "number": number, "text": each.text, "owner": each.owner, "due": each.due, **open_}
        for number, each in enumerate(decision.conditions, 1)
    ]


decision_list = projection(
    "decision_list",
    on(
        DecisionRequested,
        put(
            Decision,
            status="open",
            quote_currency=lambda decision: decision.quote_net and decision.quote_net.currency,
            requested_at=now,
            escalated=False,
        ),
    ),
    on(
        DecisionMade,
        change(Decision, "reason", "decided_by", "on_behalf_of", "authority_ref", status=lambda decision: decision.outcome, decided_at=now),
        put_rows(ConditionRow.table, conditions_of),
    ),
    on(DecisionLapsed, change(Decision, status="lapsed")),
    on(DecisionEscalated, change(Decision, escalated=True)),
    on(ConditionFulfilled, change(ConditionRow, "evidence", "fulfilled_by", fulfilled_at=now)),
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class DecisionRow(Decision):
    """One request at a gate, with its deal."""

    company: str
    account_manager: str
    overdue: bool = Field(description="It was not decided in time.")


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
    table, deal = Decision.table.c, OpportunityRow.table.c
    asked: dict[Any, Any] = {
        table.opportunity_id: opportunity_id, table.gate: gate, table.status: status, table.escalated: overdue,
        table.requested_by: requested_by,
    }  # fmt: skip
    joined = Decision.table.join(OpportunityRow.table, deal.opportunity_id == table.opportunity_id)
    found = select(*table, table.escalated.label("overdue"), deal.company, deal.account_manager).select_from(joined).where(*matching(asked))
    if waiting_for_me:
        found = found.where(table.status == "open", may_decide(read.caller, read.now.date()))
    key = (table.requested_at, table.opportunity_id, table.gate, table.round)
    return await read.page(found, key=key, into=DecisionRow, paging=paging)


def may_decide(user: str, today: date) -> ColumnElement[bool]:
    """Whether somebody may make this decision: a mandate covers it, their own or one they got, and neither is the maker."""
    table, deal, held, given = Decision.table.c, OpportunityRow.table.c, mandate_rows.c, delegation_rows.c
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
    table, held = Decision.table.c, mandate_rows.c
    return and_(
        ~held.revoked,
        held.gate == table.gate,
        held.currency == table.currency,
        held.max_amount >= table.amount,
        held.valid_from <= today,
        or_(held.valid_to.is_(None), held.valid_to >= today),
    )


async def holders_of_mandates(opportunity_id: UUID, gate: Gate, round: int, today: date, read: Read) -> list[str]:
    """Who could decide about this request: whose mandate covers it, its makers left out."""
    asked, held, deal = Decision.table.c, mandate_rows.c, OpportunityRow.table.c
    manager = select(deal.account_manager).where(deal.opportunity_id == opportunity_id).scalar_subquery()
    may = select(held.holder).distinct().join_from(mandate_rows, Decision.table, mandated(today)).order_by(held.holder)
    one = and_(asked.opportunity_id == opportunity_id, asked.gate == gate, asked.round == round)
    others = and_(held.holder != asked.requested_by, held.holder != manager)
    return [row["holder"] for row in await read.all(may.where(one, others).limit(20))]


class Conditions(View):
    """Conditions, the one due first first."""

    data: Sequence[ConditionRow]


@deal_decisions.query("/{opportunity_id}/conditions", roles=EVERYONE)
async def list_conditions(opportunity_id: UUID, read: Read) -> Conditions:
    """What decisions about a deal made a condition, done or not."""
    table = ConditionRow.table.c
    found = select(ConditionRow.table).where(table.opportunity_id == opportunity_id).order_by(table.due, table.gate, table.number)
    return Conditions(data=[ConditionRow(**row) for row in await read.all(found)])
