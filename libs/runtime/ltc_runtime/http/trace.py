"""The trace of one business id in the log of this service: what caused what, and when. No data, no persons."""

import time
from datetime import datetime
from uuid import UUID

from ltc_events import derive_id
from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select

from ltc_runtime.log.tables import head, log

from ..telemetry import trace_id_of
from .api import Api
from .pages import View
from .read import Read, Row

MOST = 2000

WINDOW = 5_000
"""Rows of the log that are read for mentions at once."""

SECONDS = 4.0
"""How long mentions are looked for: a long log is not read to its begin while a caller waits."""


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


_columns = [*(log.c[name] for name in Step.model_fields if name != "trace_id"), log.c.traceparent]


def trace_routes() -> Api:
    """``GET /trace/{id}``."""
    api = Api("/trace")

    @api.query("/{id}", roles=("operator", "analyst"))
    async def trace(id: str, read: Read) -> Story:
        """Everything about a business id

        Rows of this service's log that are, belong to, were caused by, or mention the id: of an event, a command, a
        deal, a lead or contract, or a number such as that of an invoice. Where the log is long, mentions are looked for
        in what is newest, for some seconds, and the answer says that there may be more.
        """
        found = {row["position"]: row for row in await _named(id, read)}
        mentioning, everywhere = await _mentioning(id, read)
        found.update({row["position"]: row for row in mentioning})
        rows = [found[position] for position in sorted(found)]
        steps = [Step(**row, trace_id=trace_id_of(row["traceparent"])) for row in rows[:MOST]]
        return Story(steps=steps, complete=everywhere and len(rows) <= MOST)

    return api


async def _named(id: str, read: Read) -> list[Row]:
    """What an index finds, however long the log is: an event, the events of a command, of a deal, of one thing."""
    try:
        uuid = UUID(id)
    except ValueError:
        return []
    of_event = log.c.event_id.in_((uuid, derive_id(uuid, 0)))
    of_thing = and_(log.c.stream_id == uuid, log.c.origin.is_(None))
    alike = [select(*_columns).where(condition) for condition in (of_event, of_thing, log.c.correlation_id == uuid)]
    return [row for query in alike for row in await read.all(query.order_by(log.c.position).limit(MOST + 1))]


async def _mentioning(id: str, read: Read) -> tuple[list[Row], bool]:
    """What only reading finds, the newest first, as long as there is time; and whether all of the log was read."""
    (newest,) = await read.all(select(head.c.position))
    upto, found = newest["position"], list[Row]()
    until = time.monotonic() + SECONDS
    while upto > 0 and len(found) <= MOST:
        if time.monotonic() > until:
            return found, False
        window = select(*_columns).where(log.c.position > upto - WINDOW, log.c.position <= upto, _concerns(id))
        found += await read.all(window)
        upto -= WINDOW
    return found, upto <= 0


def _concerns(id: str) -> ColumnElement[bool]:
    # As a whole JSON text: "C-1" is not found in "C-10".
    mentioned = func.strpos(cast(log.c.data, Text), f'"{id}"') > 0
    try:
        uuid = UUID(id)
    except ValueError:
        return mentioned
    named = (log.c.stream_id, log.c.causation_id, log.c.command_id)
    return or_(*(column == uuid for column in named), func.strpos(cast(log.c.data, Text), f'"{uuid}"') > 0)
