"""Projections: how a fact changes the rows that people read.

A projection is a list of ``on(Event, verb)``; a verb is by primary key: `put` a whole row, `change` some columns of it,
`remove` it. Columns take absolute values out of the event (never "plus one"), so applying a fact needs no reading and a
rebuild gives the same rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Table

from .vocabulary import Event, wants_fact


@dataclass(frozen=True, slots=True)
class Fact:
    """What the log knows of an event beside its content."""

    position: int
    stream: str
    stream_id: UUID
    version: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    correlation_id: UUID


Row = Mapping[str, Any]
Columns = Callable[..., "Row | Iterable[Row]"]


@dataclass(frozen=True)
class Verb:
    """What to do to one row of ``table``, or to several."""

    kind: Literal["put", "change", "remove"]
    table: Table
    columns: Columns
    wants_fact: bool

    def rows(self, event: Event, fact: Fact) -> list[Row]:
        """The rows the event means for this table."""
        result = self.columns(event, fact) if self.wants_fact else self.columns(event)
        if isinstance(result, list):  # recognized faster than a mapping
            return result
        return [result] if isinstance(result, (dict, Mapping)) else list(result)


@dataclass(frozen=True)
class On:
    """On this event, these verbs."""

    event: type[Event]
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, eq=False)
class Projection:
    """One or more read-model tables and the facts they follow.

    Args:
        name: unique in the service.
        ons: what each event does.
        version: raise it when the meaning of a function changed, so that the tables are built anew.
    """

    name: str
    ons: tuple[On, ...]
    version: int = 1

    @property
    def tables(self) -> list[Table]:
        """The tables it owns, in order of first mention."""
        return list(dict.fromkeys(verb.table for on in self.ons for verb in on.verbs))


def projection(name: str, *ons: On, version: int = 1) -> Projection:
    """A read model called ``name`` that follows ``ons``."""
    return Projection(name, ons, version)


def on(event: type[Event], *verbs: Verb) -> On:
    """What ``event`` does to the read model."""
    return On(event, verbs)


def put(table: Table, columns: Columns) -> Verb:
    """Write a whole row, whatever was there: ``columns(event)`` or ``columns(event, fact)`` gives every column (one row, or several)."""
    return _verb("put", table, columns)


def change(table: Table, columns: Columns) -> Verb:
    """Change some columns of an existing row; ``columns`` gives the primary key and the columns that change. No row, no effect."""
    return _verb("change", table, columns)


def remove(table: Table, columns: Columns) -> Verb:
    """Remove a row; ``columns`` gives its primary key."""
    return _verb("remove", table, columns)


def _verb(kind: Literal["put", "change", "remove"], table: Table, columns: Columns) -> Verb:
    return Verb(kind, table, columns, wants_fact=wants_fact(columns))
