"""From list price to margin: the steps sum to the last minor unit, and no cost is guessed."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from floor import SERVER, Floor, good, seen
from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import Money
from opportunity_svc.price_book.rules import Book, PriceItem
from opportunity_svc.quote.rules.margin import LineCost, margin_rate
from opportunity_svc.quote.rules.price import AskedLine, agreed_in, discounted, priced
from opportunity_svc.quote.rules.waterfall import falls_of, together

CURRENCY = "USD"


def usd(amount: int) -> Money:
    return Money(amount=amount, currency=CURRENCY)


def book(list_price: int) -> Book:
    item = PriceItem(product="P", description="A product", unit="C62", list_price=usd(list_price), tax_rate=Decimal("0.13"))
    return Book("list", 1, CURRENCY, {"P": item}, None, None)  # type: ignore[arg-type]


QUANTITY = st.decimals("0.000001", "999999", places=6)
ASKED = st.one_of(
    st.builds(
        AskedLine, product=st.just("P"), quantity=st.decimals("0.000001", "999999", places=6), discount=st.decimals(-10, 1, places=6)
    ),
    st.builds(AskedLine, product=st.just("P"), quantity=st.integers(1, 99).map(Decimal), net=st.integers(0, 1_000).map(usd)),
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1_000, 10**9), st.lists(ASKED, min_size=1, max_size=6), st.data())
def test_a_waterfall_sums_exactly_from_list_to_margin_line_by_line_and_whole(price: int, asked: list[AskedLine], data: Any) -> None:
    lines = priced(book(price), asked)
    known = data.draw(st.sets(st.sampled_from([line.line for line in lines])))
    costs = [LineCost(line=line, cost=usd(data.draw(st.integers(0, 10**12)))) for line in sorted(known)]
    falls = falls_of(lines, costs, agreed_in(asked))
    whole = together(falls)
    for fall in (*falls, whole):
        assert fall.listed + sum(fall.steps.values()) == fall.net
        assert (fall.cost is None) == (fall.margin is None)
        assert fall.cost is None or fall.net - fall.cost == fall.margin
    assert whole.net == sum(line.net.amount for line in lines)
    assert (whole.listed, sum(whole.steps.values())) == (
        sum(fall.listed for fall in falls),
        sum(sum(fall.steps.values()) for fall in falls),
    )
    assert (whole.cost is None) == (len(known) < len(lines)), "the cost of some is not the cost of all"
    assert whole.cost is None or whole.cost == sum(each.cost.amount for each in costs)


def test_a_discount_is_told_by_where_it_comes_from() -> None:
    asked = [
        AskedLine(product="P", quantity=Decimal(3), discount=Decimal("0.15")),
        AskedLine(product="P", quantity=Decimal(1), net=usd(9_000)),
        AskedLine(product="P", quantity=Decimal(1)),
        AskedLine(product="P", quantity=Decimal(1), discount=Decimal("-0.1")),
    ]
    lines = priced(book(10_000), asked)
    falls = falls_of(lines, [], agreed_in(asked))
    assert [dict(fall.steps) for fall in falls] == [
        {"line_discount": -4_500}, {"agreed_price": -1_000}, {}, {"line_discount": 1_000}
    ]  # fmt: skip
    assert dict(together(falls).steps) == {"line_discount": -3_500, "agreed_price": -1_000}
    assert dict(together(falls_of(lines, [], None)).steps) == {"not_said": -4_500}, "a quote from before does not say which"
    assert discounted(Decimal(30_000), Decimal("0.15")) == falls[0].net


async def test_the_waterfall_of_a_version_says_what_was_not_known(floor: Floor) -> None:
    deal = await floor.deal()
    quote = await floor.quote(
        deal, {**SERVER, "quantity": "2"}, {"product": "SERVER", "quantity": "1", "net": {"amount": 90_000, "currency": "USD"}}
    )
    first = await seen(floor.nat, f"/quotes/{quote}/versions/1/waterfall")
    assert first["total"] == {
        "listed": 300_000,
        "steps": [{"source": "line_discount", "amount": -20_000}, {"source": "agreed_price", "amount": -10_000}],
        "net": 270_000,
        "cost": 180_000,
        "margin": 90_000,
        "margin_rate": "0.3333",
    }
    assert [line["margin"] for line in first["lines"]] == [60_000, 30_000]
    await good(floor.ann, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [SERVER, {"product": "RACK", "quantity": "1"}]})
    second = await seen(floor.nat, f"/quotes/{quote}/versions/2/waterfall")
    assert (second["total"]["cost"], second["total"]["margin"], second["total"]["margin_rate"]) == (None, None, None)
    assert (second["lines_without_cost"], second["net_without_cost"], second["lines"][0]["margin"]) == ([2], 20_000, 30_000)
    assert await seen(floor.nat, f"/quotes/{quote}/versions/1/waterfall") == first, "a version says what it said"


async def test_there_is_no_waterfall_of_what_was_never_written(floor: Floor) -> None:
    quote = await floor.quote(await floor.deal())
    assert (await floor.nat.get(f"/quotes/{quote}/versions/2/waterfall")).json()["code"] == "unknown-version"
    assert (await floor.nat.get(f"/quotes/{UUID(int=9)}/versions/1/waterfall")).json()["code"] == "unknown-quote"
    assert (await floor.nat.get(f"/quotes/{quote}/versions/0/waterfall")).status_code == 422
    assert margin_rate(usd(0), usd(0)) is None


async def test_a_gift_beyond_what_we_deal_in_still_has_a_list_price(floor: Floor) -> None:
    gift = {"product": "SERVER", "quantity": "999999999", "discount": "1"}
    quote = await floor.quote(await floor.deal(), *([gift] * 12))
    total = (await seen(floor.nat, f"/quotes/{quote}/versions/1/waterfall"))["total"]
    assert (total["listed"], total["net"]) == (12 * 99_999_999_900_000, 0)
