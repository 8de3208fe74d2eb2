"""What the catalogue may say, and what it costs us on which day."""

from datetime import date
from decimal import Decimal

import pytest
from ltc_events import AmountTooLarge, Money, Refusal
from ltc_events.opportunity import PricedLine
from ltc_events.testing import given
from ltc_kit.difference import DifferenceHasChanged, difference
from opportunity_svc.catalogue.rules import (
    CATALOGUE_ID,
    CatalogueChanged,
    CostBelowNothing,
    Product,
    ProductTwice,
    Removed,
    SetCatalogue,
    decider,
    evolve,
)
from opportunity_svc.price_book.rules import ValidityEndsBeforeItBegins
from opportunity_svc.quote.rules.margin import LineCost, cost_of, costs_of, margin_rate

JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def product(code: str, cost: int | None, valid_from: date = JANUARY, valid_to: date | None = None) -> Product:
    amount = None if cost is None else usd(cost)
    return Product(product=code, name="A card", unit="piece", cost=amount, valid_from=valid_from, valid_to=valid_to)


card, cheaper = product("A", 60, valid_to=date(2026, 6, 30)), product("A", 50, JULY)
HASH = difference({}, {row.key: row for row in (card, cheaper)}).hash
put = SetCatalogue(catalogue_id=CATALOGUE_ID, products=(card, cheaper), difference_hash=HASH, set_by="mia")
changed = CatalogueChanged(
    catalogue_id=CATALOGUE_ID, version=1, written=(card, cheaper), removed=(), difference_hash=HASH, changed_by="mia"
)


def test_a_catalogue_says_what_the_difference_that_was_read_makes_of_it() -> None:
    given(decider).when(put).then(changed)
    given(decider, changed).when(put).then_nothing()


def test_what_is_no_longer_in_the_file_is_removed_and_the_rest_is_not_told_again() -> None:
    step = difference({card.key: card, cheaper.key: cheaper}, {card.key: card})
    smaller = put.model_copy(update={"products": (card,), "difference_hash": step.hash})
    removed = (Removed(product="A", valid_from=JULY),)
    then = CatalogueChanged(catalogue_id=CATALOGUE_ID, version=2, written=(), removed=removed, difference_hash=step.hash, changed_by="mia")
    given(decider, changed).when(smaller).then(then)
    assert evolve(evolve(decider.initial, changed), then).rows == {card.key: card}


def test_a_difference_that_somebody_outran_is_refused() -> None:
    other = put.model_copy(update={"products": (card,)})
    given(decider, changed).when(other).then_refused(DifferenceHasChanged)


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ((product("A", 60), cheaper), ProductTwice),
        ((product("A", -1),), CostBelowNothing),
        ((product("A", 1, JULY, JANUARY),), ValidityEndsBeforeItBegins),
    ],
)
def test_a_product_has_one_cost_at_a_time_and_it_makes_sense(rows: tuple[Product, ...], refusal: type[Refusal]) -> None:
    given(decider).when(put.model_copy(update={"products": rows})).then_refused(refusal)


def test_a_cost_is_that_of_the_day_and_of_the_currency() -> None:
    catalogue = evolve(decider.initial, changed)
    assert catalogue.cost("A", "USD", date(2026, 6, 30)) == usd(60)
    assert catalogue.cost("A", "USD", JULY) == usd(50)
    assert catalogue.cost("A", "USD", date(2025, 12, 31)) is None
    assert catalogue.cost("A", "EUR", JULY) is None
    assert catalogue.cost("B", "USD", JULY) is None


def line(number: int, code: str, quantity: str, net: int) -> PricedLine:
    return PricedLine(
        line=number,
        product=code,
        description="A card",
        quantity=Decimal(quantity),
        unit="piece",
        list_price=usd(100),
        discount=Decimal(0),
        net=usd(net),
        tax_rate=Decimal(0),
    )


def test_a_margin_is_known_only_if_the_cost_of_every_line_is() -> None:
    catalogue = evolve(decider.initial, changed)
    lines = (line(1, "A", "2.5", 200), line(2, "B", "1", 100))
    costs = costs_of(catalogue, lines, JULY)
    assert costs == (LineCost(line=1, cost=usd(125)),)
    assert cost_of(lines, costs, "USD") is None
    assert margin_rate(usd(200), cost_of(lines[:1], costs, "USD")) == Decimal("0.3750")
    assert margin_rate(usd(0), usd(1)) is None


def test_a_cost_beyond_all_money_is_refused_and_not_a_failure() -> None:
    dear = changed.model_copy(update={"written": (product("A", 10**15),)})
    with pytest.raises(AmountTooLarge, match="What line 1 costs us"):
        costs_of(evolve(decider.initial, dear), (line(1, "A", "2", 1),), JULY)
