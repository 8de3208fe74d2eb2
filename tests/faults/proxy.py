"""A wire between two parts that can be made to fail: cut, slow, silent in one direction or both, reset after so many bytes."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

Way = Literal["out", "back"]
"""``out``: from who called to who was called; ``back``: the answers."""

LOOPBACK = "127.0.0.1"
CHUNK = 65536
AT_ONCE = struct.pack("ii", 1, 0)
"""Closing a socket that lingers for 0 seconds resets the connection."""


class Link:
    """Listens on a port of its own, from then on, and leads to an address. An async context manager.

    What is silent is held back and not lost, as TCP would repeat it: after `heal` it arrives, after `cut` it never does.

    Args:
        to: the address it leads to, asked at each connection.
        chance: what jitter is drawn from.
    """

    def __init__(self, to: Callable[[], tuple[str, int]], chance: random.Random | None = None) -> None:
        self.port = 0
        self.held = asyncio.Event()
        """Something was held back."""
        self.spent = asyncio.Event()
        """The bytes of `reset_after` have passed."""
        self._to = to
        self._chance = chance or random.Random(0)
        self._writers: set[asyncio.StreamWriter] = set()
        self._left: int | None = None
        self._open: dict[Way, asyncio.Event] = {"out": asyncio.Event(), "back": asyncio.Event()}
        self.heal()

    async def __aenter__(self) -> "Link":
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        self.heal()

    def __str__(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def url(self, url: str) -> str:
        """The same URL by way of this link."""
        parts = urlsplit(url)
        login, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{login}{at}{self}").geturl()

    def cut(self) -> None:
        """Reset every connection; new ones get through."""
        for writer in list(self._writers):
            _reset(writer)

    def refuse(self) -> None:
        """Reset every connection, and each that comes."""
        self._refusing = True
        self.cut()

    def silence(self, *ways: Way) -> None:
        """Let nothing through, in these directions or in both; connections stay, and new ones are taken."""
        self.held.clear()
        for way in ways or ("out", "back"):
            self._open[way].clear()

    def slow(self, delay: float, jitter: float = 0.0) -> None:
        """Let everything arrive so many seconds later, and up to ``jitter`` more."""
        self._delay, self._jitter = delay, jitter

    def reset_after(self, count: int) -> None:
        """Let so many bytes pass, of both directions together, and then cut; once."""
        self.spent.clear()
        self._left = count

    def heal(self) -> None:
        """Mend all of it."""
        self._refusing = False
        self._delay = self._jitter = 0.0
        self._left = None
        for gate in self._open.values():
            gate.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _reset(writer)
            return
        try:
            answers, questions = await asyncio.open_connection(*self._to())
        except OSError:
            _reset(writer)
            return
        pair = {writer, questions}
        self._writers |= pair
        try:
            await asyncio.gather(self._pump("out", reader, questions), self._pump("back", answers, writer))
        finally:
            self._writers -= pair
            for one in pair:
                one.close()

    async def _pump(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if not self._open[way].is_set():
                    self.held.set()
                    await self._open[way].wait()
                if self._delay or self._jitter:
                    await asyncio.sleep(self._delay + self._chance.uniform(0, self._jitter))
                writer.write(self._counted(data))
                if self._left == 0:
                    self._left = None
                    self.spent.set()
                    self.cut()
                await writer.drain()
        writer.close()

    def _counted(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        passing = data[: self._left]
        self._left -= len(passing)
        return passing


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()


def to(url: str) -> Link:
    """A link to a server, by its URL."""
    parts = urlsplit(url)
    return Link(lambda: (parts.hostname or LOOPBACK, parts.port or 0))
