"""What holds for every contract, whatever is asked in whatever order."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from contract_svc.contract import rules as contract
from contract_svc.contract.rules import purchase_order
from contract_svc.contract.rules.execution import DeliveredLine, NoteCash, NoteDelivery, NoteInvoice, Payment
from contract_svc.contract.rules.paper import Deal, DraftContract, ReviewContract, SignContract
from contract_svc.contract.rules.registration import RegisterContract
from contract_svc.contract.rules.term import TellExpiry
from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import Command, Event, Money
from ltc_events.contract import ContractClosed, ContractExpiring, ContractRegistered, PlanLine
from ltc_events.opportunity import PricedLine, lines_hash
from ltc_events.testing import fold
from ltc_events.testing import given as after

ONE = st.just(UUID(int=1))
CONTRACTS = st.sampled_from([UUID(int=1), UUID(int=2)])
DAY = st.dates(date(2026, 1, 1), date(2026, 1, 5))
MONEY = st.builds(Money, amount=st.integers(-10, 100), currency=st.just("USD"))
IDS = st.integers(10, 14).map(lambda number: UUID(int=number))
LINE = st.integers(1, 2)


def priced(number: int, net: int) -> PricedLine:
    amount = Money(amount=net, currency="USD")
    return PricedLine(
        line=number, product="P", description="服务器", quantity=Decimal("1.5"), unit="C62", list_price=amount, discount=Decimal(0),
        net=amount, tax_rate=Decimal("0.13"),
    )  # fmt: skip


LINES = (priced(1, 60), priced(2, 40))
DEAL = Deal(
    opportunity_id=UUID(int=3), quote_id=UUID(int=4), quote_hash=lines_hash(LINES), party_id=UUID(int=5), company="Acme",
    account_manager="ann", solution_manager="sol", fulfilment_manager="fay", currency="USD", lines=LINES,
    net=Money(amount=100, currency="USD"),
)  # fmt: skip
GOOD_PLAN = (PlanLine(line=1, kind="acceptance", amount=DEAL.net, covers=(1, 2)),)
PLAN_LINE = st.builds(
    PlanLine, line=LINE, kind=st.sampled_from(["advance", "acceptance"]), amount=MONEY, covers=st.lists(st.integers(1, 3)).map(tuple)
)
PLAN = st.just(GOOD_PLAN) | st.lists(PLAN_LINE, max_size=3).map(tuple)
DELIVERED = st.lists(st.builds(DeliveredLine, line=LINE, accepted=st.sampled_from([Decimal(0), Decimal(1), Decimal("1.5")])), max_size=2)
PAYMENTS = st.lists(st.builds(Payment, invoice_id=IDS, plan_line=LINE, amount=MONEY), max_size=2)

COMMANDS = st.one_of(
    st.builds(DraftContract, contract_id=CONTRACTS, deal=st.just(DEAL), drafted_on=DAY),
    st.builds(ReviewContract, contract_id=CONTRACTS, function=st.just("legal"), verdict=st.just("approve"), actor=st.just("lea")),
    st.builds(ReviewContract, contract_id=CONTRACTS, function=st.just("legal"), verdict=st.just("reject"), actor=st.just("ann")),
    st.builds(SignContract, contract_id=CONTRACTS, document_hash=st.just("d" * 64), signed_on=DAY),
    st.builds(
        RegisterContract, contract_id=CONTRACTS, legal_entity=st.just("ACME"), purchase_order=st.none() | st.just("PO-1"), plan=PLAN,
        payment_days=st.just(30), registered_on=DAY, ends_on=st.none() | DAY, notice_days=st.none() | st.just(1),
    ),
    st.builds(NoteDelivery, contract_id=CONTRACTS, acceptance_id=IDS, lines=DELIVERED.map(tuple), accepted_on=DAY),
    st.builds(
        NoteInvoice, contract_id=CONTRACTS, invoice_id=IDS, number=st.just("ACME-000001"), plan_line=LINE, net=MONEY, gross=MONEY,
        issued_on=DAY,
    ),
    st.builds(NoteCash, contract_id=CONTRACTS, application_id=IDS, payments=PAYMENTS.map(tuple), applied_on=DAY),
    st.builds(TellExpiry, contract_id=CONTRACTS, ends_on=DAY),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(COMMANDS, max_size=14))
def test_contracts_obey_the_laws(commands: list[Command]) -> None:
    both = (contract.decider, purchase_order.decider)
    history: tuple[Event, ...] = ()
    for command in commands:
        told = after(contract.decider, *history).when(command).events  # anything but a refusal escapes from here
        for event in told:
            assert type(event).model_validate_json(event.model_dump_json()) == event
        states = fold(both, history)
        for event in told:
            owner: Any = purchase_order.decider if hasattr(event, "po_id") else contract.decider
            stream = owner.of(getattr(event, owner.id))
            states[stream] = owner.evolve(states.get(stream, owner.initial), event)
        history = (*history, *told)
        assert fold(both, history) == states
    in_force = [event for event in history if isinstance(event, ContractRegistered)]
    assert len({event.contract_id for event in in_force}) == len(in_force)
    orders = [event.purchase_order for event in in_force if event.purchase_order]
    assert len(set(orders)) == len(orders)
    over = [event.contract_id for event in history if isinstance(event, ContractClosed)]
    assert len(set(over)) == len(over)
    assert set(over) <= {event.contract_id for event in in_force}
    ending = [event.contract_id for event in history if isinstance(event, ContractExpiring)]
    assert len(set(ending)) == len(ending)
    assert set(ending) <= {event.contract_id for event in in_force if event.ends_on}
