"""Between the logs: everything told is on the topic and in its listeners' logs, once, in order, unaltered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from .evidence import MARK, Evidence, Ledger, Message, Row, topic_of
from .finding import Finding

COPIED = ("stream", "stream_id", "version", "type", "correlation_id", "occurred_at")
"""What a listener must have written exactly as the teller did, beside id, position, hash and data."""


def told_is_on_the_topic(evidence: Evidence) -> list[Finding]:
    """Every published event is in Kafka at least once, in its stored partition, byte for byte."""
    there: dict[tuple[str, UUID], set[tuple[int, bytes]]] = defaultdict(set)
    for message in evidence.told:
        event = event_id(message)
        if event is not None:
            there[message.topic, event].add((message.partition, message.value))
    return [
        Finding("told_is_on_the_topic", service, f"position {row['position']} ({row['type']}) is not on {topic_of(service)}")
        for service, ledger in evidence.ledgers.items()
        for row in ledger.told
        if evidence.messages is not None and (row["partition"], row["data"].encode()) not in there[topic_of(service), row["event_id"]]
    ]


def nothing_else_is_on_the_topic(evidence: Evidence) -> list[Finding]:
    """No message is on a topic that is not in its teller's log, with that position, hash and key."""
    found = []
    tellers = {topic_of(service): ledger for service, ledger in evidence.ledgers.items()}
    known = {topic: {row["event_id"]: row for row in ledger.told} for topic, ledger in tellers.items()}
    for message in evidence.told:
        teller = tellers.get(message.topic)
        if teller is None:
            continue
        row = known[message.topic].get(event_id(message))
        if row is None or not agrees(message, row):
            where = f"{message.partition}@{message.offset}"
            what = "is in no log" if row is None else f"differs from position {row['position']}"
            found.append(Finding("nothing_else_is_on_the_topic", teller.service, f"message {where} {what}"))
    return found


def strangers_are_set_aside(evidence: Evidence) -> list[Finding]:
    """Whoever hears a topic set aside every message on it that a stranger put there."""
    found = []
    for service, ledger in evidence.ledgers.items():
        topics = {topic_of(origin) for origin in {row["origin"] for row in ledger.heard} | HEARS.get(service, set())}
        due = {message.headers[MARK] for message in evidence.strange if message.topic in topics}
        if missing := due - evidence.marks_set_aside[service]:
            found.append(
                Finding("strangers_are_set_aside", service, f"{len(missing)} of {len(due)} messages of strangers are not set aside")
            )
    return found


def agrees(message: Message, row: Row) -> bool:
    """Whether a message says what its row says."""
    said = message.headers
    return (
        message.value == row["data"].encode()
        and message.partition == row["partition"]
        and message.key == str(row["stream_id"]).encode()
        and said.get("ce_type") == row["type"]
        and said.get("ce_position") == str(row["position"])
        and said.get("ce_prev") == str(row["prev"])
        and said.get("ce_hash") == row["hash"].hex()
        and said.get("ce_streamkind") == row["stream"]
        and said.get("ce_sequence") == str(row["version"])
        and said.get("ce_correlationid") == str(row["correlation_id"])
    )


def event_id(message: Message) -> UUID | None:
    """The event id a message carries, if it carries one."""
    try:
        return UUID(message.headers.get("ce_id", ""))
    except ValueError:
        return None


def topics_keep_the_order(evidence: Evidence) -> list[Finding]:
    """Within a partition, the first occurrences are in log order: repeats may be there, never a leap ahead."""
    found = []
    for service, ledger in evidence.ledgers.items():
        row_of = {row["event_id"]: row for row in ledger.told}
        last: dict[int, int] = defaultdict(int)
        for message in evidence.told:
            row = row_of.get(event_id(message)) if message.topic == topic_of(service) else None
            if row is None or row["position"] <= last[message.partition]:
                continue
            if row["prev"] != last[message.partition]:
                found.append(
                    Finding(
                        "topics_keep_the_order",
                        service,
                        f"partition {message.partition}: {row['position']} came after {last[message.partition]}, {row['prev']} was due",
                    )
                )
            last[message.partition] = row["position"]
    return found


def heard_is_what_was_told(evidence: Evidence) -> list[Finding]:
    """A listener's log holds everything its neighbour told, once, in order per partition, with the teller's hash and bytes."""
    found = []
    for listener in evidence.ledgers.values():
        for origin in sorted({row["origin"] for row in listener.heard} | HEARS.get(listener.service, set())):
            teller = evidence.ledgers.get(origin)
            if teller is not None:
                found += [Finding("heard_is_what_was_told", listener.service, detail) for detail in _differences(listener, teller)]
    return found


HEARS: dict[str, set[str]] = {
    "lead-svc": {"opportunity-svc", "contract-svc"},
    "opportunity-svc": {"lead-svc", "contract-svc"},
    "contract-svc": {"opportunity-svc", "order-svc", "billing-svc"},
    "order-svc": {"contract-svc"},
    "billing-svc": {"contract-svc", "order-svc"},
}
"""Who must have heard whom for lead to become cash; a service that heard nothing at all is found by this."""


def _differences(listener: Ledger, teller: Ledger) -> Iterator[str]:
    told = {row["position"]: row for row in teller.told}
    heard = [row for row in listener.heard if row["origin"] == teller.service]
    seen: set[int] = set()
    last: dict[int, int] = defaultdict(int)
    for row in heard:
        position, original = row["origin_position"], told.get(row["origin_position"])
        if row["origin_log"] != teller.log_id:
            yield f"position {row['position']} comes from another log, {row['origin_log']}"
            continue
        if position in seen:
            yield f"{teller.service}@{position} was heard twice"
        seen.add(position)
        if original is None or not _same(row, original):
            yield f"{teller.service}@{position} is not what was told"
            continue
        if original["prev"] != last[original["partition"]]:
            yield f"{teller.service}@{position} was heard after {last[original['partition']]}, {original['prev']} was due"
        last[original["partition"]] = position
    missing = sorted(told.keys() - seen)
    if missing:
        yield f"{len(missing)} of {teller.service} never heard, the first is {teller.service}@{missing[0]} ({told[missing[0]]['type']})"


def _same(copy: Mapping[str, Any], original: Mapping[str, Any]) -> bool:
    return (
        copy["event_id"] == original["event_id"]
        and copy["origin_hash"] is not None
        and bytes(copy["origin_hash"]) == bytes(original["hash"])
        and copy["data"] == original["data"]
        and all(copy[name] == original[name] for name in COPIED)
    )


def tails_match_what_was_heard(evidence: Evidence) -> list[Finding]:
    """The table that says how far was heard agrees with the log, so a restart neither skips nor repeats."""
    found = []
    for service, ledger in evidence.ledgers.items():
        last: dict[tuple[UUID, int], int] = {}
        for row in ledger.heard:
            last[row["origin_log"], row["origin_partition"]] = row["origin_position"]
        noted = {(row["log_id"], row["partition"]): row["position"] for row in ledger.side.get("heard", [])}
        for key in last.keys() | noted.keys():
            if last.get(key, 0) != noted.get(key, 0):
                found.append(
                    Finding(
                        "tails_match_what_was_heard",
                        service,
                        f"partition {key[1]} of {key[0]}: log {last.get(key)}, noted {noted.get(key)}",
                    )
                )
    return found


def checkpoints_are_within_the_log(evidence: Evidence) -> list[Finding]:
    """No checkpoint is beyond the head."""
    return [
        Finding("checkpoints_are_within_the_log", service, f"{row['name']} is at {row['position']}, the log ends at {len(ledger.log)}")
        for service, ledger in evidence.ledgers.items()
        for row in ledger.side.get("checkpoint", [])
        if row["name"].startswith(("relay", "react:")) and row["position"] > len(ledger.log)
    ]


CHECKS = (
    told_is_on_the_topic,
    nothing_else_is_on_the_topic,
    strangers_are_set_aside,
    topics_keep_the_order,
    heard_is_what_was_told,
    tails_match_what_was_heard,
    checkpoints_are_within_the_log,
)
