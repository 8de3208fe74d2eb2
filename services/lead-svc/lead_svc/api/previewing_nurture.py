"""What nurture rules would do, seen before they count; nothing is changed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ltc_runtime.http import Read, View
from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_, select

from .. import projections as shown
from ..nurture.read import NurtureRun
from ..rule_book.rules import UnknownRules
from ..rule_book.rules.nurture import NurtureRules, Trigger
from .resource import MANAGERS, OPEN
from .rule_books import RuleVersion, rule_books, rules_of


class TriggerPreview(View):
    """What a sequence that leads get by themselves would do with those that are so now. What hinders a lead is counted each by itself."""

    trigger: Trigger
    sequence: str
    leads: int = Field(description="In the pool, disqualified, or judged to be cold and still open.")
    would_begin: int = Field(description="Had these rules counted when they became so.")
    had_or_busy: int = Field(description="Had this sequence before, or get the mails of one now.")
    without_consent: int
    without_address: int = Field(description="No mail address of theirs is known, or they are forgotten.")


class RunningOn(View):
    """So many leads get the mails of another version, and go on with it."""

    sequence: str
    version: int
    leads: int


class StepPreview(View):
    """When a mail would go out to whoever begins now."""

    sequence: str
    step: int = Field(description="From 0.")
    subject: str
    due: datetime | None = Field(description="None: the calendar has no day for it, and the sequence ends there.")


class NurturePreview(View):
    """What nurture rules would do today."""

    triggers: Sequence[TriggerPreview]
    going_on: Sequence[RunningOn]
    steps: Sequence[StepPreview]


@rule_books.query("/nurture/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_nurture(version: RuleVersion, read: Read) -> NurturePreview:
    """How many leads would get which sequence by themselves, how many go on with another version, and when mails would go out."""
    rules = NurtureRules(**(await rules_of("nurture", version, read))["rules"])
    triggers = [await triggered(trigger, sequence, read) for trigger, sequence in rules.by_itself.items()]
    steps = await asyncio.to_thread(steps_from, rules, read.now)
    return NurturePreview(triggers=triggers, going_on=await running_on(version, read), steps=steps)


def are(trigger: Trigger) -> ColumnElement[bool]:
    lead = shown.leads.c
    return and_(lead.band == "cold", lead.status.in_(OPEN)) if trigger == "cold" else lead.status == trigger


async def triggered(trigger: Trigger, sequence: str, read: Read) -> TriggerPreview:
    lead, run, contact = shown.leads.c, NurtureRun.table.c, shown.contacts.c
    agrees = func.coalesce(and_(lead.consent, or_(lead.consent_until.is_(None), lead.consent_until >= read.now.date())), False)
    reached = func.coalesce(and_(contact.email.is_not(None), ~contact.forgotten), False)
    hindered = select(run.run).where(run.lead_id == lead.lead_id, or_(run.sequence == sequence, run.status == "running")).exists()
    counts: dict[str, Any] = {
        "would_begin": and_(agrees, reached, ~hindered),
        "had_or_busy": hindered,
        "without_consent": ~agrees,
        "without_address": ~reached,
    }
    counted: list[Any] = [func.count().filter(count).label(name) for name, count in counts.items()]
    joined = shown.leads.outerjoin(shown.contacts, contact.contact_id == lead.contact_id)
    found: Any = select(func.count().label("leads"), *counted)
    (row,) = await read.all(found.select_from(joined).where(are(trigger)))
    return TriggerPreview(trigger=trigger, sequence=sequence, **row)


async def running_on(version: int, read: Read) -> list[RunningOn]:
    run = NurtureRun.table.c
    which = (run.sequence, run.rules_version.label("version"))
    found = select(*which, func.count().label("leads")).where(run.status == "running", run.rules_version != version)
    return [RunningOn(**row) for row in await read.all(found.group_by(run.sequence, run.rules_version).order_by(*which))]


def steps_from(rules: NurtureRules, begin: datetime) -> list[StepPreview]:
    found = []
    for sequence, steps in rules.sequences.items():
        due: datetime | None = begin
        for number, step in enumerate(steps):
            due = None if due is None else rules.due(due, step)
            found.append(StepPreview(sequence=sequence, step=number, subject=step.subject, due=due))
    return found
