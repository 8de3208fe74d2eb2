"""How deals ended: won, lost and why, not bid for, and against which competitors; and the cuts by which reports count them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ltc_events import Code, Currency, UserId
from ltc_events.opportunity_gates import Profile
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import ColumnElement, Date, Select, Subquery, Text, and_, cast, func, literal, null, or_, select, union, union_all

from ..deal.read import OpportunityRow
from ..finding.read import FindingRow
from ..past_opportunity.read import PastRow
from ..pipeline.rules import PipelineCode
from ..sales_figure.read import rate
from ..team.read import team_rows

outcome_reports = Api("/reports")

# ── which deals are counted, and by what ──────────────────────────────────────────────────────────────────────────────

By = Literal["all", "account_manager", "team", "territory", "pipeline", "profile", "month", "quarter"]
Origin = Literal["all", "own", "imported"]
OVER = ("won", "lost", "no_bid", "not_admitted", "cancelled")


@dataclass(frozen=True, slots=True)
class Which:
    """Which deals are counted."""

    closed_from: date | None = None
    closed_to: date | None = None
    origin: Origin = "all"
    account_manager: UserId | None = None
    pipeline: PipelineCode | None = None
    profile: Profile | None = None


def over(which: Which) -> Subquery:
    """Deals that are over, our own and those of other systems, each with why, and what it was worth."""
    own, past = OpportunityRow.table.c, PastRow.table.c
    ours = select(
        own.opportunity_id,
        literal("own", Text).label("origin"),
        own.status,
        own.account_manager,
        own.pipeline,
        own.profile,
        func.coalesce(own.loss_reason, own.decline_reason, own.cancel_reason).label("reason"),
        own.competitor,
        own.closed_on,
        func.coalesce(own.won, own.value).label("value"),
        func.coalesce(own.won_currency, own.currency).label("currency"),
        own.quote_id,
    )
    nothing = [cast(null(), Text).label(name) for name in ("pipeline", "profile", "reason", "competitor")]
    theirs = select(
        past.opportunity_id, literal("imported", Text).label("origin"), past.status, past.owner.label("account_manager"), *nothing,
        past.closed_on, past.value, past.currency, cast(null(), own.quote_id.type).label("quote_id"),
    )  # fmt: skip
    deals = {"own": ours, "imported": theirs, "all": union_all(ours, theirs)}[which.origin].subquery()
    said: dict[Any, Any] = {
        deals.c.account_manager: which.account_manager,
        deals.c.pipeline: which.pipeline,
        deals.c.profile: which.profile,
    }
    asked = [deals.c.status.in_(OVER), *matching(said)]
    asked += [deals.c.closed_on >= which.closed_from] if which.closed_from else []
    asked += [deals.c.closed_on <= which.closed_to] if which.closed_to else []
    return select(deals).where(*asked).subquery()


def cut(deals: Subquery, by: By) -> Subquery:
    """Each deal with what it is counted by (`what`); nothing, where that is not known. Whoever is in two teams counts in both."""
    if by in ("team", "territory"):
        return _by_team(deals, by)
    whole: Any = literal("", Text)
    what = {
        "all": whole,
        "account_manager": deals.c.account_manager,
        "pipeline": func.coalesce(deals.c.pipeline, ""),
        "profile": func.coalesce(deals.c.profile, ""),
        "month": func.to_char(deals.c.closed_on, "YYYY-MM"),
        "quarter": func.to_char(deals.c.closed_on, 'YYYY"-Q"Q'),
    }[by]
    return select(deals, cast(what, Text).label("what")).subquery()


def _by_team(deals: Subquery, by: By) -> Subquery:
    """By the teams as they were on the day a deal ended; once by each territory, whichever of its teams it was."""
    spans = _team_spans().subquery()
    there = and_(
        spans.c.member == deals.c.account_manager,
        deals.c.closed_on >= spans.c.since,
        or_(spans.c.until.is_(None), deals.c.closed_on < spans.c.until),
    )
    found = spans.c.code if by == "team" else spans.c.territory
    what = func.coalesce(found, "").label("what")
    return select(deals, what).outerjoin_from(deals, spans, there).distinct().subquery()


def _team_spans() -> Select[Any]:
    """Who was in which team, from which day until before which."""
    teams = team_rows.c
    following = func.lead(cast(teams.since, Date)).over(partition_by=teams.team_id, order_by=teams.version)
    versions = select(
        teams.code, teams.territory, cast(teams.since, Date).label("since"), following.label("until"), teams.members
    ).subquery()
    members = func.json_array_elements_text(versions.c.members).table_valued("member").render_derived()
    return select(
        versions.c.code, versions.c.territory, versions.c.since, versions.c.until, cast(members.c.member, Text).label("member")
    ).join_from(versions, members, literal(True))


# ── win and loss ──────────────────────────────────────────────────────────────────────────────────────────────────────

SUMMED = "Minor units; null in the row over all currencies, which has no currency."


class Outcome(View):
    """What became of the deals of one group in one currency, or in all of them."""

    what: str | None = Field(description="What it is counted by; null where that is not known, or nothing was asked for.")
    currency: Currency | None = Field(description="Null in the row over all currencies.")
    won: int
    lost: int
    no_bid: int
    not_admitted: int
    cancelled: int
    imported_won: int = Field(description="Of the won, those of other systems.")
    imported_lost: int
    won_value: int | None = Field(description=SUMMED)
    lost_value: int | None
    no_bid_value: int | None
    win_rate: Decimal | None = Field(description="won ÷ (won + lost), to four places; what we did not bid for is apart.")
    win_rate_by_value: Decimal | None


@outcome_reports.query("/win-loss", roles=EVERYONE)
async def list_outcomes(
    read: Read,
    paging: Paging,
    by: By = "all",
    closed_from: date | None = None,
    closed_to: date | None = None,
    origin: Origin = "all",
    account_manager: UserId | None = None,
    pipeline: PipelineCode | None = None,
    profile: Profile | None = None,
) -> Page[Outcome]:
    """What was won and lost of the deals that ended from one day to another, by count and by value.

    Our own deals and those of other systems, which say neither pipeline nor reason. A deal counts for the team its account manager was in
    on the day it ended.
    """
    deals = cut(over(Which(closed_from, closed_to, origin, account_manager, pipeline, profile)), by).c
    counts = [counted(deals.status == status).label(status) for status in ("won", "lost", "no_bid", "not_admitted", "cancelled")]
    imported = [
        counted(deals.status == status, deals.origin == "imported").label(f"imported_{status}") for status in ("won", "lost")
    ]  # fmt: skip
    values = [summed(deals.value, deals.status == status).label(f"{status}_value") for status in ("won", "lost", "no_bid")]
    found = by_currency(deals.what, deals.currency, *counts, *imported, *values)
    return await read.page(select(found), key=(found.c.what, found.c.currency), into=outcome, paging=paging, newest_first=False)


def counted(*conditions: ColumnElement[bool]) -> Any:
    return func.count().filter(*conditions)


def summed(value: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(value).filter(*conditions), 0)


def by_currency(what: ColumnElement[Any], currency: ColumnElement[Any], *sums: Any, also: tuple[ColumnElement[Any], ...] = ()) -> Subquery:
    """Sums by what is asked for, in each currency and over all of them: there the currency is empty."""
    every = func.coalesce(cast(currency, Text), "").label("currency")
    return select(what, *also, every, *sums).group_by(what, *also, func.rollup(currency)).subquery()


def outcome(**row: Any) -> Outcome:
    return Outcome(
        **{**in_its_currency(row, "won_value", "lost_value", "no_bid_value"), "what": row["what"] or None},
        win_rate=rate(row["won"], row["lost"]),
        win_rate_by_value=rate(int(row["won_value"]), int(row["lost_value"])) if row["currency"] else None,
    )


def in_its_currency(row: dict[str, Any], *values: str) -> dict[str, Any]:
    """The row, without amounts where it is over all currencies: they cannot be added up."""
    one = row["currency"] or None
    return {**row, "currency": one, **{name: int(row[name]) if one else None for name in values}}


class WhyItEnded(View):
    """How many deals ended in one way for one reason."""

    outcome: Literal["lost", "no_bid", "not_admitted", "cancelled"]
    reason: str | None = Field(description="Null of deals of other systems, which do not say.")
    currency: Currency | None = Field(description="Null in the row over all currencies.")
    deals: int
    imported: int = Field(description="Of these, those of other systems.")
    value: int | None = Field(description=SUMMED)


@outcome_reports.query("/win-loss/reasons", roles=EVERYONE)
async def list_reasons(
    read: Read,
    paging: Paging,
    closed_from: date | None = None,
    closed_to: date | None = None,
    origin: Origin = "all",
    account_manager: UserId | None = None,
    pipeline: PipelineCode | None = None,
    profile: Profile | None = None,
) -> Page[WhyItEnded]:
    """Why deals that ended from one day to another were not won: lost, not bid for, not let in, cancelled."""
    deals = over(Which(closed_from, closed_to, origin, account_manager, pipeline, profile))
    failed = select(deals, func.coalesce(deals.c.reason, "").label("why")).where(deals.c.status != "won").subquery().c
    sums = (func.count().label("deals"), counted(failed.origin == "imported").label("imported"), summed(failed.value).label("value"))
    found = by_currency(failed.status, failed.currency, *sums, also=(failed.why,))
    key = (found.c.status, found.c.why, found.c.currency)
    return await read.page(select(found), key=key, into=why, paging=paging, newest_first=False)


def why(**row: Any) -> WhyItEnded:
    said = in_its_currency(row, "value")
    return WhyItEnded(outcome=row["status"], reason=row["why"] or None, **{name: said[name] for name in list(WhyItEnded.model_fields)[2:]})


class AgainstCompetitor(View):
    """How deals ended in which a competitor was named."""

    competitor: Code
    currency: Currency | None = Field(description="Null in the row over all currencies.")
    met: int = Field(description="Deals that are over in which they were named.")
    won: int
    lost: int
    lost_to: int = Field(description="Of the lost, those that went to them.")
    no_bid: int
    won_value: int | None = Field(description=SUMMED)
    lost_value: int | None
    lost_to_value: int | None
    win_rate: Decimal | None = Field(description="won ÷ (won + lost), to four places.")
    win_rate_by_value: Decimal | None


@outcome_reports.query("/win-loss/competitors", roles=EVERYONE)
async def list_competitor_outcomes(
    read: Read,
    paging: Paging,
    closed_from: date | None = None,
    closed_to: date | None = None,
    account_manager: UserId | None = None,
    pipeline: PipelineCode | None = None,
    profile: Profile | None = None,
) -> Page[AgainstCompetitor]:
    """How our own deals ended from one day to another, by each competitor that was noted for them, or that they were lost to."""
    deals = over(Which(closed_from, closed_to, "own", account_manager, pipeline, profile)).c
    met = competitors_of_deals().subquery().c
    joined = select(met.competitor, deals.status, deals.currency, deals.value, deals.competitor.label("to")).where(
        deals.opportunity_id == met.opportunity_id
    )
    one = joined.subquery().c
    to_them = (one.status == "lost", one.to == one.competitor)
    sums = [
        func.count().label("met"),
        *(counted(one.status == status).label(status) for status in ("won", "lost", "no_bid")),
        counted(*to_them).label("lost_to"),
        *(summed(one.value, one.status == status).label(f"{status}_value") for status in ("won", "lost")),
        summed(one.value, *to_them).label("lost_to_value"),
    ]
    found = by_currency(one.competitor, one.currency, *sums)
    return await read.page(select(found), key=(found.c.competitor, found.c.currency), into=against, paging=paging, newest_first=False)


def competitors_of_deals() -> Select[Any] | Any:
    """Which competitors are named in which deal, each once: by a finding, or as who won it."""
    noted, deals = FindingRow.table.c, OpportunityRow.table.c
    found = select(noted.opportunity_id, noted.code.label("competitor")).where(noted.kind == "competitor")
    return union(found, select(deals.opportunity_id, deals.competitor).where(deals.competitor.is_not(None)))


def against(**row: Any) -> AgainstCompetitor:
    return AgainstCompetitor(
        **in_its_currency(row, "won_value", "lost_value", "lost_to_value"),
        win_rate=rate(row["won"], row["lost"]),
        win_rate_by_value=rate(int(row["won_value"]), int(row["lost_value"])) if row["currency"] else None,
    )
