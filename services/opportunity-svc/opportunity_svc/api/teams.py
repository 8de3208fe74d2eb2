"""Teams, their targets, and what is forecast: as it stands, and as it stood on any day."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any
from uuid import UUID

from ltc_events import Code, Currency, Money, Sum, UserId
from ltc_runtime.http import EVERYONE, Api, Body, Handle, NaturalKey, Read, View
from pydantic import Field
from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from .. import projections as shown
from ..deal.read import OpportunityRow, Suspension
from ..deal.rules.states import OPEN
from ..forecast import rules as forecast
from ..forecast.rules import Category, CloseDayPassed, ForecastBelowNothing, SetForecast, forecast_id
from ..team import rules as team
from ..team.rules import (
    LeadIsNoMember,
    MemberNamedTwice,
    Members,
    Period,
    SetTarget,
    SetTeam,
    TargetOfNothing,
    TeamCode,
    UnknownTeam,
    Weights,
    days_of,
    team_id,
)
from .roles import MANAGERS, SALES

Named = Annotated[TeamCode, Field(examples=["east"])]

teams = Api("/teams", stream=team.decider, natural=NaturalKey("code", Named, team_id))
deal_forecasts = Api(
    "/opportunities/{opportunity_id}/forecast", stream=forecast.decider, natural=NaturalKey("opportunity_id", UUID, forecast_id)
)
forecasts = Api("/forecasts")


# ── a deal ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ForecastBody(Body):
    """How sure a deal is."""

    category: Category
    amount: Money
    close_on: date = Field(description="By when we expect to win it.")


@deal_forecasts.act("", roles=SALES, refuses=(*OPEN, CloseDayPassed, ForecastBelowNothing))
async def forecast_opportunity(opportunity_id: UUID, body: ForecastBody, handle: Handle) -> None:
    """Say how sure an open deal is, of how much, and by when."""
    command = SetForecast(
        forecast_id=forecast_id(opportunity_id),
        opportunity_id=opportunity_id,
        category=body.category,
        amount=body.amount,
        close_on=body.close_on,
        set_by=handle.actor,
        today=handle.today,
    )
    return await handle(command)


# ── teams ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TeamBody(Body):
    """Who is in a team, and where it sells."""

    territory: Code | None = Field(None, examples=["CN-SH"])
    lead: UserId = Field(examples=["mia"])
    members: Members = Field(examples=[["mia", "ann"]])


@teams.act("/{code}", roles=MANAGERS, refuses=(MemberNamedTwice, LeadIsNoMember))
async def set_team(code: Named, body: TeamBody, handle: Handle) -> None:
    """Make a team, or say anew who is in it. Whoever is in two teams counts in both."""
    command = SetTeam(team_id=team_id(code), code=code, territory=body.territory, lead=body.lead, members=body.members, set_by=handle.actor)
    return await handle(command)


class TargetBody(Body):
    """What a team is to win in a quarter."""

    period: Period = Field(examples=["2026-Q4"])
    amount: Money
    weights: Weights = Field(description="How much of what is forecast in a category is counted on.")


@teams.act("/{code}/target", roles=MANAGERS, refuses=(UnknownTeam, TargetOfNothing))
async def set_target(code: Named, body: TargetBody, handle: Handle) -> None:
    """Set the target of a team for a quarter."""
    command = SetTarget(team_id=team_id(code), period=body.period, amount=body.amount, weights=body.weights, set_by=handle.actor)
    return await handle(command)


class TeamView(View):
    """A team as it is now, or was on a day."""

    code: str
    version: int
    territory: str | None
    lead: str
    members: Sequence[str]
    since: datetime


@teams.query("", roles=EVERYONE)
async def list_teams(read: Read, territory: Code | None = None) -> Sequence[TeamView]:
    """The teams, by their codes."""
    table = shown.teams.c
    newest = select(shown.teams).ext(distinct_on(table.team_id)).order_by(table.team_id, table.version.desc()).subquery()
    found = select(newest).order_by(newest.c.code)
    if territory is not None:
        found = found.where(newest.c.territory == territory)
    return [_team(row) for row in await read.all(found)]


teams.history("/{code}/history", roles=EVERYONE, refuses=(UnknownTeam,))


# ── the forecast ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Part(View):
    """What is forecast in a category, or won, in one currency."""

    category: Category | None
    currency: Currency
    deals: int
    amount: int = Field(description="Minor units.")


class ForecastView(View):
    """A quarter, as it is forecast on a day."""

    period: Period
    as_of: date
    team: TeamView | None
    forecast: Sequence[Part]
    won: Sequence[Part] = Field(description="What was won in the quarter by that day.")
    target: Money | None
    remaining: Money | None = Field(description="The target less what was won, in the target's currency; never below nothing.")
    weighted: Sum | None = Field(description="What is forecast, each category by its weight.")
    coverage: Decimal | None = Field(description="weighted ÷ remaining, to four places; null where nothing remains, or is to be won.")


@forecasts.query("/{period}", roles=EVERYONE, refuses=(UnknownTeam,))
async def show_forecast(period: Period, read: Read, team: Named | None = None, as_of: date | None = None) -> ForecastView:
    """What is forecast for a quarter: of everybody or of a team, today or as it stood at the end of any past day."""
    day = as_of or read.now.date()
    there = None if team is None else await _team_on(team, day, read)
    members = None if there is None else list(there.members)
    open_ = [_part(row) for row in await read.all(_forecast(period, day, members))]
    won = [_part(row) for row in await read.all(_won(period, day, members))]
    target = None if team is None else await read.maybe(_target(team, period, day))
    return ForecastView(period=period, as_of=day, team=there, forecast=open_, won=won, **_against(target, open_, won))


def _against(target: dict[str, Any] | None, forecast: Sequence[Part], won: Sequence[Part]) -> dict[str, Any]:
    if target is None:
        return dict.fromkeys(("target", "remaining", "weighted", "coverage"))
    currency: str = target["currency"]
    weights = Weights(**target["weights"]).model_dump()
    reached = sum(part.amount for part in won if part.currency == currency)
    remaining = max(0, target["amount"] - reached)
    counted = sum(
        (weights.get(part.category or "", Decimal(0)) * part.amount for part in forecast if part.currency == currency), Decimal(0)
    )
    return {
        "target": Money(amount=target["amount"], currency=currency),
        "remaining": Money(amount=remaining, currency=currency),
        "weighted": Sum(amount=int(counted.quantize(Decimal(1), ROUND_HALF_UP)), currency=currency),
        "coverage": (counted / remaining).quantize(Decimal("0.0001"), ROUND_HALF_UP) if remaining else None,
    }


def _forecast(period: str, day: date, members: list[str] | None) -> Select[Any]:
    """What was forecast last by that day, of deals that were open then."""
    said, deals = shown.forecasts.c, OpportunityRow.table.c
    last = (
        select(shown.forecasts)
        .where(cast(said.since, Date) <= day)
        .ext(distinct_on(said.opportunity_id))
        .order_by(said.opportunity_id, said.version.desc())
        .subquery()
    )
    category = case((_stands_still(last.c.opportunity_id, day), "omitted"), else_=last.c.category).label("category")
    first, end = days_of(period)
    still = or_(deals.closed_on.is_(None), deals.closed_on > day)
    told = select(category, last.c.currency, last.c.amount).join_from(
        last, OpportunityRow.table, deals.opportunity_id == last.c.opportunity_id
    )
    one = told.where(still, last.c.close_on.between(first, end), *_by(last.c.account_manager, members)).subquery().c
    order = case({"commit": 1, "best_case": 2, "pipeline": 3, "omitted": 4}, value=one.category)
    found = select(one.category, one.currency, func.count().label("deals"), func.sum(one.amount).label("amount"))
    return found.group_by(one.category, one.currency).order_by(order, one.currency)


def _stands_still(deal: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """Whether a deal was suspended at the end of that day: nobody counts on it then, whatever was forecast."""
    pause = Suspension.table.c
    there = and_(pause.opportunity_id == deal, cast(pause.since, Date) <= day, or_(pause.until.is_(None), cast(pause.until, Date) > day))
    return exists(select(pause.number).where(there))


def _won(period: str, day: date, members: list[str] | None) -> Select[Any]:
    deals = OpportunityRow.table.c
    first, end = days_of(period)
    found = select(deals.won_currency.label("currency"), func.count().label("deals"), func.sum(deals.won).label("amount"))
    within = and_(deals.status == "won", deals.closed_on.between(first, min(end, day)))
    return found.where(within, *_by(deals.account_manager, members)).group_by(deals.won_currency).order_by(deals.won_currency)


def _target(code: str, period: str, day: date) -> Select[Any]:
    table = shown.targets.c
    found = select(shown.targets).where(table.team_id == team_id(code), table.period == period, cast(table.since, Date) <= day)
    return found.order_by(table.version.desc()).limit(1)


async def _team_on(code: str, day: date, read: Read) -> TeamView:
    table = shown.teams.c
    found = select(shown.teams).where(table.team_id == team_id(code), cast(table.since, Date) <= day)
    return _team(await read.one(found.order_by(table.version.desc()).limit(1), UnknownTeam))


def _by(owner: ColumnElement[Any], members: list[str] | None) -> list[ColumnElement[bool]]:
    return [] if members is None else [owner.in_(members)]


def _team(row: dict[str, Any]) -> TeamView:
    return TeamView(**{name: row[name] for name in TeamView.model_fields})


def _part(row: dict[str, Any]) -> Part:
    return Part(category=row.get("category"), currency=row["currency"], deals=row["deals"], amount=int(row["amount"]))
