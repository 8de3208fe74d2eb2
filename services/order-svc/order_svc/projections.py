"""What people see of orders: the list, each line with what was shipped and accepted, and every shipment and acceptance."""

from decimal import Decimal

from ltc_events import Fact, change, on, projection, put
from ltc_events.order import DeliveryAccepted, OrderConfirmed, OrderReceived, OrderRejected, ShipmentDispatched
from ltc_events.projection import Row
from sqlalchemy import JSON, Column, Date, DateTime, Index, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

read = MetaData(schema="read")

orders = Table(
    "order_list",
    read,
    Column("order_id", UUID, primary_key=True),
    Column("contract_id", UUID, nullable=False, index=True),
    Column("contract_no", Text, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("company", Text, nullable=False),
    Column("purchase_order", Text),
    Column("status", Text, nullable=False),
    Column("requested_delivery", Date),
    Column("promised", Date),
    Column("shipped_on", Date),
    Column("accepted_on", Date),
    Column("reason", Text),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("order_list_newest", "received_at", "order_id"),
    Index("order_list_of_status", "status", "received_at", "order_id"),
    Index("order_list_of_party", "party_id", "received_at", "order_id"),
    Index("order_list_of_purchase_order", "purchase_order"),
)

order_lines = Table(
    "order_line",
    read,
    Column("order_id", UUID, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("product", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("ordered", Numeric, nullable=False),
    Column("shipped", Numeric, nullable=False),
    Column("accepted", Numeric, nullable=False),
)

shipments = Table(
    "shipment_list",
    read,
    Column("shipment_id", UUID, primary_key=True),
    Column("order_id", UUID, nullable=False, index=True),
    Column("lines", JSON, nullable=False),
    Column("shipped_on", Date, nullable=False),
)

acceptances = Table(
    "acceptance_list",
    read,
    Column("acceptance_id", UUID, primary_key=True),
    Column("order_id", UUID, nullable=False, index=True),
    Column("lines", JSON, nullable=False),
    Column("certificate_hash", Text),
    Column("accepted_on", Date, nullable=False),
)

NEW_ORDER: Row = dict.fromkeys(orders.columns.keys())


def received(order: OrderReceived, fact: Fact) -> Row:
    """An order that waits for our answer."""
    return {
        **NEW_ORDER,
        **order.model_dump(exclude={"lines"}),
        "status": "received",
        "received_at": fact.occurred_at,
    }


def asked(order: OrderReceived) -> list[Row]:
    """What is to be delivered, line by line."""
    return [
        {
            "order_id": order.order_id,
            "line": line.line,
            "product": line.product,
            "description": line.description,
            "unit": line.unit,
            "ordered": line.quantity,
            "shipped": Decimal(0),
            "accepted": Decimal(0),
        }
        for line in order.lines
    ]


def dispatched(shipment: ShipmentDispatched) -> Row:
    """The last shipment says how far the order is."""
    return {
        "order_id": shipment.order_id,
        "status": "shipped" if shipment.complete else "partly_shipped",
        "shipped_on": shipment.shipped_on,
    }


def accepted(delivery: DeliveryAccepted) -> Row:
    """The last acceptance says how far the order is."""
    return {
        "order_id": delivery.order_id,
        "status": "accepted" if delivery.complete else "partly_accepted",
        "accepted_on": delivery.accepted_on,
    }


order_list = projection(
    "order_list",
    on(OrderReceived, put(orders, received), put(order_lines, asked)),
    on(OrderConfirmed, change(orders, lambda order: {"order_id": order.order_id, "status": "confirmed", "promised": order.promised})),
    on(OrderRejected, change(orders, lambda order: {"order_id": order.order_id, "status": "rejected", "reason": order.reason})),
    on(
        ShipmentDispatched,
        change(orders, dispatched),
        change(
            order_lines,
            lambda shipment: [{"order_id": shipment.order_id, "line": each.line, "shipped": each.shipped} for each in shipment.lines],
        ),
    ),
    on(
        DeliveryAccepted,
        change(orders, accepted),
        change(
            order_lines,
            lambda delivery: [{"order_id": delivery.order_id, "line": each.line, "accepted": each.accepted} for each in delivery.lines],
        ),
    ),
)

delivery_list = projection(
    "delivery_list",
    on(
        ShipmentDispatched,
        put(
            shipments,
            lambda shipment: {
                "shipment_id": shipment.shipment_id,
                "order_id": shipment.order_id,
                "lines": [{"line": each.line, "quantity": str(each.quantity)} for each in shipment.lines],
                "shipped_on": shipment.shipped_on,
            },
        ),
    ),
    on(
        DeliveryAccepted,
        put(
            acceptances,
            lambda delivery: {
                "acceptance_id": delivery.acceptance_id,
                "order_id": delivery.order_id,
                "lines": [{"line": each.line, "quantity": str(each.quantity)} for each in delivery.lines],
                "certificate_hash": delivery.certificate_hash,
                "accepted_on": delivery.accepted_on,
            },
        ),
    ),
)
