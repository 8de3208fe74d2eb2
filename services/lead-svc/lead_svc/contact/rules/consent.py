"""Withdrawal of consent: a person withdraws it for all leads at once, under every contact."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from ltc_events import Command, Event, Name, States, Stream

from ...lead.rules.history import history as lead
from ...lead.rules.states import NotCaptured, UnknownLead
from ...lead.rules.touch import withdraw_consent
from .states import ConsentWithdrawn, PersonChanged, Remembered, one_person, remembered
from .states import history as person


class WithdrawConsent(Command):
    """Withdraw the consent of a person to receive offers, in every status of their leads."""

    subject_ids: tuple[UUID, ...] = ()
    """Every contact that is merged with the person; none where a lead has no contact."""
    lead_ids: tuple[UUID, ...]
    """Every lead of these contacts with a consent."""
    said_of: UUID | None = None
    """The lead for which sales recorded the withdrawal; None: by the link in a mail."""
    source: Name

    def reads(self) -> Sequence[Stream]:
        """Every lead and every contact it names."""
        leads = dict.fromkeys((*self.lead_ids, *filter(None, [self.said_of])))
        return [*map(lead.of, leads), *map(person.of, self.subject_ids)]


def withdraw(states: States, command: WithdrawConsent) -> list[Event]:
    if command.said_of is not None and isinstance(states.of(lead, command.said_of), NotCaptured):
        raise UnknownLead
    people = remembered(states, command.subject_ids)
    if people and one_person(people, command.subject_ids[0]) != set(command.subject_ids):
        raise PersonChanged
    return take_back(states, people, command.lead_ids, command.source)


def take_back(states: States, people: Mapping[UUID, Remembered], lead_ids: Iterable[UUID], source: str) -> list[Event]:
    """Withdraw the consent of all these contacts and leads, in one commit.

    Raises:
        PersonChanged: one of them agreed for a lead that is not among these.
    """
    leads = {id: states.of(lead, id) for id in lead_ids}
    if any(person.agreed - leads.keys() for person in people.values()):
        raise PersonChanged
    over = [event for id, known in leads.items() for event in withdraw_consent(known, id, source)]
    return [*over, *(ConsentWithdrawn(subject_id=id, source=source) for id, person in people.items() if not person.withdrawn)]
