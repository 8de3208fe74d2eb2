"""Leads for one need: merging two, undoing it, and which may be two for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events import Text
from ltc_kit.merges import MergesChanged
from ltc_runtime.http import EVERYONE, PREVIEW, Body, Handle, Page, Paging, Read, View
from pydantic import AwareDatetime, Field
from sqlalchemy import Select, or_, select

from .. import projections as shown
from ..contact.rules.likeness import traits
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
from ..lead_merge.rules import Agreement, Described, same_need
from .asking import LeadRow, lead_row
from .consenting import in_step
from .kinship import CONTACTS, LEADS, PARTIES
from .parties import MergeDone
from .resource import MANAGERS, OPEN, SALES, leads

COMPARED = 500
"""So many open leads at most are compared with one."""

REACHED = ("email", "phone")


class MergeLeadBody(Body):
    """Which lead is for the same need."""

    into: UUID
    reason: Text = Field(examples=["Asked at the fair and again by the web form"], description="Told to other services: name no person.")


@leads.act("/{lead_id}/merge", roles=MANAGERS, refuses=(UnknownLead, LeadClosed, LeadMergedIntoItself, LeadMergedAlready, MergesChanged))
async def merge_lead(lead_id: UUID, body: MergeLeadBody, read: Read, handle: Handle) -> MergeDone:
    """Show an open lead under another open one for the same need, which alone counts from now on.

    Nothing that was said of either changes; both histories are shown with that one. Its owner gives it back, mails to it stop, and nothing
    more is done with it unless the merge is undone. Parties and contacts are not merged by this.
    """

    async def ask() -> MergeDone:
        known = await LEADS.standing(lead_id, body.into, read)
        merge_id = known or handle.new_id("merge")
        command = MergeLead(lead_id=lead_id, into=body.into, merge_id=merge_id, again=known is not None, reason=body.reason)
        return await handle(command, MergeDone(merge_id=merge_id))

    return await in_step(ask)


class UnmergeLeadBody(Body):
    """Why there are two needs."""

    reason: Text = Field(examples=["Two plants, two orders"], description="Told to other services: name no person.")


@leads.act("/{lead_id}/unmerge", roles=MANAGERS, refuses=(UnknownLead, LeadNotMerged, SurvivorConverted, LeadsChanged))
async def unmerge_lead(lead_id: UUID, body: UnmergeLeadBody, read: Read, handle: Handle) -> None:
    """Undo a merge: the lead is open again as it was, with its owner. Mails that were stopped do not go on by themselves."""
    above = tuple(await LEADS.over(lead_id, None, read))
    return await handle(UnmergeLead(lead_id=lead_id, above=above, reason=body.reason))


class LeadMerge(View):
    """That two leads were for one need, as long as they were held to be."""

    merge_id: UUID
    lead_id: UUID
    into: UUID
    reason: str
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerge_reason: str | None


class LeadMerges(View):
    """Which leads are held to be for one need."""

    lead_id: UUID
    head: UUID = Field(description="The lead it is shown under, which counts: itself, if it is merged into no other.")
    members: Sequence[UUID] = Field(description=f"Itself, and the leads shown under it, {PREVIEW} at most.")
    merges: Sequence[LeadMerge] = Field(description=f"The latest {PREVIEW} merges of one of them, those that were undone too.")
    more: bool = Field(description="There are more: `/leads/{lead_id}/members` and `/leads/{lead_id}/merges/all` list them all.")


@leads.query("/{lead_id}/merges", roles=EVERYONE, refuses=(UnknownLead,))
async def show_lead_merges(lead_id: UUID, read: Read, at: AwareDatetime | None = None) -> LeadMerges:
    """The leads that were held to be for the same need as this one at an instant; now, if nothing is said."""
    await known(lead_id, read)
    members, more_members = await read.first(PREVIEW - 1, leads_under(lead_id, at).order_by(shown.leads.c.lead_id))
    merges, more_merges = await read.latest(PREVIEW, LEADS.told(lead_id, at), key=LEADS.as_merged)
    return LeadMerges(
        lead_id=lead_id,
        head=(await LEADS.heads([lead_id], at, read))[lead_id],
        members=[lead_id, *(each["lead_id"] for each in members)],
        merges=[LeadMerge(**each) for each in merges],
        more=more_members or more_merges,
    )


@leads.query("/{lead_id}/members", roles=EVERYONE, refuses=(UnknownLead,))
async def list_leads_of_lead(lead_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[LeadRow]:
    """The leads shown under this one at an instant, itself not among them."""
    await known(lead_id, read)
    return await read.page(leads_under(lead_id, at), key=(shown.leads.c.lead_id,), into=lead_row, paging=paging)


@leads.query("/{lead_id}/merges/all", roles=EVERYONE, refuses=(UnknownLead,))
async def list_merges_of_lead(lead_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[LeadMerge]:
    """Every merge of a lead or of one shown under it at an instant, those that were undone too, the latest first."""
    await known(lead_id, read)
    return await read.page(LEADS.told(lead_id, at), key=LEADS.as_merged, into=LeadMerge, paging=paging)


def leads_under(lead_id: UUID, at: datetime | None) -> Select[Any]:
    """The leads shown under this one."""
    lead = shown.leads.c
    return select(shown.leads).where(lead.lead_id.in_(LEADS.group(lead_id, at)), lead.lead_id != lead_id)


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


@leads.query("/{lead_id}/duplicates", roles=SALES, refuses=(UnknownLead,))
async def list_duplicate_leads(lead_id: UUID, read: Read) -> LeadCandidates:
    """Open leads that may be for the same need as this open one, and why.

    They are of the same party, or of one that is shown with it, or of the same person. Mail addresses and numbers are compared for this
    answer, by what is unsealed for it; nothing of that is kept, and people of other parties are not compared.
    """
    own = await known(lead_id, read)
    if own["status"] not in OPEN:
        return LeadCandidates(data=[], more=False)
    near = await read.all(await leads_near(own, read))
    described = await described_by([own, *near[:COMPARED]], read)
    this, rows = described.pop(lead_id), {row["lead_id"]: row for row in near}
    data = [
        LeadCandidate(weight=each.weight, reasons=each.kinds, lead=lead_row(**rows[each.lead_id]))
        for each in same_need(this, described)
    ]  # fmt: skip
    return LeadCandidates(data=data, more=len(near) > COMPARED)


async def known(lead_id: UUID, read: Read) -> dict[str, Any]:
    """The row of a lead."""
    return await read.one(select(shown.leads).where(shown.leads.c.lead_id == lead_id), UnknownLead)


async def leads_near(own: dict[str, Any], read: Read) -> Select[Any]:
    """Other open leads of whoever is held to be the same party, or the same person."""
    lead, contact_id = shown.leads.c, own["contact_id"]
    parties = await PARTIES.everybody(own["party_id"], read)
    people = [] if contact_id is None else await CONTACTS.everybody(contact_id, read)
    near = or_(lead.party_id.in_(parties), lead.contact_id.in_(people))
    found = select(shown.leads).where(near, lead.lead_id != own["lead_id"], lead.status.in_(OPEN))
    return found.order_by(lead.captured_at.desc(), lead.lead_id).limit(COMPARED + 1)


async def described_by(rows: Sequence[dict[str, Any]], read: Read) -> dict[UUID, Described]:
    """What of these leads is compared: whose they are, and how their contacts are reached."""
    contact_ids = {row["contact_id"] for row in rows if row["contact_id"] is not None}
    parties = await PARTIES.heads({row["party_id"] for row in rows}, None, read)
    people = await CONTACTS.heads(contact_ids, None, read)
    contact = shown.contacts.c
    found = await read.all(select(contact.contact_id, contact.email, contact.phone).where(contact.contact_id.in_(contact_ids)))
    opened = iter(await read.open_many([each[what] for each in found for what in REACHED]))
    reached = {each["contact_id"]: traits(None, email, phone) for each, email, phone in zip(found, opened, opened, strict=True)}
    return {
        row["lead_id"]: Described(parties[row["party_id"]], people.get(row["contact_id"]), reached.get(row["contact_id"], frozenset()))
        for row in rows
    }  # fmt: skip
