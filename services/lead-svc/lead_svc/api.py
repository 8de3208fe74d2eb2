"""What people do with leads, and what they can ask about them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from ltc_events import Code, Money, Name, Refusal, Text, UserId
from ltc_events.lead import Channel
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, Role, View, matching
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import func, select

from . import projections as shown
from .domain import lead, person
from .domain.lead import (
    AssignLead,
    BantIncomplete,
    Budget,
    CaptureLead,
    ConvertLead,
    DisqualifyLead,
    LeadAlreadyQualified,
    LeadClosed,
    LeadNotAssigned,
    LeadNotQualified,
    LeadStatus,
    QualifyLead,
    TriangleNotThreePeople,
    UnknownLead,
    opportunity_of,
    possible,
)
from .domain.person import ForgetPerson, UnknownPerson

SALES: tuple[Role, ...] = ("sales", "sales_manager")

leads = Api("/leads", stream=lead.decider)
people = Api("/people", stream=person.decider)

Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^\+?[0-9][0-9 ()./-]*$")]


class NoContact(Refusal):
    """Nobody was named as the contact of this lead."""

    status = 404


# ── capture ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class ContactBody(Body):
    """Whom to talk to at the customer. Kept sealed."""

    name: Name | None = Field(None, examples=["Jo Doe"])
    email: Email | None = Field(None, examples=["jo@acme.example"])
    phone: Phone | None = Field(None, examples=["+1 555 0100"])

    @model_validator(mode="after")
    def says_something(self) -> "ContactBody":
        """A contact nobody can be reached by is none."""
        if self.name is None and self.email is None and self.phone is None:
            raise ValueError("give a name, an email address or a phone number")
        return self


class CaptureBody(Body):
    """Who may need what."""

    company: Name = Field(examples=["Acme Inc"])
    channel: Channel = Field(examples=["exhibition"])
    campaign: Code | None = Field(None, examples=["hannover-2026"])
    need: Text | None = Field(None, examples=["Forty graphics cards"])
    contact: ContactBody | None = None


class Captured(View):
    """Where to find what was captured."""

    lead_id: UUID
    contact_id: UUID | None


@leads.create("", roles=SALES)
async def capture_lead(body: CaptureBody, handle: Handle) -> Captured:
    """Capture a lead."""
    lead_id, contact = handle.new_id("lead"), body.contact
    contact_id = handle.new_id("contact") if contact else None

    def sealed(text: str | None) -> str | None:
        return handle.seal(contact_id, text) if contact_id and text else None

    command = CaptureLead(
        lead_id=lead_id,
        company=body.company,
        channel=body.channel,
        campaign=body.campaign,
        need=body.need,
        contact_id=contact_id,
        contact_name=sealed(contact.name) if contact else None,
        contact_email=sealed(contact.email) if contact else None,
        contact_phone=sealed(contact.phone) if contact else None,
    )
    return await handle(command, Captured(lead_id=lead_id, contact_id=contact_id))


# ── work ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class AssignBody(Body):
    """Whose it shall be."""

    owner: UserId = Field(examples=["ann"])


@leads.act("/{lead_id}/assign", roles=SALES, refuses=(UnknownLead, LeadClosed))
async def assign_lead(lead_id: UUID, body: AssignBody, handle: Handle) -> None:
    """Give a lead to one of us."""
    return await handle(AssignLead(lead_id=lead_id, owner=body.owner))


class QualifyBody(Body):
    """What was found out; what is still missing is refused by name."""

    need: Text | None = Field(None, examples=["Forty graphics cards by Christmas"])
    budget: Budget | None = None
    authority: Name | None = Field(None, examples=["Head of IT"], description="The role that decides at the customer, not a person.")
    timing: date | None = Field(None, examples=["2026-12-24"], description="When the customer wants it.")


@leads.act("/{lead_id}/qualify", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotAssigned, LeadAlreadyQualified, BantIncomplete))
async def qualify_lead(lead_id: UUID, body: QualifyBody, handle: Handle) -> None:
    """Confirm need, budget, authority and timing."""
    return await handle(QualifyLead(lead_id=lead_id, need=body.need, budget=body.budget, authority=body.authority, timing=body.timing))


class DisqualifyBody(Body):
    """Why nothing will come of it."""

    reason: Text = Field(examples=["A student's homework"])


@leads.act("/{lead_id}/disqualify", roles=SALES, refuses=(UnknownLead, LeadClosed))
async def disqualify_lead(lead_id: UUID, body: DisqualifyBody, handle: Handle) -> None:
    """Give a lead up."""
    return await handle(DisqualifyLead(lead_id=lead_id, reason=body.reason))


class ConvertBody(Body):
    """The iron triangle: three different people."""

    account_manager: UserId = Field(examples=["ann"])
    solution_manager: UserId = Field(examples=["sam"])
    fulfilment_manager: UserId = Field(examples=["fay"])
    expected_close: date | None = Field(None, description="When the deal should be closed; the customer's timing, if nothing is said.")


class Converted(View):
    """The deal it becomes, in opportunity-svc."""

    opportunity_id: UUID


@leads.act("/{lead_id}/convert", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotQualified, TriangleNotThreePeople))
async def convert_lead(lead_id: UUID, body: ConvertBody, handle: Handle) -> Converted:
    """Hand a qualified lead over to sales as an opportunity."""
    command = ConvertLead(
        lead_id=lead_id,
        account_manager=body.account_manager,
        solution_manager=body.solution_manager,
        fulfilment_manager=body.fulfilment_manager,
        expected_close=body.expected_close,
    )
    return await handle(command, Converted(opportunity_id=opportunity_of(lead_id)))


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class LeadRow(View):
    """A lead as lists show it."""

    lead_id: UUID
    party_id: UUID
    contact_id: UUID | None
    company: str
    channel: Channel
    campaign: str | None
    status: LeadStatus
    owner: str | None
    need: str | None
    budget: Money | None
    authority: str | None
    timing: date | None
    reason: str | None = Field(description="Why it was disqualified.")
    opportunity_id: UUID | None
    captured_at: datetime
    assigned_at: datetime | None
    qualified_at: datetime | None
    closed_at: datetime | None


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
    channel: Channel | None = None,
    party_id: UUID | None = None,
) -> Page[LeadRow]:
    """Leads, newest first."""
    table = shown.leads.c
    asked = {table.status: status, table.owner: owner, table.channel: channel, table.party_id: party_id}
    found = select(shown.leads).where(*matching(asked))
    return await read.page(found, key=(table.captured_at, table.lead_id), into=lead_row, paging=paging)


class ChannelFunnel(View):
    """How far the leads of one channel came."""

    channel: Channel
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

    A lead counts for every stage it ever reached.
    """
    table = shown.leads.c
    stages = (
        func.count().label("captured"),
        func.count(table.assigned_at).label("assigned"),
        func.count(table.qualified_at).label("qualified"),
        func.count(table.opportunity_id).label("converted"),
        func.count(table.reason).label("disqualified"),
    )
    found = select(table.channel, *stages).group_by(table.channel).order_by(table.channel)
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


async def contact_of(lead_id: UUID, read: Read) -> Contact | None:
    row = await read.maybe(select(shown.contacts).where(shown.contacts.c.lead_id == lead_id))
    if row is None:
        return None
    name, email, phone = await read.open_many([row["name"], row["email"], row["phone"]])
    return Contact(contact_id=row["contact_id"], name=name, email=email, phone=phone, forgotten=row["forgotten"])


# The history holds the contact as well: it is for those who may know it.
leads.history("/{lead_id}/history", roles=SALES, refuses=(UnknownLead,))


def lead_row(**row: Any) -> LeadRow:
    budget = None if row["budget"] is None else Money(amount=row["budget"], currency=row["currency"])
    return LeadRow(**{**row, "budget": budget})


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@people.act("/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownPerson,))
async def forget_person(subject_id: UUID, handle: Handle) -> None:
    """Forget a person.

    Their key is destroyed: what is sealed in events and lists stays where it is and can never be read again. Whoever is forgotten
    already stays so: then `LTC-Position` names nothing that was told.
    """
    known = await handle.known(subject_id)
    handle.forget(subject_id)
    return await handle(ForgetPerson(subject_id=subject_id, known=known))
