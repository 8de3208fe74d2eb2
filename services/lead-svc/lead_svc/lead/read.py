"""Leads as people see them: the list, one lead with its contact, its touches and its merges."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from fastapi import Query
from ltc_events import Code, Fact, Money, Name, Refusal, UserId, projection
from ltc_events import change as change_rows
from ltc_events.lead import (
    Band,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadQualified,
    LeadResponseMissed,
    LeadScored,
    LeadUnmerged,
    PersonForgotten,
    ScoreFactor,
)
from ltc_events.projection import Row
from ltc_events.read_model import Index, Indexed, Key, ReadModel, change, on, put
from ltc_kit.merges.read import Merges, end_merge, put_merge
from ltc_runtime.http import EVERYONE, Page, Paging, Read, matching
from pydantic import Field
from sqlalchemy import Select, select

from .api import SALES, leads
from .rules import decider
from .rules.events import (
    ConsentRecorded,
    ContactRecorded,
    Direction,
    LeadReturned,
    RenewalDue,
    ResponseAwaited,
    TouchKind,
    TouchLogged,
)
from .rules.history import came_by
from .rules.states import OPEN, CameBy, LeadStatus, UnknownLead, possible

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class LeadRow(ReadModel, table="lead_list"):
    """A lead as lists show it."""

    lead_id: Key[UUID]
    lead_no: Indexed[str | None]
    party_id: UUID
    contact_id: UUID | None
    company: str
    channel: CameBy
    campaign: str | None
    status: LeadStatus
    owner: str | None
    territory: str | None
    rule: str | None = Field(description="The assignment rule that found its owner.")
    assignment: str | None = Field(description="Why that rule fits.")
    previous_owner: str | None
    pool_reason: str | None = Field(description="Why it is in the pool.")
    pool_alarm: bool | None = Field(description="The rules found no owner for it.")
    need: str | None
    budget: Money | None
    currency: str | None = Field(exclude=True)
    authority: str | None
    timing: date | None
    reason: str | None = Field(description="Why it was disqualified.")
    opportunity_id: UUID | None
    joined: bool | None = Field(description="It became part of an open deal.")
    returned_from: UUID | None = Field(description="The lead it was before its deal was lost.")
    return_reason: str | None
    renews: UUID | None = Field(description="The contract that ends and may be renewed.")
    renews_contract_no: str | None
    renews_ends_on: date | None
    renews_opportunity_id: UUID | None = Field(description="The deal of that contract.")
    renews_lead_id: UUID | None = Field(description="The lead of that deal.")
    merged_into: UUID | None = Field(description="The lead for the same need that counts for both.")
    captured_at: datetime
    # When it reached a stage first; the funnel counts these, so a lead disqualified late still counts as qualified.
    assigned_at: datetime | None
    qualified_at: datetime | None
    closed_at: datetime | None
    touches: int = Field(description="The number of touches.")
    first_touch_at: datetime | None
    last_touch_at: datetime | None
    response_due: datetime | None = Field(description="The deadline of the first response.")
    response_overdue: bool = Field(description="The first response was late.")
    consent: bool | None = Field(description="Whether the customer agreed to receive offers; null where the question was not asked.")
    consent_until: date | None
    score: int | None = Field(description="How promising it is, 0 to 100.")
    # The order of a list by score: a lead without a score comes last.
    rank: int = Field(exclude=True)
    band: Band | None
    factors: Sequence[ScoreFactor] | None = Field(description="What added or removed points.")
    model_version: int | None
    segment: str | None
    segment_reason: str | None = Field(description="What makes that segment fit.")
    tier: str | None
    tier_reason: str | None
    # The need at capture; what was found out later must not flatter a model that is tested against history.
    first_need: str | None = Field(exclude=True)
    # The last touch, or the capture.
    cared_at: datetime = Field(exclude=True)

    newest: ClassVar = Index("captured_at", "lead_id")
    of_contact: ClassVar = Index("contact_id")
    of_owner: ClassVar = Index("owner", "status")
    untouched: ClassVar = Index("cared_at")
    best: ClassVar = Index("rank", "lead_id")


class Interaction(ReadModel, table="lead_touch"):
    """One touch. The note is null where its person was forgotten."""

    touch_id: Key[UUID]
    lead_id: UUID
    kind: TouchKind
    direction: Direction
    marketing: bool
    note: str | None
    at: datetime
    by: str

    of_lead: ClassVar = Index("lead_id", "at", "touch_id")


class ContactRow(ReadModel, table="lead_contact"):
    """The contact of a lead. Name, address and phone are encrypted."""

    contact_id: Key[UUID]
    lead_id: UUID
    name: str | None
    email: str | None
    phone: str | None
    forgotten: bool

    of_lead: ClassVar = Index("lead_id")


class LeadMerge(ReadModel, table="lead_merge"):
    """A merge of two leads for one need, and its end."""

    merge_id: Key[UUID]
    lead_id: UUID
    into: UUID
    reason: str
    merged_by: str
    merged_at: datetime
    unmerged_by: str | None
    unmerged_at: datetime | None
    unmerge_reason: str | None

    into_: ClassVar = Index("into")
    of: ClassVar = Index("lead_id")


LEADS = Merges(LeadMerge.table, "lead_id")


# ── projections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def now(event: Any, fact: Fact) -> datetime:
    return fact.occurred_at


def on_assigned(lead: LeadAssigned, fact: Fact) -> Row:
    """The first owner makes a captured lead an assigned one, as does the owner who gets it out of the pool."""
    row: Row = {"lead_id": lead.lead_id, "owner": lead.owner, "rule": lead.rule, "assignment": lead.reason}
    if lead.from_pool:
        row = {**row, "status": "qualified" if lead.qualified else "assigned", "pool_reason": None, "pool_alarm": None}
    return row if lead.previous_owner else {"status": "assigned", **row, "assigned_at": fact.occurred_at}


lead_list = projection(
    "lead_list",
    on(
        LeadCaptured,
        put(
            LeadRow,
            channel=came_by,
            status="captured",
            captured_at=now,
            touches=0,
            response_overdue=False,
            rank=-1,
            first_need=lambda lead: lead.need,
            cared_at=now,
        ),
    ),
    on(ContactRecorded, put(ContactRow, forgotten=False)),
    on(LeadAssigned, change_rows(LeadRow.table, on_assigned)),
    on(
        LeadPooled,
        change(
            LeadRow,
            "previous_owner",
            status="pooled",
            owner=None,
            rule=None,
            assignment=None,
            pool_reason=lambda lead: lead.reason,
            pool_alarm=lambda lead: lead.alarm,
        ),
    ),
    on(
        TouchLogged,
        change(
            LeadRow,
            "touches",
            first_touch_at=lambda touch: touch.first_touch,
            last_touch_at=lambda touch: touch.last_touch,
            cared_at=lambda touch: touch.last_touch,
        ),
        put(Interaction),
    ),
    on(ConsentRecorded, change(LeadRow, consent=lambda consent: consent.given, consent_until=lambda consent: consent.until)),
    on(ResponseAwaited, change(LeadRow, response_due=lambda lead: lead.due)),
    on(LeadResponseMissed, change(LeadRow, response_overdue=True)),
    on(
        LeadScored,
        change(
            LeadRow,
            "score",
            "band",
            "factors",
            "model_version",
            "segment",
            "segment_reason",
            "tier",
            "tier_reason",
            rank=lambda lead: lead.score,
        ),
    ),
    on(
        LeadQualified,
        change(
            LeadRow,
            "need",
            "budget",
            "authority",
            "timing",
            each="bant",
            currency=lambda bant: bant.budget.currency,
            status="qualified",
            qualified_at=now,
        ),
    ),
    on(LeadDisqualified, change(LeadRow, "reason", status="disqualified", closed_at=now)),
    on(LeadConverted, change(LeadRow, "opportunity_id", joined=lambda lead: lead.joins, status="converted", closed_at=now)),
    on(LeadMerged, change(LeadRow, merged_into=lambda lead: lead.into, status="merged", closed_at=now)),
    on(LeadUnmerged, change(LeadRow, "status", merged_into=None, closed_at=None)),
    on(LeadReturned, change(LeadRow, return_reason=lambda lead: lead.why)),
    on(
        RenewalDue,
        change(
            LeadRow,
            renews_contract_no=lambda lead: lead.contract_no,
            renews_ends_on=lambda lead: lead.ends_on,
            renews_opportunity_id=lambda lead: lead.opportunity_id,
            renews_lead_id=lambda lead: lead.previous,
        ),
    ),
    on(PersonForgotten, change(ContactRow, contact_id=lambda person: person.subject_id, forgotten=True)),
    version=5,
)

lead_merge_list = projection("lead_merge_list", on(LeadMerged, put_merge(LeadMerge)), on(LeadUnmerged, end_merge(LeadMerge)))


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Contact(ReadModel):
    """The contact of a lead. All is null where the person asked to be forgotten."""

    contact_id: UUID
    name: str | None
    email: str | None
    phone: str | None
    forgotten: bool


class LeadView(LeadRow):
    """A lead with its contact, for roles that may see it, and what the caller may do now."""

    contact: Contact | None
    actions: list[str]


class NoContact(Refusal):
    """This lead has no contact."""

    status = 404


@leads.query("", roles=EVERYONE)
async def list_leads(
    read: Read,
    paging: Paging,
    status: LeadStatus | None = None,
    lead_no: Code | None = None,
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
    sort: Literal["newest", "score"] = "newest",
) -> Page[LeadRow]:
    """Leads, newest first, or the most promising first.

    `untouched_since` finds open leads without a touch on that day or later.
    """
    lead = LeadRow.table.c
    asked: dict[Any, Any] = {
        lead.status: status, lead.lead_no: lead_no, lead.owner: owner, lead.channel: channel, lead.party_id: party_id, lead.band: band,
        lead.territory: territory, lead.pool_alarm: pool_alarm, lead.response_overdue: response_overdue,
        lead.segment: segment, lead.tier: tier,
    }  # fmt: skip
    found = select(LeadRow.table).where(*matching(asked))
    if score_from is not None:
        found = found.where(lead.rank >= score_from)
    if untouched_since is not None:
        found = found.where(lead.status.in_(OPEN), lead.cared_at < datetime.combine(untouched_since, time(), UTC))
    key = LeadRow.best if sort == "score" else LeadRow.newest
    return await read.page(found, key=[lead[name] for name in key], into=LeadRow, paging=paging)


@leads.query("/{lead_id}", roles=EVERYONE, refuses=(UnknownLead,))
async def show_lead(lead_id: UUID, read: Read) -> LeadView:
    """One lead."""
    row = await read.row(LeadRow, UnknownLead, stream=decider.of(lead_id), lead_id=lead_id)
    contact = await contact_of(lead_id, read) if read.actions(("show_contact",)) else None
    return LeadView(**dict(row), contact=contact, actions=read.actions(possible(row.status)))


@leads.query("/{lead_id}/contact", roles=SALES, refuses=(NoContact,))
async def show_contact(lead_id: UUID, read: Read) -> Contact:
    """The contact of a lead."""
    contact = await contact_of(lead_id, read)
    if contact is None:
        raise NoContact
    return contact


def contact_row(lead_id: UUID) -> Select[Any]:
    """The contact of a lead; a returned lead has the contact it had before."""
    lead = LeadRow.table.c
    return select(ContactRow.table).where(
        ContactRow.table.c.contact_id == select(lead.contact_id).where(lead.lead_id == lead_id).scalar_subquery()
    )


async def contact_of(lead_id: UUID, read: Read) -> Contact | None:
    row = await read.maybe(contact_row(lead_id))
    if row is None:
        return None
    name, email, phone = await read.open_many([row["name"], row["email"], row["phone"]])
    return Contact(**{**row, "name": name, "email": email, "phone": phone})


# The history holds the contact as well, so it is for the roles that may see it. It includes the leads merged into this one.
leads.history("/{lead_id}/history", roles=SALES, refuses=(UnknownLead,), kin=lambda lead_id: LEADS.group(lead_id, None))
