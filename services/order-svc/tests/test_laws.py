"""What holds for every order, whatever is asked in whatever order."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import Event
from ltc_events.order import DeliveryAccepted, OrderLine, ShipmentDispatched
from ltc_events.testing import fold
from ltc_events.testing import given as after
from order_svc.order import rules as order
from order_svc.order.rules import AcceptDelivery, ConfirmOrder, OrderCommand, ReceiveOrder, RejectOrder, ShipOrder
from order_svc.order.rules.quantities import LineQuantity

ONE = st.just(UUID(int=1))
IDS = st.integers(10, 99).map(lambda number: UUID(int=number))
DAY = st.dates(date(2026, 1, 1), date(2026, 1, 3))
QUANTITY = st.decimals("0.000001", "4", places=6)
LINES = st.lists(st.builds(LineQuantity, line=st.integers(1, 3), quantity=QUANTITY), max_size=2).map(lambda lines: tuple(lines) or None)
ORDERED = (
    OrderLine(line=1, product="P", description="Server", quantity=Decimal("3"), unit="C62"),
    OrderLine(line=2, product="P", description="线缆", quantity=Decimal("7.25"), unit="MTR"),
)
receive = ReceiveOrder(
    order_id=UUID(int=1), contract_id=UUID(int=2), contract_no="C-1", party_id=UUID(int=3), company="Acme", lines=ORDERED
)
confirm = ConfirmOrder(order_id=UUID(int=1), promised=date(2026, 1, 3))

COMMANDS: st.SearchStrategy[OrderCommand] = st.one_of(
    st.just(receive),
    st.just(confirm),
    st.builds(RejectOrder, order_id=ONE, reason=st.just("Not ours.")),
    st.builds(ShipOrder, order_id=ONE, shipment_id=IDS, lines=LINES, shipped_on=DAY),
    st.builds(AcceptDelivery, order_id=ONE, acceptance_id=IDS, lines=LINES, accepted_on=DAY),
)


def played(commands: list[OrderCommand]) -> tuple[Event, ...]:
    history: tuple[Event, ...] = ()
    for command in commands:
        told = tuple(after(order.decider, *history).when(command).events)  # anything but a refusal escapes from here
        for event in told:
            assert type(event).model_validate_json(event.model_dump_json()) == event
        states = fold((order.decider,), history)
        for event in told:
            stream = order.decider.of(UUID(int=1))
            states[stream] = order.decider.evolve(states.get(stream, order.decider.initial), event)  # type: ignore[arg-type]
        history = (*history, *told)
        assert fold((order.decider,), history) == states
    return history


@settings(max_examples=200, deadline=None)
@given(st.lists(COMMANDS, max_size=12), st.booleans())
def test_orders_obey_the_laws(commands: list[OrderCommand], begun: bool) -> None:
    history = played([receive, confirm, *commands] if begun else commands)
    shipped: defaultdict[int, Decimal] = defaultdict(Decimal)
    accepted: defaultdict[int, Decimal] = defaultdict(Decimal)
    for event in history:
        if isinstance(event, ShipmentDispatched):
            for went in event.lines:
                shipped[went.line] += went.quantity
                assert went.shipped == shipped[went.line]
            assert event.complete == all(shipped[line.line] == line.quantity for line in ORDERED)
        if isinstance(event, DeliveryAccepted):
            for took in event.lines:
                accepted[took.line] += took.quantity
                assert took.accepted == accepted[took.line]
            assert event.complete == all(accepted[line.line] == line.quantity for line in ORDERED)
        for line in ORDERED:
            assert accepted[line.line] <= shipped[line.line] <= line.quantity
