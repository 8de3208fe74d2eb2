"""What happens to a quote; nobody else is told."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Currency, Event, Money, Name, Sha256, Text, UserId
from ltc_events.opportunity import Discount, LineNo, PricedLine
from pydantic import Field

from .margin import LineCost

Revision = Annotated[int, Field(ge=1)]


class QuoteDrafted(Event, type="ltc.opportunity.quote-drafted.v1"):
    """We wrote down what we would deliver, and for how much."""

    quote_id: UUID
    opportunity_id: UUID
    price_book: Code
    price_book_version: int
    currency: Currency
    lines: tuple[PricedLine, ...]
    net: Money
    quote_hash: Sha256
    drafted_by: UserId
    drafted_on: date
    expires_on: date
    """From this day on it no longer binds us."""
    option: Name | None = None
    """What this one of several alternatives is called."""
    party_id: UUID | None = None
    costs: tuple[LineCost, ...] = ()
    """What the lines cost us on that day, as far as it was known."""
    agreed: tuple[LineNo, ...] | None = None
    """The lines whose net price was agreed on, so that their discount follows from it. Quotes from before do not say."""


class QuoteRevised(Event, type="ltc.opportunity.quote-revised.v1"):
    """We changed our mind about lines or prices; whatever was approved or sent before no longer counts."""

    quote_id: UUID
    revision: Revision
    price_book: Code
    price_book_version: int
    currency: Currency
    lines: tuple[PricedLine, ...]
    net: Money
    quote_hash: Sha256
    revised_by: UserId
    expires_on: date | None = None
    """Until when it binds us now; as long as before, if nothing is said."""
    costs: tuple[LineCost, ...] = ()
    agreed: tuple[LineNo, ...] | None = None


class QuoteApprovalRequested(Event, type="ltc.opportunity.quote-approval-requested.v1"):
    """The discount is beyond the authority of whoever asks."""

    quote_id: UUID
    quote_hash: Sha256
    discount: Discount
    """The largest of any line."""
    net: Money
    requested_by: UserId
    combined: Money | None = None
    """It looks split: with the discounted quotes of other deals of this party it comes to this, and the approver must be allowed that."""
    split_with: tuple[UUID, ...] = ()
    """Those quotes."""
    configuration_version: int | None = None
    """The version of the configuration rules that the lines were found to keep."""


class QuoteApproved(Event, type="ltc.opportunity.quote-approved.v1"):
    """These lines, and no others, may be sent to the customer."""

    quote_id: UUID
    quote_hash: Sha256
    approved_by: UserId
    within_own_authority: bool
    """Nobody else had to be asked."""
    matrix_version: int | None = None
    """The version of the discount matrix that allowed it, where the approver's own grant did not."""
    configuration_version: int | None = None


class QuoteRejected(Event, type="ltc.opportunity.quote-rejected.v1"):
    """The approver said no."""

    quote_id: UUID
    quote_hash: Sha256
    reason: Text
    rejected_by: UserId


class QuoteSent(Event, type="ltc.opportunity.quote-sent.v1"):
    """The customer has it."""

    quote_id: UUID
    quote_hash: Sha256
    sent_by: UserId


class QuoteAccepted(Event, type="ltc.opportunity.quote-accepted.v1"):
    """The customer agreed; it can never change again."""

    quote_id: UUID
    quote_hash: Sha256
    accepted_on: date


class QuoteExpired(Event, type="ltc.opportunity.quote-expired.v1"):
    """Nobody accepted it in time."""

    quote_id: UUID


class QuoteSuperseded(Event, type="ltc.opportunity.quote-superseded.v1"):
    """The customer decided for another quote of the deal: this one is no offer any more."""

    quote_id: UUID
    superseded_by: UUID
    """The quote that was accepted, or that the deal was won with."""
