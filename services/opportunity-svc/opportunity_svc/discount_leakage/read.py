"""Discount leakage: the part of the list price that was given away in what was sold, and who had to allow it."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from ltc_events import Currency, UserId
from ltc_events.opportunity_gates import Profile
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import func, select

from ..outcome.read import By, Which, counted, cut, over, summed
from ..pipeline.rules import PipelineCode
from ..quote.read import QuoteContent

leakages = Api("/reports")


class Leakage(View):
    """What was won by one group in one currency, at list price and as sold; minor units."""

    what: str | None = Field(description="What it is counted by; null where that is not known, or nothing was asked for.")
    currency: Currency
    deals: int
    listed: int = Field(description="What the quotes come to at list price.")
    net: int
    leaked: int = Field(description="listed − net; below nothing where more than list was charged.")
    leakage: Decimal | None = Field(description="leaked ÷ listed, to four places; null where nothing is listed.")
    outside_authority: int = Field(description="What leaked in quotes that somebody else than their maker had to allow.")
    outside_authority_deals: int
    outside_authority_share: Decimal | None = Field(description="outside_authority ÷ leaked, to four places; null where nothing leaked.")


@leakages.query("/discount-leakage", roles=EVERYONE)
async def list_discount_leakage(
    read: Read,
    paging: Paging,
    by: By | Literal["price_book"] = "all",
    closed_from: date | None = None,
    closed_to: date | None = None,
    account_manager: UserId | None = None,
    pipeline: PipelineCode | None = None,
    profile: Profile | None = None,
) -> Page[Leakage]:
    """Σ (list − net) ÷ Σ list over the quotes that deals were won with from one day to another.

    Deals of other systems do not count: they say no list price.
    """
    deals = cut(over(Which(closed_from, closed_to, "own", account_manager, pipeline, profile)), "all" if by == "price_book" else by).c
    sold = QuoteContent.table.c
    what = sold.price_book if by == "price_book" else deals.what
    joined = select(what.label("what"), sold.currency, sold.listed, sold.net, sold.within_own_authority)
    one = joined.where(deals.status == "won", sold.quote_id == deals.quote_id).subquery().c
    leaked, others = one.listed - one.net, one.within_own_authority.is_(False)
    sums = [
        func.count().label("deals"),
        func.sum(one.listed).label("listed"),
        func.sum(one.net).label("net"),
        summed(leaked, others).label("outside_authority"),
        counted(others).label("outside_authority_deals"),
    ]
    found = select(one.what, one.currency, *sums).group_by(one.what, one.currency).subquery()
    return await read.page(select(found), key=(found.c.what, found.c.currency), into=leakage, paging=paging, newest_first=False)


def leakage(**row: Any) -> Leakage:
    listed, net, others = (int(row[name]) for name in ("listed", "net", "outside_authority"))
    return Leakage(
        what=row["what"] or None,
        currency=row["currency"],
        deals=row["deals"],
        listed=listed,
        net=net,
        leaked=listed - net,
        leakage=ratio(listed - net, listed),
        outside_authority=others,
        outside_authority_deals=row["outside_authority_deals"],
        outside_authority_share=ratio(others, listed - net),
    )


def ratio(part: int, whole: int) -> Decimal | None:
    """part ÷ whole, half up to four places; nothing, where the whole is not above nothing."""
    return (Decimal(part) / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP) if whole > 0 else None
