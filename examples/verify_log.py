"""Verifies the hash chain of a log without any code of OpenLTC: what docs/formats.md says, in the standard library.

    psql -AtX -c "$(python examples/verify_log.py --query)" postgresql://…/lead_svc | python examples/verify_log.py

Prints one line for each row that does not follow from the row before, then a summary. Exits 1 if there was one.
"""

import json
import re
import sys
from base64 import b64decode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

QUERY = """
SET TimeZone = 'UTC';
SELECT json_build_object(
  'position', position, 'partition', partition, 'prev', prev, 'hash', encode(hash, 'hex'),
  'data', encode(convert_to(data::text, 'UTF8'), 'base64'),
  'fields', json_build_array(
    event_id, origin, origin_log, origin_position, origin_prev, encode(origin_hash, 'hex'), origin_partition, stream, stream_id,
    version, type, actor, roles, correlation_id, causation_id, command_id, traceparent, occurred_at, recorded_at, authority, tags,
    partition))
FROM log ORDER BY position
"""
OCCURRED_AT, RECORDED_AT = 17, 18
FRACTION = re.compile(r"(:\d\d)\.(\d{1,6})")
ENDS = {"-infinity": "0001-01-01T00:00:00+00:00", "infinity": "9999-12-31T23:59:59.999999+00:00"}


def instant(text: str) -> str:
    """A timestamp as the digest covers it: UTC as ``+00:00``; no fraction, or six digits of it."""
    return ENDS.get(text) or FRACTION.sub(lambda found: f"{found[1]}.{found[2]:0<6}", text)


def digest(row: dict[str, Any]) -> bytes:
    """SHA-256 over the fields as compact JSON, a line feed, and the bytes of ``data``."""
    fields = list(row["fields"])
    for place in (OCCURRED_AT, RECORDED_AT):
        fields[place] = instant(fields[place])
    return sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + b64decode(row["data"])).digest()


def link(row: dict[str, Any]) -> bytes:
    """Position and ``prev`` as signed 64-bit integers, big endian; a private row has -1."""
    prev = -1 if row["partition"] is None else row["prev"] or 0
    return int(row["position"]).to_bytes(8, signed=True) + int(prev).to_bytes(8, signed=True)


def problems(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What is wrong, row after row; after a mismatch the walk goes on with the row's own hash."""
    position, before = 0, bytes(32)
    last: dict[int, int] = {}
    for row in rows:
        if row["position"] != position + 1:
            yield f"{row['position']}: follows {position}: rows are missing or doubled"
        if row["partition"] is not None:
            if (row["prev"] or 0) != last.get(row["partition"], 0):
                yield f"{row['position']}: names {row['prev']} as the row before it in partition {row['partition']}"
            last[row["partition"]] = row["position"]
        if sha256(before + link(row) + digest(row)).hexdigest() != row["hash"]:
            yield f"{row['position']}: its hash does not follow from its fields and the row before"
        position, before = row["position"], bytes.fromhex(row["hash"])


def main() -> int:
    """The command line."""
    if sys.argv[1:] == ["--query"]:
        print(QUERY)
        return 0
    rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    wrong = list(problems(rows))
    print("\n".join([*wrong, f"{len(rows)} rows, {len(wrong)} problems"]))
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
