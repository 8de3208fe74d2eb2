"""What people can ask about leads."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from ltc_events import Code, Money, Name, Refusal, UserId
from ltc_events.lead import Band, ScoreFactor
from ltc_runtime.http import EVERYONE, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import Select, func, select

from .. import projections as shown
from ..lead import rules as lead
from ..lead.rules.states import LeadStatus, UnknownLead, possible
from .kinship import LEADS
from .resource import OPEN, SALES, CameBy, leads, midnight

LeadOrder = Literal["newest", "score"]


class NoContact(Refusal):
    """Nobody was named as the contact of this lead."""

    status = 404


class LeadRow(View):
    """A lead as lists show it."""

    lead_id: UUID
    party_id: UUID
    contact_id: UUID | None
    company: str
    channel: CameBy
    campaign: str | None
    status: LeadStatus
    owner: str | None
    territory: str | None
    rule: str | None = Field(description="The assignment rule that gave it to its owner.")
    assignment: str | None = Field(description="Why that rule fits.")
    previous_owner: str | None
    pool_reason: str | None = Field(description="Why it is in the pool.")
    pool_alarm: bool | None = Field(description="The rules found nobody for it.")
    need: str | None
    budget: Money | None
    authority: str | None
    timing: date | None
    reason: str | None = Field(description="Why it was disqualified.")
    opportunity_id: UUID | None
    joined: bool | None = Field(description="It became part of a deal that was there already.")
    returned_from: UUID | None = Field(description="The lead it was before its deal came to nothing.")
    return_reason: str | None
    renews: UUID | None = Field(description="The contract that ends and may be renewed.")
    renews_contract_no: str | None
    renews_ends_on: date | None
    renews_opportunity_id: UUID | None = Field(description="The deal that contract came of.")
    renews_lead_id: UUID | None = Field(description="The lead that deal was opened for.")
    merged_into: UUID | None = Field(description="The lead for the same need that counts for both.")
    captured_at: datetime
    assigned_at: datetime | None
    qualified_at: datetime | None
    closed_at: datetime | None
    touches: int = Field(description="How often we were in touch.")
    first_touch_at: datetime | None
    last_touch_at: datetime | None
    response_due: datetime | None = Field(description="Until when they must have heard of us.")
    response_overdue: bool = Field(description="They had not heard of us in time.")
    consent: bool | None = Field(description="Whether they agreed to hear of our offers; null where nobody asked.")
    consent_until: date | None
    score: int | None = Field(description="How promising it is, 0 to 100.")
    band: Band | None
    factors: Sequence[ScoreFactor] | None = Field(description="What gave it points, or cost it some.")
    model_version: int | None
    segment: str | None
    segment_reason: str | None = Field(description="What makes that segment fit.")
    tier: str | None
    tier_reason: str | None


class Contact(View):
    """Whom to talk to. All is null where the person asked to be forgotten."""

    contact_id: UUID
    name: str | None
    email: str | None
    phone: str | None
    forgotten: bool


class LeadView(LeadRow):
    """A lead with its contact, for those who may know it, and what the caller may do now."""

    contact: Contact | None
    actions: list[str]


@leads.query("", roles=EVERYONE)
async def list_leads(
    read: Read,
    paging: Paging,
    status: LeadStatus | None = None,
    owner: UserId | None = None,
    channel: CameBy | None = None,
    party_id: UUID | None = None,
    untouched_since: date | None = None,
    territory: Code | None = None,
    pool_alarm: bool | None = None,
    response_overdue: bool | None = None,
    band: Band | None = None,
    segment: Name | None = None,
    tier: Name | None = None,
    score_from: Annotated[int | None, Query(ge=0, le=100)] = None,
    sort: LeadOrder = "newest",
) -> Page[LeadRow]:
    """Leads, newest first, or the most promising first.

    `untouched_since` finds those still open that nobody was in touch with on that day or later.
    """
    table = shown.leads.c
    asked: dict[Any, Any] = {
        table.status: status, table.owner: owner, table.channel: channel, table.party_id: party_id, table.band: band,
        table.territory: territory, table.pool_alarm: pool_alarm, table.response_overdue: response_overdue,
        table.segment: segment, table.tier: tier,
    }  # fmt: skip
    found = select(shown.leads).where(*matching(asked))
    if score_from is not None:
        found = found.where(table.rank >= score_from)
    if untouched_since is not None:
        found = found.where(table.status.in_(OPEN), table.cared_at < midnight(untouched_since))
    key = (table.rank, table.lead_id) if sort == "score" else (table.captured_at, table.lead_id)
    return await read.page(found, key=key, into=lead_row, paging=paging)


class ChannelFunnel(View):
    """How far the leads of one channel came."""

    channel: CameBy
    captured: int
    assigned: int
    qualified: int
    converted: int
    disqualified: int


class Funnel(View):
    """The leads of a time, by channel."""

    data: Sequence[ChannelFunnel]


@leads.query("/funnel", roles=EVERYONE)
async def lead_funnel(read: Read, captured_from: date | None = None, captured_to: date | None = None) -> Funnel:
    """How far the leads captured from one day to another came, by channel.

    A lead counts for every stage it ever reached; one that is merged into another does not count beside it, and one that came back counts
    once, as it came first.
    """
    table = shown.leads.c
    stages = (
        func.count().label("captured"),
        func.count(table.assigned_at).label("assigned"),
        func.count(table.qualified_at).label("qualified"),
        func.count(table.opportunity_id).label("converted"),
        func.count(table.reason).label("disqualified"),
    )
    once = (table.merged_into.is_(None), table.returned_from.is_(None))
    found = select(table.channel, *stages).where(*once).group_by(table.channel).order_by(table.channel)
    if captured_from is not None:
        found = found.where(table.captured_at >= midnight(captured_from))
    if captured_to is not None and captured_to < date.max:
        found = found.where(table.captured_at < midnight(captured_to + timedelta(days=1)))
    return Funnel(data=[ChannelFunnel(**row) for row in await read.all(found)])


@leads.query("/{lead_id}", roles=EVERYONE, refuses=(UnknownLead,))
async def show_lead(lead_id: UUID, read: Read) -> LeadView:
    """One lead."""
    found = select(shown.leads).where(shown.leads.c.lead_id == lead_id)
    row = await read.one(found, UnknownLead, stream=lead.decider.of(lead_id))
    contact = await contact_of(lead_id, read) if read.actions(("show_contact",)) else None
    return LeadView(**dict(lead_row(**row)), contact=contact, actions=read.actions(possible(row["status"])))


@leads.query("/{lead_id}/contact", roles=SALES, refuses=(NoContact,))
async def show_contact(lead_id: UUID, read: Read) -> Contact:
    """Whom to talk to about a lead."""
    contact = await contact_of(lead_id, read)
    if contact is None:
        raise NoContact
    return contact


def contact_row(lead_id: UUID) -> Select[Any]:
    """The contact of a lead; one that came back has the contact it had before."""
    lead = shown.leads.c
    return select(shown.contacts).where(
        shown.contacts.c.contact_id == select(lead.contact_id).where(lead.lead_id == lead_id).scalar_subquery()
    )


async def contact_of(lead_id: UUID, read: Read) -> Contact | None:
    row = await read.maybe(contact_row(lead_id))
    if row is None:
        return None
    name, email, phone = await read.open_many([row["name"], row["email"], row["phone"]])
    return Contact(contact_id=row["contact_id"], name=name, email=email, phone=phone, forgotten=row["forgotten"])


# The history holds the contact as well: it is for those who may know it. That of the leads shown under it is shown with it.
leads.history("/{lead_id}/history", roles=SALES, refuses=(UnknownLead,), kin=lambda lead_id: LEADS.group(lead_id, None))


def lead_row(**row: Any) -> LeadRow:
    budget = None if row["budget"] is None else Money(amount=row["budget"], currency=row["currency"])
    return LeadRow(**{**row, "budget": budget})
