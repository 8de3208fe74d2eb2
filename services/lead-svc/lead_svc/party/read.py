"""Parties as people see them: their names and marks, which is shown under which since when, and the people there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from ltc_events import Name, projection
from ltc_events import put as put_rows
from ltc_events.lead import LeadCaptured, PartyMerged, PartyUnmerged, PersonForgotten
from ltc_events.projection import Row
from ltc_events.read_model import Index, Key, ReadModel, change, on, put
from ltc_kit.merges.read import Merges, end_merge, put_merge
from ltc_runtime.http import EVERYONE, PREVIEW, Page, Paging, Read, View
from pydantic import AwareDatetime, Field
from sqlalchemy import Select, exists, select

from ..lead.read import Interaction, LeadRow
from ..lead.rules.events import ContactRecorded
from .api import SALES, parties
from .rules import PartyNoted, UnknownParty, decider
from .rules.matching import MarkKind, core_name, marks

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class PartyRow(ReadModel, table="party"):
    """A party of its own, as lists show it."""

    party_id: Key[UUID]
    # The latest name; all its names are in `party_name`.
    company: str
    noted_at: datetime = Field(exclude=True)

    by_name: ClassVar = Index("company", "party_id")


class PartyNameRow(ReadModel, table="party_name"):
    """A name of a party."""

    party_id: Key[UUID]
    company: Key[str]


class PartyMarkRow(ReadModel, table="party_mark"):
    """What a party is known by."""

    party_id: Key[UUID]
    kind: Key[MarkKind]
    value: Key[str]

    value_: ClassVar = Index("kind", "value")


class Merge(ReadModel, table="party_merge"):
    """A merge of two parties, and its end."""

    merge_id: Key[UUID]
    party_id: UUID
    into: UUID
    reason: str
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerge_reason: str | None

    into_: ClassVar = Index("into")
    of: ClassVar = Index("party_id")


class PersonRow(ReadModel, table="party_contact"):
    """A person at a party. Name, address and phone are encrypted."""

    contact_id: Key[UUID]
    party_id: UUID
    name: str | None
    email: str | None
    phone: str | None
    forgotten: bool

    of_party: ClassVar = Index("party_id")


PARTIES = Merges(Merge.table, "party_id")


# ── projections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def marks_noted(party: PartyNoted) -> list[Row]:
    found = marks(party.company, party.website, party.phone)
    return [{"party_id": party.party_id, "kind": mark.kind, "value": mark.value} for mark in found]


def person_captured(lead: LeadCaptured) -> list[Row]:
    """The contact at the party; its name follows. The contact of a returned lead or a renewal is known already."""
    if lead.contact_id is None or lead.returned_from is not None or lead.renews is not None:
        return []
    empty = dict.fromkeys(PersonRow.model_fields)
    return [{**empty, "contact_id": lead.contact_id, "party_id": lead.party_id, "forgotten": False}]


party_list = projection(
    "party_list",
    on(
        PartyNoted,
        put(PartyRow, noted_at=lambda party, fact: fact.occurred_at),
        put(PartyNameRow),
        put_rows(PartyMarkRow.table, marks_noted),
    ),
    on(PartyMerged, put_merge(Merge)),
    on(PartyUnmerged, end_merge(Merge)),
    on(LeadCaptured, put_rows(PersonRow.table, person_captured)),
    on(ContactRecorded, change(PersonRow, "name", "email", "phone")),
    on(PersonForgotten, change(PersonRow, contact_id=lambda person: person.subject_id, forgotten=True)),
    version=2,
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class PartyView(PartyRow):
    """A party, and what is known of those that are the same."""

    head: UUID = Field(description="The party it is shown under: itself, if it is merged into no other.")
    members: Sequence[UUID] = Field(description=f"Itself, and the parties shown under it, {PREVIEW} at most.")
    names: Sequence[str] = Field(description=f"{PREVIEW} at most.")
    websites: Sequence[str] = Field(description=f"{PREVIEW} at most.")
    phones: Sequence[str] = Field(description=f"{PREVIEW} at most.")
    merges: Sequence[Merge] = Field(description=f"The latest {PREVIEW} merges of one of them, the undone ones too.")
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
    party, merge, mark = PartyRow.table.c, Merge.table.c, PartyMarkRow.table.c
    if name is not None:
        alike = select(mark.party_id).where(mark.kind == "name", mark.value == core_name(name))
        found = [row["party_id"] for row in await read.all(alike)]
        listed = select(PartyRow.table).where(party.party_id.in_(set((await PARTIES.heads(found, read.now, read)).values())))
    else:
        listed = select(PartyRow.table).where(~exists().where(merge.party_id == party.party_id, PARTIES.holding(read.now)))
    return await read.page(listed, key=(party.company, party.party_id), into=PartyRow, paging=paging, newest_first=False)


@parties.query("/{party_id}", roles=EVERYONE, refuses=(UnknownParty,))
async def show_party(party_id: UUID, read: Read, at: AwareDatetime | None = None) -> PartyView:
    """One party at an instant; now, if none is given."""
    stream, when = None if at else decider.of(party_id), at or read.now
    row = await read.row(PartyRow, UnknownParty, stream=stream, party_id=party_id)
    mark = PartyMarkRow.table.c
    marked = marks_of(party_id, when).order_by(mark.value)
    members, more_members = await read.first(PREVIEW - 1, shown_under(party_id, when).order_by(PartyRow.table.c.party_id))
    names, more_names = await read.first(PREVIEW, names_of(party_id, when).order_by(PartyNameRow.table.c.company))
    websites, more_websites = await read.first(PREVIEW, marked.where(mark.kind == "website"))
    phones, more_phones = await read.first(PREVIEW, marked.where(mark.kind == "phone"))
    merges, more_merges = await read.latest(PREVIEW, PARTIES.ever(party_id, when), key=PARTIES.as_merged)
    return PartyView(
        **dict(row),
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
    """The parties shown under this one at an instant, without itself."""
    await read.row(PartyRow, UnknownParty, party_id=party_id)
    return await read.page(shown_under(party_id, at or read.now), key=(PartyRow.table.c.party_id,), into=PartyRow, paging=paging)


@parties.query("/{party_id}/names", roles=EVERYONE, refuses=(UnknownParty,))
async def list_names_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyName]:
    """The names of a party and of those shown under it at an instant."""
    await read.row(PartyRow, UnknownParty, party_id=party_id)
    key, found = (PartyNameRow.table.c.company,), names_of(party_id, at or read.now)
    return await read.page(found, key=key, into=PartyName, paging=paging, newest_first=False)


@parties.query("/{party_id}/marks", roles=EVERYONE, refuses=(UnknownParty,))
async def list_marks_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[PartyMark]:
    """The web domains and switchboards of a party and of those shown under it at an instant."""
    await read.row(PartyRow, UnknownParty, party_id=party_id)
    key, found = (PartyMarkRow.table.c.kind, PartyMarkRow.table.c.value), marks_of(party_id, at or read.now)
    return await read.page(found, key=key, into=PartyMark, paging=paging, newest_first=False)


@parties.query("/{party_id}/merges", roles=EVERYONE, refuses=(UnknownParty,))
async def list_merges_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Merge]:
    """Every merge of a party or of one shown under it at an instant, the undone ones too, the latest first."""
    await read.row(PartyRow, UnknownParty, party_id=party_id)
    return await read.page(PARTIES.ever(party_id, at or read.now), key=PARTIES.as_merged, into=Merge, paging=paging)


def shown_under(party_id: UUID, at: datetime) -> Select[Any]:
    """The parties shown under this one."""
    party = PartyRow.table.c
    found = select(PartyRow.table)
    return found.where(party.party_id.in_(PARTIES.group(party_id, at)), party.party_id != party_id)


def names_of(party_id: UUID, at: datetime) -> Select[Any]:
    name = PartyNameRow.table.c
    return select(name.company).where(name.party_id.in_(PARTIES.group(party_id, at))).distinct()


def marks_of(party_id: UUID, at: datetime) -> Select[Any]:
    mark = PartyMarkRow.table.c
    return select(mark.kind, mark.value).where(mark.party_id.in_(PARTIES.group(party_id, at)), mark.kind != "name").distinct()


@parties.query("/{party_id}/leads", roles=EVERYONE)
async def list_leads_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[LeadRow]:
    """The leads of a party and of those shown under it at an instant, the newest first."""
    table, kin = LeadRow.table.c, PARTIES.group(party_id, at or read.now)
    found = select(LeadRow.table).where(table.party_id.in_(kin), table.captured_at <= (at or read.now))
    return await read.page(found, key=(table.captured_at, table.lead_id), into=LeadRow, paging=paging)


@parties.query("/{party_id}/interactions", roles=SALES)
async def list_interactions_of_party(party_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Interaction]:
    """The touches of a party and of those shown under it at an instant, the last first."""
    table, kin = Interaction.table.c, PARTIES.group(party_id, at or read.now)
    leads = select(LeadRow.table.c.lead_id).where(LeadRow.table.c.party_id.in_(kin))
    found = select(Interaction.table).where(table.lead_id.in_(leads), table.at <= (at or read.now))
    return await read.page(found, key=(table.at, table.touch_id), into=Interaction, paging=paging, personal=("note",))


parties.history("/{party_id}/history", roles=SALES, refuses=(UnknownParty,))
