"""Money, quantities and texts."""

import pickle
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import (
    AmountTooLarge,
    Code,
    Currency,
    CurrencyMismatch,
    Money,
    Name,
    Quantity,
    Rate,
    Text,
    UserId,
    amount_text,
    largest_remainder,
    must_be_dealt_in,
    of_checked,
    total,
    zero,
)
from ltc_events.values import MAX_MINOR_UNITS
from pydantic import TypeAdapter, ValidationError


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def test_money_adds_subtracts_and_compares() -> None:
    assert usd(1) + usd(2) == usd(3)
    assert usd(1) - usd(2) == -usd(1)
    assert usd(1) < usd(2) <= usd(2) < usd(3)
    assert usd(3) > usd(2) >= usd(2)
    assert total([usd(1), usd(2)], "USD") == usd(3)
    assert total([], "USD") == zero("USD")


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15), st.decimals(-3, 3, places=6))
def test_reckoning_with_money_gives_an_amount_or_a_refusal_that_says_how_much_it_was(one: int, other: int, factor: Decimal) -> None:
    exact = int((Decimal(one) * factor).quantize(Decimal(1), ROUND_HALF_UP))
    reckonings: tuple[tuple[Callable[[], Money], int], ...] = (
        (lambda: usd(one) + usd(other), one + other),
        (lambda: usd(one) - usd(other), one - other),
        (lambda: total([usd(one), usd(other)], "USD", "The total with tax"), one + other),
        (lambda: usd(one).times(factor), exact),
    )
    for reckoned, whole in reckonings:
        if abs(whole) <= MAX_MINOR_UNITS:
            assert reckoned() == usd(whole)
        else:
            with pytest.raises(AmountTooLarge) as refused:
                reckoned()
            assert refused.value.details["amount"] == amount_text(whole, "USD")


def test_the_refusal_says_which_amount_is_too_large() -> None:
    assert must_be_dealt_in(MAX_MINOR_UNITS, "USD") == MAX_MINOR_UNITS
    with pytest.raises(AmountTooLarge) as refused:
        total([usd(MAX_MINOR_UNITS), usd(1)], "USD", "The total with tax")
    assert refused.value.status == 422
    assert refused.value.message == (
        "The total with tax comes to 10,000,000,000,000.01 USD, and we deal in no amount beyond 10,000,000,000,000.00 USD: "
        "check quantities and prices."
    )


def test_a_value_of_checked_parts_is_no_other_than_one_that_was_checked() -> None:
    made, checked = of_checked(Money, amount=125, currency="USD"), usd(125)
    assert made == checked
    assert hash(made) == hash(checked)
    assert made.model_dump_json() == checked.model_dump_json()
    assert (made.model_fields_set, made.model_extra) == (checked.model_fields_set, checked.model_extra)
    assert made.model_copy(update={"amount": 1}) == usd(1)
    assert made == usd(125), "a copy is another"
    assert pickle.loads(pickle.dumps(made)) == checked
    with pytest.raises(ValidationError):
        made.amount = 1  # type: ignore[misc]


@pytest.mark.parametrize("sign", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_two_currencies_never_meet(sign: str) -> None:
    with pytest.raises(CurrencyMismatch):
        getattr(usd(1), sign)(Money(amount=1, currency="CNY"))


@pytest.mark.parametrize("amount", [1.0, "1", True, MAX_MINOR_UNITS + 1, -MAX_MINOR_UNITS - 1])
def test_money_is_whole_minor_units_within_bounds(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "USD"})


def test_money_says_no_more_than_amount_and_currency() -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": 1, "currency": "USD", "cents": 0})


@pytest.mark.parametrize(
    ("amount", "factor", "product"), [(5, "0.5", 3), (-5, "0.5", -3), (4, "0.5", 2), (100, "0.13", 13), (1050, "0.13", 137)]
)
def test_money_times_a_rate_rounds_half_up(amount: int, factor: str, product: int) -> None:
    assert usd(amount).times(Decimal(factor)) == usd(product)


def test_a_remainder_goes_where_it_is_largest_and_earlier_in_a_tie() -> None:
    assert usd(100).allocate([Decimal(1), Decimal(1), Decimal(1)]) == [usd(34), usd(33), usd(33)]
    assert usd(-100).allocate([Decimal(1), Decimal(1), Decimal(1)]) == [usd(-34), usd(-33), usd(-33)]
    assert largest_remainder(10, [Decimal("0.15"), Decimal("0.85")]) == [2, 8]
    assert largest_remainder(0, [Decimal(0), Decimal(1)]) == [0, 0]


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(1), Decimal(-1)], [Decimal(2), Decimal(-1)]])
def test_weights_must_weigh_something(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(1, weights)


@given(st.integers(-(10**15), 10**15), st.lists(st.decimals(0, 10**9, places=6), min_size=1, max_size=9).filter(any))
def test_parts_sum_to_the_whole_and_none_is_a_unit_off(amount: int, weights: list[Decimal]) -> None:
    parts = largest_remainder(amount, weights)
    assert sum(parts) == amount
    scaled = [int(weight * 10**6) for weight in weights]
    for part, weight in zip(parts, scaled, strict=True):
        assert abs(part * sum(scaled) - amount * weight) < sum(scaled)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Name, ["Acme", "华为", "  Acme  "], ["", "   ", "a\nb", "nul\x00", "x" * 201]),
        (Text, ["two\nlines\tand a tab", "x" * 4000], ["", "nul\x00", "bell\x07", "x" * 4001]),
        (Code, ["GTX Pro", "PO-1/2", "a_b.c"], ["", "-x", "ä", "x" * 65, " x"]),
        (UserId, ["ann", "service:lead-svc", "ann@example.com"], ["", "@ann", "ann bob", "x" * 129]),
        (Currency, ["USD"], ["usd", "US", "USDT"]),
        (Quantity, ["0.000001", "999999999"], ["0", "-1", "0.0000001", "NaN", "Infinity"]),
        (Rate, ["0", "0.13", "1"], ["-0.1", "1.1", "0.0000001"]),
    ],
)
def test_texts_and_numbers_are_what_they_are_called(kind: Any, good: list[str], bad: list[str]) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    for text in good:
        adapter.validate_python(text)
    for text in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
