"""Managers merge two contacts of one person, and undo it."""

from uuid import UUID

from ltc_events import Text
from ltc_kit.merges import MergesChanged
from ltc_kit.merges.read import MergeDone, retried
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field
from sqlalchemy import select

from ..contact.read import CONTACTS, ContactMergeRow, are_known, asked_for
from ..contact.rules import (
    ContactMergedAlready,
    ContactMergedIntoItself,
    ContactNotMerged,
    MergeContact,
    UnknownPerson,
    UnmergeContact,
    decider,
)
from ..contact.rules.states import PersonChanged, PersonIsForgotten

MANAGERS: tuple[Role, ...] = ("sales_manager",)

contact_merges = Api("/contacts", stream=decider)


class MergeContactBody(Body):
    """Which contact is the same person."""

    into: UUID
    reason: Text = Field(examples=["Same mail address, confirmed by phone"], description="Kept sealed.")


@contact_merges.act(
    "/{subject_id}/merge",
    roles=MANAGERS,
    refuses=(UnknownPerson, PersonIsForgotten, ContactMergedIntoItself, ContactMergedAlready, MergesChanged, PersonChanged),
)
async def merge_contact(subject_id: UUID, body: MergeContactBody, read: Read, handle: Handle) -> MergeDone:
    """Show a contact under another one, as the same person.

    Nothing that was said of either changes, but that whoever took consent back under one contact, and did not agree again, takes it back
    under the other. Until the merge is undone they are one person: whoever of them is forgotten, or takes consent back, does so under both.
    """
    reason = await sealed((subject_id, body.into), body.reason, handle)

    async def attempt() -> MergeDone:
        stands = await CONTACTS.standing(subject_id, body.into, read)
        merge_id = stands or handle.new_id("merge")
        known = await are_known({subject_id, body.into}, read)
        people = tuple([each for one in (subject_id, body.into) for each in await CONTACTS.everybody(one, read)])
        command = MergeContact(
            subject_id=subject_id,
            into=body.into,
            merge_id=merge_id,
            again=stands is not None,
            reason=reason,
            known=known,
            people=people,
            lead_ids=tuple(await asked_for(people, read)),
        )
        return await handle(command, MergeDone(merge_id=merge_id))

    return await retried(attempt, PersonChanged, MergesChanged)


class UnmergeContactBody(Body):
    """Why they are two."""

    reason: Text = Field(examples=["Father and son"], description="Kept sealed.")


@contact_merges.act("/{subject_id}/unmerge", roles=MANAGERS, refuses=(UnknownPerson, PersonIsForgotten, ContactNotMerged, PersonChanged))
async def unmerge_contact(subject_id: UUID, body: UnmergeContactBody, read: Read, handle: Handle) -> None:
    """Undo a merge: both are people of their own again, each with what was said of them."""
    merge = ContactMergeRow.table.c
    merged = await read.maybe(select(merge.into).where(merge.contact_id == subject_id, CONTACTS.holding(None)))
    into = None if merged is None else merged["into"]
    command = UnmergeContact(
        subject_id=subject_id,
        into=into,
        reason=await sealed((subject_id, into or subject_id), body.reason, handle),
        known=await are_known({subject_id}, read),
    )
    return await handle(command)


async def sealed(both: tuple[UUID, UUID], reason: Text, handle: Handle) -> str:
    """A reason why somebody is somebody says who they are: sealed for one and once more for the other, it is forgotten with either."""
    for subject_id in both:
        await handle.known(subject_id)
        reason = handle.seal(subject_id, reason)
    return reason
