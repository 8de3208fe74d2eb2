"""A service on one page: what it answers, decides, reacts to and shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any

from ltc_events import AnyDecider, Command, Decider, Event, On, Policy, Projection, Taking, Verb, members
from ltc_events.effect import Effect
from ltc_events.filled import filled_fields
from ltc_events.policy import NamedPolicy

from .numbers import Numbered, Series

ENTRY_POINTS = "ltc.services"


def topic_of(service: str) -> str:
    """The topic a service tells its facts on: ``lead-svc`` → ``ltc.lead.v1``."""
    return f"ltc.{service.removesuffix('-svc')}.v1"


@dataclass(frozen=True, eq=False)
class Service:
    """The table of contents of a service.

    Args:
        name: such as ``lead-svc``.
        api: its routes, one `ltc_runtime.http.Api` or several.
        decides: its deciders.
        reacts: event class → policies; own events and those of others.
        shows: its projections.
        takes: kinds of files it takes over.
        effects: what own events intend outside.
        numbers: decider → the series that fills the `NewNumber` of its commands.
        from_start: names of policies that also react to what happened before they were added.
    """

    name: str
    api: Any
    decides: Sequence[AnyDecider]
    reacts: Mapping[type[Event], Sequence[Policy]] = field(default_factory=dict)
    shows: Sequence[Projection] = ()
    takes: Sequence[Taking[Any]] = ()
    effects: Sequence[Effect] = ()
    numbers: Mapping[AnyDecider, Series] = field(default_factory=dict)
    from_start: frozenset[str] = frozenset()

    @property
    def topic(self) -> str:
        """Where it tells its published facts."""
        return topic_of(self.name)

    @cached_property
    def apis(self) -> tuple[Any, ...]:
        """Its routers."""
        return tuple(self.api) if isinstance(self.api, (tuple, list)) else (self.api,)

    @cached_property
    def hears(self) -> tuple[str, ...]:
        """The other services whose facts it needs, sorted."""
        heard = [*self.reacts, *(on.event for projection in self.shows for on in projection.ons)]
        return tuple(sorted({event.origin() for event in heard if event.published} - {self.name}))

    @cached_property
    def deciders(self) -> dict[type[Command], AnyDecider]:
        """Who decides a command."""
        return {command: decider for decider in self.decides for command in members(decider.commands)}

    @cached_property
    def numbered(self) -> dict[type[Command], Numbered]:
        """The commands that create something with a number.

        Raises:
            TypeError: a command has such a field, and its feature names no series.
        """
        found = {}
        for decider in self.decides:
            for command in members(decider.commands):
                for name in [name for name, mark in filled_fields(command).items() if mark.by == "number"]:
                    if decider not in self.numbers:
                        raise TypeError(f"{command.__name__}.{name} gets a number: say of which series (numbers)")
                    found[command] = Numbered(name, self.numbers[decider])
        return found

    @cached_property
    def owners(self) -> dict[type[Event], Decider[Any, Any, Any]]:
        """Whose stream an own event belongs to."""
        return {event: decider for decider in self.kinds.values() for event in members(decider.events)}

    @cached_property
    def kinds(self) -> dict[str, Decider[Any, Any, Any]]:
        """Its kinds of streams, by name."""
        known = [each for decider in self.decides for each in ((decider, *decider.also) if isinstance(decider, Decider) else decider.over)]
        return {decider.kind: decider for decider in known}

    @cached_property
    def verbs(self) -> dict[type[Event], tuple[Verb, ...]]:
        """What an event does to the read models."""
        ons: list[On] = [on for projection in self.shows for on in projection.ons]
        return {on.event: tuple(verb for other in ons if other.event is on.event for verb in other.verbs) for on in ons}

    @cached_property
    def policies(self) -> dict[str, Policy]:
        """Its policies by name; a policy's name is its function's."""
        return {policy_name(policy): policy for policies in self.reacts.values() for policy in policies}


def policy_name(policy: Policy) -> str:
    """The name of a policy in checkpoints and parked work."""
    return policy.name if isinstance(policy, NamedPolicy) else str(getattr(policy, "__name__", policy))


def installed() -> list[str]:
    """The names of the services installed here, in the order a deal passes through them."""
    flow = ["lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc"]
    names = {point.name for point in entry_points(group=ENTRY_POINTS)}
    return [name for name in flow if name in names] + sorted(names - set(flow))


def load(name: str) -> Service:
    """The installed service ``name``.

    Raises:
        LookupError: no such service is installed.
    """
    for point in entry_points(group=ENTRY_POINTS, name=name):
        service: Service = point.load()
        return service
    raise LookupError(f"no service {name!r}; installed are {', '.join(installed()) or 'none'}")
