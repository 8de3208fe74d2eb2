"""order-svc's log, filled with orders of the usual length through the product's own append path."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from ltc_events import Event, Money, PublishedEvent, Stream, derive_id
from ltc_events.contract import ContractClosed, ContractRegistered, ContractSigned, PlanLine
from ltc_events.opportunity import PricedLine
from ltc_runtime.log import ConsumedRow, Log, Meta, Plan
from order_svc.order.policies import receive_order
from order_svc.order.rules import AcceptDelivery, ConfirmOrder, OrderCommand, ShipOrder
from order_svc.order.rules.quantities import LineQuantity

from .company import LINES, PARTS

LINES_EACH = int(os.environ.get("LTC_BENCH_LINES", str(LINES)))
PARTIES = 500
"""Customers; each has a hundred contracts of a year's."""

AT_ONCE = 8
DAY = date(2026, 3, 2)
HASH = "0" * 64


@dataclass
class Neighbour:
    """contract-svc, as far as order-svc hears it: one partition of one log."""

    log_id: UUID = field(default_factory=uuid4)
    position: int = 0

    def tell(self, event: PublishedEvent, contract_id: UUID, version: int) -> ConsumedRow:
        """The next fact of its log."""
        self.position += 1
        id = derive_id(self.log_id, self.position)
        return ConsumedRow(
            id, "contract-svc", self.log_id, self.position, self.position - 1, id.bytes * 2, 0, "contract", contract_id, version,
            event.event_type, "anna", contract_id, None, None, datetime.now(UTC), data_of(event), None, event,
        )  # fmt: skip


def data_of(event: Event) -> bytes:
    """As the wire carries it."""
    return event.model_dump_json().encode()


@cache
def priced() -> tuple[PricedLine, ...]:
    """The lines of every contract."""
    price, net = Money(amount=129900, currency="EUR"), Money(amount=519600, currency="EUR")
    return tuple(
        PricedLine(
            line=line, product=f"A-{line:03d}", description="Graphics card, 24 GB", quantity=Decimal(4), unit="piece",
            list_price=price, discount=Decimal(0), net=net, tax_rate=Decimal("0.19"),
        )
        for line in range(1, LINES_EACH + 1)
    )  # fmt: skip


@dataclass
class Deal:
    """One contract and its order, to the end or only to where it waits for our answer."""

    number: int
    waits: bool = False
    contract_id: UUID = field(default_factory=uuid4)

    @property
    def order_id(self) -> UUID:
        """Its order's."""
        return derive_id(self.contract_id, "order")

    @property
    def contract_no(self) -> str:
        """As people call it."""
        return f"C-2026-{self.number}"

    @property
    def party_id(self) -> UUID:
        """Its customer's."""
        return derive_id(UUID(int=self.number % PARTIES), "party")

    def told(self) -> tuple[ContractSigned, ContractRegistered, ContractClosed]:
        """What contract-svc tells."""
        lines = priced()
        net = Money(amount=519600 * LINES_EACH, currency="EUR")
        company = f"Customer {self.number % PARTIES}"
        opportunity = derive_id(self.contract_id, "opportunity")
        plan = PlanLine(line=1, kind="acceptance", amount=net, covers=tuple(range(1, LINES_EACH + 1)))
        signed = ContractSigned(
            contract_id=self.contract_id, opportunity_id=opportunity, party_id=self.party_id, company=company, net=net,
            document_hash=HASH, signed_on=DAY,
        )  # fmt: skip
        registered = ContractRegistered(
            contract_id=self.contract_id, opportunity_id=opportunity, contract_no=self.contract_no, party_id=self.party_id,
            company=company, legal_entity="DE01", purchase_order=f"PO-{self.number}", quote_id=derive_id(opportunity, "quote"),
            quote_hash=HASH, account_manager="anna", solution_manager="ben", fulfilment_manager="cleo", currency="EUR", lines=lines,
            net=net, plan=(plan,), payment_days=30, requested_delivery=DAY, registered_on=DAY,
        )  # fmt: skip
        return signed, registered, ContractClosed(contract_id=self.contract_id, opportunity_id=opportunity, closed_on=DAY)

    def commands(self, registered: ContractRegistered) -> Iterator[OrderCommand]:
        """What order-svc is asked."""
        yield from receive_order(registered)  # type: ignore[misc]  # the policy gives commands of this service
        if self.waits:
            return
        yield ConfirmOrder(order_id=self.order_id, promised=DAY)
        part = tuple(LineQuantity(line=line, quantity=Decimal(4) / PARTS) for line in range(1, LINES_EACH + 1))
        for number in range(PARTS):
            name = f"part {number}"
            yield ShipOrder(
                order_id=self.order_id, shipment_id=derive_id(self.order_id, name), lines=part, shipped_on=DAY
            )  # fmt: skip
            yield AcceptDelivery(
                order_id=self.order_id, acceptance_id=derive_id(self.order_id, name), lines=part, accepted_on=DAY
            )  # fmt: skip


@dataclass(frozen=True)
class Deals:
    """Some deals as one piece of work: heard and decided."""

    neighbour: Neighbour
    deals: list[Deal]

    @property
    def streams(self) -> list[Stream]:
        """Their orders."""
        return [Stream("order", deal.order_id) for deal in self.deals]

    @property
    def fresh(self) -> list[Stream]:
        """None of them is there yet."""
        return self.streams

    @property
    def tails(self) -> tuple[Any, ...]:
        """What was heard before."""
        return ((self.neighbour.log_id, 0),)

    def plan(self, plan: Plan) -> None:
        """Hear of the contract, decide each command, hear of the contract's end."""
        for deal in self.deals:
            signed, registered, closed = deal.told()
            plan.consume([self.neighbour.tell(event, deal.contract_id, version) for version, event in enumerate((signed, registered), 1)])
            for command in deal.commands(registered):
                plan.decide(command, Meta(uuid4(), "cleo", ("fulfilment",), correlation_id=deal.contract_id))
            if not deal.waits:
                plan.consume([self.neighbour.tell(closed, deal.contract_id, 3)])


async def fill(log: Log, neighbour: Neighbour, first: int, upto: int, waiting: int) -> list[Deal]:
    """Deals numbered from ``first`` on until the log has ``upto`` rows; ``waiting`` more wait for an answer and are returned."""
    number = first
    while log.head < upto:
        deals = [Deal(number + index) for index in range(AT_ONCE)]
        await log.submit(Deals(neighbour, deals))
        number += len(deals)
        await asyncio.sleep(0)
    if not waiting:
        return []
    last = [Deal(number + index, waits=True) for index in range(waiting)]
    await log.submit(Deals(neighbour, last))
    return last
