"""Everything that was ever forecast, who was in which team and what was to be won: so that any past day can be asked for."""

from ltc_events import Fact, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..forecast.rules import ForecastSet
from ..team.rules import TargetSet, TeamSet
from .schema import read

forecasts = Table(
    "forecast_entry",
    read,
    Column("opportunity_id", UUID, primary_key=True),
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

teams = Table(
    "team_entry",
    read,
    Column("team_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("code", Text, nullable=False),
    Column("territory", Text),
    Column("lead", Text, nullable=False),
    Column("members", JSON, nullable=False),
    Column("set_by", Text, nullable=False),
)

targets = Table(
    "target_entry",
    read,
    Column("team_id", UUID, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("weights", JSON, nullable=False),
    Column("set_by", Text, nullable=False),
)


def forecast(said: ForecastSet, fact: Fact) -> Row:
    """How sure a deal was, from then on."""
    row = said.model_dump(exclude={"forecast_id", "amount"})
    return {**row, "since": fact.occurred_at, "amount": said.amount.amount, "currency": said.amount.currency}


def team(said: TeamSet, fact: Fact) -> Row:
    """Who was in a team, from then on."""
    return {**said.model_dump(exclude={"members"}), "members": list(said.members), "since": fact.occurred_at}


def target(said: TargetSet, fact: Fact) -> Row:
    """What a team was to win, from then on."""
    row = said.model_dump(exclude={"amount", "weights"})
    weights = said.weights.model_dump(mode="json")
    return {**row, "since": fact.occurred_at, "amount": said.amount.amount, "currency": said.amount.currency, "weights": weights}


forecast_list = projection(
    "forecast_list",
    on(ForecastSet, put(forecasts, forecast)),
    on(TeamSet, put(teams, team)),
    on(TargetSet, put(targets, target)),
)
