"""What opportunity-svc does when something happens: a converted lead opens a deal, and a quote does not bind us for ever."""

from datetime import UTC, datetime, time

from ltc_events import At, Command
from ltc_events.lead import LeadConverted

from .domain.opportunity import JoinOpportunity, OpenOpportunity
from .domain.quote.sending import ExpireQuote
from .domain.quote.states import QuoteDrafted


def open_opportunity(lead: LeadConverted) -> list[Command]:
    """Every converted lead opens one opportunity, however often we hear of it, or joins the one it names."""
    if lead.joins:
        joined = JoinOpportunity(
            opportunity_id=lead.opportunity_id, lead_id=lead.lead_id, party_id=lead.party_id, need=lead.need, value=lead.budget
        )
        return [joined]
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
    due = datetime.combine(quote.expires_on, time(), UTC)
    return [At(due, ExpireQuote(quote_id=quote.quote_id, expires_on=quote.expires_on))]
