"""What stands outside and is asked over HTTP, the key server of the issuer and the collector of traces: each answers as it is told to."""

import asyncio
import contextlib
import re
from collections.abc import Callable

from ltc_stack.stored import LOOPBACK

from .proxy import Link

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Outside:
    """Answers every request alike, behind a wire that can be made to fail. An async context manager.

    Args:
        answer: the body of its answers, asked for each time.
    """

    def __init__(self, answer: Callable[[], bytes] = lambda: b"") -> None:
        self.asked = 0
        self.link = Link(lambda: (LOOPBACK, self._port))
        self._answer = answer
        self._instead: tuple[int, bytes] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it is asked: by the wire."""
        return f"http://{self.link}"

    async def __aenter__(self) -> "Outside":
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self._port = self._server.sockets[0].getsockname()[1]
        await self.link.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.link.__aexit__()
        self._server.close()

    def say(self, status: int, body: bytes) -> None:
        """Answer so from now on."""
        self._instead = status, body

    def heal(self) -> None:
        """Answer as one should, by a wire that is whole."""
        self._instead = None
        self.link.heal()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            if length := _LENGTH.search(head):
                await reader.readexactly(int(length[1]))
            self.asked += 1
            status, body = self._instead or (200, self._answer())
            writer.write(b"HTTP/1.1 %d said\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (status, len(body)) + body)
            await writer.drain()
        writer.close()
