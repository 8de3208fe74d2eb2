"""The list of price books."""

from decimal import Decimal

from opportunity_svc.price_book.read import price_book_list
from opportunity_svc.price_book.rules import PriceBookSet, PriceItem, price_book_id
from shown_facts import TODAY, shown, usd


def test_a_price_book_shows_the_prices_that_count() -> None:
    card = PriceItem(product="P", description="A product", unit="piece", list_price=usd(100), tax_rate=Decimal("0.13"))
    book = PriceBookSet(
        price_book_id=price_book_id("list"), code="list", version=2, currency="USD", items=(card,), valid_from=TODAY, set_by="mia"
    )
    (row,) = shown(price_book_list, [book.model_copy(update={"version": 1}), book])
    assert (row["code"], row["version"], row["items"][0]["list_price"]) == ("list", 2, {"amount": 100, "currency": "USD"})
