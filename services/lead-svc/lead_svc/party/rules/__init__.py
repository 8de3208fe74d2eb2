"""A party: a known company with all its names, and the party it is merged into."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Name, Refusal, States, Stream, Text
from ltc_events.lead import Domain, PartyMerged, PartyUnmerged, PhoneNumber
from ltc_kit.merges import Merged, stands, taken
from pydantic import Field


class NoteParty(Command):
    """Record a name, the web domain or the switchboard of a party."""

    party_id: UUID
    company: Name
    website: Domain | None = None
    phone: PhoneNumber | None = None


class DescribeParty(Command):
    """Record the web domain or the switchboard of a known party."""

    party_id: UUID
    website: Domain | None = None
    phone: PhoneNumber | None = None


class MergeParty(Command):
    """Merge a party into another one, under which both are shown from now on."""

    party_id: UUID
    into: UUID
    merge_id: UUID
    reason: Text
    again: bool = False
    """The caller read that this merge stands already by this id."""

    def reads(self) -> Sequence[Stream]:
        """Both parties."""
        return list(dict.fromkeys((decider.of(self.party_id), decider.of(self.into))))


class UnmergeParty(Command):
    """Undo a merge: each party has again what was recorded of it, also what was recorded since."""

    party_id: UUID
    reason: Text = Field(examples=["Two companies in one house"])


class PartyNoted(Event, type="ltc.lead.party-noted.v1"):
    """A company has this name, web domain and switchboard. No data of a person: that is encrypted."""

    party_id: UUID
    company: Name
    website: Domain | None = None
    phone: PhoneNumber | None = None


class UnknownParty(Refusal):
    """No such party exists."""

    status = 404


class MergedIntoItself(Refusal):
    """A party cannot be merged into itself: name another one."""


class PartyMergedAlready(Refusal):
    """The party {party_id} is merged into {into} already: undo that merge first, or merge with that party."""


class PartyNotMerged(Refusal):
    """The party is not merged into another one."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party; without a name it is unknown."""

    name: str | None = None
    noted: frozenset[tuple[str, str]] = frozenset()
    merged: Merged | None = None


PartyCommand: TypeAlias = NoteParty | DescribeParty | MergeParty | UnmergeParty
PartyEvent: TypeAlias = PartyNoted | PartyMerged | PartyUnmerged


def decide(states: States, command: PartyCommand) -> Sequence[PartyEvent]:
    party = states.of(decider, command.party_id)
    match command:
        case NoteParty():
            return note(party, command)
        case DescribeParty():
            return note(party, NoteParty(**dict(command), company=must_be_known(party)))
        case MergeParty():
            return merge(party, states.of(decider, command.into), command)
        case UnmergeParty():
            return unmerge(party, command)


def note(party: Party, command: NoteParty) -> list[PartyNoted]:
    noted = PartyNoted(**dict(command))
    return [] if said(noted) <= party.noted else [noted]


def merge(one: Party, other: Party, command: MergeParty) -> list[PartyMerged]:
    """Only unmerged parties are merged, so that merges form trees."""
    must_be_known(one)
    must_be_known(other)
    if command.party_id == command.into:
        raise MergedIntoItself
    if stands(one.merged, command.into, command.merge_id, again=command.again):
        return []
    if merged := taken({command.party_id: one.merged, command.into: other.merged}):
        raise PartyMergedAlready(party_id=merged.id, into=merged.into)
    return [PartyMerged(**command.model_dump(exclude={"again"}))]


def unmerge(party: Party, command: UnmergeParty) -> list[PartyUnmerged]:
    must_be_known(party)
    if party.merged is None:
        raise PartyNotMerged
    merged = party.merged
    return [PartyUnmerged(party_id=command.party_id, merge_id=merged.merge_id, previously_into=merged.into, reason=command.reason)]


def must_be_known(party: Party) -> str:
    if party.name is None:
        raise UnknownParty
    return party.name


def said(noted: PartyNoted) -> frozenset[tuple[str, str]]:
    kept = (("company", noted.company), ("website", noted.website), ("phone", noted.phone))
    return frozenset((what, value) for what, value in kept if value is not None)


def evolve(party: Party, event: PartyEvent) -> Party:
    match event:
        case PartyNoted():
            return replace(party, name=party.name or event.company, noted=party.noted | said(event))
        case PartyMerged():
            return replace(party, merged=Merged(event.merge_id, event.into))
        case PartyUnmerged():
            return replace(party, merged=None)


decider: Decider[Party, PartyCommand, PartyEvent] = Decider(
    kind="party",
    id="party_id",
    initial=Party(),
    decide_many=decide,
    evolve=evolve,
    commands=PartyCommand,
    events=PartyEvent,
    shared=True,
)
