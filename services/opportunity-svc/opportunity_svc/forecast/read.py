"""Shows the forecast of a quarter, today or as it stood on any day."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ltc_events import Currency, Fact, Money, Sum, on, projection, put
from ltc_events.projection import Row
from ltc_runtime.http import EVERYONE, Api, Read, View
from pydantic import Field
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import distinct_on

from ..deal.read import OpportunityRow, Suspension
from ..team.read import TeamView, target_row, target_rows, team_row, team_rows, team_view
from ..team.rules import (
    Period,
    TargetSet,
    TeamNamed,
    TeamSet,
    UnknownTeam,
    Weights,
    days_of,
    team_id,
)
from .rules import Category, ForecastSet

forecasts = Api("/forecasts")

read = MetaData(schema="read")
forecast_rows = Table(
    "forecast_entry",
    read,
    Column("opportunity_id", postgresql.UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("account_manager", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("close_on", Date, nullable=False),
    Column("set_by", Text, nullable=False),
    Index("forecast_entry_since", "since"),
)


def forecast_row(said: ForecastSet, fact: Fact) -> Row:
    """How sure a deal was, from then on."""
    row = said.model_dump(exclude={"forecast_id", "amount"})
    return {**row, "since": fact.occurred_at, "amount": said.amount.amount, "currency": said.amount.currency}


forecast_list = projection(
    "forecast_list",
    on(ForecastSet, put(forecast_rows, forecast_row)),
    on(TeamSet, put(team_rows, team_row)),
    on(TargetSet, put(target_rows, target_row)),
)


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
async def show_forecast(period: Period, read: Read, team: TeamNamed | None = None, as_of: date | None = None) -> ForecastView:
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
    said, deals = forecast_rows.c, OpportunityRow.table.c
    last = (
        select(forecast_rows)
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
    table = target_rows.c
    found = select(target_rows).where(table.team_id == team_id(code), table.period == period, cast(table.since, Date) <= day)
    return found.order_by(table.version.desc()).limit(1)


async def _team_on(code: str, day: date, read: Read) -> TeamView:
    table = team_rows.c
    found = select(team_rows).where(table.team_id == team_id(code), cast(table.since, Date) <= day)
    return team_view(await read.one(found.order_by(table.version.desc()).limit(1), UnknownTeam))


def _by(owner: ColumnElement[Any], members: list[str] | None) -> list[ColumnElement[bool]]:
    return [] if members is None else [owner.in_(members)]


def _part(row: dict[str, Any]) -> Part:
    return Part(category=row.get("category"), currency=row["currency"], deals=row["deals"], amount=int(row["amount"]))
