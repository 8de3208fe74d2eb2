"""The paper of a quote that tests share."""

from datetime import date
from decimal import Decimal

from ltc_events import Money
from ltc_events.opportunity import PricedLine
from opportunity_svc.quote_document.read import Paper


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def line(number: int, rate: str = "0.13") -> PricedLine:
    return PricedLine(
        line=number,
        product=f"CARD-{number}",
        description="A card",
        quantity=Decimal("3.000000"),
        unit="piece",
        list_price=usd(10_000),
        discount=Decimal("0.150000"),
        net=usd(25_500),
        tax_rate=Decimal(rate),
    )


def paper(lines: int = 2, name: str = "显卡", *, binding: bool = True) -> Paper:
    quoted = tuple(line(number) for number in range(1, lines + 1))
    return Paper(
        quote_id="00000000-0000-0000-0000-000000000003",
        revision=2,
        company="云泽科技",
        lines=quoted,
        names=(name,) * lines,
        net=usd(25_500 * lines),
        quote_hash="ab" * 32,
        written_on=date(2026, 11, 24),
        last_day=date(2026, 12, 23),
        binding=binding,
    )
