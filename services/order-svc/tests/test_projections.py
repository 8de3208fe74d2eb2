"""What people see of orders after each fact."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from ltc_events import Fact
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
from ltc_events.testing import rows_after
from order_svc.projections import acceptances, delivery_list, order_lines, order_list, orders, shipments

ORDER, CONTRACT = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)

received = OrderReceived(
    order_id=ORDER, contract_id=CONTRACT, contract_no="C-1", party_id=UUID(int=3), company="Acme",
    lines=(OrderLine(line=1, product="P1", description="Server", quantity=Decimal("2.5"), unit="C62"),),
)  # fmt: skip
confirmed = OrderConfirmed(order_id=ORDER, contract_id=CONTRACT, promised=DAY)
rejected = OrderRejected(order_id=ORDER, contract_id=CONTRACT, reason="No longer made.")


def shipped(number: int, quantity: str, total: str, complete: bool) -> ShipmentDispatched:
    line = ShippedLine(line=1, quantity=Decimal(quantity), shipped=Decimal(total))
    return ShipmentDispatched(
        order_id=ORDER, contract_id=CONTRACT, shipment_id=UUID(int=number), lines=(line,), shipped_on=DAY, complete=complete
    )


def accepted(number: int, quantity: str, total: str, complete: bool) -> DeliveryAccepted:
    line = AcceptedLine(line=1, quantity=Decimal(quantity), accepted=Decimal(total), ordered=Decimal("2.5"))
    return DeliveryAccepted(
        order_id=ORDER, contract_id=CONTRACT, acceptance_id=UUID(int=number), lines=(line,), accepted_on=DAY, complete=complete
    )


shown = partial(rows_after, Fact(0, "order", ORDER, 0, NOW, NOW, "fay", ORDER))


DELIVERED = (
    received,
    confirmed,
    shipped(10, "1", "1", complete=False),
    accepted(20, "1", "1", complete=False),
    shipped(11, "1.5", "2.5", complete=True),
    accepted(21, "1.5", "2.5", complete=True),
)


def test_an_order_goes_from_received_to_accepted() -> None:
    seen = [shown(order_list, orders, DELIVERED[: count + 1])[0]["status"] for count in range(len(DELIVERED))]
    assert seen == ["received", "confirmed", "partly_shipped", "partly_accepted", "shipped", "accepted"]


def test_a_rejected_order_says_why() -> None:
    [row] = shown(order_list, orders, (received, rejected))
    assert (row["status"], row["reason"]) == ("rejected", "No longer made.")


def test_lines_show_running_totals() -> None:
    [row] = shown(order_list, order_lines, DELIVERED[:-1])
    assert (row["ordered"], row["shipped"], row["accepted"]) == (Decimal("2.5"), Decimal("2.5"), Decimal("1"))


def test_every_shipment_and_acceptance_is_shown() -> None:
    assert [row["lines"] for row in shown(delivery_list, shipments, DELIVERED)] == [
        [{"line": 1, "quantity": "1"}],
        [{"line": 1, "quantity": "1.5"}],
    ]
    assert [row["acceptance_id"] for row in shown(delivery_list, acceptances, DELIVERED)] == [UUID(int=20), UUID(int=21)]
