"""Telling everything again, after a topic was lost: Kafka is a copy, the log is the truth."""

from asyncpg import Pool

from .lease import reset_checkpoint
from .relay import RELAY


async def republish(pool: Pool, after: int = 0) -> int:
    """Have the relay tell every published event behind position ``after`` once more. Returns how many there are now.

    The relay that runs loses its lease, takes it again and begins there. Listeners skip what they hold.
    """
    await reset_checkpoint(pool, RELAY, after)
    told: int = await pool.fetchval("SELECT count(*) FROM log WHERE partition IS NOT NULL AND position > $1", after)
    return told
