"""A rush of connections is let in within a few rounds of the event loop."""

import asyncio
import socket

import pytest
import uvloop
from ltc_runtime.sockets import ACCEPTED_PER_ROUND, BACKLOG, open_sockets


def test_many_connections_are_let_in_per_round() -> None:
    async def rounds(listening: list[socket.socket], count: int) -> int:
        made: list[asyncio.BaseTransport] = []

        class Hello(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                made.append(transport)

        servers = [await asyncio.get_running_loop().create_server(Hello, sock=one, backlog=BACKLOG) for one in listening]
        callers = [socket.create_connection(listening[0].getsockname()) for _ in range(count)]
        passed = 0
        while len(made) < count:
            await asyncio.sleep(0)
            passed += 1
            assert passed < 10_000
        for transport in made:
            transport.close()
        for server in servers:
            server.close()
        for caller in callers:
            caller.close()
        return passed

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(rounds(open_sockets("127.0.0.1", 0), 20 * ACCEPTED_PER_ROUND)) < 100


def test_a_port_that_is_taken_is_said() -> None:
    first = open_sockets("127.0.0.1", 0)
    try:
        with pytest.raises(OSError, match="in use"):
            open_sockets("127.0.0.1", first[0].getsockname()[1])
    finally:
        for one in first:
            one.close()
