"""What fulfilment does with orders."""

from ltc_runtime.http import Api, Role

from .rules import (
    AcceptDelivery,
    ConfirmOrder,
    NothingToAccept,
    NothingToShip,
    OrderNotConfirmed,
    OrderNotWaiting,
    OrderOver,
    RejectOrder,
    ShipOrder,
    UnknownOrder,
    decider,
)
from .rules.quantities import LineNamedTwice, MoreAcceptedThanShipped, MoreShippedThanOrdered, NoSuchLine

FULFILMENT: tuple[Role, ...] = ("fulfilment",)
OPEN = (UnknownOrder, OrderNotConfirmed, OrderOver, NoSuchLine, LineNamedTwice)

orders = Api("/orders", stream=decider)
orders.act("/{order_id}/confirm", ConfirmOrder, roles=FULFILMENT, refuses=(UnknownOrder, OrderNotWaiting))
orders.act("/{order_id}/reject", RejectOrder, roles=FULFILMENT, refuses=(UnknownOrder, OrderNotWaiting))
orders.act("/{order_id}/ship", ShipOrder, roles=FULFILMENT, refuses=(*OPEN, NothingToShip, MoreShippedThanOrdered))
orders.act("/{order_id}/accept", AcceptDelivery, roles=FULFILMENT, refuses=(*OPEN, NothingToAccept, MoreAcceptedThanShipped))
