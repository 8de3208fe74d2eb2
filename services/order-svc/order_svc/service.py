"""order-svc: from the contract in force to goods the customer accepted."""

from ltc_events.contract import ContractRegistered
from ltc_runtime.service import Service

from .api import orders
from .domain import order
from .policies import receive_order
from .projections import delivery_list, order_list

service = Service(
    name="order-svc",
    api=orders,
    decides=(order.decider,),
    reacts={ContractRegistered: (receive_order,)},
    shows=(order_list, delivery_list),
)
