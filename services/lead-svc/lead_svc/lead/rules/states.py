"""What a lead can be, what is known of how it was cared for, and what may be done with it then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Refusal
from ltc_events.lead import Band, Bant, ScoreFactor
from ltc_kit.merges import Merged

from ...rule_book.rules.classes import Placed

# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownLead(Refusal):
    """There is no such lead."""

    status = 404


class LeadClosed(Refusal):
    """This lead is over: it was {ended}."""


class LeadNotAssigned(Refusal):
    """Nobody cares for this lead yet: assign it before it is worked on."""


class NotYourLead(Refusal):
    """This lead is {owner}'s: only its owner works on it."""


class LeadAlreadyQualified(Refusal):
    """This lead is already qualified; convert it, or disqualify it."""


class LeadNotQualified(Refusal):
    """Only a qualified lead can be converted: qualify this one first."""


class BantIncomplete(Refusal):
    """Still to be found out before this lead is qualified: {missing}."""


class TriangleNotThreePeople(Refusal):
    """Account, solution and fulfilment manager must be three different people."""


# ── states: what is still possible, not how it is shown ───────────────────────────────────────────────────────────────

LeadStatus = Literal["captured", "assigned", "pooled", "qualified", "disqualified", "converted", "merged"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody was captured under this id yet."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who may need something; what never changes about a lead."""

    party_id: UUID
    company: str
    contact_id: UUID | None
    channel: str
    campaign: str | None
    need: str | None
    territory: str | None = None
    renews: UUID | None = None
    """The contract it may renew."""


@dataclass(frozen=True, slots=True)
class Consent:
    """They agreed to hear of our offers."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to; sealed."""

    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """How promising it is, by which version of the model, and why."""

    version: int
    points: int
    band: Band
    factors: tuple[ScoreFactor, ...]
    segment: Placed | None = None
    tier: Placed | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """When it is looked whether the owner was in touch, by the rules that counted when the lead was given."""

    owner: str
    due: datetime
    untouched_days: int
    no_return_days: int
    rules_version: int


@dataclass(frozen=True, slots=True)
class Response:
    """Until when they must have heard of us, by which rules."""

    due: datetime
    rules_version: int
    escalate_to: tuple[str, ...] = ()
    """Who hears of it beside the owner, if they have not."""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Trail:
    """How a lead was cared for so far, whoever did."""

    touches: int = 0
    first_touch: datetime | None = None
    last_touch: datetime | None = None
    response: Response | None = None
    consent: Consent | None = None
    said_no: bool = False
    """They took consent back for this lead, and did not give it again."""
    contact: Contact | None = None
    score: Score | None = None
    watch: Watch | None = None
    barred: Mapping[str, datetime] = field(default_factory=dict)
    """Who let it lie, and until when it does not come back to them."""


@dataclass(frozen=True, slots=True)
class Captured:
    """Somebody may need something, and nobody cares for them yet."""

    who: Who
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Pooled:
    """Nobody cares for them: whoever has room may."""

    who: Who
    previous_owner: str | None
    trail: Trail = field(default_factory=Trail)
    bant: Bant | None = None
    """What was found out before, where it was qualified."""
    orphaned: bool = False
    """Its owner left, and the rules did not say yet that they know nobody for it."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """One of us finds out what they need."""

    who: Who
    owner: str
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Qualified:
    """They do need something, and can decide and pay."""

    who: Who
    owner: str
    bant: Bant
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Closed:
    """Handed over or given up: nothing happens to it any more."""

    status: Literal["disqualified", "converted"]
    who: Who | None = None
    owner: str | None = None
    bant: Bant | None = None
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Shown under another lead for the same need: nothing happens to it unless that is undone."""

    merged: Merged
    before: "Alive"

    @property
    def who(self) -> Who:
        """Whom it is about."""
        return self.before.who

    @property
    def trail(self) -> Trail:
        """How it was cared for before."""
        return self.before.trail


Lead: TypeAlias = Nobody | Captured | Pooled | Assigned | Qualified | Closed | Absorbed
Alive: TypeAlias = Captured | Pooled | Assigned | Qualified
Owned: TypeAlias = Assigned | Qualified


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_alive(lead: Lead) -> Alive:
    match lead:
        case Captured() | Pooled() | Assigned() | Qualified():
            return lead
        case Nobody():
            raise UnknownLead
        case Closed(status=status):
            raise LeadClosed(ended=status)
        case Absorbed(merged=merged):
            raise LeadClosed(ended=f"merged into {merged.into}")


def must_be_assigned(lead: Lead) -> Assigned:
    match must_be_alive(lead):
        case Assigned() as assigned:
            return assigned
        case Captured() | Pooled():
            raise LeadNotAssigned
        case Qualified():
            raise LeadAlreadyQualified


def must_be_owned(lead: Lead) -> Owned:
    match must_be_alive(lead):
        case Assigned() | Qualified() as owned:
            return owned
        case Captured() | Pooled():
            raise LeadNotAssigned


def must_be_owned_by(lead: Lead, actor: str) -> Owned:
    owned = must_be_owned(lead)
    if owned.owner != actor:
        raise NotYourLead(owner=owned.owner)
    return owned


def must_be_qualified(lead: Lead) -> Qualified:
    match must_be_alive(lead):
        case Qualified() as qualified:
            return qualified
        case Captured() | Pooled() | Assigned():
            raise LeadNotQualified


def possible(status: LeadStatus) -> tuple[str, ...]:
    """What may be done with a lead of this status, by the names the API gives it. A no is taken down whatever became of it."""
    match status:
        case "captured":
            return ("assign_lead", "record_consent", "disqualify_lead", "merge_lead")
        case "pooled":
            return ("claim_lead", "assign_lead", "record_consent", "disqualify_lead", "merge_lead")
        case "assigned":
            return ("assign_lead", "log_touch", "record_consent", "release_lead", "qualify_lead", "disqualify_lead", "merge_lead")
        case "qualified":
            return ("assign_lead", "log_touch", "record_consent", "disqualify_lead", "convert_lead", "join_opportunity", "merge_lead")
        case "merged":
            return ("record_consent", "unmerge_lead")
        case "disqualified" | "converted":
            return ("record_consent",)
