"""What opportunity-svc does when something happens: a converted lead opens a deal, and what has its time is not forgotten."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from ltc_events import At, Command
from ltc_events.contract import ContractRegistered, ContractSigned

from ..quote.rules.events import QuoteDrafted, QuoteRevised
from ..quote.rules.offer import ExpireQuote
from ..swap.rules.selection import EndSelection


def expire_quote(quote: QuoteDrafted) -> list[At]:
    """A quote lapses on the day it stops binding us."""
    return [lapse(quote.quote_id, quote.expires_on)]


def expire_later(quote: QuoteRevised) -> list[At]:
    """A quote that was given another time lapses at its end; the timer set before finds that it was given more."""
    return [] if quote.expires_on is None else [lapse(quote.quote_id, quote.expires_on)]


def lapse(quote_id: UUID, day: date) -> At:
    return At(datetime.combine(day, time(), UTC), ExpireQuote(quote_id=quote_id, expires_on=day))


def end_selection(contract: ContractSigned | ContractRegistered) -> list[Command]:
    """Once the contract is signed, what it delivers is its own matter, and the order follows from it."""
    return [EndSelection(opportunity_id=contract.opportunity_id, contract_id=contract.contract_id)]
