"""What managers do with teams: say who is in them, and set targets."""

from ltc_events import Code, Money, UserId
from ltc_runtime.http import Api, Body, Handle, NaturalKey
from pydantic import Field

from ..deal.rules.roles import MANAGERS
from . import rules as team
from .rules import (
    LeadIsNoMember,
    MemberNamedTwice,
    Members,
    Period,
    SetTarget,
    SetTeam,
    TargetOfNothing,
    TeamNamed,
    UnknownTeam,
    Weights,
    team_id,
)

teams = Api("/teams", stream=team.decider, natural=NaturalKey("code", TeamNamed, team_id))


class TeamBody(Body):
    """Who is in a team, and where it sells."""

    territory: Code | None = Field(None, examples=["CN-SH"])
    lead: UserId = Field(examples=["mia"])
    members: Members = Field(examples=[["mia", "ann"]])


@teams.act("/{code}", roles=MANAGERS, refuses=(MemberNamedTwice, LeadIsNoMember))
async def set_team(code: TeamNamed, body: TeamBody, handle: Handle) -> None:
    """Make a team, or say anew who is in it. Whoever is in two teams counts in both."""
    command = SetTeam(team_id=team_id(code), code=code, territory=body.territory, lead=body.lead, members=body.members, set_by=handle.actor)
    return await handle(command)


class TargetBody(Body):
    """What a team is to win in a quarter."""

    period: Period = Field(examples=["2026-Q4"])
    amount: Money
    weights: Weights = Field(description="How much of what is forecast in a category is counted on.")


@teams.act("/{code}/target", roles=MANAGERS, refuses=(UnknownTeam, TargetOfNothing))
async def set_target(code: TeamNamed, body: TargetBody, handle: Handle) -> None:
    """Set the target of a team for a quarter."""
    command = SetTarget(team_id=team_id(code), period=body.period, amount=body.amount, weights=body.weights, set_by=handle.actor)
    return await handle(command)
