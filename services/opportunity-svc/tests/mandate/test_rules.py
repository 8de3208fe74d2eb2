"""Who may decide about gates, who says so, and who may in their place."""

from datetime import date
from uuid import UUID

import pytest
from ltc_events import Money
from ltc_events.testing import fold, given
from opportunity_svc.authority_grant.rules import GrantToOneself, LimitBelowNothing
from opportunity_svc.mandate.rules import (
    BeyondOwnMandate,
    DelegatedToOneself,
    DelegateMandate,
    DelegationEnded,
    EndDelegation,
    Grant,
    GrantMandate,
    Mandate,
    MandateDelegated,
    MandateEvent,
    MandateGranted,
    MandateRevoked,
    NoMandate,
    NotYourMandate,
    RevokeMandate,
    Scope,
    UnknownDelegation,
    decider,
    mandate_id,
)
from opportunity_svc.price_book.rules import ValidityEndsBeforeItBegins

MIA, TODAY = mandate_id("mia"), date(2026, 11, 24)
LAST = date(2026, 12, 31)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


grant = GrantMandate(
    mandate_id=MIA, grant_id=UUID(int=1), user="mia", gates=("ATI", "ATB"), max_amount=usd(100), valid_from=TODAY, valid_to=LAST,
    granted_by="max",
)  # fmt: skip
granted = MandateGranted(**dict(grant))
delegate = DelegateMandate(
    mandate_id=MIA, delegation_id=UUID(int=2), user="mia", to="dan", gates=("ATI",), max_amount=usd(100), valid_from=TODAY, valid_to=LAST,
    actor="mia",
)  # fmt: skip
delegated = MandateDelegated(**{name: value for name, value in dict(delegate).items() if name != "actor"})
end = EndDelegation(mandate_id=MIA, delegation_id=UUID(int=2), user="mia", ended_by="dan")
ended = DelegationEnded(**dict(end))
revoke = RevokeMandate(mandate_id=MIA, user="mia", revoked_by="max")


def after(*history: MandateEvent) -> Mandate:
    state: Mandate = fold((decider,), history)[decider.of(MIA)]
    return state


def id_of(found: Grant | None) -> UUID | None:
    return found.id if found else None


def test_a_mandate_is_granted_once() -> None:
    given(decider).when(grant).then(granted)
    given(decider, granted).when(grant.model_copy(update={"grant_id": UUID(int=9)})).then_nothing()


def test_a_grant_makes_sense() -> None:
    given(decider).when(grant.model_copy(update={"granted_by": "mia"})).then_refused(GrantToOneself)
    given(decider).when(grant.model_copy(update={"max_amount": usd(-1)})).then_refused(LimitBelowNothing)
    given(decider).when(grant.model_copy(update={"valid_to": date(2026, 1, 1)})).then_refused(ValidityEndsBeforeItBegins)


def test_a_new_grant_replaces_the_old_one_for_its_gates_alone() -> None:
    less = granted.model_copy(update={"grant_id": UUID(int=9), "gates": ("ATI",), "max_amount": usd(10)})
    mandate = after(granted, less)
    assert mandate.own("ATI", usd(11), TODAY) is None
    assert id_of(mandate.own("ATI", usd(10), TODAY)) == UUID(int=9)
    assert id_of(mandate.own("ATB", usd(100), TODAY)) == UUID(int=1)


@pytest.mark.parametrize(
    ("amount", "day", "covered"),
    [(100, TODAY, True), (101, TODAY, False), (1, LAST, True), (1, date(2027, 1, 1), False), (1, date(2026, 11, 23), False)],
)
def test_a_mandate_covers_gate_amount_and_day(amount: int, day: date, covered: bool) -> None:
    assert (after(granted).own("ATI", usd(amount), day) is not None) is covered
    assert after(granted).own("ATC", usd(amount), day) is None
    assert after(granted).own("ATI", Money(amount=amount, currency="CNY"), day) is None


def test_what_one_may_decide_oneself_is_delegated_for_a_time() -> None:
    given(decider, granted).when(delegate).then(delegated)
    given(decider, granted, delegated).when(delegate).then_nothing()
    given(decider, granted).when(delegate.model_copy(update={"max_amount": usd(101)})).then_refused(BeyondOwnMandate)
    given(decider, granted).when(delegate.model_copy(update={"gates": ("ATC",)})).then_refused(BeyondOwnMandate)
    given(decider, granted).when(delegate.model_copy(update={"to": "mia"})).then_refused(DelegatedToOneself)
    given(decider, granted).when(delegate.model_copy(update={"actor": "dan"})).then_refused(NotYourMandate)


def test_what_was_delegated_is_not_delegated_on() -> None:
    on = delegate.model_copy(update={"mandate_id": mandate_id("dan"), "user": "dan", "to": "eve", "actor": "dan"})
    given(decider, granted, delegated).when(on).then_refused(BeyondOwnMandate)


def test_a_delegation_is_ended_by_either_side() -> None:
    given(decider, granted, delegated).when(end).then(ended)
    given(decider, granted, delegated).when(end.model_copy(update={"ended_by": "eve"})).then_refused(NotYourMandate)
    given(decider, granted, delegated, ended).when(end).then_refused(UnknownDelegation)
    assert id_of(after(granted, delegated).delegated("dan", "ATI", usd(1), TODAY)) == UUID(int=2)
    assert after(granted, delegated).delegated("eve", "ATI", usd(1), TODAY) is None
    assert after(granted, delegated, ended).delegated("dan", "ATI", usd(1), TODAY) is None


def test_a_mandate_taken_back_takes_its_delegations_along() -> None:
    scopes = tuple(Scope(gate=gate, currency="USD") for gate in ("ATB", "ATI"))
    revoked = MandateRevoked(mandate_id=MIA, user="mia", scopes=scopes, delegations=(UUID(int=2),), revoked_by="max")
    given(decider, granted, delegated).when(revoke).then(revoked)
    given(decider, granted, revoked).when(revoke).then_refused(NoMandate)
    assert after(granted, delegated, revoked) == Mandate()
