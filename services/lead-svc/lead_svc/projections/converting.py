"""What became of each lead of a request to convert many."""

from ltc_events import change, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..conversion.rules import ConversionDone, ConversionRefused, ConversionsRequested
from .schema import read

conversions = Table(
    "conversion",
    read,
    Column("conversion_id", UUID, primary_key=True),
    Column("lead_id", UUID, primary_key=True),
    # Within its part of the request.
    Column("place", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("opportunity_id", UUID),
    Column("code", Text),
    Column("detail", Text),
)

NEW = dict.fromkeys(conversions.columns.keys())


def asked(leads: ConversionsRequested) -> list[Row]:
    """Each of them waits for its answer."""
    return [
        {**NEW, "conversion_id": leads.conversion_id, "lead_id": lead_id, "place": place, "outcome": "waiting"}
        for place, lead_id in enumerate(leads.lead_ids)
    ]


conversion_list = projection(
    "conversion_list",
    on(ConversionsRequested, put(conversions, asked)),
    on(ConversionDone, change(conversions, lambda done: {**done.model_dump(), "outcome": "converted"})),
    on(ConversionRefused, change(conversions, lambda refused: {**refused.model_dump(), "outcome": "refused"})),
)
