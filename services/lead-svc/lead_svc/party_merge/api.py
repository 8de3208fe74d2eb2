"""Managers merge two parties that are one company, and undo it."""

from uuid import UUID

from ltc_events import Text
from ltc_kit.merges import MergesChanged
from ltc_kit.merges.read import MergeDone, retried
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field

from ..party.read import PARTIES
from ..party.rules import (
    MergedIntoItself,
    MergeParty,
    PartyMergedAlready,
    PartyNotMerged,
    UnknownParty,
    UnmergeParty,
    decider,
)

MANAGERS: tuple[Role, ...] = ("sales_manager",)

party_merges = Api("/parties", stream=decider)


class MergeBody(Body):
    """Which party it is the same as."""

    into: UUID
    reason: Text = Field(examples=["Same web domain, confirmed by phone"])


@party_merges.act("/{party_id}/merge", roles=MANAGERS, refuses=(UnknownParty, MergedIntoItself, PartyMergedAlready, MergesChanged))
async def merge_party(party_id: UUID, body: MergeBody, read: Read, handle: Handle) -> MergeDone:
    """Show a party under another one.

    Nothing recorded of either changes: leads, contacts and touches of both are found under that one until the merge is undone.
    A query of an earlier day shows the merges of that day.
    """

    async def attempt() -> MergeDone:
        known = await PARTIES.standing(party_id, body.into, read)
        merge_id = known or handle.new_id("merge")
        command = MergeParty(party_id=party_id, into=body.into, merge_id=merge_id, again=known is not None, reason=body.reason)
        return await handle(command, MergeDone(merge_id=merge_id))

    return await retried(attempt, MergesChanged)


class UnmergeBody(Body):
    """Why they are two."""

    reason: Text = Field(examples=["Two companies in one house"])


@party_merges.act("/{party_id}/unmerge", roles=MANAGERS, refuses=(UnknownParty, PartyNotMerged))
async def unmerge_party(party_id: UUID, body: UnmergeBody, handle: Handle) -> None:
    """Undo a merge: each party has again what is recorded of it, also what was recorded since."""
    return await handle(UnmergeParty(party_id=party_id, reason=body.reason))
