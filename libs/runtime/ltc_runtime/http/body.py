"""The body of a request: capped while it streams, and looked at before it is read."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import orjson

from .problems import BadRequest, Invalid, Malformed, NotJson, TooLarge
from .responses import Receive

MAX_DEPTH = 32
_SECONDS = 30.0
_JSON_TYPE = re.compile(rb"^application/(?:[a-z0-9.+-]+\+)?json *(?:;.*)?$", re.IGNORECASE)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


class ClientDisconnected(Exception):
    """The caller hung up before the body was whole."""


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is larger than ``limit`` bytes; nothing more of it is read.
        BadRequest: it did not arrive in time.
        Gone: the caller hung up.
    """
    announced = headers.get(b"content-length")
    if announced is not None and (not announced.isdigit() or len(announced) > 15 or int(announced) > limit):
        raise TooLarge(limit=limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        whole: bytes = message.get("body", b"")
        if len(whole) > limit:
            raise TooLarge(limit=limit)
        return whole
    try:
        async with asyncio.timeout(_SECONDS):
            return await _rest(message, receive, limit)
    except TimeoutError:
        raise BadRequest(reason=f"the body did not arrive within {_SECONDS:g} seconds") from None


async def _rest(message: Any, receive: Receive, limit: int) -> bytes:
    chunks = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        chunks += message.get("body", b"")
        if len(chunks) > limit:
            raise TooLarge(limit=limit)
        if not message.get("more_body", False):
            return bytes(chunks)
        message = await receive()


def must_be_json(content_type: bytes | None) -> None:
    """A body that is not called JSON is not read as JSON."""
    if content_type != b"application/json" and (content_type is None or not _JSON_TYPE.match(content_type)):
        raise NotJson


def check_json(body: bytes) -> None:
    """Refuse what a JSON reader accepts and should not: deep nesting, a name twice, NUL.

    Raises:
        Malformed: it is nested too deep, or names something twice.
        Invalid: a text in it holds NUL, which PostgreSQL cannot store.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed from None
    depth, pairs = _shape(value)
    if depth > MAX_DEPTH:
        raise Malformed
    # The reader keeps the last of two equal names. Outside strings every pair has one colon, so a lost pair is missed.
    if pairs != body.count(b":") and pairs != _STRING.sub(b"", body).count(b":"):
        raise Malformed
    if b"\\u0000" in body and _holds_nul(value):
        raise Invalid(errors=[{"pointer": "", "code": "nul", "detail": "NUL is not a character we store"}])


def _shape(value: Any) -> tuple[int, int]:
    """How deep it is nested, and how many names it gives values to; level by level, for a call per value takes longer."""
    depth = pairs = 0
    level = [value]
    while level := [each for each in level if isinstance(each, (dict, list))]:
        depth += 1
        pairs += sum(len(each) for each in level if isinstance(each, dict))
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
    return depth, pairs


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any("\x00" in name or _holds_nul(item) for name, item in value.items())
        case list():
            return any(map(_holds_nul, value))
        case _:
            return False
