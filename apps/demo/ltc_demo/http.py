"""HTTP/1.1 to one service over kept connections, with as little work per request as there can be.

A file of deals is a hundred thousand requests on the machine that also serves them. A general client spends two to four
milliseconds of processor time on each (measured); this one well under a tenth, so that what is measured is the services.
"""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools


class Unreachable(Exception):
    """The service did not answer: no connection, a broken one, or too late. What was sent may have taken effect."""


class Response(NamedTuple):
    """What came back. The names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


class Service:
    """One service, by its address such as ``http://127.0.0.1:8001``.

    Args:
        url: scheme, host and port.
        seconds: how long to wait for an answer.
    """

    def __init__(self, url: str, seconds: float = 15.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url!r} is not like http://host:port")
        self._host, self._port = parts.hostname, parts.port or 80
        self._seconds = seconds
        self._free: list[Connection] = []

    async def request(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> Response:
        """Send one request and wait for its answer.

        Raises:
            Unreachable: there was none.
        """
        try:
            async with asyncio.timeout(self._seconds):
                connection = await self._connection()
                try:
                    response = await connection.exchange(self._bytes(method, path, headers, content))
                except BaseException:
                    connection.close()  # a late answer belongs to no request
                    raise
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            raise Unreachable(type(error).__name__) from error
        if connection.reusable:
            self._free.append(connection)
        else:
            connection.close()
        return response

    def close(self) -> None:
        """Close what is kept."""
        while self._free:
            self._free.pop().close()

    async def _connection(self) -> "Connection":
        while self._free:
            kept = self._free.pop()  # the one used last is the one least likely closed
            if kept.reusable:
                return kept
        _, made = await asyncio.get_running_loop().create_connection(Connection, self._host, self._port)
        return made

    def _bytes(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if method != "GET":
            lines.append(f"content-length: {len(content or b'')}")
        return "\r\n".join((*lines, "", "")).encode("latin-1") + (content or b"")


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Response] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._content: list[bytes] = []
        self._last = False

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent."""
        return self._transport is not None and not self._last and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> Response:
        """Send a request and wait for the answer."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Use it no more."""
        if self._transport is not None:
            self._transport.abort()

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class

    def data_received(self, data: bytes) -> None:
        """Some of an answer arrived."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(error)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._transport = None
        self._fail(ConnectionResetError(str(exc or "closed")))

    # Called by the parser.

    def on_message_begin(self) -> None:
        """An answer begins."""
        self._headers, self._content = {}, []

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of it."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Some of its body."""
        self._content.append(body)

    def on_message_complete(self) -> None:
        """It is whole."""
        self._last = not self._parser.should_keep_alive()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Response(self._parser.get_status_code(), self._headers, b"".join(self._content)))
        self._waiting = None

    def _fail(self, error: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
        self._waiting = None
