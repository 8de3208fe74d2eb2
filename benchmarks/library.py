"""The log against the library ``eventsourcing`` on PostgreSQL, used as its documentation does."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from .append import SECONDS, opened_log, ours
from .measure import Figure, compare
from .place import database, server

WRITERS = 64


class LibraryTill(Aggregate):
    """The same till, said in the library's words."""

    @event("Opened")
    def __init__(self) -> None:
        self.count = 0

    @event("SaleRung")
    def ring(self, product: str, amount: int, currency: str, note: str) -> None:
        """Ring up one sale."""
        self.count += 1


class Tills(Application[UUID]):
    """An application of the library."""

    def open(self) -> UUID:
        """A new till."""
        till = LibraryTill()
        self.save(till)
        return till.id

    def ring(self, id: UUID) -> None:
        """Load, change, save: the library's way."""
        till: LibraryTill = self.repository.get(id)
        till.ring("A-100", 129900, "EUR", "a note as long as the texts of a usual event, so that rows and bytes are of a usual size")
        self.save(till)


def application(url: str) -> Tills:
    """The library on the database at ``url``, with its aggregate cache on and a connection for each writer."""
    parts = urlsplit(url)
    return Tills(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": parts.path[1:],
            "POSTGRES_HOST": parts.hostname or "",
            "POSTGRES_PORT": str(parts.port),
            "POSTGRES_USER": parts.username or "",
            "POSTGRES_PASSWORD": unquote(parts.password or ""),
            "POSTGRES_POOL_SIZE": str(WRITERS),
            "POSTGRES_MAX_OVERFLOW": "0",
            "POSTGRES_POOL_TIMEOUT": "60",
            "AGGREGATE_CACHE_MAXSIZE": "1000",
        }
    )


def theirs(tills: Tills) -> Callable[[], Awaitable[float]]:
    """64 threads, each on a till of its own."""
    ids = [tills.open() for _ in range(WRITERS)]

    def run() -> float:
        counts = [0] * WRITERS
        until = time.perf_counter() + SECONDS

        def writer(number: int) -> None:
            while time.perf_counter() < until:
                tills.ring(ids[number])
                counts[number] += 1

        began = time.perf_counter()
        threads = [threading.Thread(target=writer, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - began)

    return lambda: asyncio.to_thread(run)


async def append_lib() -> Figure:
    """64 writers through the log, and through the library."""
    async with server() as postgres:
        owner, login = await database(postgres)
        library_owner, _ = await database(postgres)
        tills = await asyncio.to_thread(application, library_owner)
        neighbour = await asyncio.to_thread(theirs, tills)
        async with opened_log(owner, login) as log:
            figure = await compare("append-lib", ours(log, WRITERS), neighbour, "events/s", 20)
        tills.close()
    return figure
