"""A wire to PostgreSQL that can be made to swallow the server's answers, and then be cut."""

import asyncio
from urllib.parse import urlsplit

import asyncpg

from ..databases import Database


class Cut:
    """Stands between a process and PostgreSQL and swallows what the server answers, from a moment on.

    Args:
        dsn: the server's address; ``dsn`` of this is the same by way of us.
    """

    def __init__(self, dsn: str) -> None:
        self._parts = urlsplit(dsn)
        self.deaf = False
        self.away = False
        """Nobody gets through any more."""
        self.swallowed = asyncio.Event()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Cut":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        login, _, _ = self._parts.netloc.rpartition("@")
        self.dsn = self._parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        self.cut()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            writer.transport.abort()
            return
        server_reader, server_writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        self._writers += [writer, server_writer]
        await asyncio.gather(self._pump(reader, server_writer, False), self._pump(server_reader, writer, True), return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool) -> None:
        while data := await reader.read(65536):
            if answers and self.deaf:
                self.swallowed.set()
                continue
            writer.write(data)
            await writer.drain()
        writer.close()


async def committed(database: Database, position: int) -> None:
    """Wait until the server has committed up to a position."""
    connection = await asyncpg.connect(database.superuser)
    try:
        async with asyncio.timeout(30):
            while await connection.fetchval("SELECT position FROM head") < position:
                await asyncio.sleep(0.01)
    finally:
        await connection.close()
