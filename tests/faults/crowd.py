"""Strangers in the group of a service: they join and leave, and each time the partitions go round."""

import asyncio
from collections.abc import Sequence

from ltc_runtime.messaging.broker import start_consumer, stop_consumer, topic_for

from ..platform import Platform


async def storm(platform: Platform, name: str, stays: Sequence[float | None]) -> int:
    """One after the other joins the group that hears for a service, hears nothing, and leaves.

    Args:
        platform: where it happens.
        name: of the service.
        stays: how many seconds each stays; None, until some of the partitions are its own.

    Returns:
        How many of them got partitions.
    """
    kafka = platform.stack.kafka
    assert kafka is not None
    settings = kafka.as_user(platform.stack.common(), name)
    topics = [topic_for(teller, settings) for teller in platform.services[name].consumes]
    held = 0
    for seconds in stays:
        stranger = await start_consumer(settings, name, topics)
        try:
            if seconds is not None:
                await asyncio.sleep(seconds)
            else:
                async with asyncio.timeout(60):
                    while not stranger.assignment():
                        await asyncio.sleep(0.05)
            held += bool(stranger.assignment())
        finally:
            await stop_consumer(stranger)
    return held
