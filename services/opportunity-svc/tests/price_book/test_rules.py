"""What a price book may say."""

from datetime import date
from decimal import Decimal

import pytest
from ltc_events import Money, Refusal
from ltc_events.testing import given
from opportunity_svc.price_book.rules import (
    PriceBelowNothing,
    PriceBookNotValid,
    PriceBookSet,
    PriceInOtherCurrency,
    PriceItem,
    ProductListedTwice,
    SetPriceBook,
    UnknownPriceBook,
    ValidityEndsBeforeItBegins,
    decider,
    evolve,
    must_be_valid,
    price_book_id,
)

CARD = PriceItem(
    product="GTX Pro", description="A card", unit="piece", list_price=Money(amount=482_100, currency="USD"), tax_rate=Decimal("0.13")
)
set_book = SetPriceBook(code="list", currency="USD", items=(CARD,), valid_from=date(2026, 1, 1), set_by="mia")
was_set = PriceBookSet(price_book_id=price_book_id("list"), **dict(set_book), version=1)


def test_a_price_book_is_set() -> None:
    given(decider).when(set_book).then(was_set)


def test_setting_the_same_prices_again_changes_nothing() -> None:
    given(decider, was_set).when(set_book.model_copy(update={"set_by": "max"})).then_nothing()


def test_new_prices_make_a_new_version() -> None:
    dearer = CARD.model_copy(update={"list_price": Money(amount=500_000, currency="USD")})
    again = set_book.model_copy(update={"items": (dearer,)})
    given(decider, was_set).when(again).then(PriceBookSet(price_book_id=price_book_id("list"), **dict(again), version=2))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"items": (CARD, CARD)}, ProductListedTwice),
        ({"currency": "CNY"}, PriceInOtherCurrency),
        ({"items": (CARD.model_copy(update={"list_price": Money(amount=-1, currency="USD")}),)}, PriceBelowNothing),
        ({"valid_to": date(2025, 12, 31)}, ValidityEndsBeforeItBegins),
    ],
)
def test_a_price_book_does_not_contradict_itself(change: dict[str, object], refusal: type[Refusal]) -> None:
    given(decider).when(set_book.model_copy(update=change)).then_refused(refusal)


def test_prices_count_from_the_first_to_the_last_day() -> None:
    book = evolve(decider.initial, was_set.model_copy(update={"valid_to": date(2026, 1, 31)}))
    assert must_be_valid(book, date(2026, 1, 1)) is must_be_valid(book, date(2026, 1, 31)) is book
    for day in (date(2025, 12, 31), date(2026, 2, 1)):
        with pytest.raises(PriceBookNotValid):
            must_be_valid(book, day)


def test_a_price_book_nobody_set_has_no_prices() -> None:
    with pytest.raises(UnknownPriceBook):
        must_be_valid(decider.initial, date(2026, 1, 1))
