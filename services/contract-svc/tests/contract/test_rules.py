"""Contracts: drafted, reviewed, signed, in force, and over when all is delivered and paid."""

from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from contract_svc.contract import rules as contract
from contract_svc.contract.rules import purchase_order
from contract_svc.contract.rules.execution import DeliveredLine, DeliveryNoted, NoteCash, NoteDelivery, NoteInvoice, Payment
from contract_svc.contract.rules.paper import (
    ContractNotApproved,
    ContractNotInReview,
    ContractNotSigned,
    RejectionWithoutFinding,
    ReviewOfOwnDeal,
    UnknownContract,
    contract_no,
)
from contract_svc.contract.rules.payment_plan import (
    AcceptanceNamesNoLines,
    AdvanceNamesLines,
    LinesNotCovered,
    PlanDoesNotSum,
    PlanInOtherCurrency,
    PlanLineTwice,
    PlanLineWithoutAmount,
    PlanNamesUnknownLine,
)
from contract_svc.contract.rules.purchase_order import PurchaseOrderClaimed, PurchaseOrderTaken, po_id
from contract_svc.contract.rules.registration import RegisterContract, RegisteredBeforeSigned, TermsDiffer, TooMuchToBill
from ltc_events import Command, Event, Money
from ltc_events.contract import PlanLine
from ltc_events.opportunity import lines_hash
from ltc_events.testing import given
from papers import (
    CONTRACT,
    FRIDAY,
    LINES,
    MONDAY,
    OTHER,
    TUESDAY,
    approve,
    approved,
    closed,
    deal,
    draft,
    drafted,
    in_force,
    line,
    register,
    registered,
    reject,
    rejected,
    sign,
    signed,
    to_be_registered,
    to_be_signed,
    usd,
)

# ── drafting and reviewing ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_won_deal_is_put_on_paper() -> None:
    given(contract.decider).when(draft).then(drafted)


def test_a_deal_heard_twice_is_drafted_once() -> None:
    given(contract.decider, drafted).when(draft).then_nothing()


def test_what_was_never_drafted_is_unknown() -> None:
    for command in (approve, sign):
        given(contract.decider).when(command).then_refused(UnknownContract)
    given(contract.decider).when(register).then_refused(UnknownContract)


def test_a_reviewer_approves() -> None:
    given(contract.decider, drafted).when(approve).then(approved)


def test_a_reviewer_rejects_and_says_why() -> None:
    given(contract.decider, drafted).when(reject).then(rejected)
    given(contract.decider, drafted).when(reject.model_copy(update={"findings": ()})).then_refused(RejectionWithoutFinding)


def test_the_account_manager_does_not_review_the_own_deal() -> None:
    given(contract.decider, drafted).when(approve.model_copy(update={"actor": "ann"})).then_refused(ReviewOfOwnDeal, actor="ann")


def test_a_contract_is_reviewed_once() -> None:
    given(contract.decider, drafted, approved).when(reject).then_refused(ContractNotInReview, stage="approved")
    given(contract.decider, drafted, rejected).when(approve).then_refused(ContractNotInReview, stage="rejected")


# ── signing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_approved_contract_is_signed() -> None:
    given(contract.decider, *to_be_signed).when(sign).then(signed)


def test_only_an_approved_contract_is_signed() -> None:
    given(contract.decider, drafted).when(sign).then_refused(ContractNotApproved, stage="still a draft")
    given(contract.decider, drafted, rejected).when(sign).then_refused(ContractNotApproved, stage="rejected")
    given(contract.decider, *to_be_registered).when(sign).then_refused(ContractNotApproved, stage="signed")


# ── registering ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signed_contract_is_registered() -> None:
    given(contract.decider, *to_be_registered).when(register).then(registered)


def test_only_a_signed_contract_is_registered() -> None:
    given(contract.decider, *to_be_signed).when(register).then_refused(ContractNotSigned, stage="approved")
    given(contract.decider, *in_force).when(register).then_refused(ContractNotSigned, stage="registered")


def test_a_contract_number_can_be_read_over_the_telephone() -> None:
    number = contract_no(UUID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    assert number == "C-B6H22W6ZZNDJ7ILF"
    assert contract_no(CONTRACT) != contract_no(UUID(int=1 << 100))


def test_registration_follows_the_signature() -> None:
    early = register.model_copy(update={"registered_on": MONDAY})
    given(contract.decider, *to_be_registered).when(early).then_refused(RegisteredBeforeSigned)


def test_terms_that_are_not_the_quote_are_not_registered() -> None:
    touched = deal.model_copy(update={"lines": (line(1, "2", 60_01), LINES[1])})
    history = (drafted.model_copy(update={"deal": touched}), approved, signed)
    given(contract.decider, *history).when(register).then_refused(TermsDiffer, accepted=deal.quote_hash)


def test_what_may_be_too_much_with_tax_is_not_registered() -> None:
    large = (line(1, "1", 5 * 10**14 + 1),)
    worth = deal.model_copy(update={"lines": large, "net": large[0].net, "quote_hash": lines_hash(large)})
    outcome = given(contract.decider, drafted.model_copy(update={"deal": worth}), approved, signed).when(register)
    outcome.then_refused(TooMuchToBill)
    assert str(outcome.refusal) == "The contract is worth 5,000,000,000,000.01 USD: with tax that may be more than we can bill."


def with_plan(*plan: PlanLine) -> RegisterContract:
    return register.model_copy(update={"plan": plan})


def advance(number: int, amount: int, **other: Any) -> PlanLine:
    return PlanLine(line=number, kind="advance", amount=usd(amount), **other)


def acceptance(number: int, amount: int, *covers: int) -> PlanLine:
    return PlanLine(line=number, kind="acceptance", amount=usd(amount), covers=covers)


@pytest.mark.parametrize(
    ("plan", "refusal", "message"),
    [
        ((advance(1, 30_00), acceptance(2, 69_99, 1, 2)), PlanDoesNotSum,
         "The payment plan sums to 99.99 USD, the contract is worth 100.00 USD: 0.01 USD is missing."),
        ((advance(1, 1_030_00), acceptance(2, 70_00, 1, 2)), PlanDoesNotSum,
         "The payment plan sums to 1,100.00 USD, the contract is worth 100.00 USD: 1,000.00 USD is too much."),
        ((), PlanDoesNotSum, "The payment plan sums to 0.00 USD, the contract is worth 100.00 USD: 100.00 USD is missing."),
        (tuple(advance(number, 10**15) for number in range(1, 9)), PlanDoesNotSum, None),
        ((advance(1, 30_00), acceptance(1, 70_00, 1, 2)), PlanLineTwice, None),
        ((advance(1, 0), acceptance(2, 100_00, 1, 2)), PlanLineWithoutAmount, None),
        ((advance(1, -1_00), acceptance(2, 101_00, 1, 2)), PlanLineWithoutAmount, None),
        ((advance(1, 30_00, covers=(1,)), acceptance(2, 70_00, 1, 2)), AdvanceNamesLines, None),
        ((advance(1, 30_00), acceptance(2, 70_00)), AcceptanceNamesNoLines, None),
        ((advance(1, 30_00), acceptance(2, 70_00, 1, 2, 7, 9)), PlanNamesUnknownLine,
         "Plan line 2 covers contract line 7, 9, and the contract has no such line."),
        ((advance(1, 30_00), acceptance(2, 70_00, 1)), LinesNotCovered,
         "No acceptance line of the payment plan covers contract line 2: name every contract line."),
        ((PlanLine(line=1, kind="advance", amount=Money(amount=100_00, currency="EUR")),), PlanInOtherCurrency, None),
    ],
)  # fmt: skip
def test_a_plan_bills_the_contract_exactly(plan: tuple[PlanLine, ...], refusal: Any, message: str | None) -> None:
    outcome = given(contract.decider, *to_be_registered).when(with_plan(*plan))
    outcome.then_refused(refusal)
    assert message is None or str(outcome.refusal) == message


@pytest.mark.parametrize(
    "plan",
    [(advance(1, 100_00),), (acceptance(1, 60_00, 1), acceptance(5, 40_00, 2)), (acceptance(1, 50_00, 1, 2), acceptance(2, 50_00, 1, 2))],
)
def test_plans_that_bill_the_contract_exactly(plan: tuple[PlanLine, ...]) -> None:
    given(contract.decider, *to_be_registered).when(with_plan(*plan)).then(registered.model_copy(update={"plan": plan}))


# ── purchase orders ───────────────────────────────────────────────────────────────────────────────────────────────────

with_po = register.model_copy(update={"purchase_order": "PO-7"})
claimed = PurchaseOrderClaimed(po_id=po_id("PO-7"), number="PO-7", contract_id=CONTRACT, contract_no=contract_no(CONTRACT))


def test_a_purchase_order_is_claimed_with_the_registration() -> None:
    given(contract.decider, *to_be_registered).when(with_po).then(claimed, registered.model_copy(update={"purchase_order": "PO-7"}))


def test_a_second_contract_with_the_same_purchase_order_is_refused() -> None:
    elsewhere = claimed.model_copy(update={"contract_id": OTHER, "contract_no": contract_no(OTHER)})
    outcome = given(contract.decider, elsewhere, *to_be_registered).when(with_po)
    outcome.then_refused(PurchaseOrderTaken, number="PO-7", contract_no=contract_no(OTHER))


def test_a_refused_registration_claims_no_purchase_order() -> None:
    given(contract.decider, *to_be_signed).when(with_po).then_refused(ContractNotSigned)
    assert purchase_order.decider.initial == purchase_order.Free()


# ── what became of it ─────────────────────────────────────────────────────────────────────────────────────────────────

RECEIPT = UUID(int=70)
ADVANCE, FINAL = UUID(int=50), UUID(int=51)


def delivery(number: int, first: str, second: str) -> NoteDelivery:
    lines = (DeliveredLine(line=1, accepted=Decimal(first)), DeliveredLine(line=2, accepted=Decimal(second)))
    return NoteDelivery(contract_id=CONTRACT, acceptance_id=UUID(int=number), lines=lines, accepted_on=MONDAY)


def invoice(invoice_id: UUID, plan_line: int, net: int, gross: int) -> NoteInvoice:
    return NoteInvoice(
        contract_id=CONTRACT, invoice_id=invoice_id, number=f"ACME-DE-{invoice_id.int:06}", plan_line=plan_line, net=usd(net),
        gross=usd(gross), issued_on=TUESDAY,
    )  # fmt: skip


def cash(number: int, *payments: tuple[UUID, int, int]) -> NoteCash:
    paid = tuple(Payment(invoice_id=which, plan_line=plan_line, amount=usd(amount)) for which, plan_line, amount in payments)
    return NoteCash(contract_id=CONTRACT, application_id=UUID(int=number), payments=paid, applied_on=FRIDAY)


FACTS: tuple[Command, ...] = (
    delivery(60, "1", "0"),
    delivery(61, "2", "1"),
    invoice(ADVANCE, 1, 30_00, 35_70),
    invoice(FINAL, 2, 70_00, 83_30),
    cash(70, (ADVANCE, 1, 35_70), (FINAL, 2, 40_00)),
    cash(71, (FINAL, 2, 43_30)),
)


def after(history: tuple[Event, ...], *commands: Command) -> tuple[Event, ...]:
    for command in commands:
        outcome = given(contract.decider, *history).when(command)
        assert outcome.refusal is None
        history = (*history, *outcome.events)
    return history


def test_a_contract_closes_by_itself_whatever_order_its_facts_come_in() -> None:
    for facts in permutations(FACTS):
        history = after(in_force, *facts)
        assert history.count(closed) == 1, facts


@pytest.mark.parametrize("early", range(len(FACTS) + 1))
def test_facts_that_come_before_the_contract_is_in_force_are_kept(early: int) -> None:
    before = after((), *FACTS[:early])
    history = after(before, draft, approve, sign, register, *FACTS[early:])
    assert history.count(closed) == 1
    assert history[-1] == closed


@pytest.mark.parametrize("missing", range(1, len(FACTS)))
def test_a_contract_stays_open_while_anything_is_missing(missing: int) -> None:
    assert closed not in after(in_force, *FACTS[:missing], *FACTS[missing + 1 :])


def test_facts_heard_twice_count_once() -> None:
    history = after(in_force, *FACTS[:-1])
    for fact in FACTS[:-1]:
        given(contract.decider, *history).when(fact).then_nothing()


def test_an_earlier_running_total_that_comes_later_takes_nothing_back() -> None:
    [noted] = after(after((), delivery(61, "2", "1")), delivery(60, "1", "0"))[1:]
    assert isinstance(noted, DeliveryNoted)
    assert [each.accepted for each in noted.lines] == [2, 1]


def test_running_totals_say_where_each_plan_line_stands() -> None:
    last: Any = after(in_force, *FACTS[2:5])[-1]
    assert [(each.line, each.billed, each.billed_gross, each.paid) for each in last.progress] == [
        (1, usd(30_00), usd(35_70), usd(35_70)),
        (2, usd(70_00), usd(83_30), usd(40_00)),
    ]
