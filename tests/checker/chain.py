"""The hash of a row, computed anew from what is stored, as docs/formats.md describes it."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from .evidence import Row

GENESIS = bytes(32)
"""What stands before the first row."""

_ORIGIN = ("origin", "origin_log", "origin_position", "origin_prev", "origin_hash", "origin_partition")
_META = ("correlation_id", "causation_id", "command_id", "traceparent", "occurred_at", "recorded_at", "authority", "tags", "partition")
COVERED = ("event_id", *_ORIGIN, "stream", "stream_id", "version", "type", "actor", "roles", *_META)
"""The columns whose values the digest covers, in this order, before the bytes of ``data``."""


def digest(previous: bytes, row: Row) -> bytes:
    """sha256(previous ‖ position ‖ prev or -1 where private ‖ sha256(covered columns as JSON ‖ LF ‖ data)); integers are 8 bytes."""
    columns = json.dumps([plain(row[name]) for name in COVERED], separators=(",", ":"), ensure_ascii=False)
    content = sha256(f"{columns}\n{row['data']}".encode()).digest()
    before = -1 if row["partition"] is None else row["prev"]
    return sha256(previous + _int8(row["position"]) + _int8(before) + content).digest()


def plain(value: Any) -> Any:
    """A column's value as JSON has it: bytes in hexadecimal, times as RFC 3339 in UTC."""
    match value:
        case None | int():
            return value
        case bytes():
            return value.hex()
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return str(value)


def _int8(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)
