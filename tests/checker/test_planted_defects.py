"""Defects planted from outside, on real parts, one by one: the checker finds each, and finds nothing where none was planted."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from ltc_events import derive_id
from ltc_runtime.log import Log, Meta
from ltc_runtime.messaging import inbox as hear_module
from ltc_runtime.messaging import relay as relay_module
from ltc_runtime.messaging.cloudevents import Unreadable, read_event
from ltc_stack.kafka import Kafka

from ..databases import Databases
from ..service_group import ServiceGroup, service_group
from ..tally import Added, Echo, Echoing, adding, echo_svc, tally_svc
from .run import OF_THE_MACHINE, run
from .wire import HEARS


@pytest.fixture
async def parts(databases: Databases, kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceGroup]:
    """Two services with empty logs. What the checker expects of the five is replaced by what these two do."""
    monkeypatch.setitem(HEARS, "echo-svc", {"tally-svc"})
    monkeypatch.setattr("tests.checker.reactions.EXPECTED", (("echo-svc", Added.event_type, "ltc.echo.echoed.v1"),))
    async with service_group(databases, kafka.bootstrap, tally_svc, echo_svc) as made:
        yield made


async def count(log: Log, *names: object) -> None:
    """Count something on six tallies, so that every partition is told something."""
    await asyncio.gather(*(log.submit(adding(name, to=f"{index % 6}")) for index, name in enumerate(names)))


async def found(parts: ServiceGroup, rebuilt: bool = False) -> set[str]:
    """The checks that find something."""
    return {finding.check for finding in run(await parts.evidence(rebuilt), OF_THE_MACHINE)}


async def worked(parts: ServiceGroup) -> Log:
    """Both services at work, and all they did settled."""
    log, _ = await parts.start("tally-svc", "echo-svc")
    await count(log, *range(30))
    await parts.settled()
    return log


async def test_where_nothing_was_planted_nothing_is_found(parts: ServiceGroup) -> None:
    await worked(parts)
    assert run(await parts.evidence(rebuilt=True), OF_THE_MACHINE) == []


async def test_positions_from_a_sequence_without_the_lock_are_found(parts: ServiceGroup) -> None:
    source = await parts.value("tally-svc", "SELECT pg_get_functiondef('append'::regproc)")
    naive = (
        source.replace("SELECT * INTO h FROM head FOR UPDATE;", "SELECT * INTO h FROM head; PERFORM pg_sleep(random() * 0.01);")
        .replace("IF h.position <> guard THEN", "IF false THEN")
        .replace("p := p + 1;", "p := nextval('positions'); places[i] := p;")
        .replace("p bigint;", "p bigint; places bigint[] := array_fill(NULL::bigint, ARRAY[greatest(n, 1)]);")
        .replace("SELECT h.position + r.i,", "SELECT places[r.i],")
    )
    assert naive.count("places") == 3
    assert naive.count("nextval") == 1
    await parts.execute(
        "tally-svc", "CREATE SEQUENCE positions; GRANT USAGE ON positions TO tally_svc; ALTER SEQUENCE positions OWNER TO tally_svc_owner"
    )
    await parts.execute("tally-svc", naive)
    logs = [await parts.log("tally-svc"), await parts.log("tally-svc")]
    for round in range(15):
        await asyncio.gather(
            *(log.submit(adding((round, who), to=f"{round}-{who}")) for who, log in enumerate(logs)), return_exceptions=True
        )
    assert {"chain_verifies", "partitions_are_linked"} & await found(parts)


async def test_a_checkpoint_moved_before_the_effect_is_found(parts: ServiceGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver: Callable[..., Any] = relay_module._Publisher._deliver
    broken = asyncio.Event()

    async def checkpoint_first(teller: Any, chunk: Any) -> None:
        if broken.is_set():
            await deliver(teller, chunk)
            return
        await teller.lease.advance(chunk.last)
        broken.set()  # and what was to be sent is not: the relay goes on as if it had been
        for batch in (one for batches in chunk.batches.values() for one in batches):
            batch.acknowledged = True

    monkeypatch.setattr(relay_module._Publisher, "_deliver", checkpoint_first)
    log, _ = await parts.start("tally-svc", "echo-svc", roles=())
    await count(log, *range(6))
    parts.run(log, "relay")
    await asyncio.wait_for(broken.wait(), 10)
    await count(log, "after")
    await parts.until("tally-svc", "SELECT position >= 7 FROM checkpoint WHERE name = 'relay'")
    assert {"told_is_on_the_topic", "heard_is_what_was_told"} <= await found(parts)


async def test_a_message_dropped_by_the_relay_is_found(parts: ServiceGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    put = relay_module._Publisher._put

    def dropping(teller: Any, batches: Any, told: Any, context: Any) -> None:
        if told.position != 3:
            put(teller, batches, told, context)

    monkeypatch.setattr(relay_module._Publisher, "_put", dropping)
    (log,) = await parts.start("tally-svc", roles=("relay",))
    await count(log, *range(12))
    await parts.until("tally-svc", "SELECT position >= 12 FROM checkpoint WHERE name = 'relay'")
    assert {"told_is_on_the_topic", "topics_keep_the_order"} <= await found(parts)


async def test_a_message_dropped_by_the_listener_is_found(parts: ServiceGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_event

    forgotten: dict[int, int] = {}

    def forgetful(*arguments: Any) -> Any:
        told, event = read(*arguments)
        if told.position == 3:
            forgotten[3] = told.prev
            raise Unreadable("not noticed")
        return told._replace(prev=forgotten.get(told.prev, told.prev)), event

    monkeypatch.setattr(hear_module, "read_event", forgetful)
    log, _ = await parts.start("tally-svc", "echo-svc")
    await count(log, *range(24))
    await parts.until("echo-svc", "SELECT count(*) = 23 FROM log WHERE origin IS NOT NULL")
    names = await found(parts)
    assert "heard_is_what_was_told" in names
    assert not names & {"told_is_on_the_topic", "chain_verifies", "tails_match_what_was_heard"}


async def test_a_reaction_that_happened_twice_is_found(parts: ServiceGroup) -> None:
    await worked(parts)
    again = await parts.log("echo-svc")
    cause = await parts.value("echo-svc", "SELECT causation_id FROM log WHERE origin IS NULL LIMIT 1")
    command = Echo(echo_id=derive_id("again"), total=1)
    await again.submit(Echoing(command, Meta(command_id=UUID(int=77), actor="service:echo-svc", causation_id=cause)))
    assert {"reactions_have_one_cause", "causes_have_their_reaction"} <= await found(parts)


async def test_a_reaction_that_never_happened_is_found(parts: ServiceGroup) -> None:
    log, _ = await parts.start("tally-svc", "echo-svc", roles=("relay", "hear"))
    await count(log, *range(6))
    await parts.until("echo-svc", "SELECT count(*) = 6 FROM log WHERE origin IS NOT NULL")
    assert "causes_have_their_reaction" in await found(parts)


async def test_an_edited_row_is_found(parts: ServiceGroup) -> None:
    await worked(parts)
    await parts.execute("tally-svc", "UPDATE log SET data = replace(data::text, '\"amount\":1', '\"amount\":9')::json WHERE position = 4")
    assert {"chain_verifies", "heard_is_what_was_told", "nothing_else_is_on_the_topic"} <= await found(parts)


async def test_a_row_edited_with_the_whole_chain_made_anew_is_found_by_what_the_neighbours_heard(parts: ServiceGroup) -> None:
    await worked(parts)
    await parts.execute("tally-svc", "UPDATE log SET actor = 'mallory' WHERE position = 4")
    evidence = await parts.evidence()
    from .chain import GENESIS, digest

    previous = GENESIS
    for row in evidence.ledgers["tally-svc"].log:
        previous = digest(previous, row)
        await parts.execute("tally-svc", "UPDATE log SET hash = $2 WHERE position = $1", row["position"], previous)
    await parts.execute("tally-svc", "UPDATE head SET hash = $1", previous)
    names = await found(parts)
    assert "chain_verifies" not in names
    assert {"heard_is_what_was_told", "nothing_else_is_on_the_topic"} <= names


async def test_a_log_whose_tail_was_cut_off_is_found(parts: ServiceGroup) -> None:
    await worked(parts)
    await parts.stop()
    cut = """DELETE FROM log WHERE position > 25;
             UPDATE head SET position = 25, hash = (SELECT hash FROM log WHERE position = 25),
             tails = (SELECT array_agg(coalesce((SELECT max(position) FROM log WHERE partition = n), 0) ORDER BY n)
                      FROM generate_series(0, 2) n)"""
    await parts.execute("tally-svc", cut)
    names = await found(parts)
    assert not names & {"chain_verifies", "positions_are_dense", "partitions_are_linked"}
    assert {"nothing_else_is_on_the_topic", "heard_is_what_was_told"} <= names


async def test_a_message_that_nobody_told_is_found(parts: ServiceGroup) -> None:
    await worked(parts)
    evidence = await parts.evidence()
    real = next(message for message in evidence.messages or [] if message.topic == "ltc.tally.v1")
    headers = {**real.headers, "ce_id": str(UUID(int=5)), "ce_position": "999", "ce_prev": "998"}
    producer = AIOKafkaProducer(bootstrap_servers=parts.settings.kafka_bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(
            parts.settings.topic_prefix + real.topic,
            real.value,
            real.key,
            real.partition,
            headers=[(name, text.encode()) for name, text in headers.items()],
        )
    finally:
        await producer.stop()
    assert "nothing_else_is_on_the_topic" in await found(parts)


async def test_an_altered_row_of_a_read_model_is_found(parts: ServiceGroup) -> None:
    await worked(parts)
    await parts.execute("tally-svc", "UPDATE read.totals SET total = total + 1 WHERE tally_id = $1", derive_id("tally", "3"))
    assert await found(parts, rebuilt=True) == {"models_equal_a_rebuild"}


async def test_an_answer_stored_without_its_events_is_found(parts: ServiceGroup) -> None:
    log = await worked(parts)
    await log.pool.execute(
        "INSERT INTO answer (subject, operation, key, fingerprint, status, headers, body, command_id, at)"
        " VALUES ('ann', 'add', 'k', '', 201, $1, '', $2, now())",
        json.dumps([]), UUID(int=6),
    )  # fmt: skip
    assert await found(parts) == {"keys_have_one_answer"}
