"""What is held of a contact: whom they are the same person as, whether they want to hear of our offers, and that they are forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Never, TypeAlias, assert_never
from uuid import UUID

from ltc_events import Decider, Event, Name, Personal, Refusal, States
from ltc_events.lead import PersonForgotten
from ltc_kit.merges import Merged


class ContactMerged(Event, type="ltc.lead.contact-merged.v1"):
    """A contact is the same person as another. Told on the streams of both: whoever decides about one has to know of the other."""

    subject_id: UUID
    """On whose stream it is told."""
    contact_id: UUID
    into: UUID
    merge_id: UUID
    reason: Personal[str]


class ContactUnmerged(Event, type="ltc.lead.contact-unmerged.v1"):
    """A contact is a person of their own after all. Told on the streams of both, as the merge was."""

    subject_id: UUID
    """On whose stream it is told."""
    contact_id: UUID
    previously_into: UUID
    merge_id: UUID
    """The merge that is undone."""
    reason: Personal[str]


class PersonAgreed(Event, type="ltc.lead.person-agreed.v1"):
    """They agreed to hear of our offers, for one of their leads. Told beside the lead: whoever takes consent back has to know of it."""

    subject_id: UUID
    lead_id: UUID


class ConsentWithdrawn(Event, type="ltc.lead.consent-withdrawn.v1"):
    """They want to hear no more of our offers, for whichever lead. Told of every contact that is held to be them."""

    subject_id: UUID
    source: Name


class PersonIsForgotten(Refusal):
    """The contact asked to be forgotten: nothing may be noted about them any more."""


class PersonChanged(Refusal):
    """Who is held to be this person, or what they agreed to, changed while this was asked: look again, and ask again."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Nobody asked to forget this person."""

    merged: Merged | None = None
    kin: frozenset[UUID] = frozenset()
    """The contacts shown under this one."""
    agreed: frozenset[UUID] = frozenset()
    """For which leads they said yes since they last said no. What they agreed to as they came is known of the lead alone."""
    withdrawn: bool = False
    """They said no, and nothing since."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Their key is gone, for ever."""


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
    """Of the two who are told of it, one is merged, and the other gains or loses them."""
    match event:
        case ContactMerged() if event.subject_id == event.contact_id:
            return replace(person, merged=Merged(event.merge_id, event.into))
        case ContactMerged():
            return replace(person, kin=person.kin | {event.contact_id})
        case ContactUnmerged() if event.subject_id == event.contact_id:
            return replace(person, merged=None)
        case ContactUnmerged():
            return replace(person, kin=person.kin - {event.contact_id})


def decide_alone(person: Person, command: Never) -> list[PersonEvent]:
    """Nothing is decided about one contact alone: others may be the same person."""
    assert_never(command)


decider: Decider[Person, Never, PersonEvent] = Decider(
    kind="person",
    id="subject_id",
    initial=Remembered(),
    decide=decide_alone,
    evolve=evolve,
    commands=Never,
    events=PersonEvent,
    shared=True,
)


def remembered(states: States, subject_ids: Iterable[UUID]) -> dict[UUID, Remembered]:
    """Those of them who are not forgotten."""
    people = {id: states.of(decider, id) for id in subject_ids}
    return {id: person for id, person in people.items() if isinstance(person, Remembered)}


def one_person(people: Mapping[UUID, Remembered], contact_id: UUID) -> set[UUID]:
    """Everybody who is held to be the same person as this contact, as far as it follows from what is said of these people."""
    found: set[UUID] = set()
    ahead = {contact_id}
    while ahead:
        each = ahead.pop()
        found.add(each)
        person = people.get(each, Remembered())
        ahead |= (person.kin if person.merged is None else {*person.kin, person.merged.into}) - found
    return found
