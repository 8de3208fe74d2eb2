"""A person: merging its contacts, forgetting it, and withdrawing its consent."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Personal, Refusal, States, Stream
from ltc_events.lead import PersonForgotten
from ltc_kit.merges import stands, taken
from pydantic import Field

from ...lead.rules.history import history as lead
from ...lead.rules.states import Lead, NotCaptured
from .consent import WithdrawConsent, take_back, withdraw
from .states import (
    ContactMerged,
    ContactUnmerged,
    Person,
    PersonChanged,
    PersonEvent,
    history,
    must_be_remembered,
    one_person,
    remembered,
)


class ForgetPerson(Command):
    """Destroy the keys of a person, so that their encrypted data can never be read again."""

    subject_ids: Annotated[tuple[UUID, ...], Field(min_length=1)]
    """The requested contact first, then every contact merged with it."""
    known: bool
    """A key of the person exists."""

    def reads(self) -> Sequence[Stream]:
        """Every contact it names."""
        return contacts_of(self.subject_ids)


class MergeContact(Command):
    """Merge a contact into another one of the same person, under which both are shown from now on."""

    subject_id: UUID
    into: UUID
    merge_id: UUID
    again: bool = False
    """The caller read that this merge stands already by this id."""
    reason: Personal[str]
    known: bool
    """Both contacts exist."""
    people: tuple[UUID, ...] = ()
    """Every contact merged with one of the two."""
    lead_ids: tuple[UUID, ...] = ()
    """Every lead for which one of them gave or withdrew consent."""

    def reads(self) -> Sequence[Stream]:
        """Every contact and every lead it names."""
        return [*contacts_of((self.subject_id, self.into, *self.people)), *map(lead.of, self.lead_ids)]


class UnmergeContact(Command):
    """Undo the merge of a contact."""

    subject_id: UUID
    into: UUID | None
    """The contact it is merged into, as the caller read it."""
    reason: Personal[str]
    known: bool
    """The contact exists."""

    def reads(self) -> Sequence[Stream]:
        """The contact, and the one it is merged into."""
        return contacts_of((self.subject_id, self.into))


def contacts_of(ids: Iterable[UUID | None]) -> list[Stream]:
    """The streams of these contacts, each once."""
    return [history.of(id) for id in dict.fromkeys(ids) if id is not None]


class UnknownPerson(Refusal):
    """No such person is known: use the contact_id of a lead, not the id of the lead."""

    status = 404


class ContactMergedIntoItself(Refusal):
    """A contact cannot be merged into itself: name another one."""


class ContactMergedAlready(Refusal):
    """The contact {contact_id} is merged into {into} already: undo that merge first, or merge with that contact."""


class ContactNotMerged(Refusal):
    """The contact is not merged into another one."""


PersonCommand: TypeAlias = ForgetPerson | MergeContact | UnmergeContact | WithdrawConsent


def decide(states: States, command: PersonCommand) -> Sequence[Event]:
    match command:
        case ForgetPerson():
            return forget(states, command)
        case MergeContact():
            return merge(states, command)
        case UnmergeContact():
            return unmerge(states, command)
        case WithdrawConsent():
            return withdraw(states, command)


def forget(states: States, command: ForgetPerson) -> list[PersonForgotten]:
    """All contacts of the person are forgotten, or none."""
    people = remembered(states, command.subject_ids)
    if not people:
        return []  # forgotten once is forgotten
    if not command.known:
        raise UnknownPerson
    if one_person(people, command.subject_ids[0]) != set(command.subject_ids):
        raise PersonChanged
    return [PersonForgotten(subject_id=id) for id in people]


def merge(states: States, command: MergeContact) -> list[Event]:
    """Only unmerged contacts are merged, so that merges form trees."""
    if not command.known:
        raise UnknownPerson
    if command.subject_id == command.into:
        raise ContactMergedIntoItself
    one, other = (must_be_remembered(states.of(history, id)) for id in (command.subject_id, command.into))
    if stands(one.merged, command.into, command.merge_id, again=command.again):
        return []
    if merged := taken({command.subject_id: one.merged, command.into: other.merged}):
        raise ContactMergedAlready(contact_id=merged.id, into=merged.into)
    event = ContactMerged(**command.model_dump(include={"subject_id", "into", "merge_id", "reason"}), contact_id=command.subject_id)
    return [event, event.model_copy(update={"subject_id": command.into}), *carry_over(states, command)]


def carry_over(states: States, command: MergeContact) -> list[Event]:
    """A withdrawal under one contact, without a later consent, is carried over to the other one. In doubt no mail is sent."""
    people = remembered(states, (command.subject_id, command.into, *command.people))
    one, other = (one_person(people, id) for id in (command.subject_id, command.into))
    if not one | other <= people.keys():
        raise PersonChanged
    before = declined(states, command.lead_ids)  # a yes that is kept with them is younger
    against = {id for id, each in people.items() if each.withdrawn or (id in before and not each.agreed)}
    back = {each for side, beside in ((one, other), (other, one)) if side & against for each in beside}
    theirs = [id for id in command.lead_ids if contact_of(states.of(lead, id)) in back]
    return take_back(states, {id: people[id] for id in people if id in back}, theirs, "merged with a contact who said no")


def declined(states: States, lead_ids: Iterable[UUID]) -> set[UUID | None]:
    """The contacts that withdrew consent for one of these leads. Old events record that on the lead alone."""
    leads = [states.of(lead, id) for id in lead_ids]
    return {contact_of(known) for known in leads if not isinstance(known, NotCaptured) and known.trail.said_no}


def contact_of(known: Lead) -> UUID | None:
    return None if isinstance(known, NotCaptured) or known.who is None else known.who.contact_id


def unmerge(states: States, command: UnmergeContact) -> list[ContactUnmerged]:
    if not command.known:
        raise UnknownPerson
    merged = must_be_remembered(states.of(history, command.subject_id)).merged
    if command.into != (None if merged is None else merged.into):
        raise PersonChanged
    if merged is None:
        raise ContactNotMerged
    event = ContactUnmerged(
        subject_id=command.subject_id,
        contact_id=command.subject_id,
        previously_into=merged.into,
        merge_id=merged.merge_id,
        reason=command.reason,
    )
    return [event, event.model_copy(update={"subject_id": merged.into})]


decider: Decider[Person, PersonCommand, PersonEvent] = replace(
    history,
    commands=PersonCommand,
    decide_many=decide,
    also=(lead,),
)
