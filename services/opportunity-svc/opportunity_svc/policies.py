"""What opportunity-svc does when something happens: a converted lead opens a deal, and a quote does not bind us for ever."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from ltc_events import At, Command
from ltc_events.lead import LeadConverted

from .domain.opportunity import OpenOpportunity
from .domain.quote.sending import ExpireQuote
from .domain.quote.states import QuoteDrafted, QuoteRevised


def open_opportunity(lead: LeadConverted) -> list[Command]:
    """Every converted lead opens one opportunity, however often we hear of it."""
    opened = OpenOpportunity(
        opportunity_id=lead.opportunity_id,
        lead_id=lead.lead_id,
        party_id=lead.party_id,
        company=lead.company,
        need=lead.need,
        value=lead.budget,
        account_manager=lead.account_manager,
        solution_manager=lead.solution_manager,
        fulfilment_manager=lead.fulfilment_manager,
        expected_close=lead.expected_close,
    )
    return [opened]


def expire_quote(quote: QuoteDrafted) -> list[At]:
    """A quote lapses on the day it stops binding us."""
    return [lapse(quote.quote_id, quote.expires_on)]


def expire_later(quote: QuoteRevised) -> list[At]:
    """A quote that was given another time lapses at its end; the timer set before finds that it was given more."""
    return [] if quote.expires_on is None else [lapse(quote.quote_id, quote.expires_on)]


def lapse(quote_id: UUID, day: date) -> At:
    return At(datetime.combine(day, time(), UTC), ExpireQuote(quote_id=quote_id, expires_on=day))
