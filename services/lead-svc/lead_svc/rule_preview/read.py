"""What rules would do with the leads of today, seen before the rules are live; nothing is changed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ltc_events.lead import Band
from ltc_runtime.http import Read, View
from pydantic import Field
from sqlalchemy import and_, func, select

from ..lead.read import LeadRow
from ..lead.rules.states import OPEN
from ..rule_book.read import rules_of
from ..rule_book.rules import UnknownRules, Version, scoring
from ..rule_book.rules.assignment import AssignmentRules, PoolRules, first_fit
from ..rule_book.rules.response import ResponseRules
from ..rule_book.rules.scoring import Known, ScoringModel
from .api import KNOWN_COLUMNS, MANAGERS, found_out, previews

BREATH = 500
"""After so many leads other requests get their turn."""


class ResponsePreview(View):
    """What rules of the first response would say today."""

    waiting: int = Field(description="Open leads without a first response.")
    overdue: int = Field(description="Of these, those that would be overdue by these rules.")


@previews.query("/response/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_response(version: Version, read: Read) -> ResponsePreview:
    """How many leads without a first response would be overdue if these rules had applied from the start."""
    rules = ResponseRules(**(await rules_of("response", version, read)).rules)
    table, now = LeadRow.table.c, read.now
    waiting = select(table.captured_at).where(table.status.in_(("captured", "pooled", "assigned")), table.first_touch_at.is_(None))
    came = [row["captured_at"] for row in await read.all(waiting)]
    late = await asyncio.to_thread(lambda: sum(rules.is_late(at, now) for at in came))
    return ResponsePreview(waiting=len(came), overdue=late)


class RuleShare(View):
    """So many leads would go by this rule; null: no rule fits."""

    rule: str | None
    leads: int


class AssignmentPreview(View):
    """What assignment rules would do with the leads without an owner."""

    leads: int
    shares: Sequence[RuleShare]


@previews.query("/assignment/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_assignment(version: Version, read: Read) -> AssignmentPreview:
    """The rule that would assign each lead without an owner."""
    rules = AssignmentRules(**(await rules_of("assignment", version, read)).rules)
    table = LeadRow.table.c
    unowned = select(table.channel, table.territory, table.need).where(table.status.in_(("captured", "pooled")))
    rows = await read.all(unowned)
    fits = [first_fit(rules, row["channel"], row["territory"], row["need"]) for row in rows]
    counted = Counter(fit[0].name if fit else None for fit in fits)
    names: list[str | None] = [*dict.fromkeys(rule.name for rule in rules.rules), None]
    return AssignmentPreview(leads=len(rows), shares=[RuleShare(rule=name, leads=counted[name]) for name in names])


class PoolPreview(View):
    """What rules of the pool would do today."""

    untouched: int = Field(description="Assigned leads without a touch for as long as these rules allow.")
    in_pool: int


@previews.query("/pool/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_pool(version: Version, read: Read) -> PoolPreview:
    """How many leads lie so long that these rules would take them away, had they counted from the start."""
    rules = PoolRules(**(await rules_of("pool", version, read)).rules)
    table = LeadRow.table.c
    since = read.now - timedelta(days=rules.untouched_days or 0)
    lying = and_(table.status == "assigned", func.greatest(table.cared_at, table.assigned_at) <= since)
    counts: Any = select(func.count().filter(lying).label("untouched"), func.count().filter(table.status == "pooled").label("in_pool"))
    row = (await read.all(counts.select_from(LeadRow.table)))[0]
    return PoolPreview(untouched=row["untouched"] if rules.untouched_days else 0, in_pool=row["in_pool"])


class BandChange(View):
    """So many open leads would go from one band to another; null: not judged yet."""

    before: Band | None
    after: Band
    leads: int


class ScoringPreview(View):
    """What a scoring model would make of the open leads."""

    open_leads: int
    would_change: int
    changes: Sequence[BandChange]


@previews.query("/scoring/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_scoring(version: Version, read: Read) -> ScoringPreview:
    """How many open leads would be in another band by this model today."""
    model = ScoringModel(**(await rules_of("scoring", version, read)).rules)
    rows = await read.all(select(*KNOWN_COLUMNS).where(LeadRow.table.c.status.in_(OPEN)))
    counted: Counter[tuple[Band | None, Band]] = Counter()
    for number, row in enumerate(rows):
        known = Known(row["channel"], row["campaign"], row["need"], found_out(row), row["touches"], row["last_touch_at"], read.now)
        counted[row["band"], scoring.band(model, scoring.score(scoring.factors(model, known)))] += 1
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    changes = [BandChange(before=before, after=after, leads=leads) for (before, after), leads in counted.items() if before != after]
    return ScoringPreview(
        open_leads=len(rows),
        would_change=sum(change.leads for change in changes),
        changes=sorted(changes, key=lambda change: (change.before or "", change.after)),
    )
