"""Rows that projections show after facts, and facts that tests share."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Event, Fact, Money, Projection
from ltc_events.opportunity import PricedLine, lines_hash
from opportunity_svc.quote.rules.events import (
    QuoteDrafted,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
DEAL, QUOTE = UUID(int=1), UUID(int=3)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def shown(projection: Projection, events: Iterable[Event]) -> list[dict[str, Any]]:
    """The rows after these facts; puts must name every column, changes a row's key."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for position, event in enumerate(events, 1):
        fact = Fact(position, "any", DEAL, position, NOW, NOW, "ann", DEAL)
        for verb in (verb for on in projection.ons if on.event is type(event) for verb in on.verbs):
            columns = set(verb.table.columns.keys())
            for row in verb.rows(event, fact):
                key = tuple(row[column.name] for column in verb.table.primary_key)
                assert set(row) == columns if verb.kind == "put" else set(row) <= columns
                if verb.kind == "put":
                    rows[key] = dict(row)
                elif key in rows:
                    rows[key] |= row
    return list(rows.values())


def line(discount: str, net: int) -> PricedLine:
    return PricedLine(
        line=1,
        product="P",
        description="A product",
        quantity=Decimal(1),
        unit="piece",
        list_price=usd(100),
        discount=Decimal(discount),
        net=usd(net),
        tax_rate=Decimal("0.13"),
    )


lines = (line("0.2", 80),)
drafted = QuoteDrafted(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    price_book_version=1,
    currency="USD",
    lines=lines,
    net=usd(80),
    quote_hash=lines_hash(lines),
    drafted_by="ann",
    drafted_on=TODAY,
    expires_on=date(2026, 12, 24),
)
