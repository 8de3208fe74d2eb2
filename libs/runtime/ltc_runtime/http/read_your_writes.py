"""Read your own writes in another service: wait until its events have arrived here and the policies have handled them."""

import asyncio
import re
from typing import Any

from .context import HttpContext
from .problems import BadRequest, NotCaughtUp

_FORM = re.compile(r"^\s*([a-z]+(?:-[a-z]+)*)@([0-9]{1,18})(?:\s*;\s*told=([0-9]{1,18}))?\s*$")
_POLL = 0.005

_ARRIVED = """
SELECT position FROM log WHERE origin_log IN (SELECT log_id FROM heard WHERE origin = $1) AND origin_position = $2 AND origin IS NOT NULL
"""
# A policy that was never begun has no checkpoint yet, and one that was given up still has one. What no policy follows is
# passed before that is stored.
_REACTED = """
SELECT count(*) = cardinality($1::text[]) AND (coalesce(min(position), 0) >= $2 OR NOT EXISTS (
    SELECT FROM log WHERE position > (SELECT min(position) FROM checkpoint WHERE name = ANY($1)) AND position <= $2 AND type = ANY($3)))
FROM checkpoint WHERE name = ANY($1)
"""

# What a fact set off in this service, reaction by reaction. OFFSET 0 keeps the look-up of a deal's rows by their index whole: as
# a plain join it reads the whole log, or the whole of another index, wherever statistics are older than the log's growth.
_CONSEQUENCES = """
WITH RECURSIVE follows AS (
    SELECT event_id, correlation_id, position FROM log WHERE position = $1
    UNION ALL
    SELECT effect.event_id, effect.correlation_id, effect.position
    FROM follows, LATERAL (
        SELECT event_id, correlation_id, causation_id, position, origin FROM log WHERE correlation_id = follows.correlation_id OFFSET 0
    ) AS effect
    WHERE effect.causation_id = follows.event_id AND effect.origin IS NULL
)
SELECT max(position) FROM follows
"""


async def wait_until(context: HttpContext, after: str) -> None:
    """Wait for the positions that ``LTC-After`` names, such as ``lead-svc@41``, or a whole ``LTC-Position``.

    Raises:
        NotCaughtUp: the bound passed first.
        BadRequest: it names no position, or one of a service that is not consumed here.
    """
    try:
        async with asyncio.timeout(context.after_seconds):
            for part in after.split(","):
                await _wait_for(context, part)
    except TimeoutError:
        raise NotCaughtUp from None


async def _wait_for(context: HttpContext, text: str) -> None:
    found = _FORM.match(text)
    if found is None:
        raise BadRequest(reason="LTC-After must be a service and a position, such as name-svc@41")
    service, position = found[1], int(found[2])
    if service == context.service_name:
        while context.log.head < position:  # read models are written with the log, so its head is enough
            await context.log.changed(context.log.head, context.after_seconds)
        return
    if service not in context.service.consumes:
        raise BadRequest(reason=f"{context.service_name} does not hear {service}")
    arrived = await _arrived(context, service, int(found[3] or position))
    if context.service.policies:
        await _came_to_rest(context, arrived)


async def _arrived(context: HttpContext, service: str, position: int) -> int:
    pool: Any = context.log.pool
    while True:
        head = context.log.head
        arrived: int | None = await pool.fetchval(_ARRIVED, service, position)
        if arrived is not None:
            return arrived
        await context.log.changed(head, context.after_seconds)


async def _came_to_rest(context: HttpContext, position: int) -> None:
    """Wait until the fact was reacted to, and so was what those reactions decided."""
    pool: Any = context.log.pool
    last, passed = position, 0
    while last > passed:
        await _reacted(context, last)
        passed, last = last, await pool.fetchval(_CONSEQUENCES, position)


async def _reacted(context: HttpContext, position: int) -> None:
    pool: Any = context.log.pool
    while True:
        head = context.log.head
        if await pool.fetchval(_REACTED, context.followers, position, context.followed):
            return
        # A reaction that decided something moves the head; one that had nothing to do moves only the checkpoint.
        await context.log.changed(head, _POLL)
