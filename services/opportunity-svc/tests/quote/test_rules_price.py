"""What a line costs."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import AmountTooLarge, Money
from ltc_events.opportunity import PricedLine
from opportunity_svc.price_book.rules import Book, PriceItem
from opportunity_svc.quote.rules.price import (
    AskedLine,
    NetBelowNothing,
    NetFarAboveList,
    NetInOtherCurrency,
    gross_of,
    largest_discount,
    net_of,
    payable,
    priced,
)
from pydantic import ValidationError


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def book(list_price: int) -> Book:
    item = PriceItem(product="P", description="A product", unit="piece", list_price=usd(list_price), tax_rate=Decimal("0.13"))
    return Book("list", 1, "USD", {"P": item}, date(2026, 1, 1), None)


def priced_line(book: Book, line: AskedLine) -> PricedLine:
    (found,) = priced(book, (line,))
    return found


@pytest.mark.parametrize(
    ("list_price", "quantity", "discount", "net"),
    [
        (10_000, "3", None, 30_000),
        (10_000, "3", "0.15", 25_500),
        (333, "1", "0.5", 167),  # 166.5 rounds half up
        (333, "0.5", None, 167),
        (10_000, "1", "1", 0),
        (10_000, "1", "-0.1", 11_000),
        (99, "0.333333", "0.333333", 22),
    ],
)
def test_net_is_list_times_quantity_less_the_discount_rounded_half_up(
    list_price: int, quantity: str, discount: str | None, net: int
) -> None:
    asked = AskedLine(product="P", quantity=Decimal(quantity), discount=None if discount is None else Decimal(discount))
    assert priced_line(book(list_price), asked).net == usd(net)


@pytest.mark.parametrize(
    ("list_price", "quantity", "net", "discount"),
    [
        (482_100, "1", 448_500, "0.069695"),
        (482_100, "1", 482_100, "0"),
        (5_500, "1", 5_500 * 11, "-10"),
        (5_500, "1", 0, "1"),
        (3, "1", 2, "0.333333"),
        (0, "1", 0, "0"),
    ],
)
def test_a_net_price_agreed_on_says_what_the_discount_is(list_price: int, quantity: str, net: int, discount: str) -> None:
    line = priced_line(book(list_price), AskedLine(product="P", quantity=Decimal(quantity), net=usd(net)))
    assert (line.net, line.discount) == (usd(net), Decimal(discount))


def test_a_price_that_cannot_be_meant_is_refused() -> None:
    def asked(net: Money) -> AskedLine:
        return AskedLine(product="P", quantity=1, net=net)

    with pytest.raises(NetInOtherCurrency):
        priced_line(book(100), asked(Money(amount=100, currency="CNY")))
    with pytest.raises(NetBelowNothing):
        priced_line(book(100), asked(usd(-1)))
    with pytest.raises(NetFarAboveList):
        priced_line(book(100), asked(usd(1_101)))
    with pytest.raises(NetFarAboveList):
        priced_line(book(0), asked(usd(1)))
    with pytest.raises(AmountTooLarge):
        priced_line(book(10**15), AskedLine(product="P", quantity=2))


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=3))
def test_what_the_customer_pays_is_an_amount_or_it_is_refused_by_name(nets: list[int]) -> None:
    lines = priced(book(10**15), [AskedLine(product="P", quantity=1, net=usd(net)) for net in nets])
    with_tax = sum(nets) + int((Decimal(sum(nets)) * Decimal("0.13")).quantize(Decimal(1), ROUND_HALF_UP))
    if with_tax > 10**15:
        with pytest.raises(AmountTooLarge, match=r"^The total (before|with) tax comes to"):
            payable(lines, "USD")
    else:
        assert payable(lines, "USD") == net_of(lines, "USD") == usd(sum(nets))
        assert gross_of(lines, "USD") == usd(with_tax)


def test_a_refused_line_is_named() -> None:
    with pytest.raises(AmountTooLarge, match=r"^Line 2 comes to 20,000,000,000,000\.00 USD"):
        priced(book(10**15), [AskedLine(product="P", quantity=quantity) for quantity in (1, 2)])


def test_discount_and_net_are_not_both_given() -> None:
    with pytest.raises(ValidationError, match="not both"):
        AskedLine(product="P", quantity=1, discount=Decimal(0), net=usd(1))


def test_the_whole_is_the_sum_of_its_lines_and_answers_for_the_largest_discount() -> None:
    asked = (AskedLine(product="P", quantity=1, discount=Decimal("0.3")), AskedLine(product="P", quantity=2, discount=Decimal("-0.5")))
    lines = priced(book(100), asked)
    assert [line.line for line in lines] == [1, 2]
    assert net_of(lines, "USD") == usd(70 + 300)
    assert largest_discount(lines) == Decimal("0.3")


@given(
    st.integers(0, 10**15),
    st.decimals("0.000001", "999999999", places=6),
    st.one_of(st.none(), st.decimals(-10, 1, places=6)),
)
def test_any_discount_gives_a_price_or_is_refused(list_price: int, quantity: Decimal, discount: Decimal | None) -> None:
    try:
        line = priced_line(book(list_price), AskedLine(product="P", quantity=quantity, discount=discount))
    except AmountTooLarge:
        return
    assert line.net.amount >= 0
    assert type(line).model_validate_json(line.model_dump_json()) == line


@given(st.integers(0, 10**15), st.decimals("0.000001", "999999999", places=6), st.integers(-1, 10**15))
def test_any_net_price_gives_a_discount_or_is_refused(list_price: int, quantity: Decimal, net: int) -> None:
    try:
        line = priced_line(book(list_price), AskedLine(product="P", quantity=quantity, net=usd(net)))
    except (NetFarAboveList, NetBelowNothing):
        return
    assert line.net == usd(net)
    assert type(line).model_validate_json(line.model_dump_json()) == line
