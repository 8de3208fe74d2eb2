"""Relays that die between telling and remembering, and two that both believe they are the one: listeners do not care."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from ltc_runtime.messaging import relay as relay_module
from ltc_runtime.messaging.lease import Lease, LeaseLost
from ltc_stack.kafka import Kafka

from ..checker.run import OF_THE_MACHINE, run
from ..checker.wire import HEARS
from ..databases import Databases
from ..service_group import ServiceGroup, service_group
from ..tally import Added, adding, echo_svc, tally_svc

pytestmark = pytest.mark.faults


@pytest.fixture
async def parts(databases: Databases, kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceGroup]:
    """Two services with empty logs."""
    monkeypatch.setitem(HEARS, "echo-svc", {"tally-svc"})
    monkeypatch.setattr("tests.checker.reactions.EXPECTED", (("echo-svc", Added.event_type, "ltc.echo.echoed.v1"),))
    async with service_group(databases, kafka.bootstrap, tally_svc, echo_svc) as made:
        yield made


async def repeated(parts: ServiceGroup) -> int:
    """How many messages of the first service are on its topic more than once; and nothing else is wrong."""
    evidence = await parts.evidence()
    assert run(evidence, OF_THE_MACHINE) == []
    ids = Counter(message.headers["ce_id"] for message in evidence.messages or [] if message.topic == "ltc.tally.v1")
    return sum(times > 1 for times in ids.values())


async def test_a_relay_killed_between_produce_and_checkpoint_tells_again_and_nobody_minds(
    parts: ServiceGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, _ = await parts.start("tally-svc", "echo-svc", roles=("hear", "react"))
    parts.run(await parts.log("echo-svc"), "relay")
    await asyncio.gather(*(log.submit(adding(number, to=f"{number % 5}")) for number in range(20)))
    reached = asyncio.Event()

    async def dies(lease: Lease, position: int) -> None:
        reached.set()
        await asyncio.Event().wait()  # produced, and never comes to say so

    with monkeypatch.context() as killed:
        killed.setattr(Lease, "advance", dies)
        (task,) = parts.run(log, "relay")
        await asyncio.wait_for(reached.wait(), 10)
        for keeper in list(asyncio.all_tasks()):
            if keeper.get_coro().__qualname__ in ("Lease.advance", "Lease.keep") or "dies" in keeper.get_coro().__qualname__:  # type: ignore[union-attr]
                keeper.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    parts.run(await parts.log("tally-svc"), "relay")
    await parts.settled()
    assert await repeated(parts) == 20


async def test_two_relays_forced_active_repeat_each_other_and_nobody_minds(parts: ServiceGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    epochs = iter(range(1, 100))

    @asynccontextmanager
    async def everybody_holds_it(pool: Any, name: str, term: float = 1.0, *_: Any) -> AsyncIterator[Lease]:
        yield Lease(pool, name, "zombie", next(epochs), 1e9)

    advance = Lease.advance

    async def believes(lease: Lease, position: int) -> None:
        try:
            await advance(lease, position)
        except LeaseLost:
            lease._lost = False

    monkeypatch.setattr(relay_module, "hold_lease", everybody_holds_it)
    monkeypatch.setattr(Lease, "advance", believes)
    log, _ = await parts.start("tally-svc", "echo-svc", roles=("hear", "react"))
    for name in ("tally-svc", "tally-svc", "echo-svc", "echo-svc"):
        parts.run(await parts.log(name), "relay")
    for round in range(10):
        await asyncio.gather(*(log.submit(adding((round, number), to=f"{number % 5}")) for number in range(20)))
        await asyncio.sleep(0.02)
    await parts.settled()
    assert await repeated(parts) > 0
