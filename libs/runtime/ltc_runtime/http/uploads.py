"""Files in a request: stored part by part while they stream, sealed, so that a background worker can go on with them."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from asyncpg import Pool
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ltc_runtime.log.connection import DATABASE_ERRORS
from ltc_runtime.log.tables import upload as UPLOAD

from .body import ClientDisconnected
from .problems import BadRequest, TooLarge
from .responses import Receive

PART = 256 * 1024
SILENCE_SECONDS = 30.0
_NONCE = 12

__all__ = ["UPLOAD", "Upload", "discard", "stored_upload", "read_parts"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrived whole."""

    injected_as: ClassVar = "upload"

    id: UUID
    size: int
    digest: bytes
    """SHA-256 of what is in it."""


@asynccontextmanager
async def stored_upload(pool: Pool, headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> AsyncIterator[Upload]:
    """Store the body of a request. It goes again unless a command took it over by the end of the block.

    Raises:
        TooLarge: it is larger than ``limit`` bytes; nothing more of it is read.
        BadRequest: nothing of it came for too long.
        Gone: the caller hung up.
    """
    announced = headers.get(b"content-length")
    if announced is not None and (not announced.isdigit() or len(announced) > 15 or int(announced) > limit):
        raise TooLarge(limit=limit)
    id, key = UUID(bytes=os.urandom(16), version=4), AESGCM.generate_key(256)
    await pool.execute("INSERT INTO personal_key (subject, key, created_at) VALUES ($1, $2, now())", id, key)
    await pool.execute("INSERT INTO upload (id, state, size, at) VALUES ($1, 'arriving', 0, now())", id)
    try:
        yield await _stored(pool, id, AESGCM(key), receive, limit)
    finally:
        with suppress(*DATABASE_ERRORS):  # what stays behind is tidied up later
            if await pool.fetchval("SELECT state = 'arriving' FROM upload WHERE id = $1", id):
                await discard(pool, id)


async def _stored(pool: Pool, id: UUID, cipher: AESGCM, receive: Receive, limit: int) -> Upload:
    digest, size, number, pending = hashlib.sha256(), 0, 0, bytearray()
    more = True
    while more:
        chunk, more = await _next(receive)
        digest.update(chunk)
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit=limit)
        pending += chunk
        while len(pending) >= PART or (pending and not more):
            nonce, plain = os.urandom(_NONCE), bytes(pending[:PART])
            del pending[:PART]
            await pool.execute(
                "INSERT INTO upload_part (upload_id, number, bytes) VALUES ($1, $2, $3)",
                id, number, nonce + cipher.encrypt(nonce, plain, _context(id, number)),
            )  # fmt: skip
            number += 1
    await pool.execute("UPDATE upload SET size = $2 WHERE id = $1", id, size)
    return Upload(id, size, digest.digest())


async def _next(receive: Receive) -> tuple[bytes, bool]:
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            message = await receive()
    except TimeoutError:
        raise BadRequest(reason=f"nothing of the body came for {SILENCE_SECONDS:g} seconds") from None
    if message["type"] == "http.disconnect":
        raise ClientDisconnected
    return message.get("body", b""), message.get("more_body", False)


async def read_parts(pool: Pool, id: UUID) -> AsyncIterator[bytes]:
    """What is in a file, part by part.

    Raises:
        LookupError: it was discarded.
    """
    key = await pool.fetchval("SELECT key FROM personal_key WHERE subject = $1", id)
    if key is None:
        raise LookupError(f"upload {id} is gone")
    cipher, number = AESGCM(key), 0
    while (sealed := await pool.fetchval("SELECT bytes FROM upload_part WHERE upload_id = $1 AND number = $2", id, number)) is not None:
        yield cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _context(id, number))
        number += 1


async def discard(pool: Pool, id: UUID) -> None:
    """Forget a file: its key first, which makes the rest unreadable."""
    await pool.execute("DELETE FROM personal_key WHERE subject = $1", id)
    await pool.execute("DELETE FROM upload_part WHERE upload_id = $1", id)
    await pool.execute("DELETE FROM upload WHERE id = $1", id)


def _context(id: UUID, number: int) -> bytes:
    return b"ltc.upload.v1." + id.bytes + number.to_bytes(4, "big")
