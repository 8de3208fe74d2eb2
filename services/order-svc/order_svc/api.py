"""What fulfilment does with orders, and what anybody can ask about them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ltc_events import Code, Sha256, Text
from ltc_runtime.edge import EVERYONE, LISTED, Api, Body, Handle, Page, Paging, Read, Role, View, matching
from pydantic import Field
from sqlalchemy import Select, select

from . import projections as shown
from .domain import order
from .domain.order import (
    AcceptDelivery,
    ConfirmOrder,
    DayInTheFuture,
    NothingToAccept,
    NothingToShip,
    OrderNotConfirmed,
    OrderNotWaiting,
    OrderOver,
    OrderStatus,
    RejectOrder,
    ShipOrder,
    UnknownOrder,
    possible,
)
from .domain.quantities import LineNamedTwice, LineQuantity, MoreAcceptedThanShipped, MoreShippedThanOrdered, NoSuchLine

FULFILMENT: tuple[Role, ...] = ("fulfilment",)

orders = Api("/orders", stream=order.decider)

Lines = Annotated[tuple[LineQuantity, ...] | None, Field(min_length=1, max_length=1000)]
SOME_LINES: list[Any] = [[{"line": 1, "quantity": "4"}]]

# ── answering ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class ConfirmBody(Body):
    """What we promise."""

    promised: date = Field(description="When everything will have been delivered.", examples=["2026-12-01"])


@orders.act("/{order_id}/confirm", roles=FULFILMENT, refuses=(UnknownOrder, OrderNotWaiting))
async def confirm_order(order_id: UUID, body: ConfirmBody, handle: Handle) -> None:
    """Promise a date."""
    return await handle(ConfirmOrder(order_id=order_id, promised=body.promised))


class RejectBody(Body):
    """Why we cannot deliver."""

    reason: Text = Field(examples=["The product is no longer made."])


@orders.act("/{order_id}/reject", roles=FULFILMENT, refuses=(UnknownOrder, OrderNotWaiting))
async def reject_order(order_id: UUID, body: RejectBody, handle: Handle) -> None:
    """Say that we cannot deliver."""
    return await handle(RejectOrder(order_id=order_id, reason=body.reason))


# ── delivering ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ShipBody(Body):
    """What leaves."""

    lines: Lines = Field(None, description="Everything that is left, if nothing is said.", examples=SOME_LINES)
    shipped_on: date | None = Field(None, description="Today, if nothing is said.")


class Shipped(View):
    """What the shipment is called."""

    shipment_id: UUID


@orders.act(
    "/{order_id}/ship",
    roles=FULFILMENT,
    refuses=(
        UnknownOrder,
        OrderNotConfirmed,
        OrderOver,
        NothingToShip,
        NoSuchLine,
        LineNamedTwice,
        MoreShippedThanOrdered,
        DayInTheFuture,
    ),
)
async def ship_order(order_id: UUID, body: ShipBody, handle: Handle) -> Shipped:
    """Send goods off, all or some."""
    shipment_id = handle.new_id("shipment")
    command = ShipOrder(
        order_id=order_id,
        shipment_id=shipment_id,
        lines=body.lines or (),
        shipped_on=body.shipped_on or handle.today,
        today=handle.today,
    )
    return await handle(command, Shipped(shipment_id=shipment_id))


class AcceptBody(Body):
    """What the customer accepted."""

    lines: Lines = Field(None, description="Everything shipped and not yet accepted, if nothing is said.", examples=SOME_LINES)
    certificate_hash: Sha256 | None = Field(None, description="SHA-256 of the signed acceptance certificate.")
    accepted_on: date | None = Field(None, description="Today, if nothing is said.")


class Accepted(View):
    """What the acceptance is called."""

    acceptance_id: UUID


@orders.act(
    "/{order_id}/accept",
    roles=FULFILMENT,
    refuses=(
        UnknownOrder,
        OrderNotConfirmed,
        OrderOver,
        NothingToAccept,
        NoSuchLine,
        LineNamedTwice,
        MoreAcceptedThanShipped,
        DayInTheFuture,
    ),
)
async def accept_delivery(order_id: UUID, body: AcceptBody, handle: Handle) -> Accepted:
    """Record what the customer accepted.

    It is billed as the payment plan of the contract says.
    """
    acceptance_id = handle.new_id("acceptance")
    command = AcceptDelivery(
        order_id=order_id,
        acceptance_id=acceptance_id,
        lines=body.lines or (),
        certificate_hash=body.certificate_hash,
        accepted_on=body.accepted_on or handle.today,
        today=handle.today,
    )
    return await handle(command, Accepted(acceptance_id=acceptance_id))


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class OrderRow(View):
    """An order as lists show it."""

    order_id: UUID
    contract_id: UUID
    contract_no: str
    party_id: UUID
    company: str
    purchase_order: str | None
    status: OrderStatus
    requested_delivery: date | None
    promised: date | None
    shipped_on: date | None = Field(description="The last shipment so far.")
    accepted_on: date | None = Field(description="The last acceptance so far.")
    reason: str | None = Field(description="Why it was rejected.")
    received_at: datetime


class OrderLineView(View):
    """A line, and how far it is."""

    line: int
    product: str
    description: str
    unit: str
    ordered: Decimal
    shipped: Decimal
    accepted: Decimal


class LineQuantityView(View):
    """How much of a line."""

    line: int
    quantity: Decimal


class Shipment(View):
    """What left on one day."""

    shipment_id: UUID
    lines: Sequence[LineQuantityView]
    shipped_on: date


class Acceptance(View):
    """What the customer accepted on one day."""

    acceptance_id: UUID
    lines: Sequence[LineQuantityView]
    certificate_hash: str | None
    accepted_on: date


class OrderView(OrderRow):
    """An order with its lines, its latest shipments and acceptances, and what the caller may do now."""

    lines: Sequence[OrderLineView]
    shipments: Sequence[Shipment] = Field(description=f"The latest {LISTED}.")
    acceptances: Sequence[Acceptance] = Field(description=f"The latest {LISTED}.")
    more: bool = Field(description="There are more: `shipments` and `acceptances` below this path list them all.")
    actions: list[str]


@orders.query("", roles=EVERYONE)
async def list_orders(
    read: Read,
    paging: Paging,
    status: OrderStatus | None = None,
    contract_id: UUID | None = None,
    party_id: UUID | None = None,
    purchase_order: Code | None = None,
) -> Page[OrderRow]:
    """Orders, newest first."""
    table = shown.orders.c
    asked = {table.status: status, table.contract_id: contract_id, table.party_id: party_id, table.purchase_order: purchase_order}
    found = select(shown.orders).where(*matching(asked))
    return await read.page(found, key=(table.received_at, table.order_id), into=OrderRow, paging=paging)


@orders.query("/{order_id}", roles=EVERYONE, refuses=(UnknownOrder,))
async def show_order(order_id: UUID, read: Read) -> OrderView:
    """One order with its latest shipments and acceptances."""
    found = select(shown.orders).where(shown.orders.c.order_id == order_id)
    row = await read.one(found, UnknownOrder, stream=order.decider.of(order_id))
    lines = shown.order_lines.c
    of_lines = await read.all(select(shown.order_lines).where(lines.order_id == order_id).order_by(lines.line))
    shipments, more_shipments = await read.latest(LISTED, shipments_of(order_id), key=AS_SHIPPED)
    acceptances, more_acceptances = await read.latest(LISTED, acceptances_of(order_id), key=AS_ACCEPTED)
    to_ship = any(line["shipped"] < line["ordered"] for line in of_lines)
    to_accept = any(line["accepted"] < line["shipped"] for line in of_lines)
    return OrderView(
        **row,
        lines=[OrderLineView(**line) for line in of_lines],
        shipments=[Shipment(**each) for each in shipments],
        acceptances=[Acceptance(**each) for each in acceptances],
        more=more_shipments or more_acceptances,
        actions=read.actions(possible(row["status"], to_ship, to_accept)),
    )


@orders.query("/{order_id}/shipments", roles=EVERYONE, refuses=(UnknownOrder,))
async def list_shipments(order_id: UUID, read: Read, paging: Paging) -> Page[Shipment]:
    """Every shipment of an order, the latest first."""
    await must_be_known(order_id, read)
    return await read.page(shipments_of(order_id), key=AS_SHIPPED, into=Shipment, paging=paging)


@orders.query("/{order_id}/acceptances", roles=EVERYONE, refuses=(UnknownOrder,))
async def list_acceptances(order_id: UUID, read: Read, paging: Paging) -> Page[Acceptance]:
    """Every acceptance of an order, the latest first."""
    await must_be_known(order_id, read)
    return await read.page(acceptances_of(order_id), key=AS_ACCEPTED, into=Acceptance, paging=paging)


AS_SHIPPED = (shown.shipments.c.shipped_on, shown.shipments.c.shipment_id)
AS_ACCEPTED = (shown.acceptances.c.accepted_on, shown.acceptances.c.acceptance_id)


def shipments_of(order_id: UUID) -> Select[Any]:
    return select(shown.shipments).where(shown.shipments.c.order_id == order_id)


def acceptances_of(order_id: UUID) -> Select[Any]:
    return select(shown.acceptances).where(shown.acceptances.c.order_id == order_id)


async def must_be_known(order_id: UUID, read: Read) -> None:
    await read.one(select(shown.orders.c.order_id).where(shown.orders.c.order_id == order_id), UnknownOrder)


orders.history("/{order_id}/history", roles=EVERYONE, refuses=(UnknownOrder,))
