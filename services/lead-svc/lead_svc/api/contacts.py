"""Contacts: the people at a party, which of them may be one, and merging them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from ltc_events import Text
from ltc_kit.merges import MergesChanged
from ltc_runtime.http import PREVIEW, Api, Body, Handle, Page, Paging, Read, View
from pydantic import AwareDatetime, Field
from sqlalchemy import Select, exists, func, select

from .. import projections as shown
from ..contact import rules as person
from ..contact.rules import ContactMergedAlready, ContactMergedIntoItself, ContactNotMerged, MergeContact, UnknownPerson, UnmergeContact
from ..contact.rules.likeness import Agreement, Trait, alike, traits
from ..contact.rules.states import PersonChanged, PersonIsForgotten
from ..lead.read import Contact
from ..party.rules import UnknownParty
from .consenting import asked_for, in_step
from .kinship import CONTACTS, PARTIES
from .parties import MergeDone, parties
from .resource import MANAGERS, SALES

contacts = Api("/contacts", stream=person.decider)
COMPARED = 500
"""So many people of a party at most are compared with each other."""

PERSONAL = ("name", "email", "phone")
SEALED_TWICE = ("reason", "reason", "unmerge_reason", "unmerge_reason")
"""For the one contact, and within that for the other."""


class PartyContact(Contact):
    """Somebody at a party, under whichever contact we know them."""

    also: Sequence[UUID] = Field(
        description=f"The contacts that are held to be the same person, and are shown under this one, {PREVIEW} at most."
    )
    more: bool = Field(description="There are more: `/contacts/{subject_id}/members` lists them all.")


class ContactMerge(View):
    """That two contacts were the same person, as long as they were held to be. Reasons are null where one of the two is forgotten."""

    merge_id: UUID
    contact_id: UUID
    into: UUID
    reason: str | None
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerge_reason: str | None


class PersonView(Contact):
    """A contact, and those that are held to be the same person."""

    party_id: UUID
    head: UUID = Field(description="The contact it is shown under: itself, if it is merged into no other.")
    members: Sequence[UUID] = Field(description=f"Itself, and the contacts shown under it, {PREVIEW} at most.")
    merges: Sequence[ContactMerge] = Field(description=f"The latest {PREVIEW} merges of one of them, those that were undone too.")
    more: bool = Field(description="There are more: `/contacts/{subject_id}/members` and `/contacts/{subject_id}/merges` list them all.")


class PersonPair(View):
    """Two contacts that may be one person."""

    contact_id: UUID
    name: str | None
    other_id: UUID
    other: str | None
    weight: int = Field(description="How likely it is, of 100: 70 for the mail address, 50 for the name, 40 for the phone number.")
    kinds: Sequence[Agreement]


class PersonPairs(View):
    """The likeliest first."""

    data: Sequence[PersonPair]
    compared: int = Field(description="How many people were compared.")
    more: bool = Field(description=f"There are more than the {COMPARED} that are compared at most; these were left out.")


@parties.query("/{party_id}/contacts", roles=SALES)
async def list_contacts_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyContact]:
    """The people at a party and at those shown under it at an instant, each once."""
    row = shown.people.c
    page = await read.page(people_at(party_id, at, read), key=(row.contact_id,), into=Contact, paging=paging, personal=PERSONAL)
    also = await merged_into([each.contact_id for each in page.data], at, read)
    listed = [
        PartyContact(**dict(each), also=also[each.contact_id][:PREVIEW], more=len(also[each.contact_id]) > PREVIEW) for each in page.data
    ]  # fmt: skip
    return Page(data=listed, next_cursor=page.next_cursor)


def people_at(party_id: UUID, at: datetime | None, read: Read) -> Select[Any]:
    """Who was met by then at a party or at one shown under it, each as the contact they are shown under."""
    row, lead = shown.people.c, shown.leads.c
    met = select(row.contact_id).where(row.party_id.in_(PARTIES.group(party_id, at or read.now)))
    if at is not None:
        met = met.where(exists().where(lead.contact_id == row.contact_id, lead.captured_at <= at))
    found = select(row.contact_id, row.name, row.email, row.phone, row.forgotten)
    return found.where(row.contact_id.in_(select(CONTACTS.above(met, at).c.head)))


async def merged_into(contact_ids: Collection[UUID], at: datetime | None, read: Read) -> dict[UUID, list[UUID]]:
    """The contacts that are shown under each of these, itself not among them; of many, one more than is shown."""
    kin = CONTACTS.groups(contact_ids, at)
    place = func.row_number().over(partition_by=kin.c.head, order_by=kin.c.id).label("place")
    others = select(kin, place).where(kin.c.id != kin.c.head).subquery()
    found: dict[UUID, list[UUID]] = {contact_id: [] for contact_id in contact_ids}
    for row in await read.all(select(others).where(others.c.place <= PREVIEW + 1).order_by(others.c.id)):
        found[row["head"]].append(row["id"])
    return found


@parties.query("/{party_id}/contacts/duplicates", roles=SALES, refuses=(UnknownParty,))
async def list_duplicate_contacts(party_id: UUID, read: Read, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> PersonPairs:
    """Pairs of people at a party, and at those shown under it, who may be one.

    They are compared for this answer, by what is unsealed for it; nothing of that is kept. People of different parties are not compared.
    """
    await read.one(select(shown.parties.c.party_id).where(shown.parties.c.party_id == party_id), UnknownParty)
    row = shown.people.c
    found = people_at(party_id, None, read).where(~row.forgotten).order_by(row.contact_id).limit(COMPARED + 1)
    heads = [each["contact_id"] for each in await read.all(found)]
    known, names = await known_of(heads[:COMPARED], read)
    pairs = [
        PersonPair(contact_id=pair.contact_id, name=names[pair.contact_id], other_id=pair.other_id, other=names[pair.other_id],
                   weight=pair.weight, kinds=pair.kinds)
        for pair in alike(known)[:limit]
    ]  # fmt: skip
    return PersonPairs(data=pairs, compared=len(known), more=len(heads) > COMPARED)


async def known_of(heads: Sequence[UUID], read: Read) -> tuple[dict[UUID, set[Trait]], dict[UUID, str | None]]:
    """What can be compared of each of these, under whichever contact it was said, and the name each is shown with."""
    kin, row = CONTACTS.groups(heads, None), shown.people.c
    rows = await read.all(select(kin.c.head, row.contact_id, row.name, row.email, row.phone).join(kin, kin.c.id == row.contact_id))
    opened = iter(await read.open_many([each[what] for each in rows for what in PERSONAL]))
    known: defaultdict[UUID, set[Trait]] = defaultdict(set)
    names: dict[UUID, str | None] = {}
    for each, name, email, phone in zip(rows, opened, opened, opened, strict=True):
        known[each["head"]] |= traits(name, email, phone)
        if each["contact_id"] == each["head"]:
            names[each["head"]] = name
    return known, names


@contacts.query("/{subject_id}", roles=SALES, refuses=(UnknownPerson,))
async def show_person(subject_id: UUID, read: Read) -> PersonView:
    """A contact, the one it is shown under, and all its merges."""
    row = await person_row(subject_id, read)
    kin = shown_under(subject_id)
    members, more_members = await read.first(PREVIEW - 1, kin.order_by(shown.people.c.contact_id))
    merges, more_merges = await read.latest(PREVIEW, CONTACTS.told(subject_id, None), key=CONTACTS.as_merged)
    for why in SEALED_TWICE:
        for each, text in zip(merges, await read.open_many([each[why] for each in merges]), strict=True):
            each[why] = text
    return PersonView(
        **row,
        head=(await CONTACTS.heads([subject_id], None, read))[subject_id],
        members=[subject_id, *(each["contact_id"] for each in members)],
        merges=[ContactMerge(**each) for each in merges],
        more=more_members or more_merges,
    )


async def person_row(subject_id: UUID, read: Read) -> dict[str, Any]:
    """What we know of a contact, unsealed."""
    row = await read.one(select(shown.people).where(shown.people.c.contact_id == subject_id), UnknownPerson)
    return {**row, **dict(zip(PERSONAL, await read.open_many([row[what] for what in PERSONAL]), strict=True))}


@contacts.query("/{subject_id}/members", roles=SALES, refuses=(UnknownPerson,))
async def list_contacts_of_person(subject_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Contact]:
    """The contacts shown under this one at an instant, itself not among them."""
    await must_be_known(subject_id, read)
    return await read.page(shown_under(subject_id, at), key=(shown.people.c.contact_id,), into=Contact, paging=paging, personal=PERSONAL)


@contacts.query("/{subject_id}/merges", roles=SALES, refuses=(UnknownPerson,))
async def list_merges_of_person(subject_id: UUID, read: Read, paging: Paging) -> Page[ContactMerge]:
    """Every merge of a contact or of one shown under it, those that were undone too, the latest first."""
    await must_be_known(subject_id, read)
    return await read.page(CONTACTS.told(subject_id, None), key=CONTACTS.as_merged, into=ContactMerge, paging=paging, personal=SEALED_TWICE)


async def must_be_known(subject_id: UUID, read: Read) -> None:
    row = shown.people.c
    await read.one(select(row.contact_id).where(row.contact_id == subject_id), UnknownPerson)


def shown_under(subject_id: UUID, at: datetime | None = None) -> Select[Any]:
    """The contacts shown under this one."""
    row = shown.people.c
    found = select(row.contact_id, row.name, row.email, row.phone, row.forgotten)
    return found.where(row.contact_id.in_(CONTACTS.group(subject_id, at)), row.contact_id != subject_id)


class MergeContactBody(Body):
    """Which contact is the same person."""

    into: UUID
    reason: Text = Field(examples=["Same mail address, confirmed by phone"], description="Kept sealed.")


@contacts.act(
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

    async def ask() -> MergeDone:
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

    return await in_step(ask)


class UnmergeContactBody(Body):
    """Why they are two."""

    reason: Text = Field(examples=["Father and son"], description="Kept sealed.")


@contacts.act("/{subject_id}/unmerge", roles=MANAGERS, refuses=(UnknownPerson, PersonIsForgotten, ContactNotMerged, PersonChanged))
async def unmerge_contact(subject_id: UUID, body: UnmergeContactBody, read: Read, handle: Handle) -> None:
    """Undo a merge: both are people of their own again, each with what was said of them."""
    merge = shown.contact_merges.c
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


async def are_known(contact_ids: Collection[UUID], read: Read) -> bool:
    """All of them are contacts of ours."""
    row = shown.people.c
    return len(await read.all(select(row.contact_id).where(row.contact_id.in_(contact_ids)))) == len(contact_ids)
