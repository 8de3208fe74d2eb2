"""The outcome of each lead of a request to convert many."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from ltc_events import projection
from ltc_events import put as put_rows
from ltc_events.projection import Row
from ltc_events.read_model import Key, ReadModel, change, on
from ltc_runtime.http import Read, View
from pydantic import Field

from .api import SALES, conversions
from .rules import ConversionDone, ConversionRefused, ConversionsRequested, UnknownConversion, decider


class ConvertedLead(ReadModel, table="conversion"):
    """The outcome of one lead."""

    conversion_id: Key[UUID] = Field(exclude=True)
    lead_id: Key[UUID]
    # Within its part of the request.
    place: int = Field(exclude=True)
    outcome: Literal["waiting", "converted", "refused"]
    opportunity_id: UUID | None
    code: str | None = Field(description="The code of the refusal.")
    detail: str | None = Field(description="The message of the refusal.")


def requested(leads: ConversionsRequested) -> list[Row]:
    """Each of them waits for its answer."""
    row = {"conversion_id": leads.conversion_id, "outcome": "waiting", "opportunity_id": None, "code": None, "detail": None}
    return [{**row, "lead_id": lead_id, "place": place} for place, lead_id in enumerate(leads.lead_ids)]


conversion_list = projection(
    "conversion_list",
    on(ConversionsRequested, put_rows(ConvertedLead.table, requested)),
    on(ConversionDone, change(ConvertedLead, "opportunity_id", outcome="converted")),
    on(ConversionRefused, change(ConvertedLead, "code", "detail", outcome="refused")),
)


class Conversions(View):
    """The outcome of each lead of a request."""

    conversion_id: UUID
    waiting: int
    converted: int
    refused: int
    data: Sequence[ConvertedLead]


@conversions.query("/{conversion_id}", roles=SALES, refuses=(UnknownConversion,))
async def show_conversions(conversion_id: UUID, read: Read) -> Conversions:
    """The outcome of each lead of a request to convert many."""
    await read.version_of(decider.of(conversion_id), UnknownConversion)
    rows = await read.rows(ConvertedLead, conversion_id=conversion_id)
    rows.sort(key=lambda row: (row.outcome, row.place, row.lead_id))
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in ("waiting", "converted", "refused")}
    return Conversions(conversion_id=conversion_id, data=rows, **counts)
