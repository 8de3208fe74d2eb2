"""Ten thousand messages that nobody should have sent, between true ones that come twice, late or never."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from ltc_runtime.messaging import metrics
from ltc_runtime.messaging.cloudevents import Envelope, Headers, headers_of
from messaging_world import World, until

HOSTILE = 10_000
DROPPED, SAID_TWICE = 0.03, 0.5
AHEAD = 40
"""How far a message may come before its turn."""

Strange = tuple[bytes | None, Headers]
Forge = Callable[[Envelope, random.Random], Strange]


def but(told: Envelope, **headers: bytes | None) -> Headers:
    """The headers of an event, some of them altered or left out."""
    altered = {**dict(headers_of(told)), **{f"ce_{name}": value for name, value in headers.items()}}
    return [(name, value) for name, value in altered.items() if value is not None]


def anew(told: Envelope, chance: random.Random, **changes: Any) -> Strange:
    """An event that was never told, well-formed."""
    forged = told._replace(event_id=UUID(int=chance.getrandbits(128)), **changes)
    return forged.data, headers_of(forged)


FORGERIES: dict[str, Forge] = {
    "rubbish": lambda told, chance: (chance.randbytes(chance.randrange(200)), [("x", chance.randbytes(8))]),
    "no value": lambda told, chance: (None, headers_of(told)),
    "cut short": lambda told, chance: (told.data[: chance.randrange(len(told.data))], headers_of(told)),
    "no JSON": lambda told, chance: (b'{"basket_id": NaN}', headers_of(told)),
    "data of another shape": lambda told, chance: (b"{}", headers_of(told)),
    "an attribute missing": lambda told, chance: (
        told.data, but(told, **{chance.choice(("id", "type", "origin", "logid", "position", "prev", "hash", "sequence")): None}),
    ),
    "an attribute malformed": lambda told, chance: (
        told.data, but(told, **{chance.choice(("id", "time", "logid", "position", "prev", "hash", "sequence")): chance.randbytes(5)}),
    ),
    "from another service": lambda told, chance: (told.data, but(told, origin=b"lead-svc", type=b"ltc.lead.captured.v1")),
    "of another service's type": lambda told, chance: (told.data, but(told, type=b"ltc.lead.captured.v1")),
    "a private event": lambda told, chance: (told.data, but(told, type=b"ltc.shop.filled.v1")),
    "of another partition": lambda told, chance: (told.data, but(told, partition=b"%d" % (told.partition + 1))),
    "of a later CloudEvents": lambda told, chance: (told.data, but(told, specversion=b"2.0")),
    "of a later version, never told": lambda told, chance: anew(
        told, chance, type=told.type.replace(".v1", ".v9"), position=10**6 + chance.randrange(10**9), prev=10**6 - 1
    ),
    "in the place of another": lambda told, chance: anew(told, chance),
}  # fmt: skip

WELL_FORMED = {"of a later version, never told", "in the place of another"}
"""Those only the teller can deny, one by one: fewer of them."""

FITTING = {"in the place of another"}
"""What fits is believed where it comes first (a login per service keeps strangers from it, decision 0010): these come second."""


async def test_ten_thousand_hostile_messages_take_no_effect_and_every_true_one_is_heard_once(here: World) -> None:
    chance = random.Random(11)
    await here.baskets(200, close=True)
    events = await here.events()
    true = [told for told in events if chance.random() > DROPPED for _ in range(1 + (chance.random() < SAID_TWICE))]
    said: list[tuple[float, int, bytes | None, Headers]] = [
        (turn + chance.uniform(0, AHEAD), told.partition, told.data, headers_of(told)) for turn, told in enumerate(true)
    ]
    last = {told.position: turn for turn, told in enumerate(true)}
    kinds = chance.choices(list(FORGERIES), [1 if kind in WELL_FORMED else 5 for kind in FORGERIES], k=HOSTILE)
    for number in range(HOSTILE):
        fits = kinds[number] in FITTING
        told = chance.choice(true if fits else events)
        value, headers = FORGERIES[kinds[number]](told, chance)
        said.append((chance.uniform(last[told.position] + AHEAD if fits else 0, len(true) + AHEAD), told.partition, value, headers))
    said.sort(key=lambda one: one[0])
    before = metrics.DEAD_LETTERS.labels(here.topic)._value.get()
    await here.say([(partition, b"key", value, headers) for _, partition, value, headers in said])
    here.start_hear()
    await here.all_heard(240)

    async def all_aside() -> bool:
        return bool(await here.listener.pool.fetchval("SELECT count(*) FROM set_aside") >= HOSTILE)

    await until(all_aside, 240)
    await here.must_agree()
    asides = await here.asides()
    assert len(asides) == HOSTILE
    assert all(row["reason"] for row in asides)
    assert metrics.DEAD_LETTERS.labels(here.topic)._value.get() - before == HOSTILE
