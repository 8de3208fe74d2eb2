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
    reason: Text = Field(examples=["Same mail address, confirmed by phone"], description="Stored encrypted.")


@contact_merges.act(
    "/{subject_id}/merge",
    roles=MANAGERS,
    refuses=(UnknownPerson, PersonIsForgotten, ContactMergedIntoItself, ContactMergedAlready, MergesChanged, PersonChanged),
)
async def merge_contact(subject_id: UUID, body: MergeContactBody, read: Read, handle: Handle) -> MergeDone:
    """Show a contact under another one, as the same person.

    Nothing recorded of either changes, except consent: a withdrawal under one contact, without a later consent, holds under the other too.
    Until the merge is undone they are one person: a request to forget the person, or a withdrawal of consent, reaches both.
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
    """Why they are two persons."""

    reason: Text = Field(examples=["Father and son"], description="Stored encrypted.")


@contact_merges.act("/{subject_id}/unmerge", roles=MANAGERS, refuses=(UnknownPerson, PersonIsForgotten, ContactNotMerged, PersonChanged))
async def unmerge_contact(subject_id: UUID, body: UnmergeContactBody, read: Read, handle: Handle) -> None:
    """Undo a merge: both are separate persons again, each with what is recorded of it."""
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
    """The reason names persons: it is encrypted for one contact and again for the other, and is forgotten with either."""
    for subject_id in both:
        await handle.known(subject_id)
        reason = handle.seal(subject_id, reason)
    return reason
