"""Shows teams, and keeps who was in them and what they had to win on any day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ltc_events import Code, Fact
from ltc_events.projection import Row
from ltc_runtime.http import EVERYONE, Read, View
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import distinct_on

from .api import teams
from .rules import (
    TargetSet,
    TeamSet,
    UnknownTeam,
)

read = MetaData(schema="read")
team_rows = Table(
    "team_entry",
    read,
    Column("team_id", postgresql.UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("code", Text, nullable=False),
    Column("territory", Text),
    Column("lead", Text, nullable=False),
    Column("members", JSON, nullable=False),
    Column("set_by", Text, nullable=False),
)

target_rows = Table(
    "target_entry",
    read,
    Column("team_id", postgresql.UUID, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("weights", JSON, nullable=False),
    Column("set_by", Text, nullable=False),
)


def team_row(said: TeamSet, fact: Fact) -> Row:
    """Who was in a team, from then on."""
    return {**said.model_dump(exclude={"members"}), "members": list(said.members), "since": fact.occurred_at}


def target_row(said: TargetSet, fact: Fact) -> Row:
    """What a team was to win, from then on."""
    row = said.model_dump(exclude={"amount", "weights"})
    weights = said.weights.model_dump(mode="json")
    return {**row, "since": fact.occurred_at, "amount": said.amount.amount, "currency": said.amount.currency, "weights": weights}


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
    table = team_rows.c
    newest = select(team_rows).ext(distinct_on(table.team_id)).order_by(table.team_id, table.version.desc()).subquery()
    found = select(newest).order_by(newest.c.code)
    if territory is not None:
        found = found.where(newest.c.territory == territory)
    return [team_view(row) for row in await read.all(found)]


teams.history("/{code}/history", roles=EVERYONE, refuses=(UnknownTeam,))


def team_view(row: dict[str, Any]) -> TeamView:
    return TeamView(**{name: row[name] for name in TeamView.model_fields})
