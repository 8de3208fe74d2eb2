"""Strangers in the group of a service: they join and leave, and each time the partitions go round."""

import asyncio
import random

from ltc_runtime.wire.broker import hang_up, start_ear, topic_for

from ..platform import Platform


async def storm(platform: Platform, name: str, times: int, chance: random.Random) -> int:
    """So many times somebody joins the group that hears for a service, perhaps gets some of its partitions, hears nothing, and leaves.

    Returns:
        How often somebody got partitions.
    """
    kafka = platform.stack.kafka
    assert kafka is not None
    settings = kafka.as_user(platform.stack.common(), name)
    topics = [topic_for(teller, settings) for teller in platform.services[name].hears]
    held = 0
    for _ in range(times):
        stranger = await start_ear(settings, name, topics)
        try:
            await asyncio.sleep(chance.uniform(0.1, 3.0))  # the others look every two seconds whether somebody came
            held += bool(stranger.assignment())
        finally:
            await hang_up(stranger)
    return held
