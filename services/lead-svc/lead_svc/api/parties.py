"""Parties: who is known, who may be the same, and what was said of each under whichever name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Name, Text
from ltc_kit.merges import MergesChanged
from ltc_runtime.http import EVERYONE, PREVIEW, Api, Body, Handle, Page, Paging, Read, View
from pydantic import AwareDatetime, Field, model_validator
from sqlalchemy import Select, exists, select

from .. import projections as shown
from ..lead.read import Interaction, LeadRow
from ..party import rules as account
from ..party.rules import DescribeParty, MergedIntoItself, MergeParty, PartyMergedAlready, PartyNotMerged, UnknownParty, UnmergeParty
from ..party.rules.matching import CompanyPhone, Website, core_name
from .consenting import in_step
from .kinship import PARTIES
from .resource import MANAGERS, SALES

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
    """A party, and what is known of those that are the same."""

    head: UUID = Field(description="The party it is shown under: itself, if it is merged into no other.")
    members: Sequence[UUID] = Field(description=f"Itself, and the parties shown under it, {PREVIEW} at most.")
    names: Sequence[str] = Field(description=f"{PREVIEW} at most.")
    websites: Sequence[str] = Field(description=f"{PREVIEW} at most.")
    phones: Sequence[str] = Field(description=f"{PREVIEW} at most.")
    merges: Sequence[Merge] = Field(description=f"The latest {PREVIEW} merges of one of them, those that were undone too.")
    more: bool = Field(description="There is more: `members`, `names`, `marks` and `merges` below this path list it all.")


class PartyName(View):
    """A name a party is known by."""

    company: str


class PartyMark(View):
    """What a party is known by beside its name."""

    kind: Literal["website", "phone"]
    value: str


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
    stream, when = None if at else account.decider.of(party_id), at or read.now
    row = await read.one(select(shown.parties).where(shown.parties.c.party_id == party_id), UnknownParty, stream=stream)
    mark = shown.party_marks.c
    marks = marks_of(party_id, when).order_by(mark.value)
    members, more_members = await read.first(PREVIEW - 1, shown_under(party_id, when).order_by(shown.parties.c.party_id))
    names, more_names = await read.first(PREVIEW, names_of(party_id, when).order_by(shown.party_names.c.company))
    websites, more_websites = await read.first(PREVIEW, marks.where(mark.kind == "website"))
    phones, more_phones = await read.first(PREVIEW, marks.where(mark.kind == "phone"))
    merges, more_merges = await read.latest(PREVIEW, PARTIES.told(party_id, when), key=PARTIES.as_merged)
    return PartyView(
        **row,
        head=(await PARTIES.heads([party_id], when, read))[party_id],
        members=[party_id, *(each["party_id"] for each in members)],
        names=[each["company"] for each in names],
        websites=[each["value"] for each in websites],
        phones=[each["value"] for each in phones],
        merges=[Merge(**each) for each in merges],
        more=more_members or more_names or more_websites or more_phones or more_merges,
    )


@parties.query("/{party_id}/members", roles=EVERYONE, refuses=(UnknownParty,))
async def list_parties_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyRow]:
    """The parties shown under this one at an instant, itself not among them."""
    await must_be_known(party_id, read)
    return await read.page(shown_under(party_id, at or read.now), key=(shown.parties.c.party_id,), into=PartyRow, paging=paging)


@parties.query("/{party_id}/names", roles=EVERYONE, refuses=(UnknownParty,))
async def list_names_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyName]:
    """The names of a party and of those shown under it at an instant."""
    await must_be_known(party_id, read)
    key, found = (shown.party_names.c.company,), names_of(party_id, at or read.now)
    return await read.page(found, key=key, into=PartyName, paging=paging, newest_first=False)


@parties.query("/{party_id}/marks", roles=EVERYONE, refuses=(UnknownParty,))
async def list_marks_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyMark]:
    """The web domains and switchboards of a party and of those shown under it at an instant."""
    await must_be_known(party_id, read)
    key, found = (shown.party_marks.c.kind, shown.party_marks.c.value), marks_of(party_id, at or read.now)
    return await read.page(found, key=key, into=PartyMark, paging=paging, newest_first=False)


@parties.query("/{party_id}/merges", roles=EVERYONE, refuses=(UnknownParty,))
async def list_merges_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Merge]:
    """Every merge of a party or of one shown under it at an instant, those that were undone too, the latest first."""
    await must_be_known(party_id, read)
    return await read.page(PARTIES.told(party_id, at or read.now), key=PARTIES.as_merged, into=Merge, paging=paging)


async def must_be_known(party_id: UUID, read: Read) -> None:
    party = shown.parties.c
    await read.one(select(party.party_id).where(party.party_id == party_id), UnknownParty)


def shown_under(party_id: UUID, at: datetime) -> Select[Any]:
    """The parties shown under this one."""
    party = shown.parties.c
    found = select(party.party_id, party.company)
    return found.where(party.party_id.in_(PARTIES.group(party_id, at)), party.party_id != party_id)


def names_of(party_id: UUID, at: datetime) -> Select[Any]:
    name = shown.party_names.c
    return select(name.company).where(name.party_id.in_(PARTIES.group(party_id, at))).distinct()


def marks_of(party_id: UUID, at: datetime) -> Select[Any]:
    mark = shown.party_marks.c
    return select(mark.kind, mark.value).where(mark.party_id.in_(PARTIES.group(party_id, at)), mark.kind != "name").distinct()


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


@parties.act("/{party_id}/merge", roles=MANAGERS, refuses=(UnknownParty, MergedIntoItself, PartyMergedAlready, MergesChanged))
async def merge_party(party_id: UUID, body: MergeBody, read: Read, handle: Handle) -> MergeDone:
    """Show a party under another one.

    Nothing that was said of either changes: leads, contacts and touches of both are found under that one until the merge is undone, and of
    any day as it was then.
    """

    async def ask() -> MergeDone:
        known = await PARTIES.standing(party_id, body.into, read)
        merge_id = known or handle.new_id("merge")
        command = MergeParty(party_id=party_id, into=body.into, merge_id=merge_id, again=known is not None, reason=body.reason)
        return await handle(command, MergeDone(merge_id=merge_id))

    return await in_step(ask)


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
    return await read.page(found, key=(table.captured_at, table.lead_id), into=LeadRow, paging=paging)


@parties.query("/{party_id}/interactions", roles=SALES)
async def list_interactions_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Interaction]:
    """How we were in touch with a party and with those shown under it at an instant, the last first."""
    table, kin = shown.touches.c, PARTIES.group(party_id, at or read.now)
    leads = select(shown.leads.c.lead_id).where(shown.leads.c.party_id.in_(kin))
    found = select(shown.touches).where(table.lead_id.in_(leads), table.at <= (at or read.now))
    return await read.page(found, key=(table.at, table.touch_id), into=Interaction, paging=paging, personal=("note",))


parties.history("/{party_id}/history", roles=SALES, refuses=(UnknownParty,))
