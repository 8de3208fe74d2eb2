"""Operations open to the public: no employee's token opens them, but a gate of their own.

What a gate asks for may stand in a web page for all to read, so it proves little: it names which page it is, and bounds what comes from
there. Browsers learn from CORS (https://fetch.spec.whatwg.org/#http-cors-protocol) which pages may send, and read the answer.
"""

from typing import Protocol

from .call import Call
from .caller import Caller
from .responses import Answer, HeaderPair


class Gate(Protocol):
    """Who may come in."""

    @property
    def header(self) -> str | None:
        """The request header that carries the gate's token; none, where it stands in the URL."""
        ...

    async def admit(self, call: Call) -> Caller:
        """Whoever asks; notes in ``call.origin`` the page that may read the answer.

        Raises:
            Refusal: they may not.
        """
        ...

    async def allows(self, call: Call, origin: str) -> bool:
        """Whether a page of this origin may send what the URL names."""
        ...


async def preflight(gate: Gate, call: Call) -> Answer:
    """The answer to a preflight request; a page that is not allowed gets no permission."""
    origin = call.header(b"origin")
    if origin is None or gate.header is None or not await gate.allows(call, origin):
        return Answer(204, [(b"vary", b"origin")])
    call.origin = origin
    allowed = f"content-type, {gate.header.lower()}".encode()
    return Answer(
        204,
        [(b"access-control-allow-methods", b"POST"), (b"access-control-allow-headers", allowed), (b"access-control-max-age", b"600")],
    )


def readable(call: Call) -> list[HeaderPair]:
    """The headers that let the page read the answer, where it may."""
    if call.origin is None:
        return []
    return [(b"access-control-allow-origin", call.origin.encode("latin-1")), (b"vary", b"origin")]
