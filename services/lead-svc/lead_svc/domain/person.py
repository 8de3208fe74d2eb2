"""A person we hold data of: which contacts are held to be them, and their right to be forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Never, TypeAlias, assert_never
from uuid import UUID

from ltc_events import Command, Decider, Event, JointDecider, Personal, Refusal, States, Stream
from ltc_events.lead import PersonForgotten
from pydantic import Field

from .forest import Merged, is_under, taken


class ForgetPerson(Command):
    """Destroy the keys of a person, so that nothing sealed for them can be read again."""

    subject_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    """Whom it was asked for, and everybody who is held to be the same person."""
    known: bool
    """We hold a key of theirs: there is something to forget."""


class MergeContact(Command):
    """Say that a contact is the same person as another, under whom both are shown from now on."""

    subject_id: UUID
    into: UUID
    merge_id: UUID
    reason: Personal[str]
    known: bool
    """Both are contacts of ours."""


class UnmergeContact(Command):
    """Say that a contact is a person of their own after all."""

    subject_id: UUID
    into: UUID | None
    """Under whom they are shown, as far as the asker knows."""
    reason: Personal[str]
    known: bool
    """They are a contact of ours."""


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


class UnknownPerson(Refusal):
    """Nothing is known of such a person: the id is the contact_id of a lead, not the id of the lead."""

    status = 404


class PersonIsForgotten(Refusal):
    """The contact asked to be forgotten: nothing may be noted about them any more."""


class ContactMergedIntoItself(Refusal):
    """A contact is the same person as themselves already: name another one."""


class ContactMergedAlready(Refusal):
    """The contact {contact_id} is merged into {into}: undo that first, or merge with that one."""


class ContactNotMerged(Refusal):
    """This contact is merged into no other."""


class PersonChanged(Refusal):
    """Who is held to be this person changed while this was asked: look again, and ask again."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Nobody asked to forget this person."""

    merged: Merged | None = None
    kin: frozenset[UUID] = frozenset()
    """The contacts shown under this one."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Their key is gone, for ever."""


Person: TypeAlias = Remembered | Forgotten
PersonCommand: TypeAlias = ForgetPerson | MergeContact | UnmergeContact
PersonEvent: TypeAlias = PersonForgotten | ContactMerged | ContactUnmerged


def decide(states: States, command: PersonCommand) -> list[Event]:
    match command:
        case ForgetPerson():
            return [*forget(states, command)]
        case MergeContact():
            return [*merge(states, command)]
        case UnmergeContact():
            return [*unmerge(states, command)]


def forget(states: States, command: ForgetPerson) -> list[PersonForgotten]:
    """All of them or none: a merged person is one person."""
    people = {id: states.of(decider, id) for id in command.subject_ids}
    remembered = {id: person for id, person in people.items() if isinstance(person, Remembered)}
    if not remembered:
        return []  # forgotten once is forgotten
    if not command.known:
        raise UnknownPerson
    if one_person(remembered, command.subject_ids[0]) != set(command.subject_ids):
        raise PersonChanged
    return [PersonForgotten(subject_id=id) for id in remembered]


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


def merge(states: States, command: MergeContact) -> list[ContactMerged]:
    """Only contacts of their own are merged, so that whom each is shown under is a tree."""
    if not command.known:
        raise UnknownPerson
    if command.subject_id == command.into:
        raise ContactMergedIntoItself
    one, other = (must_be_remembered(states.of(decider, id)) for id in (command.subject_id, command.into))
    if is_under(one.merged, command.into):
        return []
    if merged := taken({command.subject_id: one.merged, command.into: other.merged}):
        raise ContactMergedAlready(contact_id=merged.id, into=merged.into)
    told = ContactMerged(**command.model_dump(exclude={"known"}), contact_id=command.subject_id)
    return [told, told.model_copy(update={"subject_id": command.into})]


def unmerge(states: States, command: UnmergeContact) -> list[ContactUnmerged]:
    if not command.known:
        raise UnknownPerson
    merged = must_be_remembered(states.of(decider, command.subject_id)).merged
    if command.into != (None if merged is None else merged.into):
        raise PersonChanged
    if merged is None:
        raise ContactNotMerged
    told = ContactUnmerged(
        subject_id=command.subject_id,
        contact_id=command.subject_id,
        previously_into=merged.into,
        merge_id=merged.merge_id,
        reason=command.reason,
    )
    return [told, told.model_copy(update={"subject_id": merged.into})]


def must_be_remembered(person: Person) -> Remembered:
    match person:
        case Remembered():
            return person
        case Forgotten():
            raise PersonIsForgotten


def evolve(person: Person, event: PersonEvent) -> Person:
    match event:
        case PersonForgotten():
            return Forgotten()
        case ContactMerged() | ContactUnmerged():
            return linked(person, event) if isinstance(person, Remembered) else person


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


def streams(command: PersonCommand) -> list[Stream]:
    match command:
        case ForgetPerson():
            named: tuple[UUID | None, ...] = command.subject_ids
        case MergeContact() | UnmergeContact():
            named = (command.subject_id, command.into)
    return [decider.of(id) for id in dict.fromkeys(named) if id is not None]


together: JointDecider[PersonCommand] = JointDecider(commands=PersonCommand, streams=streams, decide=decide, over=(decider,))
