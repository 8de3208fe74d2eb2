"""Rules that are data: drafted, looked at, and then what counts."""

from datetime import date
from decimal import Decimal

import pytest
from ltc_events import Money
from ltc_events.testing import given
from opportunity_svc.rule_book.rules import (
    CONFIGURATION,
    DISCOUNT,
    ActivateRules,
    ActivatorIsDrafter,
    DraftRules,
    RulesActivated,
    RulesDrafted,
    UnknownRules,
    decider,
)
from opportunity_svc.rule_book.rules.configuration import ConfigurationRules
from opportunity_svc.rule_book.rules.discount import Allowance, DiscountMatrix
from pydantic import ValidationError

TODAY = date(2026, 11, 24)
row = Allowance(
    role="sales", max_discount=Decimal("0.1"), max_amount=Money(amount=1_000, currency="USD"), min_margin=Decimal("0.2"), valid_from=TODAY
)
matrix = DiscountMatrix(rows=(row,))
draft = DraftRules(book="discount", discount=matrix, drafted_by="mia")
drafted = RulesDrafted(book_id=DISCOUNT, book="discount", version=1, discount=matrix, drafted_by="mia")
activate = ActivateRules(book="discount", version=1, activated_by="max")
live = RulesActivated(book_id=DISCOUNT, version=1, activated_by="max")


def test_every_draft_is_a_version_of_its_own_and_the_same_words_are_the_same_version() -> None:
    given(decider).when(draft).then(drafted)
    given(decider, drafted).when(draft).then_nothing()
    other = matrix.model_copy(update={"split_days": 0})
    given(decider, drafted).when(draft.model_copy(update={"discount": other})).then(
        drafted.model_copy(update={"version": 2, "discount": other})
    )


def test_somebody_else_lets_a_discount_matrix_count() -> None:
    given(decider, drafted).when(activate.model_copy(update={"activated_by": "mia"})).then_refused(ActivatorIsDrafter)
    given(decider, drafted).when(activate).then(live)
    given(decider, drafted, live).when(activate).then_nothing()


def test_configuration_rules_may_be_activated_by_their_drafter() -> None:
    rules = RulesDrafted(
        book_id=CONFIGURATION, book="configuration", version=1, configuration=ConfigurationRules(rules=()), drafted_by="sam"
    )
    on = ActivateRules(book="configuration", version=1, activated_by="sam")
    given(decider, rules).when(on).then(RulesActivated(book_id=CONFIGURATION, version=1, activated_by="sam"))
    given(decider, rules).when(on.model_copy(update={"version": 2})).then_refused(UnknownRules)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


@pytest.mark.parametrize(
    ("roles", "discount", "net", "margin", "day", "covered"),
    [
        (("sales",), "0.1", usd(1_000), "0.2", TODAY, True),
        (("finance",), "0.1", usd(1_000), "0.2", TODAY, False),
        (("sales",), "0.11", usd(1_000), "0.2", TODAY, False),
        (("sales",), "0.1", usd(1_001), "0.2", TODAY, False),
        (("sales",), "0.1", Money(amount=1, currency="EUR"), "0.2", TODAY, False),
        (("sales",), "0.1", usd(1_000), "0.19", TODAY, False),
        (("sales",), "0.1", usd(1_000), None, TODAY, False),
        (("sales",), "0.1", usd(1_000), "0.2", date(2026, 11, 23), False),
    ],
)
def test_a_matrix_goes_by_role_discount_amount_margin_and_day(
    roles: tuple[str, ...], discount: str, net: Money, margin: str | None, day: date, covered: bool
) -> None:
    known = None if margin is None else Decimal(margin)
    assert matrix.covers(roles, Decimal(discount), net, known, day) == covered


def test_a_row_that_is_never_valid_is_refused() -> None:
    with pytest.raises(ValidationError, match="valid_to is before valid_from"):
        Allowance(role="sales", max_discount=Decimal(0), max_amount=usd(0), valid_from=TODAY, valid_to=date(2026, 11, 23))
