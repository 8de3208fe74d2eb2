"""What must hold of a quote before a rule looks at it, and what is said where it does not."""

from datetime import date
from uuid import UUID

from ltc_events import Refusal

from .states import Accepted, Approved, Content, Draft, Expired, InApproval, Known, Live, NoQuote, Quote, QuoteStatus, Sent, Superseded

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
    """This quote is not in approval; it is {stands}."""


class QuoteNotApproved(Refusal):
    """Only an approved quote can be sent; this one is {stands}."""


class QuoteNotSent(Refusal):
    """The customer can only accept a quote they have; this one is {stands}."""


class QuoteNotAccepted(Refusal):
    """A deal is won with a quote the customer accepted; this one is {stands}."""


class QuoteNoLongerValid(Refusal):
    """This quote expired on {expires_on}: draft a new one."""


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_exist(quote: Quote) -> Known:
    if isinstance(quote, NoQuote):
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
