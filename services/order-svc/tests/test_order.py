"""Orders: promised, shipped and accepted, each in parts if need be."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from ltc_events import Command, Event
from ltc_events.order import (
    AcceptedLine,
    DeliveryAccepted,
    OrderConfirmed,
    OrderLine,
    OrderReceived,
    OrderRejected,
    ShipmentDispatched,
    ShippedLine,
)
from ltc_events.testing import given
from order_svc.order import rules as order
from order_svc.order.rules import (
    AcceptDelivery,
    ConfirmOrder,
    NothingToAccept,
    OrderNotConfirmed,
    OrderNotWaiting,
    OrderOver,
    ReceiveOrder,
    RejectOrder,
    ShipOrder,
    UnknownOrder,
)
from order_svc.order.rules.quantities import LineNamedTwice, LineQuantity, MoreAcceptedThanShipped, MoreShippedThanOrdered, NoSuchLine

ORDER, CONTRACT = UUID(int=1), UUID(int=2)
MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)

LINES = (
    OrderLine(line=1, product="P1", description="Server", quantity=Decimal("10"), unit="C62"),
    OrderLine(line=2, product="P2", description="Cable", quantity=Decimal("2.5"), unit="MTR"),
)
receive = ReceiveOrder(
    order_id=ORDER, contract_id=CONTRACT, contract_no="C-1", party_id=UUID(int=3), company="Acme", purchase_order="PO-7", lines=LINES
)
received = OrderReceived(**dict(receive))
confirm = ConfirmOrder(order_id=ORDER, promised=FRIDAY)
confirmed = OrderConfirmed(order_id=ORDER, contract_id=CONTRACT, promised=FRIDAY)
reject = RejectOrder(order_id=ORDER, reason="No longer made.")
rejected = OrderRejected(order_id=ORDER, contract_id=CONTRACT, reason="No longer made.")


def some(*quantities: tuple[int, str]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(line=line, quantity=Decimal(quantity)) for line, quantity in quantities)


def ship(number: int, *quantities: tuple[int, str]) -> ShipOrder:
    return ShipOrder(order_id=ORDER, shipment_id=UUID(int=number), lines=some(*quantities) or None, shipped_on=MONDAY)


def accept(number: int, *quantities: tuple[int, str]) -> AcceptDelivery:
    return AcceptDelivery(order_id=ORDER, acceptance_id=UUID(int=number), lines=some(*quantities) or None, accepted_on=TUESDAY)


def shipped(number: int, *lines: tuple[int, str, str], complete: bool = False) -> ShipmentDispatched:
    went = tuple(ShippedLine(line=line, quantity=Decimal(some), shipped=Decimal(total)) for line, some, total in lines)
    return ShipmentDispatched(
        order_id=ORDER, contract_id=CONTRACT, shipment_id=UUID(int=number), lines=went, shipped_on=MONDAY, complete=complete
    )


def accepted(number: int, *lines: tuple[int, str, str, str], complete: bool = False) -> DeliveryAccepted:
    took = tuple(
        AcceptedLine(line=line, quantity=Decimal(some), accepted=Decimal(total), ordered=Decimal(ordered))
        for line, some, total, ordered in lines
    )
    return DeliveryAccepted(
        order_id=ORDER, contract_id=CONTRACT, acceptance_id=UUID(int=number), lines=took, accepted_on=TUESDAY, complete=complete
    )


open_order: tuple[Event, ...] = (received, confirmed)
all_shipped = (*open_order, shipped(10, (1, "10", "10"), (2, "2.5", "2.5"), complete=True))


# ── receiving and answering ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_contract_in_force_becomes_an_order_once() -> None:
    given(order.decider).when(receive).then(received)
    given(order.decider, received).when(receive).then_nothing()


def test_fulfilment_promises_a_date() -> None:
    given(order.decider, received).when(confirm).then(confirmed)


def test_fulfilment_rejects_with_a_reason() -> None:
    given(order.decider, received).when(reject).then(rejected)


def test_an_order_is_answered_once() -> None:
    for again in (confirm, reject):
        given(order.decider, received, confirmed).when(again).then_refused(OrderNotWaiting, stage="confirmed")
        given(order.decider, received, rejected).when(again).then_refused(OrderNotWaiting, stage="rejected")


def test_what_no_contract_asked_for_is_unknown() -> None:
    asked: tuple[Command, ...] = (confirm, reject, ship(10), accept(20))
    for command in asked:
        given(order.decider).when(command).then_refused(UnknownOrder)


# ── shipping ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_goods_go_out_in_parts_with_running_totals() -> None:
    first, second = shipped(10, (1, "4", "4")), shipped(11, (1, "6", "10"), (2, "2.5", "2.5"), complete=True)
    given(order.decider, *open_order).when(ship(10, (1, "4"))).then(first)
    given(order.decider, *open_order, first).when(ship(11, (1, "6"), (2, "2.5"))).then(second)


def test_without_lines_everything_left_goes_out() -> None:
    first = shipped(10, (1, "4", "4"))
    given(order.decider, *open_order, first).when(ship(11)).then(shipped(11, (1, "6", "10"), (2, "2.5", "2.5"), complete=True))


def test_no_more_goes_out_than_was_ordered() -> None:
    outcome = given(order.decider, *open_order, shipped(10, (1, "4", "4"))).when(ship(11, (1, "6.5")))
    outcome.then_refused(MoreShippedThanOrdered, line=1, left="6", asked="6.5")
    assert str(outcome.refusal) == "Of line 1 only 6 is left to ship, not 6.5."


def test_nothing_is_left_to_ship() -> None:
    given(order.decider, *all_shipped).when(ship(11)).then_refused(order.NothingToShip)


def test_nothing_goes_out_before_we_promised_or_after_we_refused() -> None:
    given(order.decider, received).when(ship(10)).then_refused(OrderNotConfirmed)
    given(order.decider, received, rejected).when(ship(10)).then_refused(OrderOver, stage="rejected")


def test_lines_are_those_of_the_order_and_named_once() -> None:
    outcome = given(order.decider, *open_order).when(ship(10, (3, "1")))
    outcome.then_refused(NoSuchLine, line=3)
    assert str(outcome.refusal) == "The order has no line 3; it has 1, 2."
    given(order.decider, *open_order).when(ship(10, (1, "1"), (1, "2"))).then_refused(LineNamedTwice, line=1)


# ── accepting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_goods_are_accepted_in_parts_with_running_totals() -> None:
    first = accepted(20, (1, "4", "4", "10"))
    rest = accepted(21, (1, "6", "10", "10"), (2, "2.5", "2.5", "2.5"), complete=True)
    given(order.decider, *all_shipped).when(accept(20, (1, "4"))).then(first)
    given(order.decider, *all_shipped, first).when(accept(21, (1, "6"), (2, "2.5"))).then(rest)
    given(order.decider, *all_shipped, first).when(accept(21)).then(rest)


def test_no_more_is_accepted_than_was_shipped() -> None:
    outcome = given(order.decider, *open_order, shipped(10, (1, "4", "4"))).when(accept(20, (1, "5")))
    outcome.then_refused(MoreAcceptedThanShipped, line=1, left="4", asked="5")
    assert str(outcome.refusal) == "Of line 1 only 4 is shipped and not yet accepted, not 5."


def test_nothing_is_accepted_before_it_is_shipped() -> None:
    given(order.decider, *open_order).when(accept(20)).then_refused(NothingToAccept)


def test_after_everything_is_accepted_nothing_more_happens() -> None:
    everything = accepted(20, (1, "10", "10", "10"), (2, "2.5", "2.5", "2.5"), complete=True)
    for command in (ship(11), accept(21)):
        given(order.decider, *all_shipped, everything).when(command).then_refused(OrderOver, stage="accepted in full")
