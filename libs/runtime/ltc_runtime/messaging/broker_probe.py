"""Whether the brokers can be reached, asked again and again through a connection of its own; nothing depends on the answer."""

import asyncio

import structlog

from ..settings import Settings
from ..shutdown import Shutdown, Stopped
from ..worker_status import WorkerStatus
from .broker import topic_reader

log_ = structlog.get_logger(__name__)

EVERY = 2.0
"""Seconds between two questions."""

ANSWER_SECONDS = 5.0
"""A broker that takes longer is as good as away."""


async def probe_broker(settings: Settings, stopping: Shutdown, doing: WorkerStatus) -> None:
    """Ask, for as long as the process lives.

    Raises:
        Stopped: told to stop.
    """
    while True:
        try:
            async with topic_reader(settings) as consumer:
                while True:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await consumer.topics()
                    doing.say("ok")
                    await stopping.pause(EVERY)
        except Stopped:
            raise
        except Exception as error:  # whatever it is: who only looks must not bring the process down
            doing.say("away", error=type(error).__name__)
            log_.debug("brokers do not answer", error=str(error))
            await stopping.pause(EVERY)
