"""The mails a lead gets, and the outcome of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from ltc_events import Event, Fact, projection
from ltc_events.effect import Outcome
from ltc_events.read_model import Key, ReadModel, change, on, put
from ltc_runtime.http import Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..lead.rules import UnknownLead
from .api import SALES, nurtures
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
    await read.one(select(shown.leads.c.lead_id).where(shown.leads.c.lead_id == lead_id), UnknownLead)
    runs, mails = await read.rows(NurtureRun, lead_id=lead_id), await read.rows(NurtureMail, lead_id=lead_id)
    return Nurture(runs=runs[::-1], mails=mails[::-1])
