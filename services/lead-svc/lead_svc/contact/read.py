"""Contacts as people see them: one contact, those of the same person, its merges and its card; and what the person agreed to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ltc_events import Refusal, projection
from ltc_events.read_model import Index, Key, ReadModel, on
from ltc_kit.files.content_line import written
from ltc_kit.merges.read import Merges, end_merge, put_merge
from ltc_runtime.http import PREVIEW, Answer, Page, Paging, Read
from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, Select, select

from ..lead.read import Contact, LeadRow
from ..party.read import PersonRow
from .api import SALES, contacts
from .rules import UnknownPerson
from .rules.consent import WithdrawConsent
from .rules.states import ContactMerged, ContactUnmerged

PERSONAL = ("name", "email", "phone")
SEALED_TWICE = ("reason", "reason", "unmerge_reason", "unmerge_reason")
"""Encrypted for one contact, and then again for the other."""


class ContactMerge(ReadModel):
    """A merge of two contacts of one person, and its end. Reasons are null where one of the two is forgotten."""

    merge_id: Key[UUID]
    contact_id: UUID
    into: UUID
    reason: str | None
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerge_reason: str | None


class ContactMergeRow(ContactMerge, table="contact_merge"):
    """A merge as it is stored, with its reasons encrypted."""

    reason: str

    into_: ClassVar = Index("into")
    of: ClassVar = Index("contact_id")


CONTACTS = Merges(ContactMergeRow.table, "contact_id")

# Each merge is recorded on both streams, so each row is written twice, the same.
contact_merge_list = projection(
    "contact_merge_list", on(ContactMerged, put_merge(ContactMergeRow)), on(ContactUnmerged, end_merge(ContactMergeRow))
)


class PersonView(Contact):
    """A contact, and the contacts of the same person."""

    party_id: UUID
    head: UUID = Field(description="The contact it is shown under: itself, if it is merged into no other.")
    members: Sequence[UUID] = Field(description=f"Itself, and the contacts shown under it, {PREVIEW} at most.")
    merges: Sequence[ContactMerge] = Field(description=f"The latest {PREVIEW} merges of one of them, the undone ones too.")
    more: bool = Field(description="There are more: `/contacts/{subject_id}/members` and `/contacts/{subject_id}/merges` list them all.")


@contacts.query("/{subject_id}", roles=SALES, refuses=(UnknownPerson,))
async def show_person(subject_id: UUID, read: Read) -> PersonView:
    """A contact, the one it is shown under, and all its merges."""
    row = await person_row(subject_id, read)
    kin = shown_under(subject_id)
    members, more_members = await read.first(PREVIEW - 1, kin.order_by(PersonRow.table.c.contact_id))
    merges, more_merges = await read.latest(PREVIEW, CONTACTS.ever(subject_id, None), key=CONTACTS.as_merged)
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
    """A contact, decrypted."""
    row = await read.one(select(PersonRow.table).where(PersonRow.table.c.contact_id == subject_id), UnknownPerson)
    return {**row, **dict(zip(PERSONAL, await read.open_many([row[what] for what in PERSONAL]), strict=True))}


@contacts.query("/{subject_id}/members", roles=SALES, refuses=(UnknownPerson,))
async def list_contacts_of_person(subject_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Contact]:
    """The contacts shown under this one at an instant, without itself."""
    await read.row(PersonRow, UnknownPerson, contact_id=subject_id)
    return await read.page(shown_under(subject_id, at), key=(PersonRow.table.c.contact_id,), into=Contact, paging=paging, personal=PERSONAL)


@contacts.query("/{subject_id}/merges", roles=SALES, refuses=(UnknownPerson,))
async def list_merges_of_person(subject_id: UUID, read: Read, paging: Paging) -> Page[ContactMerge]:
    """Every merge of a contact or of one shown under it, the undone ones too, the latest first."""
    await read.row(PersonRow, UnknownPerson, contact_id=subject_id)
    return await read.page(CONTACTS.ever(subject_id, None), key=CONTACTS.as_merged, into=ContactMerge, paging=paging, personal=SEALED_TWICE)


def shown_under(subject_id: UUID, at: datetime | None = None) -> Select[Any]:
    """The contacts shown under this one."""
    row = PersonRow.table.c
    found = select(row.contact_id, row.name, row.email, row.phone, row.forgotten)
    return found.where(row.contact_id.in_(CONTACTS.group(subject_id, at)), row.contact_id != subject_id)


class NothingToRead(Refusal):
    """The contact is forgotten: none of its data can be read."""

    status = 404


@contacts.query("/{subject_id}/card.vcf", roles=SALES, refuses=(UnknownPerson, NothingToRead), media="text/vcard")
async def download_card(subject_id: UUID, read: Read) -> Answer:
    """A contact as a vCard 4.0, with the company of its first lead. The UID is the contact's id."""
    row = await person_row(subject_id, read)
    if not any(row[what] for what in PERSONAL):
        raise NothingToRead
    lead = LeadRow.table.c
    companies = select(lead.company).where(lead.contact_id == subject_id).order_by(lead.captured_at, lead.lead_id).limit(1)
    company = await read.maybe(companies)
    body = card(subject_id, row["name"], row["email"], row["phone"], None if company is None else company["company"])
    headers = (
        (b"content-type", b"text/vcard; charset=utf-8"),
        (b"content-disposition", f'attachment; filename="contact-{subject_id}.vcf"'.encode()),
    )
    return Answer(200, headers, body)


def card(contact_id: UUID, name: str | None, email: str | None, phone: str | None, company: str | None) -> bytes:
    """A vCard 4.0 (RFC 6350): VERSION comes first (6.7.9); FN is required, so an address or a number replaces a missing name (6.2.1)."""
    optional = (("ORG", company), ("EMAIL", email), ("TEL", phone))
    said = (
        ("BEGIN", "VCARD"),
        ("VERSION", "4.0"),
        ("PRODID", "-//OpenLTC//lead-svc//EN"),
        ("UID", f"urn:uuid:{contact_id}"),
        ("FN", name or email or phone or ""),
        *((property, text) for property, text in optional if text is not None),
        ("END", "VCARD"),
    )
    return b"".join(written(property, text) for property, text in said)


async def withdrawal_of(contact_id: UUID | None, said_of: UUID | None, source: str, read: Read) -> WithdrawConsent:
    """The withdrawal of a person's consent under every contact; of a lead without a contact, for this lead alone."""
    subject_ids = () if contact_id is None else tuple(await CONTACTS.everybody(contact_id, read))
    found = await agreed_for(subject_ids, read)
    lead_ids = tuple(dict.fromkeys((*found, said_of) if said_of else found))
    return WithdrawConsent(subject_ids=subject_ids, lead_ids=lead_ids, said_of=said_of, source=source)


async def agreed_for(contact_ids: Collection[UUID], read: Read) -> list[UUID]:
    """The leads of these contacts with a consent that is not withdrawn.

    The contacts of the person are read before this: a lead that comes later brings a contact of its own.
    """
    return await leads_where(contact_ids, LeadRow.table.c.consent, read)


async def asked_for(contact_ids: Collection[UUID], read: Read) -> list[UUID]:
    """The leads of these contacts with a consent, given, withdrawn or refused."""
    return await leads_where(contact_ids, LeadRow.table.c.consent.is_not(None), read)


async def leads_where(contact_ids: Collection[UUID], holds: ColumnElement[bool], read: Read) -> list[UUID]:
    lead = LeadRow.table.c
    found = select(lead.lead_id).where(lead.contact_id.in_(contact_ids), holds)
    return [row["lead_id"] for row in await read.all(found.order_by(lead.lead_id))]


async def are_known(contact_ids: Collection[UUID], read: Read) -> bool:
    """All of these are known contacts."""
    row = PersonRow.table.c
    return len(await read.all(select(row.contact_id).where(row.contact_id.in_(contact_ids)))) == len(contact_ids)
