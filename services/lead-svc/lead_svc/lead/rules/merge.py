"""Two leads for one need: one is shown under the other, which alone counts, until that is undone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, Refusal, States, Stream, Text
from ltc_events.lead import LeadMerged, LeadUnmerged, OpenStatus
from ltc_kit.merges import Merged, stands, taken

from .history import history
from .states import Absorbed, Alive, Assigned, Captured, Closed, Lead, NotCaptured, Pooled, Qualified, UnknownLead, must_be_alive


class MergeLead(Command):
    """Merge a lead into another open one for the same need, under which it is shown from now on."""

    lead_id: UUID
    into: UUID
    merge_id: UUID
    reason: Text
    again: bool = False
    """The caller read that it is merged by this id already."""

    def reads(self) -> Sequence[Stream]:
        """Both leads."""
        return [history.of(id) for id in dict.fromkeys((self.lead_id, self.into))]


class UnmergeLead(Command):
    """Undo the merge of a lead: it is for a need of its own."""

    lead_id: UUID
    above: tuple[UUID, ...]
    """All leads that it is shown under, as the caller read them."""
    reason: Text

    def reads(self) -> Sequence[Stream]:
        """The lead and those that it is shown under."""
        return [history.of(id) for id in dict.fromkeys((self.lead_id, *self.above))]


class LeadMergedIntoItself(Refusal):
    """A lead cannot be merged into itself: name another one."""


class LeadMergedAlready(Refusal):
    """The lead {lead_id} is merged into {into}: undo that first, or merge with that one."""


class LeadNotMerged(Refusal):
    """This lead is merged into no other."""


class SurvivorConverted(Refusal):
    """The lead {into}, under which this one is shown, became a deal meanwhile: capture a new lead for any further need."""


class LeadsChanged(Refusal):
    """The merges of these leads changed during this request: look again, and try again."""


def merge(states: States, command: MergeLead) -> Sequence[Event]:
    """Only leads that are not merged are merged, so that what each is shown under is a tree; and only open ones."""
    one, other = (must_be_known(states.of(history, id)) for id in (command.lead_id, command.into))
    if command.lead_id == command.into:
        raise LeadMergedIntoItself
    if stands(merged_of(one), command.into, command.merge_id, again=command.again):
        return []
    if merged := taken({command.lead_id: merged_of(one), command.into: merged_of(other)}):
        raise LeadMergedAlready(lead_id=merged.id, into=merged.into)
    into_owner = owner_of(must_be_alive(other))
    return [LeadMerged(**command.model_dump(exclude={"again"}), owner=owner_of(must_be_alive(one)), into_owner=into_owner)]


def unmerge(states: States, command: UnmergeLead) -> Sequence[Event]:
    merged = must_be_merged(states.of(history, command.lead_id))
    top_id, top = survivor(states, merged.merged.into, command.above)
    if isinstance(top, Closed) and top.status == "converted":
        raise SurvivorConverted(into=top_id)
    undone = LeadUnmerged(
        lead_id=command.lead_id,
        previously_into=merged.merged.into,
        merge_id=merged.merged.merge_id,
        reason=command.reason,
        status=status_of(merged.before),
        owner=owner_of(merged.before),
        response_due=still_due(merged.before),
    )
    return [undone]


def survivor(states: States, into: UUID, above: tuple[UUID, ...]) -> tuple[UUID, Lead]:
    """The lead that counts for this one: the top of those above it."""
    while into in above:
        state = states.of(history, into)
        if not isinstance(state, Absorbed):
            return into, state
        into = state.merged.into
    raise LeadsChanged


def must_be_known(lead: Lead) -> Lead:
    if isinstance(lead, NotCaptured):
        raise UnknownLead
    return lead


def must_be_merged(lead: Lead) -> Absorbed:
    known = must_be_known(lead)
    if not isinstance(known, Absorbed):
        raise LeadNotMerged
    return known


def merged_of(lead: Lead) -> Merged | None:
    return lead.merged if isinstance(lead, Absorbed) else None


def owner_of(lead: Alive) -> str | None:
    return lead.owner if isinstance(lead, Assigned | Qualified) else None


def status_of(lead: Alive) -> OpenStatus:
    match lead:
        case Captured():
            return "captured"
        case Pooled():
            return "pooled"
        case Assigned():
            return "assigned"
        case Qualified():
            return "qualified"


def still_due(lead: Alive) -> datetime | None:
    """The deadline of its response. Its timer may have passed while it was merged: it is set again."""
    response = lead.trail.response
    return None if response is None or response.overdue else response.due
