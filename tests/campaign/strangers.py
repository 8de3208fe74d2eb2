"""Messages that nobody should have sent, between copies of true ones, while work goes on.

They are sent by the operator: the embedded broker lets nobody else write on another's topic. Each carries a mark, by which
the checker knows that it was meant to be there, and that whoever hears the topic has to set it aside.
"""

import random
from collections.abc import Callable, Sequence
from uuid import UUID

from aiokafka import AIOKafkaProducer, ConsumerRecord
from ltc_runtime.messaging.broker import connection_options, topic_for, topic_reader
from ltc_runtime.messaging.topic_check import last_records

from ..checker.evidence import MARK
from ..platform import Platform
from . import database

LOOK_BACK = 400
NEVER = 10**15
"""A position that no log reaches."""

Headers = dict[str, bytes]
Strange = tuple[bytes | None, Headers]
Forge = Callable[[ConsumerRecord, random.Random], Strange]


def _but(record: ConsumerRecord, **changed: bytes | None) -> Headers:
    named = {**dict(record.headers), **{f"ce_{name}": value for name, value in changed.items()}}
    return {name: value for name, value in named.items() if value is not None}


def _anew(chance: random.Random) -> bytes:
    return str(UUID(int=chance.getrandbits(128))).encode()


FORGERIES: dict[str, Forge] = {
    "rubbish": lambda record, chance: (chance.randbytes(chance.randrange(200)), {}),
    "no value": lambda record, chance: (None, _but(record)),
    "cut short": lambda record, chance: (record.value[: chance.randrange(len(record.value))], _but(record)),
    "no JSON": lambda record, chance: (b'{"lead_id": NaN}', _but(record)),
    "an attribute missing": lambda record, chance: (record.value, _but(record, **{chance.choice(("id", "type", "logid", "prev")): None})),
    "an attribute malformed": lambda record, chance: (
        record.value,
        _but(record, **{chance.choice(("id", "time", "position", "hash")): chance.randbytes(5)}),
    ),
    "of a service that is none": lambda record, chance: (record.value, _but(record, origin=b"gold-svc", type=b"ltc.gold.found.v1")),
    "of another partition": lambda record, chance: (record.value, _but(record, partition=b"%d" % (record.partition + 1))),
    "of a later CloudEvents": lambda record, chance: (record.value, _but(record, specversion=b"2.0")),
    "of a later version, never told": lambda record, chance: (
        record.value,
        _but(record, type=_type(record).replace(b".v1", b".v9"), id=_anew(chance), position=b"%d" % NEVER, prev=b"%d" % (NEVER - 1)),
    ),
    "in the place of another": lambda record, chance: (record.value, _but(record, id=_anew(chance))),
}
"""What is made of a true message that was heard before. (A forged one that fits behind the last is a fork: docs/runbook.md.)"""


async def hostile(platform: Platform, chance: random.Random) -> str:
    """On one topic: messages that are malformed, foreign or of a later version, and true ones again in any order."""
    name = chance.choice(platform.stack.names)
    settings = platform.stack.common()
    topic = topic_for(name, settings)
    async with topic_reader(settings) as consumer:
        records = await last_records(consumer, topic, range(settings.topic_partitions), LOOK_BACK)
    true = await _heard_by_all(platform, name, [record for record in records if MARK not in dict(record.headers)])
    if not true:
        return f"nothing: nothing of {topic} was heard yet"
    kinds = chance.choices(list(FORGERIES), k=chance.randint(20, 150))
    producer = AIOKafkaProducer(**connection_options(settings))
    await producer.start()
    try:
        for kind in kinds:
            record, again = chance.choice(true), chance.choice(true)
            value, headers = FORGERIES[kind](record, chance)
            mark = str(UUID(int=chance.getrandbits(128)))
            platform.marks.add(mark)
            await producer.send(topic, again.value, key=again.key, partition=again.partition, headers=list(again.headers))
            marked = [*headers.items(), (MARK, mark.encode())]
            await producer.send(topic, value, key=record.key, partition=record.partition, headers=marked)
    finally:
        await producer.stop()
    return f"{len(kinds)} of {len(set(kinds))} kinds on {topic}"


async def _heard_by_all(platform: Platform, teller: str, records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
    """Those that lie behind the tail of every listener, so that nothing forged of them can fit."""
    tails: list[dict[tuple[str, int], int]] = []
    for listener, service in platform.services.items():
        if teller in service.consumes:
            async with database.of(platform, listener) as connection:
                rows = await connection.fetch("SELECT log_id, partition, position FROM heard WHERE origin = $1", teller)
            tails.append({(str(row["log_id"]), row["partition"]): row["position"] for row in rows})

    def is_heard(record: ConsumerRecord) -> bool:
        said = dict(record.headers)
        place = said["ce_logid"].decode(), record.partition
        return all(int(said["ce_position"]) < tail.get(place, 0) for tail in tails)

    return [record for record in records if record.value and is_heard(record)]


def _type(record: ConsumerRecord) -> bytes:
    return bytes(dict(record.headers)["ce_type"])
