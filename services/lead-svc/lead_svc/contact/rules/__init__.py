"""A person we hold data of: which contacts are held to be them, and their right to be forgotten."""

from collections.abc import Iterable
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Personal, Refusal, States, Stream
from ltc_events.lead import PersonForgotten
from ltc_kit.merges import stands, taken
from pydantic import Field

from ...lead.rules.history import history as lead
from ...lead.rules.states import Lead, NotCaptured
from .consent import take_back
from .states import (
    ContactMerged,
    ContactUnmerged,
    Forgotten,
    PersonChanged,
    PersonIsForgotten,
    decider,
    must_be_remembered,
    one_person,
    remembered,
)


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
    again: bool = False
    """It stands already by this id, as far as the asker knows."""
    reason: Personal[str]
    known: bool
    """Both are contacts of ours."""
    people: tuple[UUID, ...] = ()
    """Everybody who is held to be the same person as one of the two."""
    lead_ids: tuple[UUID, ...] = ()
    """Every lead for which one of them agreed to hear of our offers, or took that back."""


class UnmergeContact(Command):
    """Say that a contact is a person of their own after all."""

    subject_id: UUID
    into: UUID | None
    """Under whom they are shown, as far as the asker knows."""
    reason: Personal[str]
    known: bool
    """They are a contact of ours."""


class UnknownPerson(Refusal):
    """Nothing is known of such a person: the id is the contact_id of a lead, not the id of the lead."""

    status = 404


class ContactMergedIntoItself(Refusal):
    """A contact is the same person as themselves already: name another one."""


class ContactMergedAlready(Refusal):
    """The contact {contact_id} is merged into {into}: undo that first, or merge with that one."""


class ContactNotMerged(Refusal):
    """This contact is merged into no other."""


PersonCommand: TypeAlias = ForgetPerson | MergeContact | UnmergeContact


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
    people = remembered(states, command.subject_ids)
    if not people:
        return []  # forgotten once is forgotten
    if not command.known:
        raise UnknownPerson
    if one_person(people, command.subject_ids[0]) != set(command.subject_ids):
        raise PersonChanged
    return [PersonForgotten(subject_id=id) for id in people]


def merge(states: States, command: MergeContact) -> list[Event]:
    """Only contacts of their own are merged, so that whom each is shown under is a tree."""
    if not command.known:
        raise UnknownPerson
    if command.subject_id == command.into:
        raise ContactMergedIntoItself
    one, other = (must_be_remembered(states.of(decider, id)) for id in (command.subject_id, command.into))
    if stands(one.merged, command.into, command.merge_id, again=command.again):
        return []
    if merged := taken({command.subject_id: one.merged, command.into: other.merged}):
        raise ContactMergedAlready(contact_id=merged.id, into=merged.into)
    told = ContactMerged(**command.model_dump(include={"subject_id", "into", "merge_id", "reason"}), contact_id=command.subject_id)
    return [told, told.model_copy(update={"subject_id": command.into}), *carry_over(states, command)]


def carry_over(states: States, command: MergeContact) -> list[Event]:
    """Who said no under one contact, and nothing since, said it under the other too. In doubt nobody is written to."""
    people = remembered(states, named(command))
    one, other = (one_person(people, id) for id in (command.subject_id, command.into))
    if not one | other <= people.keys():
        raise PersonChanged
    before = declined(states, command.lead_ids)  # a yes that is kept with them is younger
    against = {id for id, each in people.items() if each.withdrawn or (id in before and not each.agreed)}
    back = {each for side, beside in ((one, other), (other, one)) if side & against for each in beside}
    theirs = [id for id in command.lead_ids if contact_of(states.of(lead, id)) in back]
    return take_back(states, {id: people[id] for id in people if id in back}, theirs, "merged with a contact who said no")


def declined(states: States, lead_ids: Iterable[UUID]) -> set[UUID | None]:
    """Who took consent back for one of these leads. Before that was kept with people too, it was noted of the lead alone."""
    leads = [states.of(lead, id) for id in lead_ids]
    return {contact_of(known) for known in leads if not isinstance(known, NotCaptured) and known.trail.said_no}


def contact_of(known: Lead) -> UUID | None:
    return None if isinstance(known, NotCaptured) or known.who is None else known.who.contact_id


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


def named(command: PersonCommand) -> list[UUID]:
    """The contacts that a command names."""
    match command:
        case ForgetPerson():
            ids: tuple[UUID | None, ...] = command.subject_ids
        case MergeContact():
            ids = (command.subject_id, command.into, *command.people)
        case UnmergeContact():
            ids = (command.subject_id, command.into)
    return [id for id in dict.fromkeys(ids) if id is not None]


def streams(command: PersonCommand) -> list[Stream]:
    leads = command.lead_ids if isinstance(command, MergeContact) else ()
    return [*(decider.of(id) for id in named(command)), *(lead.of(id) for id in leads)]


together: JointDecider[PersonCommand] = JointDecider(commands=PersonCommand, streams=streams, decide=decide, over=(decider, lead))

__all__ = [
    "ContactMerged", "ContactMergedAlready", "ContactMergedIntoItself", "ContactNotMerged", "ContactUnmerged", "ForgetPerson", "Forgotten",
    "MergeContact", "PersonChanged", "PersonCommand", "PersonIsForgotten", "UnknownPerson", "UnmergeContact", "decider", "together",
]  # fmt: skip
