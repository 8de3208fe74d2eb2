"""Timers of quotes: a quote expires on the day on which it is no longer binding."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from ltc_events import At

from .rules.events import QuoteDrafted, QuoteRevised
from .rules.offer import ExpireQuote


def expire_quote(quote: QuoteDrafted) -> list[At]:
    """A drafted quote expires on its day."""
    return [expiry(quote.quote_id, quote.expires_on)]


def expire_revised_quote(quote: QuoteRevised) -> list[At]:
    """A quote with a new day expires then; the timer set before finds that it has more time."""
    return [] if quote.expires_on is None else [expiry(quote.quote_id, quote.expires_on)]


def expiry(quote_id: UUID, day: date) -> At:
    return At(datetime.combine(day, time(), UTC), ExpireQuote(quote_id=quote_id, expires_on=day))
