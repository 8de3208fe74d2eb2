"""The merges of a lead, and open leads that may be for the same need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_runtime.http import EVERYONE, PREVIEW, Page, Paging, Read, Role, View
from pydantic import AwareDatetime, Field
from sqlalchemy import Select, or_, select

from ..contact.read import CONTACTS
from ..contact.rules.likeness import traits
from ..lead.read import LEADS, ContactRow, LeadMerge, LeadRow
from ..lead.rules.states import OPEN, UnknownLead
from ..party.read import PARTIES
from .api import lead_merges
from .rules import Agreement, Described, same_need

SALES: tuple[Role, ...] = ("sales", "sales_manager")

COMPARED = 500
"""The most open leads that are compared with one."""


class LeadMerges(View):
    """Which leads are for one need."""

    lead_id: UUID
    head: UUID = Field(description="The lead it is shown under, which counts: itself, if it is not merged.")
    members: Sequence[UUID] = Field(description=f"Itself, and the leads shown under it, {PREVIEW} at most.")
    merges: Sequence[LeadMerge] = Field(description=f"The latest {PREVIEW} merges of one of them, the undone ones too.")
    more: bool = Field(description="There are more: `/leads/{lead_id}/members` and `/leads/{lead_id}/merges/all` list them all.")


@lead_merges.query("/{lead_id}/merges", roles=EVERYONE, refuses=(UnknownLead,))
async def show_lead_merges(lead_id: UUID, read: Read, at: AwareDatetime | None = None) -> LeadMerges:
    """The leads for the same need as this one at an instant; now, if nothing is said."""
    await read.row(LeadRow, UnknownLead, lead_id=lead_id)
    members, more_members = await read.first(PREVIEW - 1, leads_under(lead_id, at).order_by(LeadRow.table.c.lead_id))
    merges, more_merges = await read.latest(PREVIEW, LEADS.ever(lead_id, at), key=LEADS.as_merged)
    return LeadMerges(
        lead_id=lead_id,
        head=(await LEADS.heads([lead_id], at, read))[lead_id],
        members=[lead_id, *(each["lead_id"] for each in members)],
        merges=[LeadMerge(**each) for each in merges],
        more=more_members or more_merges,
    )


@lead_merges.query("/{lead_id}/members", roles=EVERYONE, refuses=(UnknownLead,))
async def list_leads_of_lead(lead_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[LeadRow]:
    """The leads shown under this one at an instant, without itself."""
    await read.row(LeadRow, UnknownLead, lead_id=lead_id)
    return await read.page(leads_under(lead_id, at), key=(LeadRow.table.c.lead_id,), into=LeadRow, paging=paging)


@lead_merges.query("/{lead_id}/merges/all", roles=EVERYONE, refuses=(UnknownLead,))
async def list_merges_of_lead(lead_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[LeadMerge]:
    """Every merge of a lead or of one shown under it at an instant, the undone ones too, the latest first."""
    await read.row(LeadRow, UnknownLead, lead_id=lead_id)
    return await read.page(LEADS.ever(lead_id, at), key=LEADS.as_merged, into=LeadMerge, paging=paging)


def leads_under(lead_id: UUID, at: datetime | None) -> Select[Any]:
    """The leads shown under this one."""
    lead = LeadRow.table.c
    return select(LeadRow.table).where(lead.lead_id.in_(LEADS.group(lead_id, at)), lead.lead_id != lead_id)


class LeadCandidate(View):
    """An open lead that may be for the same need."""

    weight: int = Field(
        description="How likely it is, of 100: 40 for the party, 60 for the contact, 50 for the mail address, 30 for the phone."
    )
    reasons: Sequence[Agreement]
    lead: LeadRow


class LeadCandidates(View):
    """The likeliest first."""

    data: Sequence[LeadCandidate]
    more: bool = Field(description=f"There are more than the {COMPARED} that are compared at most; the oldest of them were left out.")


@lead_merges.query("/{lead_id}/duplicates", roles=SALES, refuses=(UnknownLead,))
async def list_duplicate_leads(lead_id: UUID, read: Read) -> LeadCandidates:
    """Open leads that may be for the same need as this open one, and why.

    They are of the same party, or of one that is shown with it, or of the same person. Mail addresses and numbers are decrypted and
    compared for this answer only; people of other parties are not compared.
    """
    own = await read.row(LeadRow, UnknownLead, lead_id=lead_id)
    if own.status not in OPEN:
        return LeadCandidates(data=[], more=False)
    near = [LeadRow(**row) for row in await read.all(await leads_near(own, read))]
    described = await described_by([own, *near[:COMPARED]], read)
    this, rows = described.pop(lead_id), {row.lead_id: row for row in near}
    data = [LeadCandidate(weight=each.weight, reasons=each.kinds, lead=rows[each.lead_id]) for each in same_need(this, described)]
    return LeadCandidates(data=data, more=len(near) > COMPARED)


async def leads_near(own: LeadRow, read: Read) -> Select[Any]:
    """Other open leads of the same party, or of the same person."""
    lead = LeadRow.table.c
    parties = await PARTIES.everybody(own.party_id, read)
    people = [] if own.contact_id is None else await CONTACTS.everybody(own.contact_id, read)
    near = or_(lead.party_id.in_(parties), lead.contact_id.in_(people))
    found = select(LeadRow.table).where(near, lead.lead_id != own.lead_id, lead.status.in_(OPEN))
    return found.order_by(lead.captured_at.desc(), lead.lead_id).limit(COMPARED + 1)


async def described_by(rows: Sequence[LeadRow], read: Read) -> dict[UUID, Described]:
    """What of these leads is compared: party, contact, mail address and phone."""
    contact_ids = {row.contact_id for row in rows if row.contact_id is not None}
    parties = await PARTIES.heads({row.party_id for row in rows}, None, read)
    people = await CONTACTS.heads(contact_ids, None, read)
    contact = ContactRow.table.c
    found = await read.all(select(contact.contact_id, contact.email, contact.phone).where(contact.contact_id.in_(contact_ids)))
    opened = iter(await read.open_many([each[what] for each in found for what in ("email", "phone")]))
    reached = {each["contact_id"]: traits(None, email, phone) for each, email, phone in zip(found, opened, opened, strict=True)}
    described = {}
    for row in rows:
        person = None if row.contact_id is None else people.get(row.contact_id)
        known = frozenset() if row.contact_id is None else reached.get(row.contact_id, frozenset())
        described[row.lead_id] = Described(parties[row.party_id], person, known)
    return described
