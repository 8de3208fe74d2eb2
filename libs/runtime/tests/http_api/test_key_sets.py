"""The issuer's keys over HTTP: they change under load, its server is flooded through us, goes away, and comes back."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import orjson
import pytest
from desk import Client, code_of
from forged import part, token
from joserfc.jwk import OKPKey
from ltc_runtime.http.auth import Verifier
from ltc_runtime.http.keys import Keys, UrlSource
from ltc_runtime.http.problems import Unauthenticated

REFRESH, MAX_AGE = 0.3, 0.9


class KeyServer:
    """An issuer's key set behind a real port; it counts who asks for it."""

    def __init__(self, *keys: Any) -> None:
        self.keys: tuple[Any, ...] = keys
        self.asked: list[float] = []
        self.status = 200
        self.seconds = 0.0
        self.body: bytes | None = None
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.asked.append(time.monotonic())
                status, seconds = served.status, served.seconds
                time.sleep(seconds)
                with suppress(OSError):
                    self.send_response(status)
                    self.end_headers()
                    self.wfile.write(served.document())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def document(self) -> bytes:
        """What it answers."""
        return self.body or orjson.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})

    def close(self) -> None:
        """Nobody answers there any more."""
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


def fresh(name: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", parameters={"kid": name})


@pytest.fixture
def server() -> Iterator[KeyServer]:
    opened = KeyServer(fresh("first"))
    yield opened
    opened.close()


@pytest.fixture
def caller(standing: Client, server: KeyServer, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody who calls a service that believes the key server."""
    verifier = Verifier(Keys(UrlSource(server.url, seconds=2.0), REFRESH, MAX_AGE), "openltc", "openltc")
    monkeypatch.setattr(standing.app.context, "verifier", verifier)
    return standing


async def asks(client: Client, key: OKPKey, **claims: Any) -> httpx.Response:
    return await client.get("/guests", headers={"authorization": f"Bearer {token(key, **claims)}"})


async def test_keys_change_under_load_and_no_valid_call_fails(caller: Client, server: KeyServer) -> None:
    signing, going_on, began = server.keys[0], True, time.monotonic()
    answers: list[int] = []

    async def work(name: int) -> None:
        number = 0
        while going_on:
            number += 1
            answers.append((await asks(caller, signing, jti=f"{name}-{number}")).status_code)
            await asyncio.sleep(0.002)

    async def flood() -> None:
        number = 0
        while going_on:
            number += 1
            assert (await asks(caller, fresh(f"unknown-{number}"))).status_code == 401
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        for name in range(6):
            group.create_task(work(name))
        group.create_task(flood())
        for number in range(3):
            await asyncio.sleep(0.2)
            following = fresh(f"key-{number}")
            server.keys = (signing, following)
            await asyncio.sleep(REFRESH + 0.1)  # a new key is published this long before it signs
            old, signing = signing, following
            await asyncio.sleep(0.1)
            server.keys = (following,)
            await until_refused(caller, old)
        going_on = False
    assert len(answers) > 50
    assert set(answers) == {200}
    # However many unknown keys came, the set was fetched once an interval at most.
    assert len(server.asked) <= (time.monotonic() - began) / REFRESH + 1


async def until_refused(caller: Client, old: OKPKey) -> None:
    """The key that was withdrawn is not believed any longer than its grace, not even in a token that was believed before."""
    known = token(old, jti="held")
    withdrawn = time.monotonic()
    while (answer := await caller.get("/guests", headers={"authorization": f"Bearer {known}"})).status_code == 200:
        assert time.monotonic() - withdrawn < MAX_AGE + REFRESH + 1.0
        await asyncio.sleep(0.05)
    assert code_of(answer) == "unauthenticated"
    assert (await asks(caller, old)).status_code == 401


async def test_ten_thousand_unknown_keys_fetch_the_set_once(server: KeyServer) -> None:
    verifier = Verifier(Keys(UrlSource(server.url), refresh_seconds=600.0), "openltc", "openltc")
    good = server.keys[0]
    await verifier.verify(b"Bearer " + token(good).encode())
    rest = token(good).partition(".")[2]
    for number in range(10_000):
        header = part({"alg": "Ed25519", "kid": f"k{number}", "typ": "at+jwt"})
        with pytest.raises(Unauthenticated):
            await verifier.verify(f"Bearer {header}.{rest}".encode())
    await verifier.verify(b"Bearer " + token(good, jti="2").encode())
    assert len(server.asked) == 1


async def test_everybody_who_comes_while_the_first_set_is_fetched_waits_for_it_and_it_is_fetched_once(
    caller: Client, server: KeyServer
) -> None:
    server.seconds = 0.2
    answers = await asyncio.gather(*(asks(caller, server.keys[0], jti=str(number)) for number in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(server.asked) == 1


async def test_who_comes_with_a_new_key_while_the_set_is_fetched_is_not_turned_away(caller: Client, server: KeyServer) -> None:
    assert (await asks(caller, server.keys[0])).status_code == 200
    await asyncio.sleep(REFRESH)
    second = fresh("second")
    server.keys, server.seconds = (*server.keys, second), 0.2
    answers = await asyncio.gather(*(asks(caller, second, jti=str(number)) for number in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_caller_who_goes_away_does_not_take_the_fetch_along(caller: Client, server: KeyServer) -> None:
    server.seconds = 0.3
    first = asyncio.create_task(asks(caller, server.keys[0]))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(asks(caller, server.keys[0], jti="2"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).status_code == 200


async def test_while_the_key_server_is_down_known_keys_go_on_and_unknown_ones_are_refused(caller: Client, server: KeyServer) -> None:
    known = server.keys[0]
    assert (await asks(caller, known)).status_code == 200
    server.close()
    until = time.monotonic() + MAX_AGE + 3 * REFRESH
    while time.monotonic() < until:  # well past the age at which the set is looked at again
        assert (await asks(caller, known, jti=str(time.monotonic()))).status_code == 200
        assert (await asks(caller, fresh("unknown"))).status_code == 401
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", ["status", "no json", "too large", "trickles"])
async def test_a_key_server_that_answers_nonsense_is_one_that_is_down(caller: Client, server: KeyServer, fault: str) -> None:
    known = server.keys[0]
    assert (await asks(caller, known)).status_code == 200
    await asyncio.sleep(REFRESH)
    match fault:
        case "status":
            server.status = 500
        case "no json":
            server.body = b"<html>"
        case "too large":
            server.body = server.document() + b" " * 1_000_000
        case "trickles":
            server.seconds = 4.0
        case _:
            raise AssertionError(fault)
    started = time.monotonic()
    assert (await asks(caller, fresh("unknown"))).status_code == 401
    assert time.monotonic() - started < 3.5
    assert (await asks(caller, known, jti="2")).status_code == 200


async def test_where_no_key_set_was_ever_read_nobody_can_be_judged_until_the_server_answers(caller: Client, server: KeyServer) -> None:
    server.status = 503
    answer = await asks(caller, server.keys[0])
    assert (answer.status_code, code_of(answer)) == (503, "issuer-away")
    assert answer.headers["retry-after"] == "1"
    server.status = 200
    await asyncio.sleep(REFRESH)
    assert (await asks(caller, server.keys[0])).status_code == 200
