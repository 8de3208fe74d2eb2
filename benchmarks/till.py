"""A service to measure the log with: tills that ring up sales of the size of a usual event."""

from dataclasses import dataclass
from uuid import UUID

from ltc_events import Command, Decider, Money, PublishedEvent
from ltc_runtime.service import Feature, Service


class Ring(Command):
    """Ring up one sale."""

    till_id: UUID
    product: str
    amount: Money


class SaleRung(PublishedEvent, type="ltc.till.sale-rung.v1"):
    """A sale."""

    till_id: UUID
    product: str
    amount: Money
    number: int
    note: str = "a note as long as the texts of a usual event, so that rows and bytes are of a usual size"


@dataclass(frozen=True)
class Till:
    """How many sales a till has rung."""

    count: int = 0


def decide(till: Till, command: Ring) -> list[SaleRung]:
    """Every sale gets the next number."""
    return [SaleRung(till_id=command.till_id, product=command.product, amount=command.amount, number=till.count + 1)]


def evolve(till: Till, event: SaleRung) -> Till:
    """Count."""
    return Till(event.number)


till = Decider(kind="till", id="till_id", initial=Till(), decide=decide, evolve=evolve, commands=Ring, events=SaleRung)
service = Service("till-svc", Feature(deciders=(till,)))
