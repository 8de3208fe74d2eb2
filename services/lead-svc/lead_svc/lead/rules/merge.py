"""Two leads for one need: one is shown under the other, which alone counts, until that is undone."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Refusal, States, Stream, Text
from ltc_events.lead import LeadMerged, LeadUnmerged, OpenStatus
from ltc_kit.merges import Merged, stands, taken

from .. import rules as lead
from .states import Absorbed, Alive, Assigned, Captured, Closed, Lead, Nobody, Pooled, Qualified, UnknownLead, must_be_alive


class MergeLead(Command):
    """Say that a lead is for the same need as another open one, under which it is shown from now on."""

    lead_id: UUID
    into: UUID
    merge_id: UUID
    reason: Text
    again: bool = False
    """It stands already by this id, as far as the asker knows."""


class UnmergeLead(Command):
    """Say that a lead is for a need of its own after all."""

    lead_id: UUID
    above: tuple[UUID, ...]
    """All that it is shown under, as far as the asker knows."""
    reason: Text


class LeadMergedIntoItself(Refusal):
    """A lead is for the same need as itself already: name another one."""


class LeadMergedAlready(Refusal):
    """The lead {lead_id} is merged into {into}: undo that first, or merge with that one."""


class LeadNotMerged(Refusal):
    """This lead is merged into no other."""


class SurvivorConverted(Refusal):
    """The lead {into}, under which this one is shown, became a deal meanwhile: what is needed besides is a new lead."""


class LeadsChanged(Refusal):
    """Which leads are held to be for this need changed while this was asked: look again, and ask again."""


MergingCommand: TypeAlias = MergeLead | UnmergeLead


def decide(states: States, command: MergingCommand) -> list[Event]:
    match command:
        case MergeLead():
            return [*merge(states, command)]
        case UnmergeLead():
            return [*unmerge(states, command)]


def merge(states: States, command: MergeLead) -> list[LeadMerged]:
    """Only leads of their own are merged, so that what each is shown under is a tree; and only open ones."""
    one, other = (must_be_known(states.of(lead.decider, id)) for id in (command.lead_id, command.into))
    if command.lead_id == command.into:
        raise LeadMergedIntoItself
    if stands(merged_of(one), command.into, command.merge_id, again=command.again):
        return []
    if merged := taken({command.lead_id: merged_of(one), command.into: merged_of(other)}):
        raise LeadMergedAlready(lead_id=merged.id, into=merged.into)
    into_owner = owner_of(must_be_alive(other))
    return [LeadMerged(**command.model_dump(exclude={"again"}), owner=owner_of(must_be_alive(one)), into_owner=into_owner)]


def unmerge(states: States, command: UnmergeLead) -> list[LeadUnmerged]:
    merged = must_be_merged(states.of(lead.decider, command.lead_id))
    top_id, top = survivor(states, merged.merged.into, command.above)
    if isinstance(top, Closed) and top.status == "converted":
        raise SurvivorConverted(into=top_id)
    before = merged.before
    undone = LeadUnmerged(
        lead_id=command.lead_id,
        previously_into=merged.merged.into,
        merge_id=merged.merged.merge_id,
        reason=command.reason,
        status=status_of(before),
        owner=owner_of(before),
        response_due=still_due(before),
    )
    return [undone]


def survivor(states: States, into: UUID, above: tuple[UUID, ...]) -> tuple[UUID, Lead]:
    """The lead that counts for this one: the last of those above it."""
    while into in above:
        state = states.of(lead.decider, into)
        if not isinstance(state, Absorbed):
            return into, state
        into = state.merged.into
    raise LeadsChanged


def must_be_known(state: Lead) -> Lead:
    if isinstance(state, Nobody):
        raise UnknownLead
    return state


def must_be_merged(state: Lead) -> Absorbed:
    if not isinstance(must_be_known(state), Absorbed):
        raise LeadNotMerged
    assert isinstance(state, Absorbed)
    return state


def merged_of(state: Lead) -> Merged | None:
    return state.merged if isinstance(state, Absorbed) else None


def owner_of(state: Alive) -> str | None:
    return state.owner if isinstance(state, Assigned | Qualified) else None


def status_of(state: Alive) -> OpenStatus:
    match state:
        case Captured():
            return "captured"
        case Pooled():
            return "pooled"
        case Assigned():
            return "assigned"
        case Qualified():
            return "qualified"


def still_due(state: Alive) -> datetime | None:
    """Its timer may have passed while nothing was to be found: it is set again."""
    response = state.trail.response
    return None if response is None or response.overdue else response.due


def streams(command: MergingCommand) -> list[Stream]:
    match command:
        case MergeLead():
            named: tuple[UUID, ...] = (command.lead_id, command.into)
        case UnmergeLead():
            named = (command.lead_id, *command.above)
    return [lead.decider.of(id) for id in dict.fromkeys(named)]


decider: JointDecider[MergingCommand] = JointDecider(commands=MergingCommand, streams=streams, decide=decide, over=(lead.decider,))
