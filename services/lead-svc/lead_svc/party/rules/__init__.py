"""An account: a party we know, under every name it came with, and whether it is the same as another."""

from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, JointDecider, Name, Refusal, States, Stream, Text
from ltc_events.lead import Domain, PartyMerged, PartyUnmerged, PhoneNumber
from ltc_kit.merges import Merged, stands, taken


class NoteParty(Command):
    """Note what is known of a party: a name it goes by, its web domain, its switchboard."""

    party_id: UUID
    company: Name
    website: Domain | None = None
    phone: PhoneNumber | None = None


class DescribeParty(Command):
    """Note the web domain or the switchboard of a party we know."""

    party_id: UUID
    website: Domain | None = None
    phone: PhoneNumber | None = None


class MergeParty(Command):
    """Say that a party is the same as another, under which both are shown from now on."""

    party_id: UUID
    into: UUID
    merge_id: UUID
    reason: Text
    again: bool = False
    """It stands already by this id, as far as the asker knows."""


class UnmergeParty(Command):
    """Say that a party is one of its own after all."""

    party_id: UUID
    reason: Text


class PartyNoted(Event, type="ltc.lead.party-noted.v1"):
    """A company goes by this name, this web domain, this switchboard. Nothing of a person: a person's are sealed."""

    party_id: UUID
    company: Name
    website: Domain | None = None
    phone: PhoneNumber | None = None


class UnknownParty(Refusal):
    """There is no such party."""

    status = 404


class MergedIntoItself(Refusal):
    """A party is the same as itself already: name another one."""


class PartyMergedAlready(Refusal):
    """The party {party_id} is merged into {into}: undo that first, or merge with that one."""


class PartyNotMerged(Refusal):
    """This party is merged into no other."""


@dataclass(frozen=True, slots=True)
class Account:
    """A party; one without a name was never heard of."""

    name: str | None = None
    noted: frozenset[tuple[str, str]] = frozenset()
    merged: Merged | None = None


AccountCommand: TypeAlias = NoteParty | DescribeParty | UnmergeParty
AccountEvent: TypeAlias = PartyNoted | PartyMerged | PartyUnmerged


def decide(account: Account, command: AccountCommand) -> list[AccountEvent]:
    match command:
        case NoteParty():
            return [*note(account, command)]
        case DescribeParty():
            return [*note(account, NoteParty(**dict(command), company=must_be_known(account)))]
        case UnmergeParty():
            return [*unmerge(account, command)]


def note(account: Account, command: NoteParty) -> list[PartyNoted]:
    noted = PartyNoted(**dict(command))
    return [] if said(noted) <= account.noted else [noted]


def merge(states: States, command: MergeParty) -> list[Event]:
    """Only parties of their own are merged, so that whom each is shown under is a tree."""
    one, other = states.of(decider, command.party_id), states.of(decider, command.into)
    must_be_known(one)
    must_be_known(other)
    if command.party_id == command.into:
        raise MergedIntoItself
    if stands(one.merged, command.into, command.merge_id, again=command.again):
        return []
    if merged := taken({command.party_id: one.merged, command.into: other.merged}):
        raise PartyMergedAlready(party_id=merged.id, into=merged.into)
    return [PartyMerged(**command.model_dump(exclude={"again"}))]


def unmerge(account: Account, command: UnmergeParty) -> list[PartyUnmerged]:
    must_be_known(account)
    if account.merged is None:
        raise PartyNotMerged
    merged = account.merged
    return [PartyUnmerged(party_id=command.party_id, merge_id=merged.merge_id, previously_into=merged.into, reason=command.reason)]


def must_be_known(account: Account) -> str:
    if account.name is None:
        raise UnknownParty
    return account.name


def said(noted: PartyNoted) -> frozenset[tuple[str, str]]:
    kept = (("company", noted.company), ("website", noted.website), ("phone", noted.phone))
    return frozenset((what, value) for what, value in kept if value is not None)


def evolve(account: Account, event: AccountEvent) -> Account:
    match event:
        case PartyNoted():
            return replace(account, name=account.name or event.company, noted=account.noted | said(event))
        case PartyMerged():
            return replace(account, merged=Merged(event.merge_id, event.into))
        case PartyUnmerged():
            return replace(account, merged=None)


decider: Decider[Account, AccountCommand, AccountEvent] = Decider(
    kind="party",
    id="party_id",
    initial=Account(),
    decide=decide,
    evolve=evolve,
    commands=AccountCommand,
    events=AccountEvent,
    shared=True,
)


def streams(command: MergeParty) -> list[Stream]:
    return list(dict.fromkeys((decider.of(command.party_id), decider.of(command.into))))


merging: JointDecider[MergeParty] = JointDecider(commands=MergeParty, streams=streams, decide=merge, over=(decider,))
