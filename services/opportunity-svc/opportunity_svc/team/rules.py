"""Sales teams: who belongs to them, where they sell, and what they are to win in a quarter."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Money, Rate, Refusal, UserId, Value, derive_id
from pydantic import Field, StringConstraints

TeamCode = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
TeamNamed = Annotated[TeamCode, Field(examples=["east"])]
Period = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-Q[1-4]$")]
"""A quarter: ``2026-Q4``."""

Members = Annotated[tuple[UserId, ...], Field(min_length=1, max_length=500)]


def team_id(code: str) -> UUID:
    """The stream of a team."""
    return derive_id("team", code)


def days_of(period: str) -> tuple[date, date]:
    """The first and the last day of a quarter."""
    year, quarter = int(period[:4]), int(period[-1])
    first = date(year, 3 * quarter - 2, 1)
    following = date(year + 1, 1, 1) if quarter == 4 else date(year, 3 * quarter + 1, 1)
    return first, following - timedelta(days=1)


class Weights(Value):
    """How much of what is forecast in a category is counted on."""

    commit: Rate
    best_case: Rate
    pipeline: Rate


class SetTeam(Command):
    """Say who is in a team, and where it sells."""

    team_id: UUID
    code: TeamCode
    territory: Code | None = None
    lead: UserId
    members: Members
    set_by: UserId


class SetTarget(Command):
    """Say what a team is to win in a quarter."""

    team_id: UUID
    period: Period
    amount: Money
    weights: Weights
    set_by: UserId


class TeamSet(Event, type="ltc.opportunity.team-set.v1"):
    """Who is in a team from now on."""

    team_id: UUID
    code: TeamCode
    version: int
    territory: Code | None = None
    lead: UserId
    members: tuple[UserId, ...]
    set_by: UserId


class TargetSet(Event, type="ltc.opportunity.target-set.v1"):
    """What a team is to win in a quarter, and how much of a forecast counts."""

    team_id: UUID
    period: Period
    version: int
    amount: Money
    weights: Weights
    set_by: UserId


class UnknownTeam(Refusal):
    """There is no such team."""

    status = 404


class MemberNamedTwice(Refusal):
    """{member} is named twice."""


class LeadIsNoMember(Refusal):
    """{lead} leads the team and is not in it."""


class TargetOfNothing(Refusal):
    """A target is more than nothing."""


@dataclass(frozen=True, slots=True)
class Team:
    """What was said of it last."""

    said: TeamSet | None = None
    targets: Mapping[str, TargetSet] = field(default_factory=dict)


TeamCommand = SetTeam | SetTarget
TeamEvent = TeamSet | TargetSet


def decide(team: Team, command: TeamCommand) -> list[TeamEvent]:
    match command:
        case SetTeam():
            return set_team(team, command)
        case SetTarget():
            return set_target(team, command)


def set_team(team: Team, command: SetTeam) -> list[TeamEvent]:
    twice = next((member for member in command.members if command.members.count(member) > 1), None)
    if twice is not None:
        raise MemberNamedTwice(member=twice)
    if command.lead not in command.members:
        raise LeadIsNoMember(lead=command.lead)
    told = TeamSet(**dict(command), version=team.said.version + 1 if team.said else 1)
    return [] if same(team.said, told) else [told]


def set_target(team: Team, command: SetTarget) -> list[TeamEvent]:
    if team.said is None:
        raise UnknownTeam
    if command.amount.amount <= 0:
        raise TargetOfNothing
    before = team.targets.get(command.period)
    told = TargetSet(**dict(command), version=before.version + 1 if before else 1)
    return [] if same(before, told) else [told]


def same(before: TeamEvent | None, now: TeamEvent) -> bool:
    """Whether it says again what was said, whoever says it."""
    apart = {"version", "set_by"}
    return before is not None and before.model_dump(exclude=apart) == now.model_dump(exclude=apart)


def evolve(team: Team, event: TeamEvent) -> Team:
    match event:
        case TeamSet():
            return replace(team, said=event)
        case TargetSet():
            return replace(team, targets={**team.targets, event.period: event})


decider: Decider[Team, TeamCommand, TeamEvent] = Decider(
    kind="team", id="team_id", initial=Team(), decide=decide, evolve=evolve, commands=TeamCommand, events=TeamEvent, shared=True
)
