"""What goes with what."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opportunity_svc.rule_book.rules.configuration import (
    Amount,
    AnyRule,
    Choice,
    ConfigurationInvalid,
    ConfigurationRules,
    Excludes,
    Ratio,
    Requires,
    Violation,
    check,
    plain,
)
from pydantic import ValidationError

needs = Requires(name="A server needs a rack", kind="requires", product="SERVER", any_of=("RACK-S", "RACK-L"))
clash = Excludes(name="Not both coolings", kind="excludes", product="AIR", none_of=("WATER",))
dozen = Amount(name="Cards come in fours", kind="quantity", product="CARD", at_least=4, at_most=12, multiple_of=4)
fans = Ratio(name="Fans per server", kind="ratio", product="FAN", to="SERVER", at_least=2, at_most=Decimal(3))
power = Choice(name="One power supply", kind="choice", product="SERVER", options=("PSU-A", "PSU-B"))
RULES = (needs, clash, dozen, fans, power)


def checked(rule: AnyRule, *lines: tuple[str, str]) -> list[Violation]:
    numbered = [(number, product, Decimal(quantity)) for number, (product, quantity) in enumerate(lines, 1)]
    return list(check(ConfigurationRules(rules=(rule,)), numbered))


def only(found: list[Violation]) -> tuple[tuple[int, ...], str, str]:
    (violation,) = found
    return violation.lines, violation.why, violation.remedy


def test_a_product_that_needs_another_says_which() -> None:
    assert only(checked(needs, ("CARD", "1"), ("SERVER", "1"))) == (
        (2,),
        "SERVER needs RACK-S or RACK-L",
        "add RACK-S or RACK-L, or take SERVER out",
    )
    assert not checked(needs, ("SERVER", "1"), ("RACK-L", "1"))
    assert not checked(needs, ("CARD", "1"))


def test_products_that_do_not_go_together_are_named_with_their_lines() -> None:
    assert only(checked(clash, ("WATER", "1"), ("CARD", "1"), ("AIR", "1"))) == (
        (1, 3),
        "AIR does not go with WATER",
        "take out AIR, or WATER",
    )
    assert not checked(clash, ("AIR", "1"))


@pytest.mark.parametrize(("quantity", "holds"), [("4", True), ("12", True), ("3", False), ("16", False), ("6", False), ("4.5", False)])
def test_a_quantity_is_within_its_bounds_and_a_multiple(quantity: str, holds: bool) -> None:
    assert (not checked(dozen, ("CARD", quantity))) == holds


def test_a_quantity_counts_over_all_lines_of_a_product() -> None:
    assert not checked(dozen, ("CARD", "2"), ("CARD", "2"))
    assert only(checked(dozen, ("CARD", "2"), ("CARD", "4.0"))) == (
        (1, 2),
        "6 CARD are quoted, at least 4 and at most 12 and a multiple of 4 in all are allowed",
        "make it at least 4 and at most 12 and a multiple of 4 in all instead of 6",
    )


def test_a_ratio_counts_by_what_it_belongs_to() -> None:
    assert not checked(fans, ("SERVER", "2"), ("FAN", "5"))
    assert only(checked(fans, ("SERVER", "2"), ("FAN", "7")))[2] == "make it at least 4 and at most 6 for 2 SERVER instead of 7"
    assert only(checked(fans, ("FAN", "1")))[2] == "make it at least 0 and at most 0 for 0 SERVER instead of 1"


def test_of_a_group_so_many_are_chosen_as_it_says() -> None:
    assert not checked(power, ("SERVER", "1"), ("PSU-A", "1"))
    assert only(checked(power, ("SERVER", "1")))[2] == "add 1 of PSU-A, PSU-B"
    assert only(checked(power, ("SERVER", "1"), ("PSU-A", "1"), ("PSU-B", "1"))) == (
        (1, 2, 3),
        "SERVER is sold with 1 of PSU-A, PSU-B, here with 2",
        "take out 1 of PSU-A, PSU-B",
    )


def test_without_rules_everything_goes() -> None:
    assert check(None, [(1, "SERVER", Decimal(1))]) == ()


def test_the_refusal_says_every_rule_and_its_remedy() -> None:
    refusal = ConfigurationInvalid.of(tuple(checked(needs, ("SERVER", "1"))))
    assert "SERVER needs RACK-S or RACK-L (add RACK-S or RACK-L, or take SERVER out)" in refusal.message
    assert refusal.details["violations"][0]["lines"] == [1]


def test_a_rule_nobody_can_keep_is_refused() -> None:
    with pytest.raises(ValidationError, match="at_least is more than at_most"):
        Amount(name="Odd", kind="quantity", product="A", at_least=2, at_most=1)


LINES = st.lists(
    st.tuples(st.sampled_from(["SERVER", "RACK-S", "AIR", "WATER", "CARD", "FAN", "PSU-A", "PSU-B"]), st.integers(1, 20).map(Decimal)),
    max_size=8,
)


@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_rules_does_not_matter(lines: Sequence[tuple[str, Decimal]], chance: object) -> None:
    numbered = [(number, product, quantity) for number, (product, quantity) in enumerate(lines, 1)]
    shuffled, rules = list(numbered), list(RULES)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(rules)  # type: ignore[attr-defined]
    once, again = check(ConfigurationRules(rules=RULES), numbered), check(ConfigurationRules(rules=tuple(rules)), shuffled)
    assert sorted(once, key=lambda each: each.rule) == sorted(again, key=lambda each: each.rule)


@given(LINES)
def test_a_violation_names_only_lines_that_are_there_and_at_least_one(lines: Sequence[tuple[str, Decimal]]) -> None:
    numbered = [(number, product, quantity) for number, (product, quantity) in enumerate(lines, 1)]
    for violation in check(ConfigurationRules(rules=RULES), numbered):
        assert violation.lines
        assert set(violation.lines) <= {number for number, _, _ in numbered}


def test_numbers_are_said_without_noughts_behind() -> None:
    assert [plain(Decimal(each)) for each in ("3.000000", "100", "0.50", "1E+2")] == ["3", "100", "0.5", "100"]
