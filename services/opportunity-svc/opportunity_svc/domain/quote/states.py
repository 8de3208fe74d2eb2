"""What happens to a quote, and what it is in between."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Currency, Event, Money, Name, Refusal, Sha256, Text, UserId
from ltc_events.opportunity import Discount, LineNo, PricedLine
from pydantic import Field

from .margin import LineCost, cost_of, margin_rate

Revision = Annotated[int, Field(ge=1)]

# ── facts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownQuote(Refusal):
    """There is no such quote."""

    status = 404


class QuoteOfOtherOpportunity(Refusal):
    """This quote belongs to another opportunity."""


class QuoteFinal(Refusal):
    """Nothing can be changed about this quote any more: it is {stands}."""


class QuoteNotDraft(Refusal):
    """Only a draft can be submitted; this quote is {stands}."""


class QuoteNotInApproval(Refusal):
    """Nobody is asked to approve this quote; it is {stands}."""


class QuoteNotApproved(Refusal):
    """Only an approved quote can be sent; this one is {stands}."""


class QuoteNotSent(Refusal):
    """The customer can only accept a quote they have; this one is {stands}."""


class QuoteNotAccepted(Refusal):
    """A deal is won with a quote the customer accepted; this one is {stands}."""


class QuoteNoLongerValid(Refusal):
    """This quote expired on {expires_on}: draft a new one."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

QuoteStatus = Literal["draft", "in_approval", "approved", "rejected", "sent", "accepted", "expired", "superseded"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody drafted it yet."""


@dataclass(frozen=True, slots=True)
class Content:
    """What it says, whoever has to look at it next."""

    opportunity_id: UUID
    revision: int
    makers: frozenset[str]
    """Everybody who wrote any of it: none of them may approve it."""
    currency: str
    lines: tuple[PricedLine, ...]
    net: Money
    hash: str
    expires_on: date
    party_id: UUID | None = None
    costs: tuple[LineCost, ...] = ()
    sent: int = 0
    """How often the customer got it, as it was then."""

    @property
    def cost(self) -> Money | None:
        """What it costs us, where that is known of every line."""
        return cost_of(self.lines, self.costs, self.currency)

    @property
    def margin(self) -> Decimal | None:
        """What share of the price is left, where it is known."""
        return margin_rate(self.net, self.cost)


@dataclass(frozen=True, slots=True)
class Draft:
    """We are still writing; also after the approver said no."""

    content: Content
    status: Literal["draft", "rejected"] = "draft"


@dataclass(frozen=True, slots=True)
class InApproval:
    """Somebody with more authority has to agree."""

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
    """The customer thinks about it."""

    content: Content
    status: Literal["sent"] = "sent"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The customer wants exactly this."""

    content: Content
    status: Literal["accepted"] = "accepted"


@dataclass(frozen=True, slots=True)
class Expired:
    """It was not accepted in time."""

    content: Content
    status: Literal["expired"] = "expired"


@dataclass(frozen=True, slots=True)
class Superseded:
    """The customer wants another one."""

    content: Content
    status: Literal["superseded"] = "superseded"


Live: TypeAlias = Draft | InApproval | Approved | Sent
Known: TypeAlias = Live | Accepted | Expired | Superseded
Quote: TypeAlias = Nobody | Known
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


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_exist(quote: Quote) -> Known:
    if isinstance(quote, Nobody):
        raise UnknownQuote
    return quote


def must_be_of(content: Content, opportunity_id: UUID) -> None:
    if content.opportunity_id != opportunity_id:
        raise QuoteOfOtherOpportunity


def must_be_live(quote: Quote, today: date) -> Live:
    known = must_exist(quote)
    if isinstance(known, Accepted | Expired | Superseded):
        raise QuoteFinal(stands=words(known))
    must_bind_us(known.content, today)
    return known


def must_be_draft(quote: Quote, today: date) -> Draft:
    known = must_exist(quote)
    if not isinstance(known, Draft):
        raise QuoteNotDraft(stands=words(known))
    must_bind_us(known.content, today)
    return known


def must_be_in_approval(quote: Quote, today: date) -> InApproval:
    known = must_exist(quote)
    if not isinstance(known, InApproval):
        raise QuoteNotInApproval(stands=words(known))
    must_bind_us(known.content, today)
    return known


def must_be_approved(quote: Quote, today: date) -> Approved | Sent:
    known = must_exist(quote)
    if not isinstance(known, Approved | Sent):
        raise QuoteNotApproved(stands=words(known))
    must_bind_us(known.content, today)
    return known


def must_be_sent(quote: Quote, today: date) -> Sent:
    known = must_exist(quote)
    if not isinstance(known, Sent):
        raise QuoteNotSent(stands=words(known))
    must_bind_us(known.content, today)
    return known


def must_be_accepted(quote: Quote) -> Accepted:
    known = must_exist(quote)
    if not isinstance(known, Accepted):
        raise QuoteNotAccepted(stands=words(known))
    return known


def words(quote: Known) -> str:
    """How the quote stands, as people say it."""
    return quote.status.replace("_", " ")


def must_bind_us(content: Content, today: date) -> None:
    # The timer may be late; the day is not.
    if today >= content.expires_on:
        raise QuoteNoLongerValid(expires_on=content.expires_on.isoformat())


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(quote: Quote, event: QuoteEvent) -> Quote:
    if isinstance(event, QuoteDrafted):
        return Draft(drafted(event))
    if isinstance(quote, Nobody):
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


def possible(status: QuoteStatus) -> tuple[str, ...]:
    """What may be done with a quote of this status, by the names the API gives it."""
    match status:
        case "draft" | "rejected":
            return ("revise_quote", "submit_quote")
        case "in_approval":
            return ("revise_quote", "approve_quote", "reject_quote")
        case "approved":
            return ("revise_quote", "send_quote")
        case "sent":
            return ("revise_quote", "accept_quote")
        case "accepted" | "expired" | "superseded":
            return ()
