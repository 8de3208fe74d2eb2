"""What opportunity-svc publishes: deals opened, won and lost."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from operator import is_
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import Field, StringConstraints, TypeAdapter

from .opportunity_gates import Gate
from .values import Code, Currency, Money, Name, Quantity, Rate, Sha256, Text, Unit, UserId, Value
from .vocabulary import PublishedEvent

LineNo = Annotated[int, Field(ge=1, le=9999)]
"""The number of a line in its document, from 1."""

Discount = Annotated[Decimal, Field(ge=-10, le=1, max_digits=8, decimal_places=6)]
"""The share of the list price that is not charged; negative where more than list is charged."""


class PricedLine(Value):
    """One product in a quote, contract or order, priced."""

    line: LineNo
    product: Code
    description: Name
    quantity: Quantity
    unit: Unit
    list_price: Money
    """Per unit, before discount."""
    discount: Discount
    net: Money
    """The whole line, after discount, before tax."""
    tax_rate: Rate
    price_book: Code | None = None
    """The price book it was priced from; lines that were priced before lines said so do not."""
    price_book_version: int | None = None


class OpportunityOpened(PublishedEvent, type="ltc.opportunity.opened.v1"):
    """Sales works on a deal."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    company: Name
    need: Text
    value: Money
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date


class OpportunityWon(PublishedEvent, type="ltc.opportunity.won.v1"):
    """The customer accepted a quote; everything a contract needs is here."""

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
    won_on: date


class OptionSwapped(PublishedEvent, type="ltc.opportunity.option-swapped.v1"):
    """After the win we mean to deliver another product on a line (标后选配): at the same price, as much of it, at no more cost.

    Quote, contract and invoice say what they said; this is beside them.
    """

    opportunity_id: UUID
    number: int = Field(ge=1)
    """Of the proposal."""
    quote_id: UUID
    quote_hash: Sha256
    line: LineNo
    quoted: Code
    """The product of the line, as it was sold."""
    old: Code
    """What was to be delivered so far; to begin with, what was quoted."""
    new: Code
    quantity: Quantity
    unit: Unit
    net: Money
    """The price of the line, which stays."""
    cost_before: Money
    """Of the whole line, by the catalogue of the day of the approval; so is the next."""
    cost_after: Money
    margin_gained: Money
    """Cost before less cost after."""
    reason: Text
    proposed_by: UserId
    approved_by: UserId


class FailureSummary(Value):
    """What a lost project teaches (失败总结)."""

    cause: Text
    """What decided it."""
    turning_point: Text
    """When we could still have turned it."""
    next_time: Text
    """What we do differently."""


class OpportunityJoined(PublishedEvent, type="ltc.opportunity.joined.v1"):
    """A further lead belongs to a deal that sales works on already."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    need: Text
    value: Money
    """What that lead might be worth; the value of the deal is for sales to change."""


class OpportunityJoinRefused(PublishedEvent, type="ltc.opportunity.join-refused.v1"):
    """A lead came too late to join a deal: it was decided meanwhile."""

    opportunity_id: UUID
    lead_id: UUID
    ended: Code
    """``won``, ``lost``, or ``unknown`` where there is no such deal."""


LossReason = Literal["price", "competitor", "no_budget", "no_decision", "timing", "fit", "other"]


class OpportunityLost(PublishedEvent, type="ltc.opportunity.lost.v1"):
    """The deal went elsewhere or nowhere, and what we learn from it."""

    opportunity_id: UUID
    lead_id: UUID
    reason: LossReason
    lesson: Text
    competitor: Code | None = None
    failure_summary: FailureSummary | None = None
    """Of a project, more than a lesson."""
    lost_on: date


Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A month: ``2026-12``."""


class CostLine(Value):
    """What one kind of work or goods will cost us."""

    category: Code
    text: Name | None = None
    amount: Money


class CashLine(Value):
    """What comes in and goes out in a month."""

    month: Month
    inflow: Money
    outflow: Money


class EstimateFrozen(PublishedEvent, type="ltc.opportunity.estimate-frozen.v1"):
    """The estimate (概算) a decision is based on: what the deal will bring and cost, and when the money moves."""

    estimate_id: UUID
    opportunity_id: UUID
    gate: Gate
    version: int = Field(ge=1)
    revenue: Money
    """Before tax."""
    costs: tuple[CostLine, ...]
    cost: Money
    margin: Money
    """Revenue less cost."""
    cash: tuple[CashLine, ...]
    """By month, in order; inflows come to the revenue, outflows to the cost."""
    assumptions: Text
    drafted_by: UserId
    frozen_by: UserId


Ended = Literal["open", "won", "lost"]


class OpportunityImported(PublishedEvent, type="ltc.opportunity.imported.v1"):
    """A deal of another system, as it stood there. It counts in figures; nothing follows from it."""

    opportunity_id: UUID
    source: Code
    """The system it comes from."""
    key: Name
    """What it is called there."""
    company: Name
    product: Code
    spelled: Name
    """The product as that system wrote it."""
    owner: UserId
    status: Ended
    value: Money
    """What it came to; of a deal that was not won, what it might have."""
    engaged_on: date | None = None
    closed_on: date | None = None


_LINES = TypeAdapter(tuple[PricedLine, ...])


class _Same(tuple[PricedLine, ...]):
    """Lines that are the same as others only if they are these very objects: equal decimals may be written differently."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and len(self) == len(other) and all(map(is_, self, other))

    def __hash__(self) -> int:
        return hash(tuple(map(id, self)))


def lines_as_json(lines: Sequence[PricedLine]) -> list[dict[str, Any]]:
    """The lines as JSON has them, all at once: one by one takes three times as long. Only to be read: what was made last is kept,
    because the same lines are hashed and shown by several read models."""
    return _as_json(_Same(lines))


@lru_cache(maxsize=1)
def _as_json(lines: _Same) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _LINES.dump_python(tuple(lines), mode="json")
    return found


def lines_hash(lines: Sequence[PricedLine]) -> str:
    """The ``quote_hash`` of these lines: SHA-256 of their JSON, object names sorted, without blanks, decimals as they were written, what is
    null left out.

    An approval is bound to it, and a reader of the lines can check that they were not changed on the way.
    """
    # A field added later says nothing of old lines; what a line holds in turn has no fields that may be null.
    content = [
        line if None not in line.values() else {name: value for name, value in line.items() if value is not None}
        for line in lines_as_json(lines)
    ]
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
