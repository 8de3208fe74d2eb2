"""Telling: everything at least once, in order, whatever breaks in between."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from ltc_runtime.messaging import metrics, topics
from ltc_runtime.messaging import relay as relay_module
from ltc_runtime.messaging.chunk import Batch, Chunk
from ltc_runtime.messaging.lease import Lease, LeaseLost, _Seen, take_lease
from ltc_runtime.messaging.published_log import PublishedLog
from ltc_runtime.messaging.relay import RELAY, _publish_while_held
from ltc_runtime.messaging.republish import republish
from ltc_runtime.messaging.topic_check import LogBehindTopic, check_not_behind, last_published
from ltc_runtime.shutdown import Shutdown
from ltc_runtime.worker_status import WorkerStatus
from messaging_world import World, until


async def positions(here: World) -> dict[int, list[int]]:
    """What is on the topic, by partition, in order."""
    found: dict[int, list[int]] = {0: [], 1: [], 2: []}
    for message in await here.messages():
        found[message.partition].append(int(dict(message.headers)["ce_position"]))
    return found


async def must_be_told(here: World, *, once: bool = False) -> None:
    """All is on the topic, each partition in order of first occurrence."""
    told = await here.published()
    for partition, there in (await positions(here)).items():
        wanted = [row["position"] for row in told if row["partition"] == partition]
        assert list(dict.fromkeys(there)) == wanted
        assert not once or there == wanted


async def test_every_published_event_is_told_once_in_its_partition_in_order(here: World) -> None:
    here.start_relay()
    await here.baskets(300, close=True)
    await here.all_told()
    await must_be_told(here, once=True)
    rows = {row["event_id"]: row for row in await here.published()}
    for message in await here.messages():
        headers = {name: value.decode() for name, value in message.headers}
        row = next(row for row in rows.values() if str(row["event_id"]) == headers["ce_id"])
        assert message.value == row["data"].encode()
        assert message.key == str(row["stream_id"]).encode()
        assert headers["ce_hash"] == row["hash"].hex()


async def test_a_relay_killed_between_produce_and_checkpoint_repeats_and_loses_nothing(here: World, monkeypatch: Any) -> None:
    await here.baskets(50)
    reached = asyncio.Event()

    async def dies(self: Lease, position: int) -> None:
        reached.set()
        await asyncio.sleep(3600)

    with monkeypatch.context() as patch:
        patch.setattr(Lease, "advance", dies)
        first = here.start_relay()
        await asyncio.wait_for(reached.wait(), 10)
        await asyncio.sleep(0.1)
        for task in asyncio.all_tasks():  # as a kill: nothing is given back, nothing finished
            if task is first or "Lease.keep" in repr(task) or "dies" in repr(task):
                task.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert await here.checkpoint() == 0
    here.start_relay()
    here.start_hear()
    await here.baskets(10)
    await here.all_told()
    await must_be_told(here)
    assert sum(map(len, (await positions(here)).values())) == 50 + 60, "what was told before the kill is told again"
    await here.all_heard()


async def test_two_relays_forced_active_are_one_to_the_listener(here: World, monkeypatch: Any) -> None:
    async def from_the_start(self: Lease) -> int:
        return 0

    async def anyway(self: Lease, position: int) -> None:
        pass

    monkeypatch.setattr(Lease, "checkpoint", from_the_start)
    monkeypatch.setattr(Lease, "advance", anyway)
    here.start_hear()
    for epoch in (1, 2):
        zombie = Lease(here.teller.pool, RELAY, f"zombie {epoch}", epoch, 3600.0)
        here.start(_publish_while_held(here.teller, here.settings, zombie, Shutdown(), WorkerStatus()))
    for _ in range(20):
        await here.baskets(10, close=True)
        await asyncio.sleep(0.01)
    await here.all_heard()

    async def twice() -> bool:
        return sum(map(len, (await positions(here)).values())) >= 2 * len(await here.published())

    await until(twice, 20)
    await here.must_agree()


async def test_a_second_relay_waits_and_takes_over(here: World) -> None:
    first = here.start_relay()
    await here.baskets(5)
    await here.all_told()
    here.start_relay()
    await asyncio.sleep(1.5)
    epoch = await here.teller.pool.fetchval("SELECT epoch FROM lease WHERE name = 'relay'")
    assert epoch == 1
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await here.baskets(5)
    await here.all_told()
    await must_be_told(here, once=True)


async def test_commands_go_on_while_kafka_is_down_and_are_told_afterwards(here: World) -> None:
    here.start_relay()
    here.start_hear()
    await here.baskets(5)
    await here.all_heard()
    await here.kafka.kill()
    await here.baskets(20, close=True)
    await here.kafka.start()
    await here.all_told(60)
    await must_be_told(here)
    await here.all_heard(60)


async def test_a_broker_that_does_not_answer_is_given_up_and_tried_again(here: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(relay_module, "DEADLINE", 1.0)
    here.start_relay()
    await here.baskets(5)
    await here.all_told()
    begun_anew = metrics.RELAY_ERRORS._value.get()
    here.kafka.freeze()
    try:
        await here.baskets(5)

        async def given_up() -> bool:
            return bool(metrics.RELAY_ERRORS._value.get() > begun_anew)

        await until(given_up, 20)
    finally:
        here.kafka.thaw()
    await here.all_told(40)
    await must_be_told(here)


async def test_after_a_wiped_kafka_everything_is_told_again(here: World) -> None:
    here.start_relay()
    here.start_hear()
    await here.baskets(40, close=True)
    await here.all_heard()
    await here.kafka.stop()
    here.kafka.wipe()
    await here.baskets(5)
    await here.kafka.start()
    await topics.apply(["shop-svc"], here.settings)
    assert await republish(here.teller.pool) == len(await here.published())
    await here.baskets(5)
    await here.all_told(60)
    await must_be_told(here)
    await here.all_heard(60)
    assert not await here.asides()


async def test_a_relay_that_finds_its_topic_empty_tells_everything_again_by_itself(here: World) -> None:
    running = here.start_relay()
    here.start_hear()
    await here.baskets(20)
    await here.all_heard()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await here.baskets(5)
    await here.replace_topic()
    here.start_relay()
    await until(lambda: _count(here, 25), 30)
    await must_be_told(here, once=True)
    await here.all_heard()


async def test_a_topic_replaced_under_a_running_relay_is_told_everything(here: World) -> None:
    """The broker never went away, so nothing broke; and every partition has its newest event: only the offsets begin anew."""
    here.start_relay()
    await here.baskets(20)
    await here.all_told()
    await here.replace_topic()
    await here.baskets(30)
    everything = {row["position"] for row in await here.published()}

    async def told() -> bool:
        return {position for there in (await positions(here)).values() for position in there} == everything

    await until(told, 30)
    await here.all_told()
    here.start_hear()
    await here.all_heard(40)


async def test_republish_from_a_position_tells_what_lies_behind_it(here: World) -> None:
    here.start_relay()
    await here.baskets(10)
    await here.all_told()
    half = (await here.published())[4]["position"]
    assert await republish(here.teller.pool, half) == 5
    await here.all_told()
    await until(lambda: _count(here, 15))
    await must_be_told(here)


async def _count(here: World, count: int) -> bool:
    return sum(map(len, (await positions(here)).values())) == count


async def test_a_log_restored_from_an_old_backup_refuses_to_tell(here: World) -> None:
    running = here.start_relay()
    await here.baskets(20)
    await here.all_told()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    keep = (await here.published())[9]["position"]
    connection = await asyncpg.connect(here.teller_database.owner)
    tails = [
        await connection.fetchval("SELECT coalesce(max(position), 0) FROM log WHERE partition = $1 AND position <= $2", partition, keep)
        for partition in range(3)
    ]
    await connection.execute("DELETE FROM log WHERE position > $1", keep)
    await connection.execute("UPDATE head SET position = $1, tails = $2, hash = (SELECT hash FROM log WHERE position = $1)", keep, tails)
    await connection.execute("UPDATE checkpoint SET position = $1", keep)
    await connection.close()
    own = PublishedLog(here.teller.pool, "shop-svc", here.teller.log_id)
    with pytest.raises(LogBehindTopic, match="this log does not"):
        await check_not_behind(own, here.topic, await last_published(own, here.topic, range(3), here.settings))
    before = sum(map(len, (await positions(here)).values()))
    here.start_relay()

    async def refuses() -> bool:
        return bool(metrics.RELAY_REFUSES._value.get() == 1)

    await until(refuses)
    await asyncio.sleep(0.5)
    assert sum(map(len, (await positions(here)).values())) == before
    metrics.RELAY_REFUSES.set(0)


async def test_what_others_write_to_the_topic_does_not_stop_the_relay(here: World) -> None:
    await here.say([(0, None, b"rubbish", []), (1, b"k", b"{}", [("ce_id", b"1")])] * 3)
    here.start_relay()
    await here.baskets(5)
    await here.all_told()


async def test_a_forged_event_of_the_logs_own_future_does_not_stop_the_relay(here: World) -> None:
    telling = here.start_relay()
    await here.baskets(5)
    await here.all_told()
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    own = PublishedLog(here.teller.pool, "shop-svc", here.teller.log_id)
    for row in await own.rows(0, 100):
        await here.say_events([own.envelope(row)._replace(position=10**15, prev=10**15 - 1, event_id=uuid4())])
    here.start_relay()
    await here.baskets(5)
    await here.all_told()
    assert metrics.RELAY_REFUSES._value.get() == 0


async def test_a_topic_with_too_few_partitions_is_not_told_on(here: World) -> None:
    small = here.settings.model_copy(update={"topic_prefix": f"small{uuid4().hex[:6]}.", "topic_partitions": 1})
    await topics.apply(["shop-svc"], small)
    await here.baskets(10)
    begun_anew = metrics.RELAY_ERRORS._value.get()
    here.start(relay_module.run_relay(here.teller, small))

    async def complains() -> bool:
        return bool(metrics.RELAY_ERRORS._value.get() > begun_anew)

    await until(complains)
    assert await here.checkpoint() == 0


def test_the_checkpoint_moves_over_the_contiguous_acknowledged_prefix_only() -> None:
    def batch(first: int, acknowledged: bool) -> Any:
        return Batch(0, None, first, acknowledged)

    assert Chunk([1, 2, 5, 9], {0: [batch(1, True)], 1: [batch(2, True)]}).prefix() == 9
    assert Chunk([1, 2, 5, 9], {0: [batch(1, True), batch(9, False)], 1: [batch(2, True)]}).prefix() == 5
    assert Chunk([1, 2, 5, 9], {0: [batch(1, True)], 1: [batch(2, False)]}).prefix() == 1
    assert Chunk([1, 2, 5, 9], {0: [batch(1, False)], 1: [batch(2, True)]}).prefix() == 0


async def test_the_epoch_of_a_lease_only_grows_and_guards_the_checkpoint(here: World) -> None:
    pool = here.teller.pool
    first = await take_lease(pool, "x", 0.3)
    assert first is not None
    assert await first.checkpoint() == 0
    await first.advance(5)
    assert await take_lease(pool, "x", 0.3) is None
    await asyncio.sleep(0.4)
    assert not first.held
    second = await take_lease(pool, "x", 5.0)
    assert second is not None
    assert second.epoch == first.epoch + 1
    assert await second.checkpoint() == 5
    for forbidden in (first.advance(9), first.renew(), first.checkpoint()):
        with pytest.raises(LeaseLost):
            await forbidden
    with pytest.raises(LeaseLost):
        await second.advance(4)
    await second.give_back()
    third = await take_lease(pool, "x", 5.0)
    assert third is not None
    assert third.epoch == second.epoch + 1
    assert await third.checkpoint() == 5


async def test_of_many_takers_one_gets_the_lease(here: World) -> None:
    taken = await asyncio.gather(*(take_lease(here.teller.pool, "y", 5.0) for _ in range(8)))
    assert sum(lease is not None for lease in taken) == 1


async def test_a_lease_left_in_the_future_by_a_clock_set_back_is_taken_after_a_term(here: World) -> None:
    pool = here.teller.pool
    await pool.execute("INSERT INTO lease (name, holder, epoch, until) VALUES ('z', 'gone', 7, now() + interval '1 hour')")
    seen = _Seen()
    assert await take_lease(pool, "z", 0.3, seen) is None
    await asyncio.sleep(0.4)
    lease = await take_lease(pool, "z", 0.3, seen)
    assert lease is not None
    assert lease.epoch == 8
