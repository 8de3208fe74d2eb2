"""Hearing: each fact once, in order, whatever the topic brings."""

import asyncio
import random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from ltc_runtime.log import Log, Unavailable, open_log
from ltc_runtime.messaging.cloudevents import Envelope, headers_of
from ltc_runtime.messaging.inbox import InboxConsumer
from ltc_runtime.messaging.inbox_batch import AppendConsumed, DeadLetter
from ltc_runtime.messaging.reconciliation import run_reconciliation
from ltc_runtime.messaging.topic_start import LOOKED_AT, note_starts
from ltc_runtime.messaging.watchdog import Stuck, Watchdog
from messaging_world import TOPIC, World, stall, until


def message(told: Envelope, **changes: Any) -> tuple[int, bytes, bytes, list[tuple[str, bytes]]]:
    """The message of an event, altered."""
    altered = told._replace(**changes)
    return altered.partition, str(altered.stream_id).encode(), altered.data, headers_of(altered)


async def listening(here: World) -> InboxConsumer:
    """A running ear whose inside can be looked at."""
    ear = InboxConsumer(here.listener, here.settings, here.ask())
    await note_starts(here.listener, here.settings)
    here.start(ear.listen())
    return ear


async def test_a_message_that_never_came_is_taken_from_the_tellers_feed(here: World) -> None:
    await here.baskets(30, close=True)
    events = await here.events()
    missing = {events[3], events[4], events[20], *(told for told in events if told.partition == 1 and told.prev == 0)}
    await here.say_events(told for told in events if told not in missing)
    here.start_hear()
    await here.all_heard()
    assert not await here.asides()


async def test_a_hole_waits_for_its_teller_and_holds_up_nobody_else(here: World) -> None:
    await here.baskets(30)
    events = await here.events()
    here.start_hear()
    first = {partition: next(told for told in events if told.partition == partition) for partition in range(3)}
    await here.say_events(first.values())
    await until(lambda: heard(here, 3))
    here.feed_down = True
    rest = [told for told in events if told not in first.values()]
    dropped = next(told for told in rest if told.partition == 0)
    await here.say_events(told for told in rest if told != dropped)
    elsewhere = sum(told.partition != 0 for told in events)
    await until(lambda: heard(here, elsewhere + 1))
    await asyncio.sleep(0.5)
    assert len(await here.heard()) == elsewhere + 1
    here.feed_down = False
    await here.all_heard()


async def heard(here: World, count: int) -> bool:
    return len(await here.heard()) >= count


async def test_a_hole_at_the_end_shows_in_the_comparison_and_is_healed(here: World) -> None:
    await here.baskets(30)
    events = await here.events()
    await here.say_events(events[:-8])
    here.start_hear()
    await until(lambda: heard(here, len(events) - 8))
    await here.mark_told(events[-1].position)
    here.start(run_reconciliation(here.listener, here.settings, here.ask(), every=0.1))
    await here.all_heard()


async def test_what_is_not_yet_told_is_not_taken_from_the_feed(here: World) -> None:
    await here.baskets(10)
    events = await here.events()
    await here.say_events(events[:5])
    await here.mark_told(events[4].position)
    here.start_hear()
    here.start(run_reconciliation(here.listener, here.settings, here.ask(), every=0.1))
    await until(lambda: heard(here, 5))
    await asyncio.sleep(0.6)
    assert len(await here.heard()) == 5


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_repeated_and_reordered_messages_are_heard_once_in_order(here: World, seed: int) -> None:
    await here.baskets(40, close=True)
    events = await here.events()
    shuffle = random.Random(seed)
    said = [*events, *events, *events]
    shuffle.shuffle(said)
    await here.say_events(said)
    here.start_hear()
    await here.all_heard()
    await asyncio.sleep(0.5)
    await here.must_agree()
    assert not await here.asides()


async def test_malformed_and_foreign_messages_are_set_aside_and_the_partition_goes_on(here: World) -> None:
    await here.baskets(20, close=True)
    events = await here.events()
    one = events[0]  # the first of its partition: no forgery of it follows on anything that is heard
    strange: list[tuple[int, bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
        (one.partition, None, b"rubbish", []),
        (one.partition, b"\xff\xfe\x00", b"\x00\xff", [("ce_id", b"\xff"), ("x", b"\x00")]),
        (one.partition, b"k", None, headers_of(one)),
        message(one, origin="lead-svc"),
        message(one, origin="lead-svc", type="ltc.lead.captured.v1"),
        message(one, type="ltc.shop.filled.v1", event_id=uuid4()),
        message(one, data=b"{}", event_id=uuid4()),
        message(one, data=b"{" + b'"a":' * 5000),
        message(one, log_id=here.listener.log_id),
        message(one, log_id=uuid4(), position=1, prev=0, event_id=uuid4()),
        message(one, event_id=uuid4()),
        message(one, event_id=uuid4(), position=10**15, prev=10**15 - 1),
        message(one, event_id=uuid4(), position=one.position, prev=0),
        (one.partition, b"k", b"{}", [("content-type", b"application/cloudevents+json")]),
    ]
    said: list[Any] = []
    for told in events:
        said.append(message(told))
        if told.partition == one.partition:
            said += strange
    elsewhere = next(partition for partition in range(3) if partition != one.partition)
    said.append((elsewhere, *message(one)[1:]))
    await here.say(said)
    here.start_hear()
    await here.all_heard(60)
    wanted = len(strange) * sum(told.partition == one.partition for told in events) + 1

    async def all_aside() -> bool:
        return len(await here.asides()) >= wanted

    await until(all_aside, 60)
    await asyncio.sleep(0.3)
    await here.must_agree()
    asides = await here.asides()
    assert len(asides) == wanted
    assert all(row["reason"] for row in asides)
    rubbish = next(row for row in asides if row["bytes"] == b"\x00\xff")
    assert orjson.loads(rubbish["headers"])["headers"][0] == ["ce_id", "\\xff"]


class Unspeakable(str):
    """A header name that is no UTF-8."""

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


async def test_a_message_that_the_client_cannot_even_fetch_is_gone_around(here: World) -> None:
    await here.baskets(30)
    events = await here.events()
    await here.say_events(events[:15])
    producer = AIOKafkaProducer(bootstrap_servers=here.settings.kafka_bootstrap)
    await producer.start()
    for _ in range(2):
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 16384)
        for headers in ([], [(Unspeakable("x"), b"1")], [("null", None)]):
            batch.append(timestamp=None, key=None, value=b"strange", headers=headers)
        await (await producer.send_batch(batch, here.topic, partition=1))
    await producer.stop()
    await here.say_events(events[15:])
    here.start_hear()
    await here.all_heard(30)

    async def aside() -> bool:
        return len(await here.asides()) == 6

    await until(aside)


async def test_what_is_set_aside_outlives_its_topic_and_does_not_grow_when_it_is_read_again(here: World) -> None:
    async def aside(*held: bytes) -> bool:
        return sorted(row["bytes"] for row in await here.asides()) == sorted(held)

    await here.say([(0, b"k", b"first", []), (0, None, b"second", [("a", b"1")])])
    hearing = here.start_hear()
    await until(lambda: aside(b"first", b"second"), 30)
    records = [record for record in await here.messages() if record.partition == 0]
    again = [DeadLetter(TopicPartition(here.topic, 0), record.offset, "read again", record) for record in records]
    for _ in range(2):
        await here.listener.submit(AppendConsumed([], again))
    assert {row["reason"] for row in await here.asides()} == {"'ce_specversion' is missing"}, "the first reason stays"
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
    await here.replace_topic()
    await here.say([(0, b"k", b"other", [])])
    here.start_hear()
    await until(lambda: aside(b"first", b"second", b"other"), 60)
    assert [row["offset"] for row in await here.asides() if row["bytes"] != b"second"] == [0, 0]


async def test_thousands_of_forged_messages_have_no_effect(here: World) -> None:
    await here.baskets(20)
    events = await here.events()
    await here.say_events(events[:10])
    forged = [message(events[n % 10], event_id=UUID(int=n + 1), position=10**6 + n, prev=10**6 + n - 1) for n in range(1500)]
    forged += [message(events[n % 10], event_id=UUID(int=n + 10**6)) for n in range(300)]
    await here.say(forged)
    await here.say_events(events[10:])
    here.start_hear()
    await here.all_heard(60)
    await here.must_agree()

    async def all_aside() -> bool:
        return len(await here.asides()) == 1800

    await until(all_aside, 60)


async def test_an_event_told_at_two_places_is_denied(here: World) -> None:
    """The id of a known event, at the place that is due: the database refuses it, the teller denies it."""
    await here.baskets(20)
    events = await here.events()
    mine = [told for told in events if told.partition == events[0].partition]
    await here.say_events(events)
    here.start_hear()
    await here.all_heard()
    last = mine[-1]
    await here.say([message(last, event_id=mine[0].event_id, position=last.position + 100, prev=last.position)])

    async def aside() -> bool:
        return len(await here.asides()) == 1

    await until(aside)
    assert "denies" in (await here.asides())[0]["reason"]
    await here.must_agree()


async def test_a_rewritten_history_is_a_fork_and_only_its_partition_stands_still(here: World) -> None:
    await here.baskets(30)
    events = await here.events()
    victim = [told for told in events if told.partition == 0][2]
    await here.say_events(told for told in events if told.position <= victim.position)
    ear = await listening(here)
    await until(lambda: heard(here, sum(told.position <= victim.position for told in events)))
    before = len(await here.heard())
    rewritten = uuid4()
    connection = await asyncpg.connect(here.teller_database.owner)
    await connection.execute("UPDATE log SET event_id = $1 WHERE position = $2", rewritten, victim.position)
    await connection.close()
    await here.say([message(victim, event_id=rewritten)])
    later = [told for told in events if told.position > victim.position]
    await here.say_events(later)

    async def forked() -> bool:
        return list(ear.forks) == [TopicPartition(here.topic, 0)]

    await until(forked)
    elsewhere = sum(told.partition != 0 for told in later)
    await until(lambda: heard(here, before + elsewhere))
    await asyncio.sleep(0.3)
    assert len(await here.heard()) == before + elsewhere
    assert not await here.asides()
    assert ear.progress().keys() == {TopicPartition(here.topic, 1), TopicPartition(here.topic, 2)}


async def test_a_forged_event_that_fits_is_found_out_by_the_next_true_one(here: World) -> None:
    await here.baskets(12)
    events = await here.events()
    last, following = next(mine[:2] for partition in range(3) if len(mine := [told for told in events if told.partition == partition]) > 1)
    ear = await listening(here)
    await here.say_events([last])
    await until(lambda: heard(here, 1))
    await here.say([message(last, event_id=uuid4(), position=10**6, prev=last.position, stream_id=uuid4())])
    await until(lambda: heard(here, 2))
    await here.say_events([following])

    async def forked() -> bool:
        return list(ear.forks) == [TopicPartition(here.topic, last.partition)]

    await until(forked)


async def test_two_processes_hear_as_one(here: World) -> None:
    other: Log = await open_log(here.listener_database.login, stall)
    try:
        here.start_relay()
        here.start_hear()
        await here.baskets(100, close=True)
        here.start_hear(other)
        for _ in range(30):
            await here.baskets(20, close=True)
        await here.all_heard(40)
    finally:
        await here.stop_all()
        await other.stop()


async def test_a_zombie_process_that_hears_the_same_partitions_changes_nothing(here: World) -> None:
    """Not even the group keeps them apart: two groups of consumers, one log."""
    other: Log = await open_log(here.listener_database.login, stall)
    try:
        here.start_relay()
        ear, twin = (InboxConsumer(log, here.settings, here.ask()) for log in (here.listener, other))
        twin.group = "twin"
        await note_starts(here.listener, here.settings)
        here.start(ear.listen())
        here.start(twin.listen())
        for _ in range(30):
            await here.baskets(20, close=True)
        await here.all_heard(40)
        assert not await here.asides()
        assert not ear.forks
        assert not twin.forks
    finally:
        await here.stop_all()
        await other.stop()


async def test_a_restarted_listener_goes_on_where_it_was(here: World) -> None:
    here.start_relay()
    for _ in range(3):
        running = here.start_hear()
        await here.baskets(50)
        await here.all_heard()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await here.baskets(10)
    here.start_hear()
    await here.all_heard()


async def test_a_database_that_is_away_is_waited_for(here: World, monkeypatch: Any) -> None:
    submit, fails = here.listener.submit, iter([Unavailable("away")] * 3)

    async def sometimes(work: Any) -> Any:
        for failure in fails:
            raise failure
        return await submit(work)

    monkeypatch.setattr(here.listener, "submit", sometimes)
    here.start_relay()
    here.start_hear()
    await here.baskets(20)
    await here.all_heard()


async def test_what_a_topic_held_when_it_was_subscribed_later_is_recorded(here: World) -> None:
    await here.baskets(20)
    events = await here.events()
    await here.say_events(events)
    owner = await asyncpg.connect(here.listener_database.owner)
    await owner.execute("UPDATE head SET position = 1")
    await owner.close()
    await note_starts(here.listener, here.settings)
    rows = await here.listener.pool.fetch("SELECT * FROM topic_start")
    recorded = {row["partition"]: row["position"] for row in rows}
    assert {row["topic"] for row in rows} == {TOPIC}
    ends = {told.partition: told.position for told in events}
    assert recorded == {LOOKED_AT: 0, **ends}
    await here.baskets(20)
    await here.say_events((await here.events())[20:])
    await note_starts(here.listener, here.settings)
    assert len(await here.listener.pool.fetch("SELECT * FROM topic_start")) == len(recorded)


async def test_with_an_empty_log_every_topic_is_heard_from_its_beginning(here: World) -> None:
    await here.baskets(5)
    await here.say_events(await here.events())
    await note_starts(here.listener, here.settings)
    rows = await here.listener.pool.fetch("SELECT * FROM topic_start")
    assert [(row["partition"], row["position"]) for row in rows] == [(LOOKED_AT, 0)]


def test_the_watchdog_sees_a_reader_that_stands_still_while_its_topic_grows() -> None:
    where = TopicPartition("t", 0)
    watchdog = Watchdog(patient=30)
    watchdog.look({where: 5}, {where: 5}, 0)
    watchdog.look({where: 5}, {where: 5}, 100)
    watchdog.look({where: 5}, {where: 6}, 105)
    watchdog.look({where: 6}, {where: 9}, 131)
    watchdog.look({where: 6}, {where: 10}, 150)
    with pytest.raises(Stuck):
        watchdog.look({where: 6}, {where: 10}, 162)


def test_the_watchdog_does_not_mind_a_topic_that_rests_or_a_partition_that_went_elsewhere() -> None:
    where = TopicPartition("t", 0)
    watchdog = Watchdog(patient=30)
    for now in range(0, 1000, 10):
        watchdog.look({where: -1}, {where: 5}, now)
    watchdog.look({where: -1}, {where: 6}, 1000)
    watchdog.look({}, {}, 1010)
    watchdog.look({where: -1}, {where: 6}, 1090)
    watchdog.look({where: -1}, {where: 6}, 1190)
