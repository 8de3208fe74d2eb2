"""What is sent back: bytes that are ready, without a framework in between."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HeaderPair = tuple[bytes, bytes]

JSON = (b"content-type", b"application/json")


class Answer:
    """An answer in bytes."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Iterable[HeaderPair] = (), body: bytes = b"") -> None:
        self.status = status
        self.headers = list(headers)
        self.body = body

    @property
    def status_code(self) -> int:
        """The same as ``status``, as Starlette calls it."""
        return self.status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        headers = self.headers
        if self.status not in (204, 304):
            headers = [*headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def header_pairs(headers: Iterable[tuple[str, str]]) -> list[HeaderPair]:
    """Headers as ASGI wants them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
