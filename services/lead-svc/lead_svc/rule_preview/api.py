"""The back-test of a scoring model: how it would have judged the leads that have ended."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from ltc_events import Money
from ltc_events.lead import Bant
from ltc_runtime.http import Api, Body, Handle, Read, Role, View
from pydantic import Field
from sqlalchemy import and_, func, select

from ..lead.read import Interaction, LeadRow
from ..rule_book.read import rules_of
from ..rule_book.rules import RecordBackTest, UnknownRules, Version, book_id, decider, scoring
from ..rule_book.rules.scoring import BandResult, Known, Outcome, ScoringModel

MANAGERS: tuple[Role, ...] = ("sales_manager",)

previews = Api("/rule-books", stream=decider)


class BackTestBody(Body):
    """How early the leads are judged."""

    horizon_days: Annotated[int, Field(ge=0, le=365)] = Field(
        7, description="Only what was known so many days after a lead came counts; what was found out later would flatter the model."
    )


class BackTest(View):
    """How the leads that are over would have been judged, and how they ended."""

    bands: Sequence[BandResult]


@previews.act("/scoring/{version}/back-test", roles=MANAGERS, refuses=(UnknownRules,))
async def back_test_scoring(version: Version, body: BackTestBody, read: Read, handle: Handle) -> BackTest:
    """Test a scoring model against the leads that are over: how many of each band became a deal."""
    model = ScoringModel(**(await rules_of("scoring", version, read)).rules)
    horizon = timedelta(days=body.horizon_days)
    ended = [(early(row, horizon), outcome(row)) for row in await read.all(ended_leads(horizon))]
    bands = await asyncio.to_thread(scoring.back_tested, model, ended)
    command = RecordBackTest(book_id=book_id("scoring"), version=version, horizon_days=body.horizon_days, bands=bands)
    return await handle(command, BackTest(bands=bands))


def ended_leads(horizon: timedelta) -> Any:
    """Leads that are over, each with the touches of its first days."""
    lead, touch = LeadRow.table.c, Interaction.table.c
    early = and_(touch.lead_id == lead.lead_id, touch.at <= lead.captured_at + horizon)
    counted = (func.count(touch.touch_id).label("early_touches"), func.max(touch.at).label("early_touch"))
    joined = LeadRow.table.outerjoin(Interaction.table, early)
    return select(*KNOWN_COLUMNS, *counted).select_from(joined).where(lead.status.in_(("converted", "disqualified"))).group_by(lead.lead_id)


def outcome(row: dict[str, Any]) -> Outcome:
    return "converted" if row["status"] == "converted" else "disqualified"


def early(row: dict[str, Any], horizon: timedelta) -> Known:
    """What was known of a lead so long after it came."""
    at = row["captured_at"] + horizon
    bant = found_out(row) if row["qualified_at"] is not None and row["qualified_at"] <= at else None
    return Known(row["channel"], row["campaign"], row["first_need"], bant, row["early_touches"], row["early_touch"], at)


def found_out(row: dict[str, Any]) -> Bant | None:
    if row["qualified_at"] is None:
        return None
    budget = Money(amount=row["budget"], currency=row["currency"])
    return Bant(need=row["need"], budget=budget, authority=row["authority"], timing=row["timing"])


KNOWN_COLUMNS = [
    LeadRow.table.c[name]
    for name in (
        "lead_id", "channel", "campaign", "status", "band", "need", "first_need", "budget", "currency", "authority", "timing",
        "touches", "last_touch_at", "captured_at", "qualified_at",
    )
]  # fmt: skip
