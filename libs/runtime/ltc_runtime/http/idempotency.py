"""A retry with the same key gets the same answer, byte for byte, and nothing happens twice."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from ltc_events import derive_id

from ltc_runtime.log.tables import answer as stored

from .call import Call
from .problems import BadRequest, IdempotencyKeyReused
from .responses import Answer, HeaderPair

_KEY = re.compile(r'^(?:"([\x20\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$')
REPLAYED: HeaderPair = (b"idempotency-replayed", b"true")

_LOOK_UP = "SELECT fingerprint, status, headers::text AS headers, body FROM answer WHERE subject = $1 AND operation = $2 AND key = $3"


def read_key(text: str) -> str:
    """The key, in quotes or bare: both forms of one key are the same key."""
    found = _KEY.match(text.strip())
    if found is None:
        raise BadRequest(reason="Idempotency-Key must be 1 to 255 printable ASCII characters, bare or in quotes")
    return found[1] or found[2]


def fingerprint(call: Call) -> bytes:
    """What makes two requests the same: method, path and body, never headers."""
    digest = hashlib.sha256(f"{call.operation.method}\n{call.path}\n".encode())
    digest.update(call.body)
    return digest.digest()


def answer_row(call: Call, command_id: UUID, status: int, headers: list[HeaderPair], body: bytes) -> tuple[Any, dict[str, Any]]:
    """The answer as it is stored with the events."""
    return stored, {
        "subject": call.caller.subject,
        "operation": call.operation.id,
        "key": call.key,
        "fingerprint": fingerprint(call),
        "status": status,
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers],
        "body": body,
        "command_id": command_id,
        "at": datetime.now(UTC),
    }


async def took_effect(pool: Any, command_id: UUID) -> bool:
    """Whether a command left an event, also when its answer is no longer kept: ids of events follow from it."""
    return bool(await pool.fetchval("SELECT true FROM log WHERE event_id = $1", derive_id(command_id, 0)))


async def replay(call: Call) -> Answer | None:
    """The answer that a request with this key got before, if it succeeded.

    Raises:
        IdempotencyKeyReused: that was another request.
    """
    row = await call.context.log.pool.fetchrow(_LOOK_UP, call.caller.subject, call.operation.id, call.key)
    if row is None:
        return None
    if row["fingerprint"] != fingerprint(call):
        raise IdempotencyKeyReused
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in orjson.loads(row["headers"])]
    return Answer(row["status"], [*headers, REPLAYED], row["body"])
