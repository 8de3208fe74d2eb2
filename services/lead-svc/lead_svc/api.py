"""What people do with leads, and what they can ask about them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query
from ltc_events import Code, Money, Name, Refusal, Text, UserId
from ltc_events.lead import Band, Bant, Channel, ScoreFactor
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, Role, View, matching
from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from sqlalchemy import ColumnElement, and_, func, select

from . import projections as shown
from .domain import desk, lead, person, rule_book, scoring
from .domain.assigning import ClaimantLeft, ClaimLead, ClaimLimitReached
from .domain.desk import HandDeskOver, HandedToOneself, SuccessorLeft, TakeDeskUp, desk_of
from .domain.distribution import AssignmentRules, PoolRules, first_fit
from .domain.lead import (
    AssignLead,
    BantIncomplete,
    Budget,
    CaptureLead,
    ConsentMissing,
    ConvertLead,
    DisqualifyLead,
    LeadAlreadyQualified,
    LeadClosed,
    LeadInPool,
    LeadNotAssigned,
    LeadNotInPool,
    LeadNotQualified,
    LeadStatus,
    LogTouch,
    NotYourLead,
    OwnedBefore,
    QualifyLead,
    RecordConsent,
    ReleaseLead,
    TouchInTheFuture,
    TriangleNotThreePeople,
    UnknownLead,
    opportunity_of,
    possible,
)
from .domain.lead.touching import Direction, TouchKind
from .domain.person import ForgetPerson, UnknownPerson
from .domain.response_rules import ResponseRules
from .domain.rule_book import ActivateRules, BookName, DraftRules, RecordBackTest, RulesNotBackTested, UnknownRules, book_id
from .domain.scoring import BandResult, Known, Outcome, ScoringModel

LeadOrder = Literal["newest", "score"]
OPEN: tuple[LeadStatus, ...] = ("captured", "pooled", "assigned", "qualified")
SALES: tuple[Role, ...] = ("sales", "sales_manager")
MANAGERS: tuple[Role, ...] = ("sales_manager",)

leads = Api("/leads", stream=lead.decider)
people = Api("/people", stream=person.decider)
desks = Api("/desks", stream=desk.decider)
my_day = Api("/my-day")
rule_books = Api("/rule-books", stream=rule_book.decider)

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
    territory: Code | None = Field(None, examples=["CN-SH"], description="Where they are, as the assignment rules name it.")
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
        territory=body.territory,
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


@leads.act("/{lead_id}/assign", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadInPool, OwnedBefore))
async def assign_lead(lead_id: UUID, body: AssignBody, handle: Handle) -> None:
    """Give a lead to one of us. Out of the pool only a manager gives it; others claim it."""
    command = AssignLead(lead_id=lead_id, owner=body.owner, by_manager="sales_manager" in handle.roles, at=handle.now)
    return await handle(command)


@leads.act("/{lead_id}/claim", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotInPool, OwnedBefore, ClaimLimitReached, ClaimantLeft))
async def claim_lead(lead_id: UUID, handle: Handle) -> None:
    """Take a lead out of the pool."""
    return await handle(ClaimLead(lead_id=lead_id, owner=handle.actor, at=handle.now))


class ReleaseBody(Body):
    """Why it is given back."""

    reason: Text = Field(examples=["Not my trade"])


@leads.act("/{lead_id}/release", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotAssigned, LeadAlreadyQualified, NotYourLead))
async def release_lead(lead_id: UUID, body: ReleaseBody, handle: Handle) -> None:
    """Give a lead back to the pool. The owner does, or a manager."""
    by_manager = "sales_manager" in handle.roles
    return await handle(ReleaseLead(lead_id=lead_id, reason=body.reason, actor=handle.actor, by_manager=by_manager))


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


# ── keeping in touch ──────────────────────────────────────────────────────────────────────────────────────────────────


class PersonIsForgotten(Refusal):
    """The contact asked to be forgotten: nothing may be noted about them any more."""


class TouchBody(Body):
    """How we were in touch."""

    kind: TouchKind = Field(examples=["call"])
    direction: Direction = Field("out", description="Who turned to whom: `out`, we to them.")
    marketing: bool = Field(False, description="It advertised something: needs their consent.")
    note: Text | None = Field(None, examples=["Wants forty cards, the board decides in May"], description="Kept sealed.")
    at: AwareDatetime | None = Field(None, description="When it was; now, if nothing is said.")


class Logged(View):
    """The touch that was noted."""

    touch_id: UUID


@leads.act(
    "/{lead_id}/interactions",
    roles=SALES,
    refuses=(UnknownLead, LeadClosed, LeadNotAssigned, NotYourLead, TouchInTheFuture, ConsentMissing, PersonIsForgotten),
)
async def log_touch(lead_id: UUID, body: TouchBody, read: Read, handle: Handle) -> Logged:
    """Note that we were in touch. Only the owner does."""
    touch_id, now = handle.new_id("touch"), handle.now
    note = None if body.note is None else handle.seal(await subject_of_note(lead_id, touch_id, read, handle), body.note)
    command = LogTouch(
        lead_id=lead_id,
        touch_id=touch_id,
        kind=body.kind,
        direction=body.direction,
        marketing=body.marketing,
        note=note,
        at=body.at or now,
        now=now,
        actor=handle.actor,
    )
    return await handle(command, Logged(touch_id=touch_id))


async def subject_of_note(lead_id: UUID, touch_id: UUID, read: Read, handle: Handle) -> UUID:
    """Whose key seals a note: the contact's, so that it is forgotten with them; where nobody is named, its own."""
    contact = await read.maybe(select(shown.contacts).where(shown.contacts.c.lead_id == lead_id))
    if contact is None:
        return touch_id
    if contact["forgotten"]:
        raise PersonIsForgotten
    subject: UUID = contact["contact_id"]
    await handle.known(subject)
    return subject


class ConsentBody(Body):
    """Whether they agree to hear of our offers."""

    given: bool
    until: date | None = Field(None, description="The last day; for ever, if nothing is said.")
    source: Name = Field(examples=["Form at the exhibition"], description="Where they said so.")


@leads.act("/{lead_id}/consent", roles=SALES, refuses=(UnknownLead, LeadClosed))
async def record_consent(lead_id: UUID, body: ConsentBody, handle: Handle) -> None:
    """Note that they agree to hear of our offers, or no longer do."""
    return await handle(RecordConsent(lead_id=lead_id, given=body.given, until=body.until, source=body.source))


class Interaction(View):
    """One touch. The note is null where its person was forgotten."""

    touch_id: UUID
    lead_id: UUID
    kind: TouchKind
    direction: Direction
    marketing: bool
    note: str | None
    at: datetime
    by: str


@leads.query("/{lead_id}/interactions", roles=SALES, refuses=(UnknownLead,))
async def list_interactions(lead_id: UUID, read: Read, paging: Paging) -> Page[Interaction]:
    """How we were in touch with them, the last first."""
    await read.one(select(shown.leads.c.lead_id).where(shown.leads.c.lead_id == lead_id), UnknownLead)
    table = shown.touches.c
    found = select(shown.touches).where(table.lead_id == lead_id)
    return await read.page(found, key=(table.at, table.touch_id), into=Interaction, paging=paging, personal=("note",))


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
    untouched_since: date | None = None,
    territory: Code | None = None,
    pool_alarm: bool | None = None,
    response_overdue: bool | None = None,
    band: Band | None = None,
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


# ── rule books ────────────────────────────────────────────────────────────────────────────────────────────────────────

RuleVersion = Annotated[int, Path(ge=1, le=1_000_000)]
BREATH = 500
"""After so many leads the others who wait get their turn."""


@rule_books.act("/scoring", roles=MANAGERS)
async def draft_scoring(body: ScoringModel, handle: Handle) -> None:
    """Write the next version of the scoring model.

    It judges nothing until it is tested against history and activated.
    """
    return await handle(DraftRules(book_id=book_id("scoring"), book="scoring", scoring=body, drafted_by=handle.actor))


@rule_books.act("/assignment", roles=MANAGERS)
async def draft_assignment(body: AssignmentRules, handle: Handle) -> None:
    """Write the next version of the assignment rules: who gets which new lead."""
    return await handle(DraftRules(book_id=book_id("assignment"), book="assignment", assignment=body, drafted_by=handle.actor))


@rule_books.act("/pool", roles=MANAGERS)
async def draft_pool(body: PoolRules, handle: Handle) -> None:
    """Write the next version of the rules of the pool."""
    return await handle(DraftRules(book_id=book_id("pool"), book="pool", pool=body, drafted_by=handle.actor))


@rule_books.act("/response", roles=MANAGERS)
async def draft_response(body: ResponseRules, handle: Handle) -> None:
    """Write the next version of the rules of the first response, with the calendar that says what working time is."""
    return await handle(DraftRules(book_id=book_id("response"), book="response", response=body, drafted_by=handle.actor))


class ResponsePreview(View):
    """What rules of the first response would say today."""

    waiting: int = Field(description="Open leads that have not heard of us.")
    overdue: int = Field(description="Of these, those that would be overdue by these rules.")


@rule_books.query("/response/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_response(version: RuleVersion, read: Read) -> ResponsePreview:
    """How many leads that have not heard of us yet would be overdue, had these rules counted from the start."""
    rules = ResponseRules(**(await rules_of("response", version, read))["rules"])
    table, now = shown.leads.c, read.now
    waiting = select(table.captured_at).where(table.status.in_(("captured", "pooled", "assigned")), table.first_touch_at.is_(None))
    came = [row["captured_at"] for row in await read.all(waiting)]
    late = await asyncio.to_thread(lambda: sum(rules.is_late(at, now) for at in came))
    return ResponsePreview(waiting=len(came), overdue=late)


class RuleShare(View):
    """So many leads would go by this rule; null: no rule fits."""

    rule: str | None
    leads: int


class AssignmentPreview(View):
    """What assignment rules would do with the leads nobody has now."""

    leads: int
    shares: Sequence[RuleShare]


@rule_books.query("/assignment/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_assignment(version: RuleVersion, read: Read) -> AssignmentPreview:
    """By which rule the leads that nobody has now would go."""
    rules = AssignmentRules(**(await rules_of("assignment", version, read))["rules"])
    table = shown.leads.c
    unowned = select(table.channel, table.territory, table.need).where(table.status.in_(("captured", "pooled")))
    rows = await read.all(unowned)
    fits = [first_fit(rules, row["channel"], row["territory"], row["need"]) for row in rows]
    counted = Counter(fit[0].name if fit else None for fit in fits)
    names: list[str | None] = [*dict.fromkeys(rule.name for rule in rules.rules), None]
    return AssignmentPreview(leads=len(rows), shares=[RuleShare(rule=name, leads=counted[name]) for name in names])


class PoolPreview(View):
    """What rules of the pool would do today."""

    untouched: int = Field(description="Assigned leads nobody was in touch with for as long as these rules allow.")
    in_pool: int


@rule_books.query("/pool/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_pool(version: RuleVersion, read: Read) -> PoolPreview:
    """How many leads lie so long that these rules would take them away, had they counted from the start."""
    rules = PoolRules(**(await rules_of("pool", version, read))["rules"])
    table = shown.leads.c
    since = read.now - timedelta(days=rules.untouched_days or 0)
    lying = and_(table.status == "assigned", func.greatest(table.cared_at, table.assigned_at) <= since)
    counts: Any = select(func.count().filter(lying).label("untouched"), func.count().filter(table.status == "pooled").label("in_pool"))
    row = (await read.all(counts.select_from(shown.leads)))[0]
    return PoolPreview(untouched=row["untouched"] if rules.untouched_days else 0, in_pool=row["in_pool"])


class RuleBookRow(View):
    """One version of a rule book."""

    book: BookName
    version: int
    status: Literal["draft", "live", "retired"]
    rules: dict[str, Any]
    drafted_by: str
    drafted_at: datetime
    horizon_days: int | None = Field(description="For a scoring model: how long after a lead came it was judged in the test.")
    bands: Sequence[BandResult] | None = Field(description="For a scoring model: how the leads of each band ended in the test.")
    activated_by: str | None
    activated_at: datetime | None


class RuleBooks(View):
    """All versions, the newest first."""

    data: Sequence[RuleBookRow]


@rule_books.query("/{book}", roles=EVERYONE)
async def list_rules(book: BookName, read: Read) -> RuleBooks:
    """The versions of a rule book, the newest first."""
    table = shown.rule_books.c
    found = select(*RULE_COLUMNS).where(table.book_id == book_id(book)).order_by(table.version.desc())
    return RuleBooks(data=[RuleBookRow(**row) for row in await read.all(found)])


@rule_books.query("/{book}/{version}", roles=EVERYONE, refuses=(UnknownRules,))
async def show_rules(book: BookName, version: RuleVersion, read: Read) -> RuleBookRow:
    """One version of a rule book."""
    return RuleBookRow(**await rules_of(book, version, read))


async def rules_of(book: BookName, version: int, read: Read) -> dict[str, Any]:
    table = shown.rule_books.c
    return await read.one(select(*RULE_COLUMNS).where(table.book_id == book_id(book), table.version == version), UnknownRules)


RULE_COLUMNS = [column for column in shown.rule_books.c if column is not shown.rule_books.c.book_id]


@rule_books.act("/{book}/{version}/activate", roles=MANAGERS, refuses=(UnknownRules, RulesNotBackTested))
async def activate_rules(book: BookName, version: RuleVersion, handle: Handle) -> None:
    """Let a version say what is done from now on.

    What runs already keeps the version it began with; a lead is judged by a new scoring model when we next learn something of it.
    """
    return await handle(ActivateRules(book_id=book_id(book), version=version, activated_by=handle.actor))


class BackTestBody(Body):
    """How early the leads are judged."""

    horizon_days: Annotated[int, Field(ge=0, le=365)] = Field(
        7, description="Only what was known so many days after a lead came counts; what was found out later would flatter the model."
    )


class BackTest(View):
    """How the leads that are over would have been judged, and how they ended."""

    bands: Sequence[BandResult]


@rule_books.act("/scoring/{version}/back-test", roles=MANAGERS, refuses=(UnknownRules,))
async def back_test_scoring(version: RuleVersion, body: BackTestBody, read: Read, handle: Handle) -> BackTest:
    """Test a scoring model against the leads that are over: how many of each band became a deal."""
    model = ScoringModel(**(await rules_of("scoring", version, read))["rules"])
    horizon = timedelta(days=body.horizon_days)
    ended = [(early(row, horizon), outcome(row)) for row in await read.all(ended_leads(horizon))]
    bands = await asyncio.to_thread(scoring.back_tested, model, ended)
    command = RecordBackTest(book_id=book_id("scoring"), version=version, horizon_days=body.horizon_days, bands=bands)
    return await handle(command, BackTest(bands=bands))


def ended_leads(horizon: timedelta) -> Any:
    """Leads that are over, each with the touches of its first days."""
    lead, touch = shown.leads.c, shown.touches.c
    early = and_(touch.lead_id == lead.lead_id, touch.at <= lead.captured_at + horizon)
    counted = (func.count(touch.touch_id).label("early_touches"), func.max(touch.at).label("early_touch"))
    joined = shown.leads.outerjoin(shown.touches, early)
    return select(*KNOWN_COLUMNS, *counted).select_from(joined).where(lead.status.in_(("converted", "disqualified"))).group_by(lead.lead_id)


def outcome(row: dict[str, Any]) -> Outcome:
    return "converted" if row["status"] == "converted" else "disqualified"


def early(row: dict[str, Any], horizon: timedelta) -> Known:
    """What was known of a lead so long after it came."""
    at = row["captured_at"] + horizon
    bant = found_out(row) if row["qualified_at"] is not None and row["qualified_at"] <= at else None
    return Known(row["channel"], row["campaign"], row["first_need"], bant, row["early_touches"], row["early_touch"], at)


def found_out(row: dict[str, Any]) -> Bant | None:
    if row["qualified_at"] is None:
        return None
    budget = Money(amount=row["budget"], currency=row["currency"])
    return Bant(need=row["need"], budget=budget, authority=row["authority"], timing=row["timing"])


KNOWN_COLUMNS = [
    shown.leads.c[name]
    for name in (
        "lead_id", "channel", "campaign", "status", "band", "need", "first_need", "budget", "currency", "authority", "timing",
        "touches", "last_touch_at", "captured_at", "qualified_at",
    )
]  # fmt: skip


class BandChange(View):
    """So many open leads would go from one band to another; null: not judged yet."""

    before: Band | None
    after: Band
    leads: int


class ScoringPreview(View):
    """What a scoring model would make of the open leads."""

    open_leads: int
    would_change: int
    changes: Sequence[BandChange]


@rule_books.query("/scoring/{version}/preview", roles=MANAGERS, refuses=(UnknownRules,))
async def preview_scoring(version: RuleVersion, read: Read) -> ScoringPreview:
    """How many open leads would be in another band by this model today."""
    model = ScoringModel(**(await rules_of("scoring", version, read))["rules"])
    rows = await read.all(select(*KNOWN_COLUMNS).where(shown.leads.c.status.in_(OPEN)))
    counted: Counter[tuple[Band | None, Band]] = Counter()
    for number, row in enumerate(rows):
        known = Known(row["channel"], row["campaign"], row["need"], found_out(row), row["touches"], row["last_touch_at"], read.now)
        counted[row["band"], scoring.band(model, scoring.score(scoring.factors(model, known)))] += 1
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    changes = [BandChange(before=before, after=after, leads=leads) for (before, after), leads in counted.items() if before != after]
    return ScoringPreview(
        open_leads=len(rows),
        would_change=sum(change.leads for change in changes),
        changes=sorted(changes, key=lambda change: (change.before or "", change.after)),
    )


# ── my day ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SHOWN = 50


class DayList(View):
    """Leads of one sort: how many there are, and those that wait longest."""

    count: int
    leads: Sequence[LeadRow]


class MyDay(View):
    """What waits for the caller."""

    due: DayList = Field(description="They must hear of us within a day.")
    late: DayList = Field(description="They should have heard of us, and have not.")
    breached: DayList = Field(description="They have heard of us, but too late.")
    untouched: DayList = Field(description="Nobody was in touch for as many days as asked.")


@my_day.query("", roles=SALES)
async def show_my_day(read: Read, untouched_days: Annotated[int, Query(ge=1, le=365)] = 7) -> MyDay:
    """What of the caller's open leads is due, late, breached or untouched."""
    table, now = shown.leads.c, read.now
    waiting = and_(table.status == "assigned", table.first_touch_at.is_(None))
    return MyDay(
        due=await mine(read, table.response_due, waiting, table.response_due >= now, table.response_due < now + timedelta(days=1)),
        late=await mine(read, table.response_due, waiting, table.response_due < now),
        breached=await mine(read, table.response_due, table.response_overdue.is_(True), table.first_touch_at.is_not(None)),
        untouched=await mine(read, table.cared_at, table.cared_at < now - timedelta(days=untouched_days)),
    )


async def mine(read: Read, oldest: ColumnElement[Any], *conditions: ColumnElement[bool]) -> DayList:
    """The caller's open leads of one sort."""
    table = shown.leads.c
    of_caller = and_(table.owner == read.caller, table.status.in_(("assigned", "qualified")), *conditions)
    count = (await read.all(select(func.count().label("count")).select_from(shown.leads).where(of_caller)))[0]["count"]
    rows = await read.all(select(shown.leads).where(of_caller).order_by(oldest, table.lead_id).limit(SHOWN))
    return DayList(count=count, leads=[lead_row(**row) for row in rows])


# ── who leaves ────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownHandOver(Refusal):
    """There is no such hand-over."""

    status = 404


class HandOverBody(Body):
    """Who gets the leads."""

    to: UserId | None = Field(
        None, examples=["bob"], description="Nobody named: the rules say who; what fits none is in the pool, with an alarm."
    )


class HandOverStarted(View):
    """Where to see how far it is."""

    hand_over_id: UUID


@desks.act("/{owner}/hand-over", roles=MANAGERS, refuses=(HandedToOneself, SuccessorLeft))
async def hand_desk_over(owner: UserId, body: HandOverBody, handle: Handle) -> HandOverStarted:
    """Hand all open leads of somebody who leaves to somebody else.

    Each lead is moved by itself, with its history. Whatever still reaches the one who left goes the same way, and rules give them nothing
    more.
    """
    hand_over_id = handle.new_id("hand-over")
    command = HandDeskOver(desk_id=desk_of(owner), hand_over_id=hand_over_id, owner=owner, to=body.to)
    return await handle(command, HandOverStarted(hand_over_id=hand_over_id))


@desks.act("/{owner}/take-up", roles=MANAGERS)
async def take_desk_up(owner: UserId, handle: Handle) -> None:
    """Let somebody who had left have leads again."""
    return await handle(TakeDeskUp(desk_id=desk_of(owner), owner=owner))


class HandedLead(View):
    """One lead of a hand-over."""

    lead_id: UUID
    company: str
    moved_at: datetime | None = Field(description="Null: not yet, or somebody else moved it meanwhile.")
    owner: str | None = Field(description="Who got it; null where it went to the pool.")
    now: LeadStatus
    owner_now: str | None


class HandOverView(View):
    """A hand-over, and where each lead is."""

    hand_over_id: UUID
    owner: str
    to: str | None
    leads: int
    by: str
    at: datetime
    moved: int
    left_behind: int = Field(description="Leads the one who left still has.")
    data: Sequence[HandedLead]


@desks.query("/hand-overs/{hand_over_id}", roles=SALES, refuses=(UnknownHandOver,))
async def show_hand_over(hand_over_id: UUID, read: Read) -> HandOverView:
    """What became of each lead in a hand-over."""
    head = await read.one(select(shown.hand_overs).where(shown.hand_overs.c.hand_over_id == hand_over_id), UnknownHandOver)
    handed, lead = shown.handed_leads.c, shown.leads.c
    columns = (handed.lead_id, lead.company, handed.moved_at, handed.owner, lead.status.label("now"), lead.owner.label("owner_now"))
    joined = shown.handed_leads.join(shown.leads, lead.lead_id == handed.lead_id)
    found = select(*columns).select_from(joined).where(handed.hand_over_id == hand_over_id).order_by(lead.captured_at, lead.lead_id)
    rows = [HandedLead(**row) for row in await read.all(found)]
    behind = sum(row.owner_now == head["owner"] and row.now in OPEN for row in rows)
    return HandOverView(**head, moved=sum(row.moved_at is not None for row in rows), left_behind=behind, data=rows)
