"""A series of invoice numbers: one per legal entity, without gaps."""

from dataclasses import dataclass
from typing import Never
from uuid import UUID

from ltc_events import Code, Decider, Event, derive_id


class NumberTaken(Event, type="ltc.billing.number-taken.v1"):
    """The next number of a legal entity belongs to this invoice."""

    series_id: UUID
    legal_entity: Code
    number: int
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers taken so far: 1 to ``last``."""

    last: int = 0


def series_id(legal_entity: str) -> UUID:
    """The stream of a legal entity's numbers."""
    return derive_id("series", legal_entity)


def take(series: Series, legal_entity: str, invoice_id: UUID) -> NumberTaken:
    """Take the next number."""
    return NumberTaken(series_id=series_id(legal_entity), legal_entity=legal_entity, number=series.last + 1, invoice_id=invoice_id)


def written(taken: NumberTaken) -> str:
    """``ACME-000001``."""
    return f"{taken.legal_entity}-{taken.number:06}"


def evolve(series: Series, event: NumberTaken) -> Series:
    return Series(event.number)


decider: Decider[Series, Never, NumberTaken] = Decider(
    kind="series",
    id="series_id",
    initial=Series(),
    evolve=evolve,
    commands=Never,
    events=NumberTaken,
    shared=True,
    by_last=True,
)
