"""The states of a lead, what is known of its care so far, and which operations each state allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Refusal
from ltc_events.lead import Band, Bant, Channel, ScoreFactor
from ltc_kit.merges import Merged

from ...rule_book.rules.classes import Placed

# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownLead(Refusal):
    """There is no such lead."""

    status = 404


class LeadClosed(Refusal):
    """This lead is closed: it was {ended}."""


class LeadNotAssigned(Refusal):
    """This lead has no owner yet: assign it before working on it."""


class NotYourLead(Refusal):
    """This lead belongs to {owner}: only its owner works on it."""


class LeadAlreadyQualified(Refusal):
    """This lead is already qualified; convert it, or disqualify it."""


class LeadNotQualified(Refusal):
    """Only a qualified lead can be converted: qualify this one first."""


class BantIncomplete(Refusal):
    """Find out before qualifying this lead: {missing}."""


# ── states: what is still possible, not how it is shown ───────────────────────────────────────────────────────────────

LeadStatus = Literal["captured", "assigned", "pooled", "qualified", "disqualified", "converted", "merged"]
OPEN: tuple[LeadStatus, ...] = ("captured", "pooled", "assigned", "qualified")

CameBy = Literal[Channel, "renewal"]
"""How a lead came in: by its channel, or as the renewal of a contract, which has no channel."""


@dataclass(frozen=True, slots=True)
class NotCaptured:
    """No lead was captured under this id yet."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who may need something: what never changes about a lead."""

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
    """The customer agreed to receive offers."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to. Encrypted."""

    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """How promising the lead is, by which version of the model, and why."""

    version: int
    points: int
    band: Band
    factors: tuple[ScoreFactor, ...]
    segment: Placed | None = None
    tier: Placed | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """When the pool rules check that the owner was in touch, by the rules that were active when the lead was assigned."""

    owner: str
    due: datetime
    untouched_days: int
    no_return_days: int
    rules_version: int


@dataclass(frozen=True, slots=True)
class Response:
    """The deadline of the first response, and the rules that set it."""

    due: datetime
    rules_version: int
    escalate_to: tuple[str, ...] = ()
    """Who is notified beside the owner when the response is late."""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Trail:
    """The care of a lead so far, by any owner."""

    touches: int = 0
    first_touch: datetime | None = None
    last_touch: datetime | None = None
    response: Response | None = None
    consent: Consent | None = None
    said_no: bool = False
    """The customer withdrew consent for this lead, and did not give it again."""
    contact: Contact | None = None
    score: Score | None = None
    watch: Watch | None = None
    barred: Mapping[str, datetime] = field(default_factory=dict)
    """Former owners who neglected it, and until when each does not get it back."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A customer may need something; the lead has no owner yet."""

    who: Who
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Pooled:
    """In the public pool: any salesperson with capacity may claim it."""

    who: Who
    previous_owner: str | None
    trail: Trail = field(default_factory=Trail)
    bant: Bant | None = None
    """The qualification, if it was qualified before."""
    orphaned: bool = False
    """Its owner left, and the assignment rules have not looked for a new one yet."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The owner finds out what the customer needs."""

    who: Who
    owner: str
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Qualified:
    """Need, budget, authority and timing are confirmed."""

    who: Who
    owner: str
    bant: Bant
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Closed:
    """Converted or disqualified: nothing changes it any more."""

    status: Literal["disqualified", "converted"]
    who: Who | None = None
    owner: str | None = None
    bant: Bant | None = None
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Merged into another lead for the same need: nothing changes it until that is undone."""

    merged: Merged
    before: "Alive"

    @property
    def who(self) -> Who:
        """Who may need something."""
        return self.before.who

    @property
    def trail(self) -> Trail:
        """Its care before the merge."""
        return self.before.trail


Lead: TypeAlias = NotCaptured | Captured | Pooled | Assigned | Qualified | Closed | Absorbed
Alive: TypeAlias = Captured | Pooled | Assigned | Qualified
Owned: TypeAlias = Assigned | Qualified


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_alive(lead: Lead) -> Alive:
    match lead:
        case Captured() | Pooled() | Assigned() | Qualified():
            return lead
        case NotCaptured():
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
    """The operations that a lead of this status allows. Consent is withdrawn in every status."""
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
