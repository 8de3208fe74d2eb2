"""What a topic held when this service subscribed to it: history, which policies do not follow.

A service that begins with an empty log consumes every topic from its first event on. A topic that is subscribed later
brings its past with it; the table ``topic_start`` keeps, per partition, the position up to which that is past. A row of
partition -1 says that the topic was looked at.
"""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog

from ..log import Log
from ..service import topic_of
from ..settings import Settings
from .broker import PATIENCE, topic_for, topic_reader
from .cloudevents import Envelope
from .topic_check import envelopes_in, last_records

logger = structlog.get_logger(__name__)

LOOKED_AT = -1
"""The partition of the row that says that nothing else is to be recorded of a topic."""

_NOTE = "INSERT INTO topic_start (topic, partition, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


async def register_new_topics(connection: Any, publishers: Iterable[str]) -> None:
    """If the log is empty, every topic is consumed from its begin. To be done before the first command is taken.

    Args:
        connection: an asyncpg connection or pool.
        publishers: the consumed services.
    """
    if await connection.fetchval("SELECT position FROM head") == 0:
        await connection.executemany(_NOTE, [(topic_of(publisher), LOOKED_AT, 0) for publisher in publishers])


async def note_starts(log: Log, settings: Settings) -> None:
    """Record where topics begin that were never consumed; called before they are."""
    await register_new_topics(log.pool, log.service.consumes)
    looked_at = {row["topic"] for row in await log.pool.fetch("SELECT topic FROM topic_start WHERE partition = $1", LOOKED_AT)}
    heard = {topic_of(row["origin"]) for row in await log.pool.fetch("SELECT DISTINCT origin FROM heard")}
    for publisher in log.service.consumes:
        topic = topic_of(publisher)
        if topic in looked_at:
            continue
        ends = {} if topic in heard else await _ends(publisher, settings)
        async with log.pool.acquire() as connection, connection.transaction():
            await connection.executemany(_NOTE, [(topic, LOOKED_AT, 0), *((topic, partition, end) for partition, end in ends.items())])
        if ends:
            logger.info("topic heard from now on; policies skip what it held", topic=topic, held=ends)


async def _ends(publisher: str, settings: Settings) -> dict[int, int]:
    """The last position published in each partition of a topic."""
    topic = topic_for(publisher, settings)
    async with topic_reader(settings) as consumer:
        records = await last_records(consumer, topic, await partitions_of(consumer, topic))
    return {partition: last_of(some) for partition, some in envelopes_in(records, publisher).items()}


def last_of(said: Iterable[Envelope]) -> int:
    """The position published last in a partition: where most events lead to, each naming the one before it.

    Not the highest that is claimed: a stranger's message would make history of all that its publisher publishes until then.
    """
    leading: dict[tuple[UUID, int], int] = {}
    for told in said:
        leading[told.log_id, told.position] = leading.get((told.log_id, told.prev), 0) + 1
    return max(leading, key=lambda place: (leading[place], place[1]))[1]


async def partitions_of(consumer: Any, topic: str) -> set[int]:
    """The partitions of a topic as the cluster says; an error where there is none."""
    async with asyncio.timeout(PATIENCE):
        return set(await consumer._client._wait_on_metadata(topic))
