"""A reaction: what one policy answers to one fact, and how its commands are given."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ltc_events import At, Command, Stream, derive_id, event_class, wants_fact
from ltc_events.policy import AnyPolicy

from .log import AlreadyThere, Log, Meta, Plan
from .log.plan import fact_of
from .log.rows import Followed, ReadRow
from .log.tables import timer

ROLES = ("service",)

COLUMNS = """position, event_id, origin, origin_position, origin_partition, stream, stream_id, version, type, actor, correlation_id,
              traceparent, occurred_at, recorded_at, data"""
"""Of the log, in the order of `ReadRow`."""


class Lane(NamedTuple):
    """One policy on one stream."""

    policy: str
    stream: Stream


class PolicyResult(NamedTuple):
    """One policy's answer to one fact."""

    policy: str
    position: int
    event_id: UUID
    lane: Lane
    commands: Sequence[Command | At]
    meta: Meta
    error: str | None = None
    """What the policy itself raised."""


def streams_of(log: Log, reactions: Sequence[PolicyResult]) -> list[Stream]:
    """The streams that the commands of these reactions name."""
    deciders = log.service.decider_of
    commands = (command for reaction in reactions for command in reaction.commands if not isinstance(command, At))
    return [stream for command in commands for stream in deciders[type(command)].streams(command)]


def execute(plan: Plan, reaction: PolicyResult) -> None:
    """Decide the commands of a reaction, or set the timers it asks for."""
    for index, command in enumerate(reaction.commands):
        meta = command_meta(reaction, index)
        if isinstance(command, At):
            plan.keep(timer, timer_row(command, meta))
            continue
        try:
            plan.decide(command, meta)
        except AlreadyThere:
            continue  # decided before: by this very reaction


def command_meta(reaction: PolicyResult, index: int) -> Meta:
    """The command a policy gives is named after event, policy and index."""
    return reaction.meta._replace(command_id=derive_id(reaction.event_id, reaction.policy, index))


def timer_row(at: At, meta: Meta) -> dict[str, Any]:
    """A timer, with all that its command will need."""
    kept = {"actor": meta.actor, "correlation_id": meta.correlation_id, "causation_id": meta.causation_id, "traceparent": meta.traceparent}
    return {
        "command_id": meta.command_id, "due": at.due, "kind": type(at.command).__name__, "command": at.command.model_dump(mode="json"),
        "meta": kept, "fired": None,
    }  # fmt: skip


def result_of(service: str, name: str, policy: AnyPolicy, fact: Followed) -> PolicyResult:
    """What ``policy`` makes of a row of the log."""
    meta = Meta(
        command_id=fact.event_id,
        actor=f"service:{service}",
        roles=ROLES,
        correlation_id=fact.correlation_id,
        causation_id=fact.event_id,
        traceparent=fact.traceparent,
        occurred_at=fact.occurred_at,
    )
    lane = Lane(name, Stream(fact.stream, fact.stream_id))
    commands, error = _ask(policy, fact)
    return PolicyResult(name, fact.position, fact.event_id, lane, commands, meta, error)


async def read_row(pool: Any, position: int) -> ReadRow:
    """One row of the log, as policies follow it."""
    return ReadRow(*await pool.fetchrow(f"SELECT {COLUMNS} FROM log WHERE position = $1", position))


def _ask(policy: AnyPolicy, row: Followed) -> tuple[Sequence[Command | At], str | None]:
    known = event_class(row.type)
    assert known is not None
    try:
        event = known.model_validate_json(row.data) if row.event is None else row.event
        return (policy(event, fact_of(row)) if wants_fact(policy.react) else policy(event)), None
    except Exception as error:
        return (), f"{type(error).__name__}: {error}"
