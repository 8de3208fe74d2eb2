"""The deals that are over, and what they are counted by: whose they were, on which way, and when they ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ltc_events import UserId
from ltc_events.opportunity_gates import Profile
from ltc_runtime.http import matching
from sqlalchemy import Date, Select, Subquery, Text, and_, cast, func, literal, null, or_, select, union_all

from .. import projections as shown
from ..past_opportunity.read import PastRow
from ..pipeline.rules import PipelineCode
from ..team.read import team_rows

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
    own, past = shown.opportunities.c, PastRow.table.c
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
        func.coalesce(own.won_net, own.value).label("value"),
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
