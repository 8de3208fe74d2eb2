"""The words every service is written in: event, command, refusal, decider, timer."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, NamedTuple, Never, Protocol, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

EVENT_TYPE = re.compile(r"^ltc\.([a-z]+)\.[a-z]+(?:-[a-z]+)*\.v([1-9][0-9]*)$")

_types: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """A fact: it happened, it is named in the past tense and never changes.

    Declared with the explicit name it has in the log and on the wire: ``class LeadQualified(Event,
    type="ltc.lead.qualified.v1")``. The second segment names the service that owns it, the last one its schema version.
    Fields unknown to a reader are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_type: ClassVar[str] = ""
    published: ClassVar[bool] = False

    def __init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if type is None:
            return
        if not EVENT_TYPE.match(type):
            raise TypeError(f"{cls.__name__}: {type!r} is not an event type like 'ltc.lead.qualified.v1'")
        known = _types.get(type)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"{type!r} is taken by {known.__qualname__}")
        cls.event_type = type
        _types[type] = cls

    @classmethod
    def origin(cls) -> str:
        """The service that decides this fact, such as ``lead-svc``."""
        return f"{cls.event_type.split('.')[1]}-svc"


class PublishedEvent(Event):
    """A fact that other services and analysts may know: it goes to the topic of its service."""

    published: ClassVar[bool] = True


class Command(BaseModel):
    """A request to change something, named in the imperative. It carries whatever its rule depends on (today, actor, amounts).

    A command that is decided on several streams names them in a method ``reads(self) -> Sequence[Stream]``. The first of them that
    exists says which deal the command belongs to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class At:
    """A timer: ``command`` is to be handled at ``due`` or soon after. Never cancelled; a late command finds the state moved on."""

    due: datetime
    command: Command


class Refusal(Exception):
    """The request was understood and is not allowed now."""

    # The docstring of a subclass is what the user reads; ``{names}`` in it are filled from the details.
    status: ClassVar[int] = 409

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What the user reads."""
        text = " ".join(inspect.cleandoc(type(self).__doc__ or type(self).__name__).split())
        return text.format(**{name: _listed(value) for name, value in self.details.items()}) if self.details else text

    @classmethod
    def code(cls) -> str:
        """The stable code of the problem: ``LeadClosed`` is ``lead-closed``."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


def _listed(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else value


class Stream(NamedTuple):
    """One aggregate's history: what kind it is, and which."""

    kind: str
    id: UUID


S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@cache
def reads_of(command: type[Command]) -> Callable[[Any], Sequence[Stream]] | None:
    """What names the streams a command reads; None where it reads only its own. Kept per class: pydantic is slow to miss an attribute."""
    return getattr(command, "reads", None)


def members(union: Any) -> tuple[type, ...]:
    """The classes of a union alias; of a single class, itself; of `Never`, none."""
    return () if union is Never else get_args(union) or (union,)


@dataclass(frozen=True, eq=False)
class Decider(Generic[S, C, E]):
    """How one noun decides and how it changes.

    Args:
        kind: the kind of stream, such as ``"lead"``.
        id: the field that names the stream, the same in its commands and its events.
        initial: the state before anything happened.
        evolve: ``(state, event) -> state``; never refuses a fact.
        commands: the union of commands it decides; `Never` where other nouns decide for it.
        events: the union of events that make up its streams.
        decide: ``(state, command) -> events``, where every command reads the one stream it names; raises a `Refusal` where the rules
            forbid it, returns ``[]`` where there is nothing to do.
        decide_many: ``(states, command) -> events``, where some command reads several streams (its method ``reads`` names them). The
            events may belong to other nouns; all are appended or none.
        also: the deciders of the other nouns that its commands read.
        shared: its streams serve many deals (a number series, a price book) and belong to none: each event keeps the
            deal of the command that caused it.
        by_last: the last event of a stream alone says its state, whatever was before: only that one is read, however long
            the stream is.

    Raises:
        TypeError: not exactly one of ``decide`` and ``decide_many`` is given, or one where there are no commands.
    """

    kind: str
    id: str
    initial: S
    evolve: Callable[[S, E], S]
    commands: Any
    events: Any
    decide: Callable[[S, C], Sequence[E]] | None = None
    decide_many: "Callable[[States, C], Sequence[Event]] | None" = None
    also: "tuple[Decider[Any, Any, Any], ...]" = ()
    shared: bool = False
    by_last: bool = False

    def __post_init__(self) -> None:
        ways = (self.decide is not None) + (self.decide_many is not None)
        if ways != (self.commands is not Never):
            raise TypeError(f"{self.kind}: give decide or decide_many, and neither where there are no commands")

    def of(self, id: UUID) -> Stream:
        """The stream of the aggregate ``id``."""
        return Stream(self.kind, id)

    def streams(self, command: C) -> Sequence[Stream]:
        """The streams the command reads: what its ``reads`` says, else the one it names."""
        reads = reads_of(type(command))
        return (Stream(self.kind, getattr(command, self.id)),) if reads is None else reads(command)

    def decide_on(self, states: "States", command: C) -> Sequence[Event]:
        """Decide on the states of the streams the command reads."""
        if self.decide is not None:
            return self.decide(states.of(self, getattr(command, self.id)), command)
        assert self.decide_many is not None, f"{self.kind} decides no commands"
        return self.decide_many(states, command)


class States(Protocol):
    """The states of the streams that a command names, as they are when it is decided."""

    def of(self, decider: Decider[S, Any, Any], id: UUID) -> S:
        """The state of one of them.

        Raises:
            LookupError: the command did not name this stream.
        """
        ...


AnyDecider = Decider[Any, Any, Any]
Policy = Callable[..., "list[Command] | list[Command | At] | list[At]"]
"""``event -> commands``: what a service does when an event is consumed or decided. One that needs to know when it happened takes the
`Fact` as well, as a projection may."""


@cache
def wants_fact(function: Callable[..., Any]) -> bool:
    """Whether it takes what the log knows of an event (`Fact`) beside the event."""
    return len(inspect.signature(function).parameters) == 2


@dataclass(frozen=True)
class GivenStates(States):
    """States held in memory, by stream."""

    states: Mapping[Stream, Any] = field(default_factory=dict)

    def of(self, decider: Decider[S, Any, Any], id: UUID) -> S:
        state: S = self.states[decider.of(id)]
        return state


def event_class(event_type: str) -> type[Event] | None:
    """The class of events of ``event_type``, if this process knows it."""
    return _types.get(event_type)


def event_classes() -> dict[str, type[Event]]:
    """Every event class this process knows, by its type."""
    return dict(_types)
