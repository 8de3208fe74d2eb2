"""Whether somebody wants to hear of our offers: they agree for one lead, and take it back for every lead of theirs at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Name, States, Stream

from ...lead import rules as lead
from ...lead.rules import RecordConsent, UnknownLead, must_be_alive, withdraw_consent
from ...lead.rules.states import Nobody
from ...lead.rules.touch import record_consent
from . import states as remembered
from .states import ConsentWithdrawn, PersonAgreed, PersonChanged, Remembered, one_person


class GiveConsent(Command):
    """Note that they agree to hear of our offers, for this lead."""

    lead_id: UUID
    contact_id: UUID | None
    """Who they are, where the lead names somebody."""
    until: date | None = None
    """The last day; for ever, if nothing is said."""
    source: Name


class WithdrawConsent(Command):
    """Note that a person wants to hear no more of our offers, whatever became of their leads."""

    subject_ids: tuple[UUID, ...] = ()
    """Every contact that is held to be them; none, where a lead names nobody."""
    lead_ids: tuple[UUID, ...]
    """Every lead of theirs for which they agreed."""
    said_of: UUID | None = None
    """The one of them they said so of to one of us, whatever became of it; by the link in a mail they say it of none."""
    source: Name


ConsentCommand: TypeAlias = GiveConsent | WithdrawConsent


def streams(command: ConsentCommand) -> list[Stream]:
    match command:
        case GiveConsent():
            leads, people = [command.lead_id], [command.contact_id]
        case WithdrawConsent():
            leads, people = [*command.lead_ids, *filter(None, [command.said_of])], [*command.subject_ids]
    return [*(lead.decider.of(id) for id in dict.fromkeys(leads)), *(remembered.decider.of(id) for id in people if id is not None)]


def decide(states: States, command: ConsentCommand) -> list[Event]:
    match command:
        case GiveConsent():
            return [*give(states, command)]
        case WithdrawConsent():
            return [*withdraw(states, command)]


def give(states: States, command: GiveConsent) -> list[Event]:
    asked = RecordConsent(lead_id=command.lead_id, given=True, until=command.until, source=command.source)
    given = record_consent(must_be_alive(states.of(lead.decider, command.lead_id)), asked)
    people = remembered.remembered(states, () if command.contact_id is None else (command.contact_id,))
    return [*given, *(PersonAgreed(subject_id=id, lead_id=command.lead_id) for id in people)] if given else []


def withdraw(states: States, command: WithdrawConsent) -> list[Event]:
    if command.said_of is not None and isinstance(states.of(lead.decider, command.said_of), Nobody):
        raise UnknownLead
    people = remembered.remembered(states, command.subject_ids)
    if people and one_person(people, command.subject_ids[0]) != set(command.subject_ids):
        raise PersonChanged
    return take_back(states, people, command.lead_ids, command.source)


def take_back(states: States, people: Mapping[UUID, Remembered], lead_ids: Iterable[UUID], source: str) -> list[Event]:
    """Of all these contacts, and of every lead for which one of them agreed, in one commit.

    Raises:
        PersonChanged: they agreed for a lead that is not among these.
    """
    leads = {id: states.of(lead.decider, id) for id in lead_ids}
    if any(person.agreed - leads.keys() for person in people.values()):
        raise PersonChanged
    over = [event for id, known in leads.items() for event in withdraw_consent(known, id, source)]
    return [*over, *(ConsentWithdrawn(subject_id=id, source=source) for id, person in people.items() if not person.withdrawn)]


decider: JointDecider[ConsentCommand] = JointDecider(
    commands=ConsentCommand, streams=streams, decide=decide, over=(lead.decider, remembered.decider)
)
