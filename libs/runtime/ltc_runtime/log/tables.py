"""The tables every service's database has beside its read models."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

metadata = MetaData()
_Time = DateTime(timezone=True)

log = Table(
    "log",
    metadata,
    Column("position", BigInteger, primary_key=True),
    Column("event_id", UUID, nullable=False),
    Column("origin", Text),
    Column("origin_log", UUID),
    Column("origin_position", BigInteger),
    Column("origin_prev", BigInteger),
    Column("origin_hash", LargeBinary),
    Column("origin_partition", Integer),
    Column("stream", Text, nullable=False),
    Column("stream_id", UUID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("correlation_id", UUID, nullable=False),
    Column("causation_id", UUID),
    Column("command_id", UUID),
    Column("traceparent", Text),
    Column("occurred_at", _Time, nullable=False),
    Column("recorded_at", _Time, nullable=False),
    Column("authority", Text),
    Column("tags", ARRAY(Text), nullable=False),
    Column("partition", Integer),
    Column("prev", BigInteger),
    Column("data", JSON, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Own events and consumed events, in one order. Created by the numbered SQL files."""

head = Table(
    "head",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("log_id", UUID, nullable=False),
    Column("tails", ARRAY(BigInteger), nullable=False),
    Column("models", Text),
)

heard = Table(
    "heard",
    metadata,
    Column("log_id", UUID, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_id", UUID, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The last event consumed from each partition of each other service's log."""

answer = Table(
    "answer",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("command_id", UUID, nullable=False),
    Column("at", _Time, nullable=False),
)
"""What was answered under an idempotency key."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("holder", Text),
    Column("updated_at", _Time, nullable=False),
)
"""How far a follower of the log has come."""

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", _Time, nullable=False),
)

timer = Table(
    "timer",
    metadata,
    Column("command_id", UUID, primary_key=True),
    Column("due", _Time, nullable=False),
    Column("kind", Text, nullable=False),
    Column("command", JSON, nullable=False),
    Column("meta", JSON, nullable=False),
    Column("fired", _Time),
)
"""Commands that wait for their time."""

topic_start = Table(
    "topic_start",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""What a newly subscribed topic held; policies take that as history."""

parked = Table(
    "parked",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("stream_id", UUID, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_id", UUID, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", _Time, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text),
    Column("actor", Text),
)
"""Reactions that were refused, and those that wait behind them. States: parked, waiting, done, skipped."""

set_aside = Table(
    "set_aside",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("bytes", LargeBinary),
    Column("headers", JSON, nullable=False),
    Column("at", _Time, nullable=False),
)
"""Messages that are no readable fact of the topic's owner; by place and content, because a wiped topic uses its offsets again."""

KEY_OF_LINK = "sha256(sha256('ltc.withdraw.v1'::bytea || key))"
"""By what a person is found whom the link in a mail is of: a digest of the token in it, so that a look-up reveals nothing of the token."""

personal_key = Table(
    "personal_key",
    metadata,
    Column("subject", UUID, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("created_at", _Time, nullable=False),
)
"""The keys of persons; deleting one is forgetting the person."""

effect = Table(
    "effect",
    metadata,
    Column("event_id", UUID, primary_key=True),
    Column("state", Text, nullable=False),
    Column("detail", Text),
    Column("at", _Time, nullable=False),
)
"""What own events intended outside, and what came of it. States: begun, or an outcome."""

upload = Table(
    "upload",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("state", Text, nullable=False),
    Column("stream", Text),
    Column("stream_id", UUID),
    Column("size", BigInteger, nullable=False),
    Column("at", _Time, nullable=False),
)
"""Files that were brought along, and the stream that takes each over. States: arriving, waiting, done."""

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", UUID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)
"""What is in them, sealed with a key of the upload."""

projection = Table(
    "projection",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)
"""Which version of each read model the tables hold."""

kept = Table(
    "kept",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("tables", ARRAY(Text), nullable=False),
    Column("at", _Time, nullable=False),
)
"""What served before each read model was built anew: its tables stand in another schema, as they were at this position."""

rebuilding = Table(
    "rebuilding",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("at", _Time, nullable=False),
)
"""How far the read models that are being built have come."""

migration = Table(
    "migration",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("id", BigInteger, Identity()),
    Column("at", _Time, nullable=False, server_default="now()"),
)

SIDE_TABLES = (
    heard, answer, checkpoint, lease, timer, topic_start, parked, set_aside, personal_key, effect, upload, upload_part, projection, kept,
    rebuilding,
)  # fmt: skip
"""Tables a service may write freely; none of them is history."""
