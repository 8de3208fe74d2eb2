"""What a process says of itself: whether it reaches Kafka, what its parts do, and whether they still turn."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from aiokafka import TopicPartition
from ltc_runtime import worker_status as doing_module
from ltc_runtime.http.app import create_app
from ltc_runtime.log import Log
from ltc_runtime.messaging import broker_probe as reach_module
from ltc_runtime.messaging.watchdog import Stuck, watch
from ltc_runtime.process import report_workers, workers_of
from ltc_runtime.settings import Role
from ltc_runtime.shutdown import Shutdown
from ltc_runtime.worker_status import WorkerStatus
from messaging_world import World, until
from test_inbox import message


class Probed:
    """A process as its probes show it."""

    def __init__(self, log: Log, here: World, *roles: Role) -> None:
        settings = here.settings.model_copy(update={"roles": frozenset(roles)})
        app = create_app(log.service, log, settings)
        self.parts = workers_of(log, settings, Shutdown())
        report_workers(app.context, self.parts)
        for part in self.parts.values():
            here.start(part.work)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://probed")

    async def ready(self) -> tuple[int, dict[str, Any]]:
        answer = await self._client.get("/readyz")
        return answer.status_code, answer.json()

    async def alive(self) -> tuple[int, list[str]]:
        answer = await self._client.get("/livez")
        return answer.status_code, answer.json()["failed"]

    async def says(self, part: str, state: str, seconds: float = 60) -> dict[str, Any]:
        """What it reports of a part, as soon as that is in this state."""
        found: dict[str, Any] = {}

        async def there() -> bool:
            found.update((await self.ready())[1][part])
            return bool(found["state"] == state)

        await until(there, seconds)
        return found


async def test_each_role_says_what_it_does_and_a_broker_that_is_away_is_said_and_makes_nothing_unready(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach_module, "EVERY", 0.1)
    teller, listener = Probed(here.teller, here, "api", "react", "relay"), Probed(here.listener, here, "hear")
    assert teller.parts.keys() == {"timers", "tidy", "relay", "kafka"}
    assert listener.parts.keys() == {"hear", "kafka"}
    await listener.says("hear", "listening")
    await teller.says("relay", "telling")
    await teller.says("timers", "firing")
    await teller.says("tidy", "tidying")
    for probed in (teller, listener):
        await probed.says("kafka", "ok")
    before = datetime.now(UTC).replace(microsecond=0)
    await here.kafka.kill()
    try:
        for probed in (teller, listener):
            away = await probed.says("kafka", "away")
            assert before <= datetime.fromisoformat(away["since"]) <= datetime.now(UTC)
            assert away["error"]
        await teller.says("relay", "beginning anew")
        await here.baskets(3)  # commands go on
        for probed in (teller, listener):
            status, report = await probed.ready()
            assert (status, report["ready"], report["database"]) == (200, True, "ok")
            assert await probed.alive() == (200, [])
        assert (await probed.says("kafka", "away"))["since"] == away["since"]
    finally:
        await here.kafka.start()
    await teller.says("kafka", "ok")
    await teller.says("relay", "telling")
    await here.all_heard(60)


async def test_a_process_that_only_serves_requests_or_waits_for_the_lease_says_so(here: World) -> None:
    serving = Probed(here.teller, here, "api")
    assert (await serving.ready())[1] == {"ready": True, "database": "ok", "draining": False}
    first = Probed(here.teller, here, "relay")
    await first.says("relay", "telling")
    second = Probed(here.teller, here, "relay")
    assert (await second.says("relay", "standing by"))["since"]
    assert (await second.ready())[0] == 200


async def test_a_relay_that_refuses_says_why_and_the_service_stays_ready(here: World) -> None:
    await here.baskets(5)
    forged = (await here.events())[0]
    await here.say([message(forged, event_id=uuid4(), position=10**6)])
    refusing = await (probed := Probed(here.teller, here, "relay")).says("relay", "refuses")
    assert "at position 1000000" in refusing["detail"]
    assert (await probed.ready())[0] == 200


async def test_a_partition_that_forked_is_named_and_the_service_stays_ready(here: World) -> None:
    await here.baskets(30)
    events = await here.events()
    victim = [told for told in events if told.partition == 0][1]
    await here.say_events(told for told in events if told.position <= victim.position)
    probed = Probed(here.listener, here, "hear")

    async def heard() -> bool:
        return any(row["event_id"] == victim.event_id for row in await here.heard())

    await until(heard, 30)
    rewritten = uuid4()
    connection = await asyncpg.connect(here.teller_database.owner)
    await connection.execute("UPDATE log SET event_id = $1 WHERE position = $2", rewritten, victim.position)
    await connection.close()
    await here.say([message(victim, event_id=rewritten)])

    async def forked() -> bool:
        return bool((await probed.ready())[1]["hear"]["forked"])

    await until(forked, 30)
    status, report = await probed.ready()
    assert status == 200
    assert list(report["hear"]["forked"]) == [f"{here.topic}/0"]
    assert "no longer tells" in report["hear"]["forked"][f"{here.topic}/0"]


class Standing:
    """A reader that stands still."""

    def __init__(self, where: TopicPartition) -> None:
        self.where = where

    def progress(self) -> dict[TopicPartition, int]:
        return {self.where: 0}


async def test_a_consumer_that_is_stuck_makes_its_process_not_alive(here: World) -> None:
    probed = Probed(here.listener, here, "hear")
    await probed.says("hear", "listening")
    assert await probed.alive() == (200, [])
    rubbish: list[Any] = [(0, None, b"rubbish", [])]
    await here.say(rubbish)
    standing = Standing(TopicPartition(here.topic, 0))
    watching = asyncio.create_task(watch(standing, here.settings, probed.parts["hear"].status, every=0.05, patient=0.2))
    while not watching.done():
        await here.say(rubbish)
    with pytest.raises(Stuck):
        watching.result()
    assert await probed.alive() == (503, ["hear"])
    state = (await probed.ready())[1]["hear"]
    assert state["state"] == "stuck"
    assert "is read up to 0" in state["detail"]


def test_whoever_promised_to_turn_and_does_not_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    status = WorkerStatus()
    now += 1e6
    assert status.alive(), "it never promised anything"
    status.heartbeat()
    now += doing_module.PATIENT_SECONDS - 1
    assert status.alive()
    now += 2
    assert not status.alive()
    status.heartbeat()
    assert status.alive()


def test_since_is_when_it_began_however_often_it_is_said() -> None:
    status = WorkerStatus()
    status.set("telling")
    began = status.since
    status.set("telling")
    assert status.since == began
    status.set("beginning anew", error="TimeoutError")
    assert status.report() == {"state": "beginning anew", "since": status.since.isoformat(timespec="seconds"), "error": "TimeoutError"}
