"""What order-svc publishes: what was promised, shipped and accepted."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from .opportunity import LineNo
from .values import Code, Name, Quantity, Sha256, Text, Unit, Value
from .vocabulary import PublishedEvent

Count = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=6)]
"""How many of a unit, possibly none."""


class OrderLine(Value):
    """What is to be delivered."""

    line: LineNo
    product: Code
    description: Name
    quantity: Quantity
    unit: Unit


class ShippedLine(Value):
    """How much of a line left."""

    line: LineNo
    quantity: Quantity
    shipped: Count
    """The running total of the line, this shipment included."""


class AcceptedLine(Value):
    """How much of a line the customer accepted."""

    line: LineNo
    quantity: Quantity
    accepted: Count
    """The running total of the line, this acceptance included."""
    ordered: Quantity


class OrderReceived(PublishedEvent, type="ltc.order.received.v1"):
    """A contract asks for delivery; nothing was typed again."""

    order_id: UUID
    order_no: Code | None = None
    contract_id: UUID
    contract_no: Code
    party_id: UUID
    company: Name
    purchase_order: Code | None = None
    lines: tuple[OrderLine, ...]
    requested_delivery: date | None = None


class OrderConfirmed(PublishedEvent, type="ltc.order.confirmed.v1"):
    """Fulfilment promised a date."""

    order_id: UUID
    contract_id: UUID
    promised: date


class OrderRejected(PublishedEvent, type="ltc.order.rejected.v1"):
    """Fulfilment cannot take the order."""

    order_id: UUID
    contract_id: UUID
    reason: Text


class ShipmentDispatched(PublishedEvent, type="ltc.order.shipment-dispatched.v1"):
    """Goods left, all or some."""

    order_id: UUID
    contract_id: UUID
    shipment_id: UUID
    lines: tuple[ShippedLine, ...]
    shipped_on: date
    complete: bool
    """Everything ordered has now been shipped."""


class DeliveryAccepted(PublishedEvent, type="ltc.order.delivery-accepted.v1"):
    """The customer accepted goods that arrived, all or some."""

    order_id: UUID
    contract_id: UUID
    acceptance_id: UUID
    lines: tuple[AcceptedLine, ...]
    certificate_hash: Sha256 | None = None
    accepted_on: date
    complete: bool
    """Everything ordered has now been accepted."""
