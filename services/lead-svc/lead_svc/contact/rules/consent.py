"""Whether somebody wants to hear of our offers: they agree for one lead, and take it back for every lead of theirs at once."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Name, States, Stream

from ...lead.rules.history import history as lead
from ...lead.rules.states import NotCaptured, UnknownLead
from ...lead.rules.touch import withdraw_consent
from . import states as remembered
from .states import ConsentWithdrawn, PersonChanged, Remembered, one_person


class WithdrawConsent(Command):
    """Note that a person wants to hear no more of our offers, whatever became of their leads."""

    subject_ids: tuple[UUID, ...] = ()
    """Every contact that is held to be them; none, where a lead names nobody."""
    lead_ids: tuple[UUID, ...]
    """Every lead of theirs for which they agreed."""
    said_of: UUID | None = None
    """The one of them they said so of to one of us, whatever became of it; by the link in a mail they say it of none."""
    source: Name


def streams(command: WithdrawConsent) -> list[Stream]:
    leads = dict.fromkeys((*command.lead_ids, *filter(None, [command.said_of])))
    return [*map(lead.of, leads), *map(remembered.decider.of, command.subject_ids)]


def withdraw(states: States, command: WithdrawConsent) -> list[Event]:
    if command.said_of is not None and isinstance(states.of(lead, command.said_of), NotCaptured):
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
    leads = {id: states.of(lead, id) for id in lead_ids}
    if any(person.agreed - leads.keys() for person in people.values()):
        raise PersonChanged
    over = [event for id, known in leads.items() for event in withdraw_consent(known, id, source)]
    return [*over, *(ConsentWithdrawn(subject_id=id, source=source) for id, person in people.items() if not person.withdrawn)]


decider: JointDecider[WithdrawConsent] = JointDecider(
    commands=WithdrawConsent, streams=streams, decide=withdraw, over=(lead, remembered.decider)
)
