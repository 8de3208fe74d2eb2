"""Billing plans: what was agreed and what was accepted become due, to the last cent, whichever is heard first."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest
from billing_svc.plan import rules as plan
from billing_svc.plan.rules import AcceptanceNoted, AcceptedQuantity, BillAcceptance, InvoiceDue, OpenPlan, PlanOpened
from billing_svc.plan.rules.bill import BilledLine, Terms, bill, share, taxed
from ltc_events import AmountTooLarge, Event, Money, derive_id
from ltc_events.contract import PlanLine
from ltc_events.testing import given

CONTRACT = UUID(int=1)
MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def line(number: int, quantity: str, net: int, rate: str = "0.19") -> BilledLine:
    return BilledLine(line=number, quantity=Decimal(quantity), net=usd(net), tax_rate=Decimal(rate))


def advance(number: int, amount: int) -> PlanLine:
    return PlanLine(line=number, kind="advance", amount=usd(amount))


def acceptance(number: int, amount: int, *covers: int) -> PlanLine:
    return PlanLine(line=number, kind="acceptance", amount=usd(amount), covers=covers)


def agreed(lines: tuple[BilledLine, ...], *payment_plan: PlanLine) -> Terms:
    return Terms(
        contract_no="C-1", party_id=UUID(int=2), company="Acme", legal_entity="ACME", currency="USD", lines=lines,
        net=usd(sum(each.net.amount for each in lines)), plan=payment_plan, payment_days=30, registered_on=MONDAY,
    )  # fmt: skip


TERMS = agreed((line(1, "3", 60_00), line(2, "1", 40_00, "0.07")), advance(1, 30_00), acceptance(2, 70_00, 1, 2))
open_plan = OpenPlan(contract_id=CONTRACT, terms=TERMS)
opened = PlanOpened(contract_id=CONTRACT, terms=TERMS)


def accepts(number: int, *lines: tuple[int, str], on: date = FRIDAY) -> BillAcceptance:
    quantities = tuple(AcceptedQuantity(line=which, quantity=Decimal(quantity)) for which, quantity in lines)
    return BillAcceptance(contract_id=CONTRACT, acceptance_id=UUID(int=number), lines=quantities, accepted_on=on)


def noted(command: BillAcceptance) -> AcceptanceNoted:
    return AcceptanceNoted(**dict(command))


def due(terms: Terms, number: int, amount: int, source: UUID | str, on: date = FRIDAY) -> InvoiceDue:
    plan_line = next(each for each in terms.plan if each.line == number)
    return InvoiceDue(
        contract_id=CONTRACT, invoice_id=derive_id(CONTRACT, number, source), bill=bill(CONTRACT, terms, plan_line, usd(amount), on)
    )


advance_due = due(TERMS, 1, 30_00, "advance", MONDAY)


# ── when what is due ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_advance_is_due_in_full_when_the_contract_is_registered() -> None:
    given(plan.decider).when(open_plan).then(opened, advance_due)
    given(plan.decider, opened, advance_due).when(open_plan).then_nothing()


def test_an_acceptance_bills_its_share_and_the_completing_one_the_rest() -> None:
    first, second = accepts(10, (1, "1")), accepts(11, (1, "2"), (2, "1"))
    history: tuple[Event, ...] = (opened, advance_due)
    first_due = due(TERMS, 2, 14_00, UUID(int=10))  # 70.00 × 20.00 of 100.00
    given(plan.decider, *history).when(first).then(noted(first), first_due)
    history = (*history, noted(first), first_due)
    given(plan.decider, *history).when(second).then(noted(second), due(TERMS, 2, 56_00, UUID(int=11)))


def test_an_acceptance_is_billed_once() -> None:
    first = accepts(10, (1, "1"))
    given(plan.decider, noted(first)).when(first).then_nothing()
    given(plan.decider, opened, advance_due, noted(first)).when(first).then_nothing()


def test_what_is_accepted_before_the_contract_is_known_waits_for_it() -> None:
    first = accepts(10, (1, "1"))
    given(plan.decider).when(first).then(noted(first))
    given(plan.decider, noted(first)).when(open_plan).then(opened, advance_due, due(TERMS, 2, 14_00, UUID(int=10)))


def test_an_acceptance_bills_every_plan_line_that_names_its_lines_and_no_other() -> None:
    terms = agreed((line(1, "1", 60_00), line(2, "1", 40_00)), acceptance(1, 50_00, 1), acceptance(2, 20_00, 2), acceptance(3, 30_00, 1))
    command = accepts(10, (1, "1"))
    given(plan.decider, PlanOpened(contract_id=CONTRACT, terms=terms)).when(command).then(
        noted(command), due(terms, 1, 50_00, UUID(int=10)), due(terms, 3, 30_00, UUID(int=10))
    )


def test_a_share_of_nothing_makes_no_invoice() -> None:
    terms = agreed((line(1, "1000", 1), line(2, "1", 1)), acceptance(1, 2, 1, 2))
    command = accepts(10, (1, "1"))
    given(plan.decider, PlanOpened(contract_id=CONTRACT, terms=terms)).when(command).then(noted(command))


def test_lines_that_cost_nothing_are_billed_when_all_of_them_are_accepted() -> None:
    terms = agreed((line(1, "2", 0), line(2, "1", 10_00)), acceptance(1, 4_00, 1), acceptance(2, 6_00, 2))
    first, second = accepts(10, (1, "1")), accepts(11, (1, "1"))
    history: tuple[Event, ...] = (PlanOpened(contract_id=CONTRACT, terms=terms),)
    given(plan.decider, *history).when(first).then(noted(first))
    given(plan.decider, *history, noted(first)).when(second).then(noted(second), due(terms, 1, 4_00, UUID(int=11)))


def test_rounding_up_never_bills_more_than_the_plan_line() -> None:
    terms = agreed((line(1, "4", 2),), acceptance(1, 2, 1))
    history: tuple[Event, ...] = (PlanOpened(contract_id=CONTRACT, terms=terms),)
    amounts = []
    for number in range(10, 14):
        outcome = given(plan.decider, *history).when(accepts(number, (1, "1")))
        amounts += [event.bill.net.amount for event in outcome.events if isinstance(event, InvoiceDue)]
        history = (*history, *outcome.events)
    assert amounts == [1, 1]  # half a cent each, rounded up, until nothing is left


def test_a_plan_bills_the_same_whatever_order_its_facts_arrive_in() -> None:
    facts = (open_plan, accepts(10, (1, "1")), accepts(11, (2, "1")), accepts(12, (1, "2")))
    for arrival in permutations(facts):
        history: tuple[Event, ...] = ()
        for fact in arrival:
            outcome = given(plan.decider, *history).when(fact)
            assert outcome.refusal is None
            history = (*history, *outcome.events)
        bills = [event.bill for event in history if isinstance(event, InvoiceDue)]
        assert sorted(each.net.amount for each in bills) == [14_00, 28_00, 28_00, 30_00], arrival
        assert len({event.invoice_id for event in history if isinstance(event, InvoiceDue)}) == 4


# ── what a bill says ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bill_is_due_after_the_days_agreed() -> None:
    assert advance_due.bill.issued_on == MONDAY
    assert advance_due.bill.due_on == date(2026, 4, 1)


def test_a_bill_splits_its_net_over_the_rates_of_the_lines_it_covers_and_taxes_each_half_up() -> None:
    assert [(str(each.rate), each.net, each.tax) for each in advance_due.bill.taxes] == [
        ("0.19", usd(18_00), usd(3_42)),
        ("0.07", usd(12_00), usd(84)),
    ]
    assert (advance_due.bill.net, advance_due.bill.tax, advance_due.bill.gross) == (usd(30_00), usd(4_26), usd(34_26))


def test_an_acceptance_bill_has_the_rates_of_the_lines_it_names_only() -> None:
    terms = agreed((line(1, "1", 60_00), line(2, "1", 40_00, "0.07")), acceptance(1, 100_00, 2), acceptance(2, 1, 1))
    [subtotal] = bill(CONTRACT, terms, terms.plan[0], usd(100_00), FRIDAY).taxes
    assert (subtotal.rate, subtotal.tax) == (Decimal("0.07"), usd(7_00))


@pytest.mark.parametrize(
    ("net", "lines", "expected"),
    [
        (1_00, (line(1, "1", 1, "0.1"), line(2, "1", 1, "0.2"), line(3, "1", 1, "0.3")), [(34, 3), (33, 7), (33, 10)]),
        (1_00, (line(1, "1", 1, "0.19"), line(2, "1", 2, "0.190")), [(1_00, 19)]),
        (1, (line(1, "1", 1, "0.1"), line(2, "1", 9, "0.5")), [(1, 1)]),
        (1_01, (line(1, "1", 0, "0.1"), line(2, "1", 0, "0")), [(51, 5), (50, 0)]),
        (50, (line(1, "1", 1, "0.13"),), [(50, 7)]),
    ],
)
def test_taxes(net: int, lines: tuple[BilledLine, ...], expected: list[tuple[int, int]]) -> None:
    assert [(each.net.amount, each.tax.amount) for each in taxed(usd(net), lines)] == expected


def test_an_invoice_that_tax_makes_more_than_money_can_be_is_refused_by_name() -> None:
    terms = agreed((line(1, "1", 10**15),), advance(1, 10**15))
    refusal = given(plan.decider).when(OpenPlan(contract_id=CONTRACT, terms=terms)).refusal
    assert isinstance(refusal, AmountTooLarge)
    assert "An invoice with its tax comes to 11,900,000,000,000.00 USD" in refusal.message


def test_a_share_is_exact_before_it_is_rounded() -> None:
    third = (line(1, "3", 100_00),)
    assert share(acceptance(1, 100_00, 1), third, {1: Decimal(1)}) == 33_33
    assert share(acceptance(1, 1_50, 1), third, {1: Decimal(1)}) == 50  # exactly half a dollar, no 49.999…
