"""A database from before messages were set aside by content keeps what it holds."""

import asyncpg
from ltc_runtime.log import migrate
from ltc_stack.postgres import Postgres
from machine import LOGIN, Database
from shop import shop

_BEFORE = """
DELETE FROM migration WHERE number = 4;
ALTER TABLE set_aside DROP CONSTRAINT set_aside_pkey, DROP COLUMN digest, ADD PRIMARY KEY (topic, partition, "offset");
INSERT INTO set_aside (topic, partition, "offset", reason, bytes, headers, at) VALUES ('t', 0, 7, 'rubbish', 'x', '{}', now());
"""


async def test_what_was_set_aside_before_stays_and_the_offset_can_be_used_again(postgres: Postgres, shop_database: Database) -> None:
    owner = await asyncpg.connect(shop_database.owner)
    await owner.execute(_BEFORE)
    await migrate(shop_database.owner, shop, login=LOGIN, partitions=3)
    await owner.execute(
        """INSERT INTO set_aside (topic, partition, "offset", digest, reason, headers, at) VALUES ('t', 0, 7, '1', 'other', '{}', now())"""
    )
    assert [row["reason"] for row in await owner.fetch("SELECT reason FROM set_aside ORDER BY digest")] == ["rubbish", "other"]
    await owner.close()
