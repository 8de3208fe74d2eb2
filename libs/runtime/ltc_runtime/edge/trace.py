"""The story of one business id as this service's log tells it: who caused what, and when. No data, no persons."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from ltc_runtime.log.tables import log

from ..telemetry import trace_id_of
from .api import Api
from .pages import View
from .read import Read

MOST = 2000


class Step(View):
    """One row of the log, without its data."""

    position: int
    event_id: UUID
    origin: str | None
    stream: str
    stream_id: UUID
    version: int
    type: str
    actor: str
    correlation_id: UUID
    causation_id: UUID | None
    command_id: UUID | None
    trace_id: str | None
    occurred_at: datetime
    recorded_at: datetime


class Story(View):
    """What was found, oldest first."""

    steps: list[Step]
    complete: bool
    """False where there is more than is shown."""


_columns = [log.c[name] for name in Step.model_fields if name != "trace_id"]


def trace_routes() -> Api:
    """``GET /trace/{id}``."""
    api = Api("/trace")

    @api.query("/{id}", roles=("operator", "analyst"))
    async def trace(id: str, read: Read) -> Story:
        """Everything about a business id

        Rows of this service's log that are, belong to, were caused by, or mention the id: of an event, a command, a
        deal, a lead or contract, or a number such as that of an invoice.
        """
        query = select(*_columns, log.c.traceparent).where(_concerns(id)).order_by(log.c.position).limit(MOST + 1)
        rows = await read.all(query)
        steps = [Step(**row, trace_id=trace_id_of(row["traceparent"])) for row in rows[:MOST]]
        return Story(steps=steps, complete=len(rows) <= MOST)

    return api


def _concerns(id: str) -> ColumnElement[bool]:
    # As a whole JSON text: "C-1" is not found in "C-10".
    mentioned = func.strpos(cast(log.c.data, Text), f'"{id}"') > 0
    try:
        uuid = UUID(id)
    except ValueError:
        return mentioned
    named = (log.c.event_id, log.c.stream_id, log.c.correlation_id, log.c.causation_id, log.c.command_id)
    return or_(*(column == uuid for column in named), func.strpos(cast(log.c.data, Text), f'"{uuid}"') > 0)
