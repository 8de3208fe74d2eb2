"""A person we hold data of, and their right to be forgotten."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Refusal
from ltc_events.lead import PersonForgotten


class ForgetPerson(Command):
    """Destroy the key of a person, so that nothing sealed for them can be read again."""

    subject_id: UUID
    known: bool
    """We hold a key of theirs: there is something to forget."""


class UnknownPerson(Refusal):
    """Nothing is known of such a person: the id is the contact_id of a lead, not the id of the lead."""

    status = 404


@dataclass(frozen=True, slots=True)
class Remembered:
    """Nobody asked to forget this person."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Their key is gone, for ever."""


Person: TypeAlias = Remembered | Forgotten


def decide(person: Person, command: ForgetPerson) -> list[PersonForgotten]:
    match person:
        case Remembered() if not command.known:
            raise UnknownPerson
        case Remembered():
            return [PersonForgotten(subject_id=command.subject_id)]
        case Forgotten():
            return []  # forgotten once is forgotten


def evolve(person: Person, event: PersonForgotten) -> Person:
    return Forgotten()


decider: Decider[Person, ForgetPerson, PersonForgotten] = Decider(
    kind="person", id="subject_id", initial=Remembered(), decide=decide, evolve=evolve, commands=ForgetPerson, events=PersonForgotten
)
