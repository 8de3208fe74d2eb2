"""Who may allow what, and who says so."""

from datetime import date
from decimal import Decimal

import pytest
from ltc_events import Money
from ltc_events.testing import fold, given
from opportunity_svc.authority_grant.rules import (
    Authority,
    AuthorityGranted,
    AuthorityRevoked,
    GrantAuthority,
    GrantToOneself,
    LimitBelowNothing,
    NothingGranted,
    RevokeAuthority,
    authority_id,
    decider,
)
from opportunity_svc.price_book.rules import ValidityEndsBeforeItBegins

TODAY = date(2026, 11, 24)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


grant = GrantAuthority(
    user="ann",
    max_discount=Decimal("0.15"),
    max_amount=usd(1_000_000),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    granted_by="mia",
)
granted = AuthorityGranted(authority_id=authority_id("ann"), **dict(grant))
in_yuan = granted.model_copy(update={"max_amount": Money(amount=5, currency="CNY")})
revoke = RevokeAuthority(user="ann", revoked_by="mia")
revoked = AuthorityRevoked(authority_id=authority_id("ann"), user="ann", currencies=("USD",), revoked_by="mia")


def authority_after(*history: AuthorityGranted | AuthorityRevoked) -> Authority:
    state: Authority = fold((decider,), history).get(decider.of(authority_id("ann")), decider.initial)
    return state


def test_authority_is_granted() -> None:
    given(decider).when(grant).then(granted)


def test_granting_the_same_again_changes_nothing() -> None:
    given(decider, granted).when(grant).then_nothing()


def test_nobody_grants_authority_to_themselves() -> None:
    given(decider).when(grant.model_copy(update={"granted_by": "ann"})).then_refused(GrantToOneself)


def test_a_grant_makes_sense() -> None:
    given(decider).when(grant.model_copy(update={"max_amount": usd(-1)})).then_refused(LimitBelowNothing)
    given(decider).when(grant.model_copy(update={"valid_to": date(2025, 1, 1)})).then_refused(ValidityEndsBeforeItBegins)


def test_authority_is_taken_back_in_all_currencies() -> None:
    given(decider, granted, in_yuan).when(revoke).then(revoked.model_copy(update={"currencies": ("CNY", "USD")}))


def test_what_was_never_granted_cannot_be_taken_back() -> None:
    given(decider).when(revoke).then_refused(NothingGranted)
    given(decider, granted, revoked).when(revoke).then_refused(NothingGranted)


@pytest.mark.parametrize(
    ("discount", "net", "day", "covered"),
    [
        ("0.15", 1_000_000, TODAY, True),
        ("0.150001", 1_000_000, TODAY, False),
        ("0.15", 1_000_001, TODAY, False),
        ("0.15", 1_000_000, date(2026, 1, 1), True),
        ("0.15", 1_000_000, date(2025, 12, 31), False),
        ("0.15", 1_000_000, date(2026, 12, 31), True),
        ("0.15", 1_000_000, date(2027, 1, 1), False),
        ("0", 10**15, date(2027, 1, 1), True),
        ("-0.2", 10**15, date(2027, 1, 1), True),
    ],
)
def test_a_grant_covers_discount_amount_and_day(discount: str, net: int, day: date, covered: bool) -> None:
    assert authority_after(granted).covers(Decimal(discount), usd(net), day) is covered


def test_a_grant_in_one_currency_says_nothing_of_another() -> None:
    dollars_only = authority_after(granted)
    assert not dollars_only.covers(Decimal("0.01"), Money(amount=1, currency="CNY"), TODAY)
    both = authority_after(granted, in_yuan)
    assert both.covers(Decimal("0.01"), Money(amount=1, currency="CNY"), TODAY)
    assert both.covers(Decimal("0.01"), usd(1), TODAY)


def test_who_was_granted_nothing_allows_list_price_only() -> None:
    assert authority_after().covers(Decimal(0), usd(1), TODAY)
    assert not authority_after(granted, revoked).covers(Decimal("0.000001"), usd(1), TODAY)
