"""A person: the merges of a contact, its consents, and whether it is forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Never, TypeAlias
from uuid import UUID

from ltc_events import Decider, Event, Name, Personal, Refusal, States
from ltc_events.lead import PersonForgotten
from ltc_kit.merges import Merged


class ContactMerged(Event, type="ltc.lead.contact-merged.v1"):
    """A contact was merged into another one. It is recorded on the streams of both, since decisions about one depend on the other."""

    subject_id: UUID
    """The contact on whose stream this is recorded."""
    contact_id: UUID
    into: UUID
    merge_id: UUID
    reason: Personal[str]


class ContactUnmerged(Event, type="ltc.lead.contact-unmerged.v1"):
    """A merge was undone. It is recorded on the streams of both, as the merge was."""

    subject_id: UUID
    """The contact on whose stream this is recorded."""
    contact_id: UUID
    previously_into: UUID
    merge_id: UUID
    """The merge that is undone."""
    reason: Personal[str]


class PersonAgreed(Event, type="ltc.lead.person-agreed.v1"):
    """The contact agreed to receive offers, for one lead. It is recorded here too, so that a withdrawal finds every lead."""

    subject_id: UUID
    lead_id: UUID


class ConsentWithdrawn(Event, type="ltc.lead.consent-withdrawn.v1"):
    """The person withdrew consent for all leads. It is recorded on every contact of the person."""

    subject_id: UUID
    source: Name


class PersonIsForgotten(Refusal):
    """The contact is forgotten: no more data about this person may be recorded."""


class PersonChanged(Refusal):
    """The contacts or consents of this person changed during the request: read them again and repeat it."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A person that is not forgotten."""

    merged: Merged | None = None
    kin: frozenset[UUID] = frozenset()
    """The contacts shown under this one."""
    agreed: frozenset[UUID] = frozenset()
    """The leads with a consent since the last withdrawal. Consent given at capture is recorded on the lead alone."""
    withdrawn: bool = False
    """Consent was withdrawn, and not given again."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The key of the person is destroyed."""


Person: TypeAlias = Remembered | Forgotten
PersonEvent: TypeAlias = PersonForgotten | ContactMerged | ContactUnmerged | PersonAgreed | ConsentWithdrawn


def must_be_remembered(person: Person) -> Remembered:
    match person:
        case Remembered():
            return person
        case Forgotten():
            raise PersonIsForgotten


def evolve(person: Person, event: PersonEvent) -> Person:
    if isinstance(person, Forgotten):
        return person
    match event:
        case PersonForgotten():
            return Forgotten()
        case ContactMerged() | ContactUnmerged():
            return linked(person, event)
        case PersonAgreed():
            return replace(person, agreed=person.agreed | {event.lead_id}, withdrawn=False)
        case ConsentWithdrawn():
            return replace(person, agreed=frozenset(), withdrawn=True)


def linked(person: Remembered, event: ContactMerged | ContactUnmerged) -> Remembered:
    """One of the two contacts is merged; the other one gains or loses it."""
    match event:
        case ContactMerged() if event.subject_id == event.contact_id:
            return replace(person, merged=Merged(event.merge_id, event.into))
        case ContactMerged():
            return replace(person, kin=person.kin | {event.contact_id})
        case ContactUnmerged() if event.subject_id == event.contact_id:
            return replace(person, merged=None)
        case ContactUnmerged():
            return replace(person, kin=person.kin - {event.contact_id})


history: Decider[Person, Any, PersonEvent] = Decider(
    kind="person", id="subject_id", initial=Remembered(), evolve=evolve, commands=Never, events=PersonEvent, shared=True
)
"""How the events of a person change its state. Nouns that only read persons read this."""


def remembered(states: States, subject_ids: Iterable[UUID]) -> dict[UUID, Remembered]:
    """The persons of these contacts that are not forgotten."""
    people = {id: states.of(history, id) for id in subject_ids}
    return {id: person for id, person in people.items() if isinstance(person, Remembered)}


def one_person(people: Mapping[UUID, Remembered], contact_id: UUID) -> set[UUID]:
    """All contacts that are merged with this one, as far as ``people`` shows."""
    found: set[UUID] = set()
    ahead = {contact_id}
    while ahead:
        each = ahead.pop()
        found.add(each)
        person = people.get(each, Remembered())
        ahead |= (person.kin if person.merged is None else {*person.kin, person.merged.into}) - found
    return found
