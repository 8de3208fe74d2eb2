"""What differs between two lists."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import Money
from ltc_events.opportunity import PricedLine
from ltc_kit.difference import DifferenceHasChanged, applied, difference, must_be_as_read
from opportunity_svc.catalogue.rules import Product, read_products
from opportunity_svc.price_book.rules import read_items
from opportunity_svc.quote.rules.comparison import keyed, versions_differ

PRODUCT = st.builds(
    Product,
    product=st.sampled_from(["A", "B", "C"]),
    name=st.sampled_from(["A card", "显卡"]),
    unit=st.just("piece"),
    cost=st.none() | st.builds(Money, amount=st.integers(0, 3), currency=st.just("USD")),
    valid_from=st.sampled_from([date(2026, 1, 1), date(2026, 7, 1)]),
    options=st.lists(st.sampled_from(["X", "Y"]), max_size=2).map(tuple),
)
ROWS = st.lists(PRODUCT, max_size=6).map(lambda rows: {row.key: row for row in rows})
LINE = st.builds(
    PricedLine,
    line=st.integers(1, 9),
    product=st.sampled_from(["A", "B"]),
    description=st.just("A product"),
    quantity=st.decimals(1, 9, places=1),
    unit=st.just("piece"),
    list_price=st.just(Money(amount=100, currency="USD")),
    discount=st.decimals(0, 1, places=2),
    net=st.builds(Money, amount=st.integers(0, 100), currency=st.just("USD")),
    tax_rate=st.just(Decimal("0.13")),
)


@given(ROWS, ROWS)
def test_a_difference_applied_to_the_old_list_is_the_new_list(old: dict[str, Product], new: dict[str, Product]) -> None:
    step = difference(old, new)
    assert applied(old, step, Product) == new
    assert step.nothing == (old == new)
    assert difference(new, new).nothing


@given(st.lists(LINE, max_size=5), st.lists(LINE, max_size=5))
def test_so_it_is_with_two_versions_of_a_quote(old: list[PricedLine], new: list[PricedLine]) -> None:
    assert applied(keyed(old), versions_differ(old, new), PricedLine) == keyed(new)


@given(ROWS, ROWS, ROWS)
def test_another_difference_has_another_hash(old: dict[str, Product], new: dict[str, Product], other: dict[str, Product]) -> None:
    one, two = difference(old, new), difference(old, other)
    assert (one.hash == two.hash) == (new == other)


def test_whoever_applies_a_difference_says_which_they_read() -> None:
    step = difference({}, {})
    must_be_as_read(step, step.hash)
    with pytest.raises(DifferenceHasChanged):
        must_be_as_read(step, "0" * 64)


def test_a_line_that_says_nothing_usable_is_named_with_its_reason() -> None:
    sheet = read_products(
        "\ufeffproduct,name,unit,valid_from,cost,currency,options,attributes,valid_to\n"
        "A,A card,piece,2026-01-01,60.00,USD,B|C,colour=red|kg=2,\n"
        "A,Twice,piece,2026-01-01,,,,,\n"
        "B,B card,piece,yesterday,,,,,\n"
        "C,C card,piece,2026-01-01,6.005,USD,,,\n"
        "D,D card,piece,2026-01-01,6,,,,\n"
        ",No product,piece,2026-01-01,,,,,\n"
        "E,Ends early,piece,2026-01-02,,,,,2026-01-01\n"
    )
    (row,) = sheet.rows.values()
    assert (row.cost, row.options, row.attributes) == (Money(amount=6_000, currency="USD"), ("B", "C"), {"colour": "red", "kg": "2"})
    assert [each.line for each in sheet.invalid] == [3, 4, 5, 6, 7, 8]
    reasons = [each.reason for each in sheet.invalid]
    assert reasons[0] == "A@2026-01-01 is there twice"
    assert "finer than the smallest coin of USD" in reasons[2]
    assert reasons[3] == "currency: a cost needs one"
    assert reasons[4].startswith("product: ")
    assert reasons[5] == "valid_to: it is before valid_from"


def test_a_file_without_its_headings_or_that_is_no_csv_says_so() -> None:
    assert read_items("product,unit\nA,piece\n", "USD").invalid[0].reason == "the headings lack description, list_price, tax_rate"
    assert "not CSV" in read_items('product,description,unit,list_price,tax_rate\nA,"open', "USD").invalid[0].reason
    assert read_items("", "USD").invalid[0].line == 1


def test_prices_are_read_in_the_coins_of_their_currency() -> None:
    file = 'product,description,unit,list_price,tax_rate\nA,A card,piece,"1,250",0.13\nB,B card,piece,-1,0.13\nC,C card,piece,1,13%\n'
    yen = read_items(file, "JPY")
    assert yen.rows["A"].list_price == Money(amount=1_250, currency="JPY")
    assert read_items(file, "USD").rows["A"].list_price.amount == 125_000
    assert [each.reason for each in yen.invalid] == ["list_price: it is below nothing", "tax_rate: '13%' is not a share such as 0.13"]
