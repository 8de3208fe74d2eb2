"""What holds for all money, whatever is asked in whatever order: nothing is billed or applied that is not there, and no cent is lost."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing_svc.invoice import rules as invoice
from billing_svc.invoice.policies import issue_invoice
from billing_svc.invoice.rules import IssueInvoice, series
from billing_svc.invoice.rules.series import NumberTaken
from billing_svc.plan import rules as plan
from billing_svc.plan.rules import AcceptedQuantity, BillAcceptance, InvoiceDue, OpenPlan
from billing_svc.plan.rules.bill import BilledLine, Terms
from billing_svc.receipt import rules as receipt
from billing_svc.receipt.rules import ApplyCash, Payment, RecordPayment
from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import Command, Event, Money
from ltc_events.billing import CashApplied, InvoiceIssued, InvoiceSettled, PaymentReceived
from ltc_events.contract import PlanLine
from ltc_events.testing import fold
from ltc_events.testing import given as after

SINGLE: tuple[Any, ...] = (plan.decider, invoice.decider, series.decider, receipt.decider)
CONTRACT = UUID(int=1)
DAY = date(2026, 3, 2)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def decider_of(command: Command) -> Any:
    match command:
        case IssueInvoice():
            return invoice.decider
        case RecordPayment() | ApplyCash():
            return receipt.decider
        case _:
            return plan.decider


def concerning(decider: Any, history: Iterable[Event]) -> list[Event]:
    """The facts on streams that the decider may name."""
    known = tuple(event for single in (decider, *decider.also) for event in _events(single))
    return [event for event in history if isinstance(event, known)]


def _events(single: Any) -> tuple[type, ...]:
    from ltc_events import members

    return members(single.events)


def told(history: tuple[Event, ...], commands: Iterable[Command]) -> tuple[Event, ...]:
    """What the commands come to; anything but a refusal escapes."""
    for command in commands:
        decider = decider_of(command)
        decided = tuple(after(decider, *concerning(decider, history)).when(command).events)
        states = fold(SINGLE, history)
        for event in decided:
            assert type(event).model_validate_json(event.model_dump_json()) == event
            owner = next(single for single in SINGLE if type(event) in _events(single))
            stream = owner.of(getattr(event, owner.id))
            states[stream] = owner.evolve(states.get(stream, owner.initial), event)
        history = (*history, *decided)
        assert fold(SINGLE, history) == states
    return history


# ── billing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def deals(draw: st.DrawFn) -> tuple[Terms, list[Command]]:
    """A contract, and acceptances that together accept all of it, split and shuffled at random with the contract among them."""
    numbers = range(1, draw(st.integers(1, 4)) + 1)
    rates = st.sampled_from([Decimal(0), Decimal("0.07"), Decimal("0.19"), Decimal("0.190"), Decimal("0.0725")])
    lines = tuple(
        BilledLine(
            line=number,
            quantity=draw(st.decimals("0.001", "999", places=3)),
            net=usd(draw(st.sampled_from([0, 1, 2]) | st.integers(0, 10**12))),
            tax_rate=draw(rates),
        )
        for number in numbers
    )
    plan_lines = tuple(
        PlanLine(line=1, kind="advance", amount=usd(draw(st.integers(1, 10**12))))
        if draw(st.booleans())
        else PlanLine(
            line=number,
            kind="acceptance",
            amount=usd(draw(st.sampled_from([1, 2, 3]) | st.integers(1, 10**12))),
            covers=tuple(draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=4))),
        )
        for number in range(2, draw(st.integers(2, 5)))
    )
    plan_lines = tuple({each.line: each for each in plan_lines}.values())
    terms = Terms(
        contract_no="C-1", party_id=UUID(int=2), company="Acme", legal_entity="ACME", currency="USD", lines=lines, net=usd(1),
        plan=plan_lines, payment_days=30, registered_on=DAY,
    )  # fmt: skip
    acceptances = draw(st.integers(1, 5))
    split: defaultdict[int, list[AcceptedQuantity]] = defaultdict(list)
    for line in lines:
        cuts = sorted(draw(st.lists(st.decimals(0, line.quantity, places=3), max_size=acceptances - 1)))
        for index, (low, high) in enumerate(zip([Decimal(0), *cuts], [*cuts, line.quantity], strict=True)):
            if high > low:
                split[index].append(AcceptedQuantity(line=line.line, quantity=high - low))
    commands: list[Command] = [
        BillAcceptance(contract_id=CONTRACT, acceptance_id=UUID(int=100 + index), lines=tuple(parts), accepted_on=DAY)
        for index, parts in split.items()
    ]
    return terms, draw(st.permutations([OpenPlan(contract_id=CONTRACT, terms=terms), *commands]))


@settings(max_examples=300, deadline=None)
@given(deals(), st.data())
def test_what_is_invoiced_is_the_plan_to_the_last_cent(deal: tuple[Terms, list[Command]], data: st.DataObject) -> None:
    terms, facts = deal
    repeated = data.draw(st.lists(st.sampled_from(facts), max_size=2))
    history = told((), [*facts, *repeated])
    issue = [command for event in history if isinstance(event, InvoiceDue) for command in issue_invoice(event)]
    history = told(history, data.draw(st.permutations([*issue, *issue[:2]])))

    invoices = [event for event in history if isinstance(event, InvoiceIssued)]
    billed: Counter[int] = Counter()
    for each in invoices:
        billed[each.plan_line] += each.net.amount
        assert each.net.amount > 0
        assert each.net.amount == sum(part.net.amount for part in each.taxes)
        assert each.tax.amount == sum(part.tax.amount for part in each.taxes)
        assert each.gross == each.net + each.tax
        assert all(part.tax == part.net.times(part.rate) for part in each.taxes)
        assert len({part.rate for part in each.taxes}) == len(each.taxes)
    assert billed == {line.line: line.amount.amount for line in terms.plan}

    numbers = [event.number for event in history if isinstance(event, NumberTaken)]
    assert numbers == list(range(1, len(invoices) + 1))
    assert [each.number for each in invoices] == [f"ACME-{number:06}" for number in numbers]


@settings(max_examples=100, deadline=None)
@given(deals())
def test_never_more_is_billed_than_the_plan_says(deal: tuple[Terms, list[Command]]) -> None:
    terms, facts = deal
    history: tuple[Event, ...] = ()
    for fact in facts:
        history = told(history, [fact])
        billed: Counter[int] = Counter()
        for event in history:
            if isinstance(event, InvoiceDue):
                billed[event.bill.plan_line] += event.bill.net.amount
        assert all(billed[line.line] <= line.amount.amount for line in terms.plan)


# ── cash ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

RECEIPTS = st.sampled_from([UUID(int=30), UUID(int=31)])
INVOICES = st.sampled_from([UUID(int=20), UUID(int=21), UUID(int=22)])
AMOUNT = st.integers(-2, 150)
CURRENCY = st.sampled_from(["USD", "USD", "USD", "EUR"])
MONEY = st.builds(Money, amount=AMOUNT, currency=CURRENCY)
DAYS = st.dates(date(2026, 3, 1), date(2026, 3, 3))


def an_invoice(invoice_id: UUID, gross: int) -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=invoice_id, number=f"ACME-{invoice_id.int:06}", legal_entity="ACME", contract_id=CONTRACT, contract_no="C-1",
        plan_line=1, kind="advance", party_id=UUID(int=2), company="Acme", currency="USD", taxes=(), net=usd(gross), tax=usd(0),
        gross=usd(gross), issued_on=DAY, due_on=DAY,
    )  # fmt: skip


ISSUED = (an_invoice(UUID(int=20), 100), an_invoice(UUID(int=21), 50))
CASH = st.one_of(
    st.builds(RecordPayment, receipt_id=RECEIPTS, amount=MONEY, value_date=DAYS, remitter=st.just("华为")),
    st.builds(
        ApplyCash,
        receipt_id=RECEIPTS,
        application_id=st.integers(40, 60).map(lambda number: UUID(int=number)),
        payments=st.lists(st.builds(Payment, invoice_id=INVOICES, amount=MONEY), min_size=1, max_size=3).map(tuple),
        applied_on=DAYS,
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(CASH, max_size=15))
def test_never_more_is_applied_than_was_received_or_is_open(commands: list[Command]) -> None:
    history = told(ISSUED, commands)
    received = {event.receipt_id: event.amount for event in history if isinstance(event, PaymentReceived)}
    applied: Counter[UUID] = Counter()
    paid: Counter[UUID] = Counter()
    for cash in (event for event in history if isinstance(event, CashApplied)):
        for each in cash.applications:
            applied[cash.receipt_id] += each.amount.amount
            paid[each.invoice_id] += each.amount.amount
        assert cash.unapplied == received[cash.receipt_id] - usd(applied[cash.receipt_id])
        assert cash.unapplied.amount >= 0
    for issued in ISSUED:
        assert paid[issued.invoice_id] <= issued.gross.amount
        over = [event for event in history if isinstance(event, InvoiceSettled) and event.invoice_id == issued.invoice_id]
        assert len(over) == (paid[issued.invoice_id] == issued.gross.amount)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_last_number_taken_says_all_of_a_series(before: int, number: int) -> None:
    taken = NumberTaken(series_id=series.series_id("ACME"), legal_entity="ACME", number=number, invoice_id=CONTRACT)
    assert series.decider.by_last
    assert series.evolve(series.Series(before), taken) == series.evolve(series.Series(), taken)
