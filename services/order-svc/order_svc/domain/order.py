"""An order: what a contract asks us to deliver, promised, shipped and accepted, each in parts if need be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Name, Refusal, Sha256, Text
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

from .quantities import LineQuantity, must_name_each_once, must_not_exceed

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class ReceiveOrder(Command):
    """Take over what a contract asks for."""

    order_id: UUID
    contract_id: UUID
    contract_no: Code
    party_id: UUID
    company: Name
    purchase_order: Code | None = None
    lines: tuple[OrderLine, ...]
    requested_delivery: date | None = None


class ConfirmOrder(Command):
    """Promise a date."""

    order_id: UUID
    promised: date


class RejectOrder(Command):
    """Say that we cannot deliver, and why."""

    order_id: UUID
    reason: Text


class ShipOrder(Command):
    """Send goods off; without lines, everything that is left."""

    order_id: UUID
    shipment_id: UUID
    lines: tuple[LineQuantity, ...] = ()
    shipped_on: date
    today: date


class AcceptDelivery(Command):
    """Record what the customer accepted; without lines, everything that was shipped and not yet accepted."""

    order_id: UUID
    acceptance_id: UUID
    lines: tuple[LineQuantity, ...] = ()
    certificate_hash: Sha256 | None = None
    accepted_on: date
    today: date


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownOrder(Refusal):
    """There is no such order."""

    status = 404


class OrderNotWaiting(Refusal):
    """The order is {stage}: only an order that waits for our answer is confirmed or rejected."""


class OrderNotConfirmed(Refusal):
    """The order is {stage}: goods are shipped and accepted only after it is confirmed."""


class OrderOver(Refusal):
    """The order is {stage}: nothing more is shipped or accepted."""


class NothingToShip(Refusal):
    """Everything ordered has been shipped already."""


class NothingToAccept(Refusal):
    """Everything shipped so far has been accepted already: ship first."""


class DayInTheFuture(Refusal):
    """{day} has not come yet: say when it happened."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

OrderStatus = Literal["received", "rejected", "confirmed", "partly_shipped", "shipped", "partly_accepted", "accepted"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """No contract asked for it yet."""


@dataclass(frozen=True, slots=True)
class Received:
    """Waits for our answer."""

    contract_id: UUID
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """We promised; goods go out and are accepted, in parts or at once."""

    contract_id: UUID
    ordered: Mapping[int, Decimal]
    shipped: Mapping[int, Decimal] = field(default_factory=dict)
    accepted: Mapping[int, Decimal] = field(default_factory=dict)

    def to_ship(self) -> dict[int, Decimal]:
        """What is ordered and not shipped, by line."""
        return {line: quantity - self.shipped.get(line, Decimal(0)) for line, quantity in self.ordered.items()}

    def to_accept(self) -> dict[int, Decimal]:
        """What is shipped and not accepted, by line."""
        return {line: self.shipped.get(line, Decimal(0)) - self.accepted.get(line, Decimal(0)) for line in self.ordered}


@dataclass(frozen=True, slots=True)
class Over:
    """Rejected, or accepted in full."""

    stage: Literal["rejected", "accepted in full"]


Order: TypeAlias = Nobody | Received | Confirmed | Over
OrderCommand: TypeAlias = ReceiveOrder | ConfirmOrder | RejectOrder | ShipOrder | AcceptDelivery
OrderEvent: TypeAlias = OrderReceived | OrderConfirmed | OrderRejected | ShipmentDispatched | DeliveryAccepted


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(order: Order, command: OrderCommand) -> list[OrderEvent]:
    match command:
        case ReceiveOrder():
            return receive(order, command)
        case ConfirmOrder():
            return confirm(must_wait(order), command)
        case RejectOrder():
            return reject(must_wait(order), command)
        case ShipOrder():
            return ship(must_be_confirmed(order), command)
        case AcceptDelivery():
            return accept(must_be_confirmed(order), command)


def receive(order: Order, command: ReceiveOrder) -> list[OrderEvent]:
    if not isinstance(order, Nobody):
        return []  # heard twice, received once
    return [OrderReceived(**dict(command))]


def confirm(order: Received, command: ConfirmOrder) -> list[OrderEvent]:
    return [OrderConfirmed(order_id=command.order_id, contract_id=order.contract_id, promised=command.promised)]


def reject(order: Received, command: RejectOrder) -> list[OrderEvent]:
    return [OrderRejected(order_id=command.order_id, contract_id=order.contract_id, reason=command.reason)]


def ship(order: Confirmed, command: ShipOrder) -> list[OrderEvent]:
    must_have_come(command.shipped_on, command.today)
    left = order.to_ship()
    lines = command.lines or everything(left)
    if not lines:
        raise NothingToShip
    must_name_each_once(lines)
    must_not_exceed(lines, left, "shipped")
    shipped = {**order.shipped, **{each.line: order.shipped.get(each.line, Decimal(0)) + each.quantity for each in lines}}
    dispatched = ShipmentDispatched(
        order_id=command.order_id,
        contract_id=order.contract_id,
        shipment_id=command.shipment_id,
        lines=tuple(ShippedLine(line=each.line, quantity=each.quantity, shipped=shipped[each.line]) for each in lines),
        shipped_on=command.shipped_on,
        complete=is_all(shipped, order.ordered),
    )
    return [dispatched]


def accept(order: Confirmed, command: AcceptDelivery) -> list[OrderEvent]:
    must_have_come(command.accepted_on, command.today)
    left = order.to_accept()
    lines = command.lines or everything(left)
    if not lines:
        raise NothingToAccept
    must_name_each_once(lines)
    must_not_exceed(lines, left, "accepted")
    accepted = {**order.accepted, **{each.line: order.accepted.get(each.line, Decimal(0)) + each.quantity for each in lines}}
    delivery = DeliveryAccepted(
        order_id=command.order_id,
        contract_id=order.contract_id,
        acceptance_id=command.acceptance_id,
        lines=tuple(
            AcceptedLine(line=each.line, quantity=each.quantity, accepted=accepted[each.line], ordered=order.ordered[each.line])
            for each in lines
        ),
        certificate_hash=command.certificate_hash,
        accepted_on=command.accepted_on,
        complete=is_all(accepted, order.ordered),
    )
    return [delivery]


def everything(left: Mapping[int, Decimal]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(line=line, quantity=quantity) for line, quantity in left.items() if quantity > 0)


def is_all(done: Mapping[int, Decimal], ordered: Mapping[int, Decimal]) -> bool:
    return all(done.get(line, Decimal(0)) >= quantity for line, quantity in ordered.items())


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_wait(order: Order) -> Received:
    match order:
        case Received():
            return order
        case Nobody():
            raise UnknownOrder
        case Confirmed():
            raise OrderNotWaiting(stage="confirmed")
        case Over(stage=stage):
            raise OrderNotWaiting(stage=stage)


def must_be_confirmed(order: Order) -> Confirmed:
    match order:
        case Confirmed():
            return order
        case Nobody():
            raise UnknownOrder
        case Received():
            raise OrderNotConfirmed(stage="waiting for our answer")
        case Over(stage=stage):
            raise OrderOver(stage=stage)


def must_have_come(day: date, today: date) -> None:
    if day > today:
        raise DayInTheFuture(day=day.isoformat())


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(order: Order, event: OrderEvent) -> Order:
    match event:
        case OrderReceived(contract_id=contract_id, lines=lines):
            return Received(contract_id, lines)
        case OrderConfirmed(contract_id=contract_id):
            assert isinstance(order, Received), "only a received order is confirmed"
            return Confirmed(contract_id, {line.line: line.quantity for line in order.lines})
        case OrderRejected():
            return Over("rejected")
        case ShipmentDispatched(lines=lines):
            assert isinstance(order, Confirmed), "only a confirmed order is shipped"
            return replace(order, shipped={**order.shipped, **{each.line: each.shipped for each in lines}})
        case DeliveryAccepted(complete=True):
            return Over("accepted in full")
        case DeliveryAccepted(lines=lines):
            assert isinstance(order, Confirmed), "only a confirmed order is accepted"
            return replace(order, accepted={**order.accepted, **{each.line: each.accepted for each in lines}})


def possible(status: OrderStatus, to_ship: bool, to_accept: bool) -> tuple[str, ...]:
    """What may be done with an order, by the names the API gives it."""
    if status == "received":
        return ("confirm_order", "reject_order")
    if status in ("rejected", "accepted"):
        return ()
    return tuple(name for name, is_left in (("ship_order", to_ship), ("accept_delivery", to_accept)) if is_left)


decider: Decider[Order, OrderCommand, OrderEvent] = Decider(
    kind="order",
    id="order_id",
    initial=Nobody(),
    decide=decide,
    evolve=evolve,
    commands=OrderCommand,
    events=OrderEvent,
)
