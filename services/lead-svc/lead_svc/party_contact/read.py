"""The people at a party, and which of them may be one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from ltc_runtime.http import PREVIEW, Page, Paging, Read, View
from pydantic import AwareDatetime, Field
from sqlalchemy import Select, exists, func, select

from ..contact.read import CONTACTS, PERSONAL
from ..contact.rules.likeness import Agreement, Trait, alike, traits
from ..lead.read import Contact, LeadRow
from ..party.read import PARTIES, PartyRow, PersonRow
from ..party.rules import UnknownParty
from .api import SALES, party_contacts

COMPARED = 500
"""The most people of a party that are compared with each other."""


class PartyContact(Contact):
    """A person at a party, with every contact of the person."""

    also: Sequence[UUID] = Field(description=f"The contacts of the same person, which are shown under this one, {PREVIEW} at most.")
    more: bool = Field(description="There are more: `/contacts/{subject_id}/members` lists them all.")


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


@party_contacts.query("/{party_id}/contacts", roles=SALES)
async def list_contacts_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyContact]:
    """The people at a party and at those shown under it at an instant, each once."""
    row = PersonRow.table.c
    page = await read.page(people_at(party_id, at, read), key=(row.contact_id,), into=Contact, paging=paging, personal=PERSONAL)
    also = await merged_into([each.contact_id for each in page.data], at, read)
    listed = [
        PartyContact(**dict(each), also=also[each.contact_id][:PREVIEW], more=len(also[each.contact_id]) > PREVIEW) for each in page.data
    ]  # fmt: skip
    return Page(data=listed, next_cursor=page.next_cursor)


def people_at(party_id: UUID, at: datetime | None, read: Read) -> Select[Any]:
    """The people at a party, or at one shown under it, at an instant; each as the contact it is shown under."""
    row, lead = PersonRow.table.c, LeadRow.table.c
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


@party_contacts.query("/{party_id}/contacts/duplicates", roles=SALES, refuses=(UnknownParty,))
async def list_duplicate_contacts(party_id: UUID, read: Read, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> PersonPairs:
    """Pairs of people at a party, and at those shown under it, who may be one.

    They are compared in memory for this answer; nothing decrypted is stored. People of different parties are not compared.
    """
    await read.row(PartyRow, UnknownParty, party_id=party_id)
    row = PersonRow.table.c
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
    """What is compared of each person, from all its contacts, and the name it is shown with."""
    kin, row = CONTACTS.groups(heads, None), PersonRow.table.c
    rows = await read.all(select(kin.c.head, row.contact_id, row.name, row.email, row.phone).join(kin, kin.c.id == row.contact_id))
    opened = iter(await read.open_many([each[what] for each in rows for what in PERSONAL]))
    known: defaultdict[UUID, set[Trait]] = defaultdict(set)
    names: dict[UUID, str | None] = {}
    for each, name, email, phone in zip(rows, opened, opened, opened, strict=True):
        known[each["head"]] |= traits(name, email, phone)
        if each["contact_id"] == each["head"]:
            names[each["head"]] = name
    return known, names
