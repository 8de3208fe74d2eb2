"""Pricing: what a line costs, from the price book and what was agreed on top of it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Annotated

from ltc_events import Code, Money, Quantity, Refusal, Value, must_be_dealt_in, of_checked, total
from ltc_events.opportunity import Discount, PricedLine
from pydantic import ConfigDict, Field, model_validator

from ...price_book.rules import Book

# Amount × quantity × discount has up to 40 digits, more than Decimal keeps by default.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
SIX_DECIMALS = Decimal("0.000001")
WHOLE, NONE = Decimal(1), Decimal(0)
MOST_ABOVE_LIST = Decimal(-10)


class AskedLine(Value):
    """A product, how much of it, and the discount or the net price agreed on; neither means list price."""

    model_config = ConfigDict(extra="forbid")

    product: Code
    quantity: Quantity
    discount: Discount | None = None
    """The share of the list price not charged: ``0.15`` is 15 %."""
    net: Money | None = None
    """The price of the whole line before tax; the discount follows from it."""

    @model_validator(mode="after")
    def discount_or_net(self) -> "AskedLine":
        """One follows from the other."""
        if self.discount is not None and self.net is not None:
            raise ValueError("give the discount or the net price, not both")
        return self


AskedLines = Annotated[tuple[AskedLine, ...], Field(min_length=1, max_length=500)]


class NetInOtherCurrency(Refusal):
    """The price of line {line} is not in {currency}, the currency of the price book."""


class NetBelowNothing(Refusal):
    """The price of line {line} is below nothing."""


class NetFarAboveList(Refusal):
    """The price of line {line} is more than eleven times the list price: check it."""


def priced(book: Book, lines: Sequence[AskedLine]) -> tuple[PricedLine, ...]:
    """The lines with their prices, numbered from 1."""
    with localcontext(EXACT):
        return tuple(priced_line(book, number, line) for number, line in enumerate(lines, 1))


def priced_line(book: Book, number: int, line: AskedLine) -> PricedLine:
    # In the context of `priced`: entering one for each of 500 lines would take as long as pricing them.
    item = book.item(line.product)
    full = item.list_price.amount * line.quantity
    if line.net is None:
        discount = line.discount or NONE
        net = must_be_dealt_in(discounted(full, discount), book.currency, f"Line {number}")
    else:
        net = agreed_net(book, number, line.net)
        discount = discount_of(number, full, net)
    return of_checked(
        PricedLine,
        line=number,
        product=item.product,
        description=item.description,
        quantity=line.quantity,
        unit=item.unit,
        list_price=item.list_price,
        discount=discount.quantize(SIX_DECIMALS),
        net=of_checked(Money, amount=net, currency=book.currency),
        tax_rate=item.tax_rate,
        price_book=book.code,
        price_book_version=book.version,
    )


def agreed_in(lines: Sequence[AskedLine]) -> tuple[int, ...]:
    """The numbers of the lines whose net price was agreed on."""
    return tuple(number for number, line in enumerate(lines, 1) if line.net is not None)


def listed(line: PricedLine) -> int:
    """What a line comes to at list price, half up to the minor unit; at full discount it may be more money than we deal in."""
    return int(EXACT.quantize(EXACT.multiply(Decimal(line.list_price.amount), line.quantity), WHOLE))


def agreed_net(book: Book, number: int, net: Money) -> int:
    if net.currency != book.currency:
        raise NetInOtherCurrency(line=number, currency=book.currency)
    if net.amount < 0:
        raise NetBelowNothing(line=number)
    return net.amount


def discounted(full: Decimal, discount: Decimal) -> int:
    """List × quantity × (1 − discount), rounded half up to the minor unit."""
    return int((full * (1 - discount)).quantize(WHOLE))


def discount_of(number: int, full: Decimal, net: int) -> Decimal:
    """The discount that leads from the list price to the price agreed on, to six decimals."""
    if full == 0 and net == 0:
        return Decimal(0)
    if full == 0 or net > full * (1 - MOST_ABOVE_LIST):
        raise NetFarAboveList(line=number)
    return (1 - Decimal(net) / full).quantize(SIX_DECIMALS) + Decimal(0)  # never minus zero


def net_of(lines: Sequence[PricedLine], currency: str) -> Money:
    """What all lines come to."""
    return total([line.net for line in lines], currency, "The total before tax")


def taxes_of(lines: Sequence[PricedLine], currency: str) -> list[tuple[Decimal, Money, Money]]:
    """Per tax rate: the rate, what its lines come to, and that times the rate, half up."""
    rates = sorted({line.tax_rate for line in lines})
    nets = [net_of([line for line in lines if line.tax_rate == rate], currency) for rate in rates]
    return [(rate, net, net.times(rate)) for rate, net in zip(rates, nets, strict=True)]


def tax_of(lines: Sequence[PricedLine], currency: str) -> Money:
    """The sum of the taxes of all rates."""
    return total([tax for _, _, tax in taxes_of(lines, currency)], currency, "The tax")


def gross_of(lines: Sequence[PricedLine], currency: str) -> Money:
    """What the customer pays for all lines, with their tax."""
    return total([net_of(lines, currency), tax_of(lines, currency)], currency, "The total with tax")


def payable(lines: Sequence[PricedLine], currency: str) -> Money:
    """What all lines come to before tax, of which what the customer pays is an amount too."""
    gross_of(lines, currency)
    return net_of(lines, currency)


def largest_discount(lines: Sequence[PricedLine]) -> Decimal:
    """The one an approver has to answer for; a dear line does not make up for a cheap one."""
    return max(line.discount for line in lines)
