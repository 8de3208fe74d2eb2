"""Managers merge two leads for one need, and undo it."""

from uuid import UUID

from ltc_events import Text
from ltc_kit.merges import MergesChanged
from ltc_kit.merges.read import MergeDone, retried
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field

from ..lead.read import LEADS
from ..lead.rules import decider
from ..lead.rules.merge import (
    LeadMergedAlready,
    LeadMergedIntoItself,
    LeadNotMerged,
    LeadsChanged,
    MergeLead,
    SurvivorConverted,
    UnmergeLead,
)
from ..lead.rules.states import LeadClosed, UnknownLead

MANAGERS: tuple[Role, ...] = ("sales_manager",)

lead_merges = Api("/leads", stream=decider)


class MergeLeadBody(Body):
    """The lead for the same need."""

    into: UUID
    reason: Text = Field(
        examples=["Asked at the fair and again by the web form"], description="Published to other services: name no person."
    )


@lead_merges.act(
    "/{lead_id}/merge", roles=MANAGERS, refuses=(UnknownLead, LeadClosed, LeadMergedIntoItself, LeadMergedAlready, MergesChanged)
)
async def merge_lead(lead_id: UUID, body: MergeLeadBody, read: Read, handle: Handle) -> MergeDone:
    """Show an open lead under another open one for the same need, which alone counts from now on.

    Nothing recorded of either changes; both histories are shown with that one. The merged lead leaves the workload of its owner, its mails
    stop, and nothing changes it until the merge is undone. Parties and contacts are not merged.
    """

    async def attempt() -> MergeDone:
        known = await LEADS.standing(lead_id, body.into, read)
        merge_id = known or handle.new_id("merge")
        command = MergeLead(lead_id=lead_id, into=body.into, merge_id=merge_id, again=known is not None, reason=body.reason)
        return await handle(command, MergeDone(merge_id=merge_id))

    return await retried(attempt, MergesChanged)


class UnmergeLeadBody(Body):
    """Why there are two needs."""

    reason: Text = Field(examples=["Two plants, two orders"], description="Published to other services: name no person.")


@lead_merges.act("/{lead_id}/unmerge", roles=MANAGERS, refuses=(UnknownLead, LeadNotMerged, SurvivorConverted, LeadsChanged))
async def unmerge_lead(lead_id: UUID, body: UnmergeLeadBody, read: Read, handle: Handle) -> None:
    """Undo a merge: the lead is open again as before, with its owner. Mails that were stopped do not start again."""
    above = tuple(await LEADS.over(lead_id, None, read))
    return await handle(UnmergeLead(lead_id=lead_id, above=above, reason=body.reason))
