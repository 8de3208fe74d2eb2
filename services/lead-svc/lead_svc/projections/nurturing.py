"""Which mails a lead gets, and what came of each."""

from ltc_events import change, on, projection, put
from sqlalchemy import Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..nurture.rules.states import NurtureBegun, NurtureFinished, NurtureMailTold, NurtureStepPlanned, NurtureStopped
from .schema import read

nurtures = Table(
    "nurture",
    read,
    Column("lead_id", UUID, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("sequence", Text, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("due", DateTime(timezone=True)),
    Column("reason", Text),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)

nurture_mails = Table(
    "nurture_mail",
    read,
    Column("lead_id", UUID, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

nurture_list = projection(
    "nurture_list",
    on(
        NurtureBegun,
        put(
            nurtures,
            lambda begun, fact: {
                "lead_id": begun.lead_id,
                "run": begun.run,
                "sequence": begun.sequence,
                "rules_version": begun.rules_version,
                "trigger": begun.trigger,
                "status": "running",
                "step": 0,
                "due": None,
                "reason": None,
                "begun_at": fact.occurred_at,
                "ended_at": None,
            },
        ),
    ),
    on(
        NurtureStepPlanned,
        change(nurtures, lambda step: {"lead_id": step.lead_id, "run": step.run, "step": step.step, "due": step.due}),
    ),
    on(
        NurtureMailTold,
        put(
            nurture_mails,
            lambda mail, fact: {
                "lead_id": mail.lead_id,
                "run": mail.run,
                "step": mail.step,
                "attempt": mail.attempt,
                "outcome": mail.outcome,
                "detail": mail.detail,
                "at": fact.occurred_at,
            },
        ),
    ),
    on(
        NurtureStopped,
        change(
            nurtures,
            lambda over, fact: {
                "lead_id": over.lead_id,
                "run": over.run,
                "status": "stopped",
                "due": None,
                "reason": over.reason,
                "ended_at": fact.occurred_at,
            },
        ),
    ),
    on(
        NurtureFinished,
        change(
            nurtures,
            lambda over, fact: {
                "lead_id": over.lead_id,
                "run": over.run,
                "status": "finished",
                "due": None,
                "ended_at": fact.occurred_at,
            },
        ),
    ),
)
