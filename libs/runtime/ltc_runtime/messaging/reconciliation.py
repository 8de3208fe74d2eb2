"""No lag, yet something missing: what other services say they published is compared with what was consumed.

A hole inside a partition shows with the next message. One at its end shows nowhere on the topic, so each teller's
/heads is looked at from time to time: a tail that lags behind what was published, and has not moved since the last look,
is healed from the feed.
"""

import asyncio
from uuid import UUID

import structlog
from aiokafka import TopicPartition

from ..log import Log, Unavailable
from ..log.connection import DATABASE_ERRORS
from ..settings import Settings
from .broker import topic_for
from .gap_repair import Fork, heal
from .neighbour import Heads, Neighbour, Neighbours, Unanswered

logger = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between two looks; a tail has that long to arrive by the topic."""

Tails = dict[tuple[UUID, int], tuple[int, bytes]]


async def run_reconciliation(log: Log, settings: Settings, neighbours: Neighbours, every: float = EVERY) -> None:
    """Compare and heal, for as long as the process lives."""
    before: Tails = {}
    while True:
        await asyncio.sleep(every)
        try:
            tails = await consumed_tails(log)
        except DATABASE_ERRORS:
            continue
        for name in log.service.consumes:
            publisher = neighbours.get(name)
            if publisher is not None:
                await _compare_one(log, settings, publisher, tails, before)
        before = tails


async def _compare_one(log: Log, settings: Settings, publisher: Neighbour, tails: Tails, before: Tails) -> None:
    try:
        heads = await publisher.heads()
        for partition, told in lagging_partitions(heads, tails, before).items():
            await heal(log, publisher, TopicPartition(topic_for(publisher.name, settings), partition), heads.log_id, partition, told)
        for complaint in contradictions(heads, tails):
            logger.error("a neighbour contradicts what was heard", publisher=publisher.name, detail=complaint)
    except Fork as fork:
        logger.error("a neighbour contradicts what was heard", publisher=publisher.name, detail=str(fork))
    except (Unanswered, Unavailable, *DATABASE_ERRORS) as error:
        logger.debug("not compared", publisher=publisher.name, error=str(error))


def lagging_partitions(heads: Heads, tails: Tails, before: Tails) -> dict[int, int]:
    """The partitions whose tail lags and has not moved since the last check, with the position that was published."""
    found = {}
    for head in heads.partitions:
        key = (heads.log_id, head.partition)
        position = tails.get(key, (0, b""))[0]
        if position < head.position and before.get(key, (0, b""))[0] == position:
            found[head.partition] = head.position
    return found


def contradictions(heads: Heads, tails: Tails) -> list[str]:
    """What a publisher says of its log that contradicts what was consumed."""
    found = [
        f"position {position} of partition {partition} was heard, its log ends at {heads.head}"
        for (log_id, partition), (position, _) in tails.items()
        if log_id == heads.log_id and position > heads.head
    ]
    for head in heads.partitions:
        position, digest = tails.get((heads.log_id, head.partition), (0, b""))
        if position == head.position and digest != head.hash:
            found.append(f"position {position} of partition {head.partition} has another hash")
    return found


async def consumed_tails(log: Log) -> Tails:
    """The tails, by log and partition."""
    rows = await log.pool.fetch("SELECT log_id, partition, position, hash FROM heard")
    return {(row["log_id"], row["partition"]): (row["position"], row["hash"]) for row in rows}
