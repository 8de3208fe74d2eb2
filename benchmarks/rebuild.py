"""Building a read model from the log, against reading the same rows."""

import gc
import time
from collections.abc import Awaitable, Callable

import asyncpg
from ltc_events import on, projection, put
from ltc_runtime.log.fold import CHUNK
from ltc_runtime.log.rebuild import build
from ltc_runtime.service import Feature, Service
from sqlalchemy import BigInteger, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from .append import opened_log
from .backlog import EVENTS, TILLS, fill
from .measure import Figure, compare
from .place import database, server
from .till import SaleRung, service

till_list = Table(
    "till_list",
    MetaData(schema="read"),
    Column("till_id", PgUUID, primary_key=True),
    Column("product", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("sales", BigInteger, nullable=False),
)


def row(sale: SaleRung) -> dict[str, object]:
    """The till after a sale."""
    amount = sale.amount
    return {"till_id": sale.till_id, "product": sale.product, "amount": amount.amount, "currency": amount.currency, "sales": sale.number}


tills = projection("tills", on(SaleRung, put(till_list, row)))
shown = Service(service.name, Feature(deciders=service.deciders, projections=(tills,)))

READ = """
SELECT position, type, data, stream, stream_id, version, occurred_at, recorded_at, actor, correlation_id
FROM log WHERE position > $1 ORDER BY position LIMIT $2"""


def ours(connection: asyncpg.Connection) -> Callable[[], Awaitable[float]]:
    """Fold everything and fill the table, beside whatever serves."""

    async def run() -> float:
        gc.collect()
        began = time.perf_counter()
        transaction = connection.transaction()
        await transaction.start()
        await build(connection, shown, tills)
        took = time.perf_counter() - began
        assert await connection.fetchval("SELECT count(*) FROM rebuilt.till_list") == min(TILLS, EVENTS)
        await transaction.rollback()
        return EVENTS / took

    return run


def reading(connection: asyncpg.Connection) -> Callable[[], Awaitable[float]]:
    """Read the same columns of the same rows, as many at once, and do nothing with them."""

    async def run() -> float:
        gc.collect()
        began = time.perf_counter()
        after = 0
        while page := await connection.fetch(READ, after, CHUNK):
            after = page[-1]["position"]
        assert after == EVENTS
        return EVENTS / (time.perf_counter() - began)

    return run


async def rebuild() -> Figure:
    """A read model from everything that happened."""
    async with server() as postgres:
        owner, login = await database(postgres)
        async with opened_log(owner, login) as log:
            await fill(log)
        connection = await asyncpg.connect(owner)
        await connection.execute("VACUUM ANALYZE log")
        figure = await compare("rebuild", ours(connection), reading(connection), "events/s", 0.3)
        await connection.close()
    return figure
