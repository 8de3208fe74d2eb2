"""Parties: who is known, who may be the same, and what was said of each under whichever name."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Name, Text
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, View
from pydantic import AwareDatetime, Field, model_validator
from sqlalchemy import exists, select

from .. import projections as shown
from ..domain import account
from ..domain.account import (
    DescribeParty,
    MergedIntoItself,
    MergeParty,
    PartyMergedAlready,
    PartyNotMerged,
    UnknownParty,
    UnmergeParty,
)
from ..domain.matching import CompanyPhone, Website, core_name
from .asking import LeadRow, lead_row
from .kinship import PARTIES
from .resource import MANAGERS, SALES
from .touching import Interaction

parties = Api("/parties", stream=account.decider)


class PartyRow(View):
    """A party of its own, as lists show it."""

    party_id: UUID
    company: str


class Merge(View):
    """That a party was the same as another, as long as it was held to be."""

    merge_id: UUID
    party_id: UUID
    into: UUID
    reason: str
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerge_reason: str | None


class PartyView(PartyRow):
    """A party, and all that is known of those that are the same."""

    head: UUID = Field(description="The party it is shown under: itself, if it is merged into no other.")
    members: Sequence[UUID] = Field(description="Itself, and the parties shown under it.")
    names: Sequence[str]
    websites: Sequence[str]
    phones: Sequence[str]
    merges: Sequence[Merge] = Field(description="Every merge of one of them, those that were undone too.")


@parties.query("", roles=EVERYONE)
async def list_parties(read: Read, paging: Paging, name: Name | None = None) -> Page[PartyRow]:
    """Parties of their own, by name.

    `name` finds those with such a name, whatever its case, width, punctuation and legal form, also where a merged party has it.
    """
    party, merge, mark = shown.parties.c, shown.merges.c, shown.party_marks.c
    if name is not None:
        alike = select(mark.party_id).where(mark.kind == "name", mark.value == core_name(name))
        found = [row["party_id"] for row in await read.all(alike)]
        listed = select(shown.parties).where(party.party_id.in_(set((await PARTIES.heads(found, read.now, read)).values())))
    else:
        listed = select(shown.parties).where(~exists().where(merge.party_id == party.party_id, PARTIES.holding(read.now)))
    return await read.page(listed, key=(party.company, party.party_id), into=PartyRow, paging=paging, newest_first=False)


@parties.query("/{party_id}", roles=EVERYONE, refuses=(UnknownParty,))
async def show_party(party_id: UUID, read: Read, at: AwareDatetime | None = None) -> PartyView:
    """One party, as it was at an instant; now, if nothing is said."""
    party, mark, merge = shown.parties.c, shown.party_marks.c, shown.merges.c
    stream = None if at else account.decider.of(party_id)
    row = await read.one(select(shown.parties).where(party.party_id == party_id), UnknownParty, stream=stream)
    when = at or read.now
    kin = await PARTIES.members(party_id, when, read)
    names = await read.all(select(shown.party_names.c.company).where(shown.party_names.c.party_id.in_(kin)).distinct())
    marks = await read.all(select(mark.kind, mark.value).where(mark.party_id.in_(kin), mark.kind != "name").distinct())
    past = await read.all(
        select(shown.merges).where(merge.party_id.in_(kin) | merge.into.in_(kin)).order_by(merge.merged_at, merge.merge_id)
    )
    return PartyView(
        **row,
        head=(await PARTIES.heads([party_id], when, read))[party_id],
        members=kin,
        names=sorted(name["company"] for name in names),
        websites=sorted(each["value"] for each in marks if each["kind"] == "website"),
        phones=sorted(each["value"] for each in marks if each["kind"] == "phone"),
        merges=[Merge(**each) for each in past],
    )


class DescribeBody(Body):
    """What a party can be known by."""

    website: Website | None = Field(None, examples=["https://www.acme.example"])
    phone: CompanyPhone | None = Field(None, examples=["+1 555 0100"], description="The switchboard; never a person's number.")

    @model_validator(mode="after")
    def says_something(self) -> "DescribeBody":
        """Nothing said is nothing to note."""
        if self.website is None and self.phone is None:
            raise ValueError("give a website or a phone number")
        return self


@parties.act("/{party_id}/describe", roles=SALES, refuses=(UnknownParty,))
async def describe_party(party_id: UUID, body: DescribeBody, handle: Handle) -> None:
    """Note the web domain or the switchboard of a party."""
    return await handle(DescribeParty(party_id=party_id, website=body.website, phone=body.phone))


class MergeBody(Body):
    """Which party it is the same as."""

    into: UUID
    reason: Text = Field(examples=["Same web domain, confirmed by phone"])


class MergeDone(View):
    """The merge, by which it is undone."""

    merge_id: UUID


@parties.act("/{party_id}/merge", roles=MANAGERS, refuses=(UnknownParty, MergedIntoItself, PartyMergedAlready))
async def merge_party(party_id: UUID, body: MergeBody, handle: Handle) -> MergeDone:
    """Show a party under another one.

    Nothing that was said of either changes: leads, contacts and touches of both are found under that one until the merge is undone, and of
    any day as it was then.
    """
    merge_id = handle.new_id("merge")
    return await handle(MergeParty(party_id=party_id, into=body.into, merge_id=merge_id, reason=body.reason), MergeDone(merge_id=merge_id))


class UnmergeBody(Body):
    """Why they are two."""

    reason: Text = Field(examples=["Two companies in one house"])


@parties.act("/{party_id}/unmerge", roles=MANAGERS, refuses=(UnknownParty, PartyNotMerged))
async def unmerge_party(party_id: UUID, body: UnmergeBody, handle: Handle) -> None:
    """Undo a merge: each party has again what was said of it, also what came since."""
    return await handle(UnmergeParty(party_id=party_id, reason=body.reason))


@parties.query("/{party_id}/leads", roles=EVERYONE)
async def list_leads_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[LeadRow]:
    """The leads of a party and of those shown under it at an instant, the newest first."""
    table, kin = shown.leads.c, PARTIES.group(party_id, at or read.now)
    found = select(shown.leads).where(table.party_id.in_(kin), table.captured_at <= (at or read.now))
    return await read.page(found, key=(table.captured_at, table.lead_id), into=lead_row, paging=paging)


@parties.query("/{party_id}/interactions", roles=SALES)
async def list_interactions_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Interaction]:
    """How we were in touch with a party and with those shown under it at an instant, the last first."""
    table, kin = shown.touches.c, PARTIES.group(party_id, at or read.now)
    leads = select(shown.leads.c.lead_id).where(shown.leads.c.party_id.in_(kin))
    found = select(shown.touches).where(table.lead_id.in_(leads), table.at <= (at or read.now))
    return await read.page(found, key=(table.at, table.touch_id), into=Interaction, paging=paging, personal=("note",))


parties.history("/{party_id}/history", roles=SALES, refuses=(UnknownParty,))
