"""The mails a lead gets, and the outcome of each."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Event, Fact, projection
from ltc_events.effect import Outcome
from ltc_events.read_model import Key, ReadModel, change, on, put
from ltc_runtime.http import Read, View
from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_, select

from ..lead.read import ContactRow, LeadRow
from ..lead.rules.states import OPEN, UnknownLead
from ..rule_book.read import rules_of
from ..rule_book.rules import UnknownRules, Version
from ..rule_book.rules.nurture import NurtureRules, Trigger
from .api import MANAGERS, SALES, nurtures, previews
from .rules.states import NurtureBegun, NurtureFinished, NurtureMailTold, NurtureStepPlanned, NurtureStopped


class NurtureRun(ReadModel, table="nurture"):
    """One sequence of a lead."""

    lead_id: Key[UUID] = Field(exclude=True)
    run: Key[int]
    sequence: str
    rules_version: int
    trigger: str
    status: Literal["running", "stopped", "finished"]
    step: int = Field(description="The next, or the last.")
    due: datetime | None = Field(description="When the next mail goes out.")
    reason: str | None = Field(description="Why it was stopped.")
    begun_at: datetime
    ended_at: datetime | None


class NurtureMail(ReadModel, table="nurture_mail"):
    """One attempt to send a mail."""

    lead_id: Key[UUID] = Field(exclude=True)
    run: Key[int]
    step: Key[int] = Field(description="From 0.")
    attempt: Key[int]
    outcome: Outcome = Field(description="`unknown`: it may have arrived or not; it is not sent again.")
    detail: str
    at: datetime


def recorded_at(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


nurture_list = projection(
    "nurture_list",
    on(NurtureBegun, put(NurtureRun, status="running", step=0, begun_at=recorded_at)),
    on(NurtureStepPlanned, change(NurtureRun, "step", "due")),
    on(NurtureMailTold, put(NurtureMail, at=recorded_at)),
    on(NurtureStopped, change(NurtureRun, "reason", status="stopped", due=None, ended_at=recorded_at)),
    on(NurtureFinished, change(NurtureRun, status="finished", due=None, ended_at=recorded_at)),
)


class Nurture(View):
    """How a lead is nurtured, the latest first."""

    runs: Sequence[NurtureRun]
    mails: Sequence[NurtureMail]


@nurtures.query("/{lead_id}/nurture", roles=SALES, refuses=(UnknownLead,))
async def show_nurture(lead_id: UUID, read: Read) -> Nurture:
    """The mails a lead gets, and the outcome of each."""
    await read.one(select(LeadRow.table.c.lead_id).where(LeadRow.table.c.lead_id == lead_id), UnknownLead)
    runs, mails = await read.rows(NurtureRun, lead_id=lead_id), await read.rows(NurtureMail, lead_id=lead_id)
    return Nurture(runs=runs[::-1], mails=mails[::-1])


# ── what nurture rules would do, seen before they are live ───────────────────────────────────────────────────────────


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
    """When a mail would go out to a lead that begins now."""

    sequence: str
    step: int = Field(description="From 0.")
    subject: str
    due: datetime | None = Field(description="None: the calendar has no day for it, and the sequence ends there.")


class NurturePreview(View):
    """What nurture rules would do today."""

    triggers: Sequence[TriggerPreview]
    going_on: Sequence[RunningOn]
    steps: Sequence[StepPreview]


@previews.query("/nurture/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_nurture(version: Version, read: Read) -> NurturePreview:
    """How many leads would get which sequence by themselves, how many go on with another version, and when mails would go out."""
    rules = NurtureRules(**(await rules_of("nurture", version, read)).rules)
    triggers = [await triggered(trigger, sequence, read) for trigger, sequence in rules.by_itself.items()]
    steps = await asyncio.to_thread(steps_from, rules, read.now)
    return NurturePreview(triggers=triggers, going_on=await running_on(version, read), steps=steps)


def are(trigger: Trigger) -> ColumnElement[bool]:
    lead = LeadRow.table.c
    return and_(lead.band == "cold", lead.status.in_(OPEN)) if trigger == "cold" else lead.status == trigger


async def triggered(trigger: Trigger, sequence: str, read: Read) -> TriggerPreview:
    lead, run, contact = LeadRow.table.c, NurtureRun.table.c, ContactRow.table.c
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
    joined = LeadRow.table.outerjoin(ContactRow.table, contact.contact_id == lead.contact_id)
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
