"""Rules as versioned data: drafted, tried, made live."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path
from ltc_events import Money
from ltc_events.lead import Band, Bant
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import and_, func, select

from .. import projections as shown
from ..rule_book import rules as rule_book
from ..rule_book.rules import ActivateRules, BookName, DraftRules, RecordBackTest, RulesNotBackTested, UnknownRules, book_id, scoring
from ..rule_book.rules.assignment import AssignmentRules, PoolRules, first_fit
from ..rule_book.rules.import_mapping import ImportMappings
from ..rule_book.rules.nurture import NurtureRules
from ..rule_book.rules.response import ResponseRules
from ..rule_book.rules.scoring import BandResult, Known, Outcome, ScoringModel
from .resource import MANAGERS, OPEN

rule_books = Api("/rule-books", stream=rule_book.decider)
RuleVersion = Annotated[int, Path(ge=1, le=1_000_000)]
BREATH = 500
"""After so many leads the others who wait get their turn."""


@rule_books.act("/scoring", roles=MANAGERS)
async def draft_scoring(body: ScoringModel, handle: Handle) -> None:
    """Write the next version of the scoring model.

    It judges nothing until it is tested against history and activated.
    """
    return await handle(DraftRules(book_id=book_id("scoring"), book="scoring", scoring=body, drafted_by=handle.actor))


@rule_books.act("/assignment", roles=MANAGERS)
async def draft_assignment(body: AssignmentRules, handle: Handle) -> None:
    """Write the next version of the assignment rules: who gets which new lead."""
    return await handle(DraftRules(book_id=book_id("assignment"), book="assignment", assignment=body, drafted_by=handle.actor))


@rule_books.act("/pool", roles=MANAGERS)
async def draft_pool(body: PoolRules, handle: Handle) -> None:
    """Write the next version of the rules of the pool."""
    return await handle(DraftRules(book_id=book_id("pool"), book="pool", pool=body, drafted_by=handle.actor))


@rule_books.act("/response", roles=MANAGERS)
async def draft_response(body: ResponseRules, handle: Handle) -> None:
    """Write the next version of the rules of the first response, with the calendar that says what working time is."""
    return await handle(DraftRules(book_id=book_id("response"), book="response", response=body, drafted_by=handle.actor))


@rule_books.act("/import", roles=MANAGERS)
async def draft_import_mappings(body: ImportMappings, handle: Handle) -> None:
    """Write the next version of the own mappings of imports: which column of an export says what of a lead."""
    return await handle(DraftRules(book_id=book_id("import"), book="import", imports=body, drafted_by=handle.actor))


@rule_books.act("/nurture", roles=MANAGERS)
async def draft_nurture(body: NurtureRules, handle: Handle) -> None:
    """Write the next version of the nurture sequences: which mails go out when, and which leads get them by themselves."""
    return await handle(DraftRules(book_id=book_id("nurture"), book="nurture", nurture=body, drafted_by=handle.actor))


class ResponsePreview(View):
    """What rules of the first response would say today."""

    waiting: int = Field(description="Open leads that have not heard of us.")
    overdue: int = Field(description="Of these, those that would be overdue by these rules.")


@rule_books.query("/response/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_response(version: RuleVersion, read: Read) -> ResponsePreview:
    """How many leads that have not heard of us yet would be overdue, had these rules counted from the start."""
    rules = ResponseRules(**(await rules_of("response", version, read))["rules"])
    table, now = shown.leads.c, read.now
    waiting = select(table.captured_at).where(table.status.in_(("captured", "pooled", "assigned")), table.first_touch_at.is_(None))
    came = [row["captured_at"] for row in await read.all(waiting)]
    late = await asyncio.to_thread(lambda: sum(rules.is_late(at, now) for at in came))
    return ResponsePreview(waiting=len(came), overdue=late)


class RuleShare(View):
    """So many leads would go by this rule; null: no rule fits."""

    rule: str | None
    leads: int


class AssignmentPreview(View):
    """What assignment rules would do with the leads nobody has now."""

    leads: int
    shares: Sequence[RuleShare]


@rule_books.query("/assignment/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_assignment(version: RuleVersion, read: Read) -> AssignmentPreview:
    """By which rule the leads that nobody has now would go."""
    rules = AssignmentRules(**(await rules_of("assignment", version, read))["rules"])
    table = shown.leads.c
    unowned = select(table.channel, table.territory, table.need).where(table.status.in_(("captured", "pooled")))
    rows = await read.all(unowned)
    fits = [first_fit(rules, row["channel"], row["territory"], row["need"]) for row in rows]
    counted = Counter(fit[0].name if fit else None for fit in fits)
    names: list[str | None] = [*dict.fromkeys(rule.name for rule in rules.rules), None]
    return AssignmentPreview(leads=len(rows), shares=[RuleShare(rule=name, leads=counted[name]) for name in names])


class PoolPreview(View):
    """What rules of the pool would do today."""

    untouched: int = Field(description="Assigned leads nobody was in touch with for as long as these rules allow.")
    in_pool: int


@rule_books.query("/pool/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_pool(version: RuleVersion, read: Read) -> PoolPreview:
    """How many leads lie so long that these rules would take them away, had they counted from the start."""
    rules = PoolRules(**(await rules_of("pool", version, read))["rules"])
    table = shown.leads.c
    since = read.now - timedelta(days=rules.untouched_days or 0)
    lying = and_(table.status == "assigned", func.greatest(table.cared_at, table.assigned_at) <= since)
    counts: Any = select(func.count().filter(lying).label("untouched"), func.count().filter(table.status == "pooled").label("in_pool"))
    row = (await read.all(counts.select_from(shown.leads)))[0]
    return PoolPreview(untouched=row["untouched"] if rules.untouched_days else 0, in_pool=row["in_pool"])


class RuleBookRow(View):
    """One version of a rule book."""

    book: BookName
    version: int
    status: Literal["draft", "live", "retired"]
    rules: dict[str, Any]
    drafted_by: str
    drafted_at: datetime
    horizon_days: int | None = Field(description="For a scoring model: how long after a lead came it was judged in the test.")
    bands: Sequence[BandResult] | None = Field(description="For a scoring model: how the leads of each band ended in the test.")
    activated_by: str | None
    activated_at: datetime | None


@rule_books.query("/{book}", roles=EVERYONE)
async def list_rules(book: BookName, read: Read, paging: Paging) -> Page[RuleBookRow]:
    """The versions of a rule book, the newest first."""
    found = select(*RULE_COLUMNS).where(shown.rule_books.c.book_id == book_id(book))
    return await read.page(found, key=(shown.rule_books.c.version,), into=RuleBookRow, paging=paging)


@rule_books.query("/{book}/{version}", roles=EVERYONE, refuses=(UnknownRules,))
async def show_rules(book: BookName, version: RuleVersion, read: Read) -> RuleBookRow:
    """One version of a rule book."""
    return RuleBookRow(**await rules_of(book, version, read))


async def rules_of(book: BookName, version: int, read: Read) -> dict[str, Any]:
    table = shown.rule_books.c
    return await read.one(select(*RULE_COLUMNS).where(table.book_id == book_id(book), table.version == version), UnknownRules)


RULE_COLUMNS = [column for column in shown.rule_books.c if column is not shown.rule_books.c.book_id]


@rule_books.act("/{book}/{version}/activate", roles=MANAGERS, refuses=(UnknownRules, RulesNotBackTested))
async def activate_rules(book: BookName, version: RuleVersion, handle: Handle) -> None:
    """Let a version say what is done from now on.

    What runs already keeps the version it began with; a lead is judged by a new scoring model when we next learn something of it.
    """
    return await handle(ActivateRules(book_id=book_id(book), version=version, activated_by=handle.actor))


class BackTestBody(Body):
    """How early the leads are judged."""

    horizon_days: Annotated[int, Field(ge=0, le=365)] = Field(
        7, description="Only what was known so many days after a lead came counts; what was found out later would flatter the model."
    )


class BackTest(View):
    """How the leads that are over would have been judged, and how they ended."""

    bands: Sequence[BandResult]


@rule_books.act("/scoring/{version}/back-test", roles=MANAGERS, refuses=(UnknownRules,))
async def back_test_scoring(version: RuleVersion, body: BackTestBody, read: Read, handle: Handle) -> BackTest:
    """Test a scoring model against the leads that are over: how many of each band became a deal."""
    model = ScoringModel(**(await rules_of("scoring", version, read))["rules"])
    horizon = timedelta(days=body.horizon_days)
    ended = [(early(row, horizon), outcome(row)) for row in await read.all(ended_leads(horizon))]
    bands = await asyncio.to_thread(scoring.back_tested, model, ended)
    command = RecordBackTest(book_id=book_id("scoring"), version=version, horizon_days=body.horizon_days, bands=bands)
    return await handle(command, BackTest(bands=bands))


def ended_leads(horizon: timedelta) -> Any:
    """Leads that are over, each with the touches of its first days."""
    lead, touch = shown.leads.c, shown.touches.c
    early = and_(touch.lead_id == lead.lead_id, touch.at <= lead.captured_at + horizon)
    counted = (func.count(touch.touch_id).label("early_touches"), func.max(touch.at).label("early_touch"))
    joined = shown.leads.outerjoin(shown.touches, early)
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
    shown.leads.c[name]
    for name in (
        "lead_id", "channel", "campaign", "status", "band", "need", "first_need", "budget", "currency", "authority", "timing",
        "touches", "last_touch_at", "captured_at", "qualified_at",
    )
]  # fmt: skip


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


@rule_books.query("/scoring/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_scoring(version: RuleVersion, read: Read) -> ScoringPreview:
    """How many open leads would be in another band by this model today."""
    model = ScoringModel(**(await rules_of("scoring", version, read))["rules"])
    rows = await read.all(select(*KNOWN_COLUMNS).where(shown.leads.c.status.in_(OPEN)))
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
