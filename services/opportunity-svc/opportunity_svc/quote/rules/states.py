"""What a quote is between what happens to it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Never, TypeAlias
from uuid import UUID

from ltc_events import Decider, Money
from ltc_events.opportunity import PricedLine

from .events import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteExpired,
    QuoteRejected,
    QuoteRevised,
    QuoteSent,
    QuoteSuperseded,
)
from .margin import LineCost, cost_of, margin_rate

# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

QuoteStatus = Literal["draft", "in_approval", "approved", "rejected", "sent", "accepted", "expired", "superseded"]


@dataclass(frozen=True, slots=True)
class NoQuote:
    """The quote is not drafted."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the quote says."""

    opportunity_id: UUID
    revision: int
    makers: frozenset[str]
    """All users who wrote any of it; none of them may approve it."""
    currency: str
    lines: tuple[PricedLine, ...]
    net: Money
    hash: str
    expires_on: date
    party_id: UUID | None = None
    costs: tuple[LineCost, ...] = ()
    sent: int = 0
    """How many times it was sent."""

    @property
    def cost(self) -> Money | None:
        """Its cost; null unless the cost of every line is known."""
        return cost_of(self.lines, self.costs, self.currency)

    @property
    def margin(self) -> Decimal | None:
        """What share of the price is left, where it is known."""
        return margin_rate(self.net, self.cost)


@dataclass(frozen=True, slots=True)
class Draft:
    """Being written; also after the approver rejected it."""

    content: Content
    status: Literal["draft", "rejected"] = "draft"


@dataclass(frozen=True, slots=True)
class InApproval:
    """A user with enough authority has to approve it."""

    content: Content
    requested_by: str
    combined: Money | None = None
    status: Literal["in_approval"] = "in_approval"


@dataclass(frozen=True, slots=True)
class Approved:
    """It may be sent."""

    content: Content
    status: Literal["approved"] = "approved"


@dataclass(frozen=True, slots=True)
class Sent:
    """The customer has it."""

    content: Content
    status: Literal["sent"] = "sent"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The customer accepted it."""

    content: Content
    status: Literal["accepted"] = "accepted"


@dataclass(frozen=True, slots=True)
class Expired:
    """It was not accepted in time."""

    content: Content
    status: Literal["expired"] = "expired"


@dataclass(frozen=True, slots=True)
class Superseded:
    """The customer accepted another quote of the deal."""

    content: Content
    status: Literal["superseded"] = "superseded"


Live: TypeAlias = Draft | InApproval | Approved | Sent
Known: TypeAlias = Live | Accepted | Expired | Superseded
Quote: TypeAlias = NoQuote | Known
QuoteEvent: TypeAlias = (
    QuoteDrafted
    | QuoteRevised
    | QuoteApprovalRequested
    | QuoteApproved
    | QuoteRejected
    | QuoteSent
    | QuoteAccepted
    | QuoteExpired
    | QuoteSuperseded
)  # fmt: skip


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(quote: Quote, event: QuoteEvent) -> Quote:
    if isinstance(event, QuoteDrafted):
        return Draft(drafted(event))
    if isinstance(quote, NoQuote):
        return quote  # a quote begins with its draft
    content = quote.content
    match event:
        case QuoteRevised():
            return Draft(revised(content, event))
        case QuoteApprovalRequested():
            return InApproval(content, event.requested_by, event.combined)
        case QuoteApproved():
            return Approved(content)
        case QuoteRejected():
            return Draft(content, "rejected")
        case QuoteSent():
            return Sent(replace(content, sent=content.sent + 1))
        case QuoteAccepted():
            return Accepted(content)
        case QuoteExpired():
            return Expired(content)
        case QuoteSuperseded():
            return Superseded(content)


def drafted(event: QuoteDrafted) -> Content:
    return Content(
        opportunity_id=event.opportunity_id,
        revision=1,
        makers=frozenset({event.drafted_by}),
        currency=event.currency,
        lines=event.lines,
        net=event.net,
        hash=event.quote_hash,
        expires_on=event.expires_on,
        party_id=event.party_id,
        costs=event.costs,
    )


def revised(content: Content, event: QuoteRevised) -> Content:
    return replace(
        content,
        revision=event.revision,
        makers=content.makers | {event.revised_by},
        currency=event.currency,
        lines=event.lines,
        net=event.net,
        hash=event.quote_hash,
        expires_on=event.expires_on or content.expires_on,
        costs=event.costs,
    )


history: Decider[Quote, Any, QuoteEvent] = Decider(
    kind="quote", id="quote_id", initial=NoQuote(), evolve=evolve, commands=Never, events=QuoteEvent
)
"""Quotes as other nouns read them: their states, without what may be done with them."""
