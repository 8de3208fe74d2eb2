"""Quotes expire by themselves."""

from datetime import UTC, date, datetime
from uuid import UUID

from ltc_events import At, Money
from opportunity_svc.quote.policies import expire_quote
from opportunity_svc.quote.rules.events import QuoteDrafted
from opportunity_svc.quote.rules.offer import ExpireQuote


def test_a_quote_lapses_at_the_beginning_of_the_day_it_no_longer_binds_us() -> None:
    drafted = QuoteDrafted(
        quote_id=UUID(int=4),
        opportunity_id=UUID(int=2),
        price_book="list",
        price_book_version=1,
        currency="USD",
        lines=(),
        net=Money(amount=0, currency="USD"),
        quote_hash="0" * 64,
        drafted_by="ann",
        drafted_on=date(2026, 11, 24),
        expires_on=date(2026, 12, 24),
    )
    assert expire_quote(drafted) == [
        At(datetime(2026, 12, 24, tzinfo=UTC), ExpireQuote(quote_id=UUID(int=4), expires_on=date(2026, 12, 24)))
    ]
