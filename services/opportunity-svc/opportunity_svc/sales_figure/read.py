"""Sales figures: win rate and sales cycle, over own deals and those imported from other systems."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from ltc_events import Code, Currency, UserId
from ltc_runtime.http import EVERYONE, Api, Read, View
from pydantic import Field
from sqlalchemy import Date, cast, func, literal_column, null, or_, select, union_all

from ..deal.read import OpportunityRow
from ..past_opportunity.read import PastRow

sales_figures = Api("/sales-figures")

Origin = Literal["all", "own", "imported"]


class ValueRate(View):
    """The win rate by value, in one currency; minor units."""

    currency: Currency
    won: int
    lost: int
    win_rate: Decimal | None


class Spelling(View):
    """A product that a system writes in its own way."""

    source: str
    product: str
    spelled: str
    deals: int


class SalesFigures(View):
    """Counted from what was opened, won, lost and imported."""

    open: int
    suspended: int = Field(description="Of the open ones, those that stand still.")
    won: int
    lost: int
    cancelled: int = Field(description="Neither won nor lost, so not in the win rate.")
    win_rate: Decimal | None = Field(description="won ÷ (won + lost), to four places; null where nothing was decided.")
    median_won_cycle_days: Decimal | None = Field(
        description="Median of closed minus opened (imported: engaged), in days, over the won deals that say both."
    )
    by_value: Sequence[ValueRate]
    spellings: Sequence[Spelling] = Field(description="Products that were written otherwise than in the catalogue.")


@sales_figures.query("", roles=EVERYONE)
async def show_sales_figures(
    read: Read,
    origin: Origin = "all",
    owner: UserId | None = None,
    source: Code | None = None,
    closed_from: date | None = None,
    closed_to: date | None = None,
) -> SalesFigures:
    """Win rate and sales cycle; by whom, from which system, and of what was closed when."""
    deals = _deals(origin).subquery()
    open_, suspended, cancelled = deals.c.status.in_(("open", "suspended")), deals.c.status == "suspended", deals.c.status == "cancelled"
    asked = [deals.c.owner == owner] if owner else []
    asked += [deals.c.source == source] if source else []
    asked += [or_(deals.c.closed_on >= closed_from, open_)] if closed_from else []
    asked += [or_(deals.c.closed_on <= closed_to, open_)] if closed_to else []
    won, lost = deals.c.status == "won", deals.c.status == "lost"
    days = func.percentile_cont(literal_column("0.5")).within_group(deals.c.closed_on - deals.c.begun).filter(won)
    counts: Any = select(
        func.count().filter(open_).label("open"),
        func.count().filter(suspended).label("suspended"),
        func.count().filter(cancelled).label("cancelled"),
        func.count().filter(won).label("won"),
        func.count().filter(lost).label("lost"),
        days.label("days"),
    ).where(*asked)
    values: Any = (
        select(
            deals.c.currency,
            func.coalesce(func.sum(deals.c.value).filter(won), 0).label("won"),
            func.coalesce(func.sum(deals.c.value).filter(lost), 0).label("lost"),
        )
        .where(*asked)
        .group_by(deals.c.currency)
        .order_by(deals.c.currency)
    )
    (row,) = await read.all(counts)
    return SalesFigures(
        **{name: row[name] for name in ("open", "suspended", "won", "lost", "cancelled")},
        win_rate=rate(row["won"], row["lost"]),
        median_won_cycle_days=None if row["days"] is None else Decimal(str(row["days"])),
        by_value=[_value(**each) for each in await read.all(values)],
        spellings=[] if origin == "own" else [Spelling(**each) for each in await read.all(_spellings(source))],
    )


def rate(won: int, lost: int) -> Decimal | None:
    """won ÷ (won + lost), half up to four places."""
    return (Decimal(won) / (won + lost)).quantize(Decimal("0.0001"), ROUND_HALF_UP) if won + lost else None


def _value(currency: str, won: Decimal, lost: Decimal) -> ValueRate:
    return ValueRate(currency=currency, won=int(won), lost=int(lost), win_rate=rate(int(won), int(lost)))


def _deals(origin: Origin) -> Any:
    own, past = OpportunityRow.table.c, PastRow.table.c
    ours = select(
        own.status,
        own.account_manager.label("owner"),
        null().label("source"),
        cast(own.opened_at, Date).label("begun"),
        own.closed_on,
        func.coalesce(own.won, own.value).label("value"),
        func.coalesce(own.won_currency, own.currency).label("currency"),
    )
    theirs = select(past.status, past.owner, past.source, past.engaged_on.label("begun"), past.closed_on, past.value, past.currency)
    return {"own": ours, "imported": theirs, "all": union_all(ours, theirs)}[origin]


def _spellings(source: str | None) -> Any:
    past = PastRow.table.c
    found = select(past.source, past.product, past.spelled, func.count().label("deals")).where(past.spelled != past.product)
    if source is not None:
        found = found.where(past.source == source)
    return found.group_by(past.source, past.product, past.spelled).order_by(past.source, past.product, past.spelled)
