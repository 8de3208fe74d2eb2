"""What a stage may ask for: each check, met and not."""

from collections.abc import Sequence
from datetime import date
from typing import get_args
from uuid import UUID

import pytest
from ltc_events import Money
from opportunity_svc.deal.rules.criteria import RULES, Known, QuoteSeen, Seat
from opportunity_svc.finding.rules import (
    AnyFinding,
    Bid,
    BidTerms,
    ChainMember,
    Competitor,
    FilledForm,
    FrozenEstimate,
    Initiation,
    Meddicc,
    Pain,
    PlanStep,
    Poc,
    Requirement,
    findings_of,
)
from opportunity_svc.pipeline.rules import Check, Criterion
from opportunity_svc.service import service

TODAY = date(2026, 11, 24)
PAIN = Pain(code="P1", text="Leaks", owner="CFO", confirmed=True)
BUYER = ChainMember(code="cfo", role="economic_buyer", influence="high", attitude="neutral")
CHAMPION = ChainMember(code="head", role="user_buyer", influence="low", attitude="champion")
RIVAL = Competitor(code="Rival", strategy="Service")
TEXTS = Meddicc(metrics="30 %", decision_criteria="Price", decision_process="Board")
TERMS = BidTerms(price_floor=Money(amount=100, currency="USD"), deadline=TODAY, bond=Money(amount=0, currency="USD"))
MET: dict[str, Sequence[AnyFinding]] = {
    "initiation_described": [Initiation(goal="Grow", scope="Pumps", resources="Two")],
    "plan_present": [PlanStep(code="S1", what="Visit", owner="ann", due=TODAY)],
    "pain_confirmed": [PAIN],
    "requirements_answered": [Requirement(code="R1", text="Quiet", compliance="none")],
    "economic_buyer_named": [BUYER],
    "meddicc_complete": [PAIN, BUYER, CHAMPION, RIVAL, TEXTS],
    "competitors_answered": [RIVAL],
    "poc_passed": [Poc(code="1", scope="A week", result="passed")],
    "bid_terms_named": [TERMS],
    "bid_submitted": [Bid(proposal="v3", submitted_on=TODAY)],
    "estimate_frozen": [FrozenEstimate(code="ATI", estimate_id=UUID(int=1), version=1)],
    "form_filled": [FilledForm(code="vision")],
}


def holds(check: str, *findings: AnyFinding, quote: QuoteSeen | None = None, users: tuple[str, str, str] = ("ann", "sam", "fay")) -> bool:
    triangle: dict[Seat, str] = dict(zip(get_args(Seat), users, strict=True))
    criterion = Criterion(check=check, form="vision" if check == "form_filled" else None)
    return RULES[criterion.check].met(Known(triangle, findings_of(findings), quote), criterion)


def seen(amount: int, currency: str = "USD") -> QuoteSeen:
    return QuoteSeen(UUID(int=1), "0" * 64, Money(amount=amount, currency=currency))


@pytest.mark.parametrize("check", MET)
def test_a_check_is_met_by_what_it_asks_for_and_by_nothing_else(check: str) -> None:
    assert holds(check, *MET[check])
    assert not holds(check)
    others = (PAIN.model_copy(update={"confirmed": False}), CHAMPION, FilledForm(code="other"))
    assert not holds(check, *others)


SEATED = {"account_manager": "sales", "solution_manager": "solution", "fulfilment_manager": "fulfilment"}
OPEN_TO = {operation.id: operation.roles for api in service.apis for operation in api.operations}


@pytest.mark.parametrize("check", RULES)
def test_whoever_is_named_as_able_to_meet_a_check_may_do_what_is_named(check: str) -> None:
    rule = RULES[check]  # type: ignore[index]
    assert SEATED[rule.seat] in OPEN_TO[rule.operation]


@pytest.mark.parametrize("left_out", range(5))
def test_meddicc_is_complete_with_every_letter(left_out: int) -> None:
    whole = list(MET["meddicc_complete"])
    del whole[left_out]
    assert not holds("meddicc_complete", *whole)


def test_three_people_are_three() -> None:
    assert holds("triangle_named")
    assert not holds("triangle_named", users=("ann", "ann", "fay"))


def test_one_open_requirement_is_too_many() -> None:
    assert not holds("requirements_answered", *MET["requirements_answered"], Requirement(code="R2", text="Cheap"))


def test_a_poc_that_failed_is_not_passed() -> None:
    assert not holds("poc_passed", Poc(code="1", scope="A week", result="failed"))


def test_a_quote_is_named_and_not_below_the_floor() -> None:
    assert (holds("quote_approved", quote=seen(1)), holds("quote_approved")) == (True, False)
    assert [holds("price_at_floor", TERMS, quote=seen(amount)) for amount in (99, 100)] == [False, True]
    assert not holds("price_at_floor", TERMS, quote=seen(100, "CNY"))
    assert not holds("price_at_floor", quote=seen(100))


def test_every_check_is_tried() -> None:
    assert set(RULES) == set(get_args(Check)) == set(MET) | {"triangle_named", "quote_approved", "price_at_floor"}
