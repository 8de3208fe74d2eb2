"""Somebody wants no more mails of ours: they take their consent back, for every lead they are the contact of."""

from typing import Annotated
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Name, States, Stream
from pydantic import Field

from . import lead
from .lead import must_be_alive, withdraw_consent


class WithdrawConsent(Command):
    """Note that a person wants to hear no more of our offers, whatever became of these leads of theirs."""

    lead_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    said_of: UUID | None = None
    """The one of them they said so of to one of us, which is not over; by the link in a mail they say it of none."""
    source: Name


def streams(command: WithdrawConsent) -> list[Stream]:
    return [lead.decider.of(lead_id) for lead_id in command.lead_ids]


def decide(states: States, command: WithdrawConsent) -> list[Event]:
    if command.said_of is not None:
        must_be_alive(states.of(lead.decider, command.said_of))
    return [
        event
        for lead_id in command.lead_ids
        for event in withdraw_consent(states.of(lead.decider, lead_id), lead_id, command.source)
    ]  # fmt: skip


decider: JointDecider[WithdrawConsent] = JointDecider(commands=WithdrawConsent, streams=streams, decide=decide, over=(lead.decider,))
