"""A customer's purchase order belongs to one contract, the first that names it."""

from dataclasses import dataclass
from typing import Never, TypeAlias
from uuid import UUID

from ltc_events import Code, Decider, Event, Refusal, derive_id


class PurchaseOrderTaken(Refusal):
    """Purchase order {number} already belongs to contract {contract_no}: one purchase order, one contract."""


class PurchaseOrderClaimed(Event, type="ltc.contract.purchase-order-claimed.v1"):
    """This purchase order pays for this contract."""

    po_id: UUID
    number: Code
    contract_id: UUID
    contract_no: Code


@dataclass(frozen=True, slots=True)
class Free:
    """No contract names it yet."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """It pays for one contract."""

    contract_id: UUID
    contract_no: str


PurchaseOrder: TypeAlias = Free | Claimed


def po_id(number: str) -> UUID:
    """The stream of a purchase order number."""
    return derive_id("po", number)


def claim(order: PurchaseOrder, number: str, contract_id: UUID, contract_no: str) -> PurchaseOrderClaimed:
    """Take the purchase order for a contract."""
    if isinstance(order, Claimed):
        raise PurchaseOrderTaken(number=number, contract_no=order.contract_no)
    return PurchaseOrderClaimed(po_id=po_id(number), number=number, contract_id=contract_id, contract_no=contract_no)


def evolve(order: PurchaseOrder, event: PurchaseOrderClaimed) -> PurchaseOrder:
    return Claimed(event.contract_id, event.contract_no)


decider: Decider[PurchaseOrder, Never, PurchaseOrderClaimed] = Decider(
    kind="po", id="po_id", initial=Free(), evolve=evolve, commands=Never, events=PurchaseOrderClaimed
)
