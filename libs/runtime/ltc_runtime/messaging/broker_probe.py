"""Whether the brokers can be reached, asked again and again through a connection of its own; nothing depends on the answer."""

import asyncio

import structlog

from ..settings import Settings
from ..shutdown import Shutdown, Stopped
from ..worker_status import WorkerStatus
from .broker import topic_reader

logger = structlog.get_logger(__name__)

EVERY = 2.0
"""Seconds between two questions."""

ANSWER_SECONDS = 5.0
"""A broker that takes longer is as good as away."""


async def probe_broker(settings: Settings, shutdown: Shutdown, status: WorkerStatus) -> None:
    """Ask, for as long as the process lives.

    Raises:
        Stopped: a stop was requested.
    """
    while True:
        try:
            async with topic_reader(settings) as consumer:
                while True:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await consumer.topics()
                    status.set("ok")
                    await shutdown.pause(EVERY)
        except Stopped:
            raise
        except Exception as error:  # whatever it is: who only looks must not bring the process down
            status.set("away", error=type(error).__name__)
            logger.debug("brokers do not answer", error=str(error))
            await shutdown.pause(EVERY)
