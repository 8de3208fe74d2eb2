"""Two services as small as services can be, to put the machine under faults: one counts, the other reacts to what was counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ltc_events import Command, Decider, Event, Projection, PublishedEvent, Refusal, derive_id, on, projection, put
from ltc_events.policy import AnyPolicy, NamedPolicy
from ltc_events.vocabulary import Stream
from ltc_runtime.log import Meta, Plan
from ltc_runtime.service import Feature, Service
from sqlalchemy import BigInteger, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID as PgUUID


class Added(PublishedEvent, type="ltc.tally.added.v1"):
    """Something was counted."""

    tally_id: UUID
    amount: int
    total: int
    note: str = ""


class Noted(Event, type="ltc.tally.noted.v1"):
    """Something that stays here."""

    tally_id: UUID
    note: str


class Add(Command):
    """Count on, up to a limit."""

    tally_id: UUID
    amount: int = 1
    limit: int = 1_000_000
    note: str = ""


class TooMuch(Refusal):
    """That would be more than the limit."""


@dataclass(frozen=True)
class Tally:
    """How much was counted."""

    total: int = 0


def decide(tally: Tally, command: Add) -> list[Added | Noted]:
    """Count, unless it is too much."""
    total = tally.total + command.amount
    if total > command.limit:
        raise TooMuch
    if command.amount == 0:
        return []
    return [Added(tally_id=command.tally_id, amount=command.amount, total=total, note=command.note)]


def evolve(tally: Tally, event: Added | Noted) -> Tally:
    """Remember the total."""
    return Tally(event.total) if isinstance(event, Added) else tally


tally = Decider(kind="tally", id="tally_id", initial=Tally(), decide=decide, evolve=evolve, commands=Add, events=Added | Noted)

totals = Table(
    "totals", MetaData(schema="read"), Column("tally_id", PgUUID, primary_key=True), Column("total", BigInteger), Column("note", Text)
)


def row(event: Added) -> dict[str, Any]:
    """The row people read; a note that cannot be shown breaks the projection."""
    if event.note == "unshowable":
        raise ValueError("this note cannot be shown")
    return {"tally_id": event.tally_id, "total": event.total, "note": event.note}


tally_svc = Service("tally-svc", Feature(deciders=(tally,), projections=(projection("totals", on(Added, put(totals, row))),)))


class Echoed(PublishedEvent, type="ltc.echo.echoed.v1"):
    """Something heard was answered."""

    echo_id: UUID
    total: int


class Echo(Command):
    """Answer what was heard."""

    echo_id: UUID
    total: int


def echo_decide(said: int, command: Echo) -> list[Echoed]:
    """Answer each time."""
    return [Echoed(echo_id=command.echo_id, total=command.total)]


echo = Decider(kind="echo", id="echo_id", initial=0, decide=echo_decide, evolve=lambda said, event: said + 1, commands=Echo, events=Echoed)


def answer(added: Added) -> list[Command]:
    """Whatever is counted is answered once."""
    return [Echo(echo_id=derive_id(added.tally_id, "echo"), total=added.total)]


echoes = Table("echoes", MetaData(schema="read"), Column("tally_id", PgUUID, primary_key=True), Column("total", BigInteger))
ANSWER = NamedPolicy("answer", Added, answer)
echo_list = projection("echoes", on(Added, put(echoes, lambda added: {"tally_id": added.tally_id, "total": added.total})))


def echo_with(*policies: AnyPolicy, projections: Sequence[Projection] = (echo_list,)) -> Service:
    """The second service, with these policies and read models."""
    return Service("echo-svc", Feature(deciders=(echo,), policies=policies, projections=projections))


echo_svc = echo_with(ANSWER)


@dataclass
class Adding:
    """A command as the log wants it."""

    command: Add
    meta: Meta
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What it decides on."""
        return (tally.of(self.command.tally_id),)

    def plan(self, plan: Plan) -> int:
        """Decide; the position it came to."""
        rows = plan.decide(self.command, self.meta)
        return rows[-1].position if rows else plan.head


def adding(name: object, amount: int = 1, *, to: str = "one", **more: Any) -> Adding:
    """Count on ``to``; the same ``name`` is the same command."""
    return Adding(
        Add(tally_id=derive_id("tally", to), amount=amount, **more), Meta(command_id=derive_id("command", str(name)), actor="ann")
    )


@dataclass
class Echoing:
    """The same for the second service."""

    command: Echo
    meta: Meta
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What it decides on."""
        return (echo.of(self.command.echo_id),)

    def plan(self, plan: Plan) -> int:
        """Decide; how many events it came to."""
        return len(plan.decide(self.command, self.meta))
