"""A service is a list of features; a feature is one business noun."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ltc_events import AnyDecider, Command, Event, ImportKind, Projection, Verb, members
from ltc_events.effect import Effect
from ltc_events.filled import filled_fields
from ltc_events.policy import AnyPolicy

from .numbers import Numbered, Series

ENTRY_POINTS = "ltc.services"


def topic_of(service: str) -> str:
    """The topic on which a service publishes: ``lead-svc`` → ``ltc.lead.v1``."""
    return f"ltc.{service.removesuffix('-svc')}.v1"


@dataclass(frozen=True, eq=False)
class Feature:
    """What one noun decides, shows, does and serves.

    Args:
        api: its routes, one `ltc_runtime.http.Api` or several.
        deciders: its deciders.
        policies: what it does when something happens, each under a stable name.
        projections: its read models.
        imports: the kinds of files it imports.
        effects: what its events intend outside the platform, such as mails.
        numbers: the series that fills the `NewNumber` of its commands.
    """

    api: Any = ()
    deciders: Sequence[AnyDecider] = ()
    policies: Sequence[AnyPolicy] = ()
    projections: Sequence[Projection] = ()
    imports: Sequence[ImportKind[Any]] = ()
    effects: Sequence[Effect] = ()
    numbers: Series | None = None

    @property
    def apis(self) -> tuple[Any, ...]:
        """Its routers."""
        return tuple(self.api) if isinstance(self.api, (tuple, list)) else (self.api,)


class Service:
    """A service: its name, such as ``lead-svc``, and its features.

    A feature that other features import is given as a function: importing its rules then loads neither its routes nor theirs.

    Raises:
        ValueError: two policies have the same name.
    """

    def __init__(self, name: str, *given: Feature | Callable[[], Feature]) -> None:
        features = [feature if isinstance(feature, Feature) else feature() for feature in given]
        self.name = name
        self.numbers = {decider: feature.numbers for feature in features if feature.numbers is not None for decider in feature.deciders}
        """The series that numbers what a decider creates."""
        self.apis = tuple(api for feature in features for api in feature.apis)
        series = dict.fromkeys(each.decider for each in self.numbers.values())
        self.deciders: tuple[AnyDecider, ...] = (*(decider for feature in features for decider in feature.deciders), *series)
        self.projections = tuple(projection for feature in features for projection in feature.projections)
        self.imports = tuple(kind for feature in features for kind in feature.imports)
        self.effects = tuple(effect for feature in features for effect in feature.effects)
        policies = [policy for feature in features for policy in feature.policies]
        if twice := [policy for policy, count in Counter(policy.name for policy in policies).items() if count > 1]:
            raise ValueError(f"{name}: two policies are called {', '.join(twice)}")
        self.policies: dict[str, AnyPolicy] = {policy.name: policy for policy in policies}
        """Its policies by name."""

    @property
    def topic(self) -> str:
        """The topic of its published events."""
        return topic_of(self.name)

    @cached_property
    def consumes(self) -> tuple[str, ...]:
        """The other services whose events it consumes, sorted."""
        events = [*self.policies_of, *(on.event for projection in self.projections for on in projection.ons)]
        return tuple(sorted({event.origin() for event in events if event.published} - {self.name}))

    @cached_property
    def policies_of(self) -> dict[type[Event], tuple[AnyPolicy, ...]]:
        """The policies that follow an event, its own or a consumed one."""
        events = dict.fromkeys(event for policy in self.policies.values() for event in policy.events)
        return {event: tuple(policy for policy in self.policies.values() if event in policy.events) for event in events}

    @cached_property
    def decider_of(self) -> dict[type[Command], AnyDecider]:
        """The decider of a command."""
        return {command: decider for decider in self.deciders for command in members(decider.commands)}

    @cached_property
    def numbered(self) -> dict[type[Command], Numbered]:
        """The commands that create something with a number.

        Raises:
            TypeError: a command has such a field, and its feature names no series.
        """
        found = {}
        for command, decider in self.decider_of.items():
            for name in [name for name, mark in filled_fields(command).items() if mark.by == "number"]:
                if decider not in self.numbers:
                    raise TypeError(f"{command.__name__}.{name} gets a number: give its feature a series (numbers)")
                found[command] = Numbered(name, self.numbers[decider])
        return found

    @cached_property
    def owner_of(self) -> dict[type[Event], AnyDecider]:
        """The decider whose streams hold an own event."""
        return {event: decider for decider in self.kinds.values() for event in members(decider.events)}

    @cached_property
    def kinds(self) -> dict[str, AnyDecider]:
        """Its kinds of streams, by name."""
        return {each.kind: each for decider in self.deciders for each in (decider, *decider.also)}

    @cached_property
    def verbs_of(self) -> dict[type[Event], tuple[Verb, ...]]:
        """What an event does to the read models."""
        ons = [on for projection in self.projections for on in projection.ons]
        return {on.event: tuple(verb for other in ons if other.event is on.event for verb in other.verbs) for on in ons}


def installed() -> list[str]:
    """The names of the services installed here, in the order in which a deal passes through them."""
    return [point.name for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: (_stage_of(point), point.name))]


def _stage_of(point: EntryPoint) -> int:
    """The ``STAGE`` that the service's package says in its ``__init__.py``: to know it, nothing else of the service is loaded."""
    stage: int = getattr(import_module(point.module.partition(".")[0]), "STAGE", 1_000)
    return stage


def load(name: str) -> Service:
    """The installed service ``name``.

    Raises:
        LookupError: no such service is installed.
    """
    for point in entry_points(group=ENTRY_POINTS, name=name):
        service: Service = point.load()
        return service
    raise LookupError(f"no service {name!r}; installed are {', '.join(installed()) or 'none'}")
