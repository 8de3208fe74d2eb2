"""The frontline's client: the same key until there is an answer, patience with what is down, none with what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from ltc_demo.client import ApiClient, Form, LogPosition, Person, Rejected, TimedOut, idempotency_key
from ltc_demo.http import Service, Unreachable
from ltc_demo.timings import Timings, percentile

WHO = Person("ann", ("sales",))
Request = tuple[str, dict[str, str], bytes]
Script = Callable[[int, Request], bytes | None]


def answer(status: int, body: Any = None, **headers: str) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} X",
        f"content-length: {len(content)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join((*lines, "", "")).encode() + content


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[tuple[str, list[Request]]]:
    """A server that answers the n-th request, from 0, as ``script`` says; ``None`` closes the connection without an answer."""
    seen: list[Request] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = dict(line.split(": ", 1) for line in lines)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                seen.append((first, headers, body))
                said = script(len(seen) - 1, seen[-1])
                if said is None:
                    return
                writer.write(said)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()


@asynccontextmanager
async def frontline(
    url: str, patience: float = 5.0, token: Callable[[str, tuple[str, ...]], str] | None = None
) -> AsyncIterator[ApiClient]:
    async with ApiClient(
        {"lead-svc": url}, token or (lambda sub, roles: f"{sub}:{'+'.join(roles)}"), Timings(), patience=patience
    ) as front:
        yield front


def post(front: ApiClient) -> Awaitable[Any]:
    return front.post("lead-svc", "capture lead", "/leads", WHO, {"company": "Acme"}, key="k1", at="2024-01-01T09:00:00Z")


async def test_an_act_sends_token_key_and_moment_and_learns_what_was_told() -> None:
    async with (
        serving(lambda n, request: answer(201, {"lead_id": "x"}, ltc_position="lead-svc@12; told=11")) as (url, seen),
        frontline(url) as front,
    ):
        got = await post(front)
    first, headers, body = seen[0]
    assert (got.status, got.body, got.published) == (201, {"lead_id": "x"}, LogPosition("lead-svc", 11))
    assert first == "POST /leads HTTP/1.1"
    assert headers["authorization"] == "Bearer ann:sales"
    assert headers["idempotency-key"] == '"k1"'
    assert headers["ltc-occurred-at"] == "2024-01-01T09:00:00Z"
    assert json.loads(body) == {"company": "Acme"}


async def test_a_look_waits_for_what_was_told_elsewhere() -> None:
    async with serving(lambda n, request: answer(200, {})) as (url, seen), frontline(url) as front:
        await front.get("lead-svc", "show", "/leads/1", WHO, after=[LogPosition("order-svc", 7), LogPosition("contract-svc", 9)])
    assert seen[0][1]["ltc-after"] == "order-svc@7, contract-svc@9"


@pytest.mark.parametrize(
    "failure", [answer(503, {"code": "unavailable"}, retry_after="0"), answer(409, {"code": "busy"}), answer(502), answer(500, {}), None]
)
async def test_what_passes_is_tried_again_with_the_same_key(failure: bytes | None) -> None:
    async with serving(lambda n, request: failure if n < 2 else answer(204)) as (url, seen), frontline(url) as front:
        assert (await post(front)).status == 204
    assert len(seen) == 3
    assert {headers["idempotency-key"] for _, headers, _ in seen} == {'"k1"'}


async def test_a_service_that_is_not_there_yet_is_waited_for() -> None:
    async with serving(lambda n, request: answer(204)) as (url, _):
        pass
    port = int(url.rsplit(":", 1)[1])
    async with frontline(url) as front:
        acting = asyncio.ensure_future(post(front))
        await asyncio.sleep(0.2)
        assert not acting.done()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"}")
            writer.write(answer(204))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", port)
        assert (await acting).status == 204
        server.close()


async def test_patience_ends() -> None:
    async with serving(lambda n, request: answer(503, retry_after="0")) as (url, _), frontline(url, patience=0.3) as front:
        with pytest.raises(TimedOut, match="lead-svc did not answer within 0 s; last: 503"):
            await post(front)


async def test_what_is_refused_is_refused_with_its_words() -> None:
    problem = {"code": "invalid", "detail": "Some of it is not valid.", "errors": [{"pointer": "/company", "detail": "too long"}]}
    async with serving(lambda n, request: answer(422, problem)) as (url, seen), frontline(url) as front:
        with pytest.raises(Rejected, match=r"^capture lead: 422 invalid: Some of it is not valid\.; /company: too long$"):
            await post(front)
    assert len(seen) == 1


async def test_a_token_that_is_no_longer_taken_is_made_anew() -> None:
    made: list[str] = []

    def token(sub: str, roles: tuple[str, ...]) -> str:
        made.append(sub)
        return str(len(made))

    def script(n: int, request: Request) -> bytes:
        return answer(401, {"code": "unauthenticated"}) if request[1]["authorization"] == "Bearer 1" else answer(204)

    async with serving(script) as (url, _), frontline(url, token=token) as front:
        await post(front)
        await post(front)
    assert len(made) == 2


async def test_connections_are_kept_and_closed_ones_are_not_used() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    async with serving(lambda n, request: chunked if n == 1 else answer(200)) as (url, seen):
        service = Service(url)
        assert (await service.request("GET", "/", {}, None)).content == b""
        assert (await service.request("GET", "/", {}, None)).content == b"abcde"
        assert (await service.request("GET", "/", {}, None)).status == 200
        service.close()
    assert len(seen) == 3


async def test_silence_and_nonsense_are_unreachable() -> None:
    async with serving(lambda n, request: b"") as (url, _):
        with pytest.raises(Unreachable, match="TimeoutError"):
            await Service(url, seconds=0.1).request("GET", "/", {}, None)
    async with serving(lambda n, request: b"SSH-2.0\r\n\r\n") as (url, _):
        with pytest.raises(Unreachable):
            await Service(url).request("GET", "/", {}, None)


def test_an_address_is_http() -> None:
    with pytest.raises(ValueError, match="is not like http://host:port"):
        Service("https://127.0.0.1:1")


def test_a_key_is_what_the_header_takes() -> None:
    assert idempotency_key("deals/D-1:capture lead:1") == '"deals/D-1:capture lead:1"'
    for odd in ("键", "x" * 300, 'a"b', "a\nb"):
        assert len(idempotency_key(odd)) == 66
        assert idempotency_key(odd).isascii()


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([7.0], 0.5) == 7.0


async def test_a_visitor_shows_the_token_of_a_form_and_no_bearer() -> None:
    async with serving(lambda n, request: answer(200, {"received": True})) as (url, seen), frontline(url) as front:
        await front.post("lead-svc", "submit form", "/capture/x", Form("t-1"), {"company": "Acme"}, key="k1")
    assert seen[0][1]["form-token"] == "t-1"
    assert "authorization" not in seen[0][1]


async def test_a_visitor_with_a_wrong_token_is_refused_at_once() -> None:
    async with serving(lambda n, request: answer(401, {"code": "not-admitted"})) as (url, seen), frontline(url) as front:
        with pytest.raises(Rejected) as refused:
            await front.post("lead-svc", "submit form", "/capture/x", Form("t-1"), {"company": "Acme"}, key="k1")
    assert (refused.value.code, refused.value.problem, len(seen)) == ("not-admitted", {"code": "not-admitted"}, 1)


async def test_a_file_is_sent_and_had_as_its_bytes() -> None:
    async with (
        serving(lambda n, request: answer(200, [1], content_disposition="attachment", idempotency_replayed="true")) as (url, seen),
        frontline(url) as front,
    ):
        sent = await front.post("lead-svc", "import", "/leads/imports", WHO, b"a,b", key="k1")
        had = await front.get("lead-svc", "export", "/leads", WHO, accept="text/csv")
    assert (seen[0][2], seen[0][1]["content-type"]) == (b"a,b", "application/octet-stream")
    assert (seen[1][1]["accept"], had.body, sent.replayed) == ("text/csv", b"[1]", True)
