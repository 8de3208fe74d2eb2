"""Mails to those who are not ready yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from ltc_events import Code, Name
from ltc_events.effect import Outcome
from ltc_runtime.http import Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..lead.rules.states import LeadClosed, UnknownLead
from ..lead.rules.touch import ConsentMissing
from ..nurture.rules import NoMailAddress, NurturedAlready, NurtureLead, UnknownSequence
from ..nurture.rules.states import StopNurture, nurture_of
from .resource import SALES, leads


class NurtureBody(Body):
    """Which mails they shall get."""

    sequence: Code = Field(examples=["welcome"], description="As the live rule book `nurture` calls it.")


@leads.act(
    "/{lead_id}/nurture",
    roles=SALES,
    refuses=(UnknownLead, LeadClosed, UnknownSequence, NurturedAlready, ConsentMissing, NoMailAddress),
)
async def nurture_lead(lead_id: UUID, body: NurtureBody, handle: Handle) -> None:
    """Begin a nurture sequence with a lead. It ends by itself when they answer, buy, or take their consent back."""
    command = NurtureLead(nurture_id=nurture_of(lead_id), lead_id=lead_id, sequence=body.sequence, trigger="by_hand", at=handle.now)
    return await handle(command)


class StopBody(Body):
    """Why they get no more."""

    reason: Name = Field(examples=["Asked by phone"])


@leads.act("/{lead_id}/nurture/stop", roles=SALES)
async def stop_nurture(lead_id: UUID, body: StopBody, handle: Handle) -> None:
    """Send no more mails of the sequence that runs."""
    return await handle(StopNurture(nurture_id=nurture_of(lead_id), lead_id=lead_id, reason=body.reason))


class NurtureMail(View):
    """One attempt to send a mail."""

    run: int
    step: int = Field(description="From 0.")
    attempt: int
    outcome: Outcome = Field(description="`unknown`: it may have reached them or not; it is not sent again.")
    detail: str
    at: datetime


class NurtureRun(View):
    """One sequence of theirs."""

    run: int
    sequence: str
    rules_version: int
    trigger: str
    status: Literal["running", "stopped", "finished"]
    step: int = Field(description="The next, or the last.")
    due: datetime | None = Field(description="When the next mail goes out.")
    reason: str | None = Field(description="Why it was stopped.")
    begun_at: datetime
    ended_at: datetime | None


class Nurture(View):
    """How a lead is nurtured, the latest first."""

    runs: Sequence[NurtureRun]
    mails: Sequence[NurtureMail]


@leads.query("/{lead_id}/nurture", roles=SALES, refuses=(UnknownLead,))
async def show_nurture(lead_id: UUID, read: Read) -> Nurture:
    """Which mails a lead gets, and what came of each."""
    await read.one(select(shown.leads.c.lead_id).where(shown.leads.c.lead_id == lead_id), UnknownLead)
    run, mail = shown.nurtures.c, shown.nurture_mails.c
    runs = await read.all(select(*[c for c in run if c is not run.lead_id]).where(run.lead_id == lead_id).order_by(run.run.desc()))
    mails = select(*[c for c in mail if c is not mail.lead_id]).where(mail.lead_id == lead_id)
    sent = await read.all(mails.order_by(mail.run.desc(), mail.step.desc(), mail.attempt.desc()))
    return Nurture(runs=[NurtureRun(**row) for row in runs], mails=[NurtureMail(**row) for row in sent])
