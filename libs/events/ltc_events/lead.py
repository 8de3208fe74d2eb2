"""What lead-svc publishes: who came, who cares for them, and what became of it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from .values import Code, Money, Name, Text, UserId, Value
from .vocabulary import PublishedEvent

Channel = Literal["site", "landing_page", "social", "exhibition", "network", "referral", "research", "other"]
"""How a lead reached us."""

Band = Literal["cold", "warm", "hot"]
"""How promising a lead is: 冷, 温, 热."""

Domain = Annotated[str, StringConstraints(max_length=253, pattern=r"^[a-z0-9.-]+$")]
"""The web domain of a company, in small letters, without ``www``."""

PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{5,15}$")]
"""The switchboard of a company, never a person's number: ``+``, country and number in one (E.164); without ``+`` no country was said."""


OpenStatus = Literal["captured", "pooled", "assigned", "qualified"]
"""How far a lead is that is open."""


class Bant(Value):
    """What makes a lead worth an opportunity: need, budget, authority, timing."""

    need: Text
    budget: Money
    authority: Name
    """The role that decides at the customer, not a person's name."""
    timing: date
    """When the customer wants it."""


class LeadCaptured(PublishedEvent, type="ltc.lead.captured.v1"):
    """Somebody may need something of ours."""

    lead_id: UUID
    lead_no: Code | None = None
    party_id: UUID
    contact_id: UUID | None = None
    """The person's subject id; lead-svc alone knows the person."""
    company: Name
    channel: Channel
    campaign: Code | None = None
    need: Text | None = None
    territory: Code | None = None
    website: Domain | None = None
    company_phone: PhoneNumber | None = None
    returned_from: UUID | None = None
    """The lead it was before its deal came to nothing."""
    renews: UUID | None = None
    """The contract that ends and may be renewed; such a lead counts apart from those that came by a channel."""


class LeadAssigned(PublishedEvent, type="ltc.lead.assigned.v1"):
    """A lead has an owner, the only one."""

    lead_id: UUID
    owner: UserId
    previous_owner: UserId | None = None
    how: Code | None = None
    """``rule``, ``claim``, ``hand_over``, ``return`` or ``renewal``: by a rule, out of the pool, because its owner leaves, back after its
    deal came to nothing, or to the owner of the lead of the contract that ends; by hand, if nothing is said."""
    rule: Name | None = None
    rules_version: int | None = None
    reason: Text | None = None
    """Why the rule fits."""
    from_pool: bool | None = None
    qualified: bool | None = None
    """Out of the pool, and qualified before."""
    hand_over_id: UUID | None = None
    """The hand-over it was moved in."""


class LeadPooled(PublishedEvent, type="ltc.lead.pooled.v1"):
    """A lead has no owner: it is in the public pool (公海)."""

    lead_id: UUID
    reason: Text
    previous_owner: UserId | None = None
    alarm: bool
    """No owner was found for it: a manager should look."""
    hand_over_id: UUID | None = None
    alarm_to: tuple[UserId, ...] = ()
    """Who should, by the rules it was to be given by."""


class LeadClaimed(PublishedEvent, type="ltc.lead.claimed.v1"):
    """One of us took a lead out of the pool."""

    lead_id: UUID
    owner: UserId


class LeadRecycled(PublishedEvent, type="ltc.lead.recycled.v1"):
    """A lead was taken from an owner who let it lie."""

    lead_id: UUID
    reason: Text
    previous_owner: UserId
    no_return_before: datetime
    """Until then that owner does not get it back."""
    rules_version: int


class LeadQualified(PublishedEvent, type="ltc.lead.qualified.v1"):
    """Need, budget, authority and timing are known."""

    lead_id: UUID
    bant: Bant


class LeadResponseMissed(PublishedEvent, type="ltc.lead.response-missed.v1"):
    """A new lead was not contacted in time: a manager should step in."""

    lead_id: UUID
    due: datetime
    owner: UserId | None = None
    """None if not given."""
    rules_version: int
    escalated_to: tuple[UserId, ...] = ()
    """Who should, beside the owner, by the rules that counted when it came."""


class ScoreFactor(Value):
    """What gave a lead points, or cost it some."""

    factor: Name
    points: int


class LeadScored(PublishedEvent, type="ltc.lead.scored.v1"):
    """How promising a lead is, from 0 to 100, and why."""

    lead_id: UUID
    model_version: int
    score: int
    band: Band
    factors: tuple[ScoreFactor, ...]
    segment: Name | None = None
    segment_reason: Text | None = None
    tier: Name | None = None
    tier_reason: Text | None = None


class LeadDisqualified(PublishedEvent, type="ltc.lead.disqualified.v1"):
    """Nothing will come of this lead."""

    lead_id: UUID
    reason: Text
    owner: UserId | None = None


class LeadConverted(PublishedEvent, type="ltc.lead.converted.v1"):
    """A lead is handed over to sales, with the iron triangle named."""

    lead_id: UUID
    opportunity_id: UUID
    party_id: UUID
    contact_id: UUID | None = None
    company: Name
    need: Text
    budget: Money
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date
    owner: UserId | None = None
    """Who cared for the lead."""
    joins: bool | None = None
    """It joins a deal that sales works on already, and opens none."""
    profile: Code | None = None
    """The sales process the deal shall follow (``light``, ``project``); the usual one, if nothing is said."""


class DeskHandedOver(PublishedEvent, type="ltc.lead.desk-handed-over.v1"):
    """A user leaves: their open work goes to another user, now and later."""

    desk_id: UUID
    hand_over_id: UUID
    owner: UserId
    """Who leaves."""
    to: UserId | None = None
    """None where no user was named."""
    leads: int
    """So many open leads of theirs are moved; what they have elsewhere is moved by the service that keeps it."""
    by: UserId | None = None
    """Who ordered it, and is notified of what cannot be moved. None in older hand-overs."""


class DeskTakenUp(PublishedEvent, type="ltc.lead.desk-taken-up.v1"):
    """Who had left works on leads and deals again."""

    desk_id: UUID
    owner: UserId


class LeadMerged(PublishedEvent, type="ltc.lead.merged.v1"):
    """A lead is for the same need as another one, which alone counts from now on. Nothing that was said of either changes."""

    lead_id: UUID
    into: UUID
    merge_id: UUID
    reason: Text
    owner: UserId | None = None
    """Who cared for it until now."""
    into_owner: UserId | None = None
    """Who cares for the one that counts; merges of before do not say."""


class LeadUnmerged(PublishedEvent, type="ltc.lead.unmerged.v1"):
    """A lead is for a need of its own after all: it is open again, as it was."""

    lead_id: UUID
    previously_into: UUID
    merge_id: UUID
    """The merge that is undone."""
    reason: Text
    status: OpenStatus
    """As what it is open again."""
    owner: UserId | None = None
    """Whose it is again."""
    response_due: datetime | None = None
    """Until when it must be contacted, or should have been; None where that is settled."""


class PartyMerged(PublishedEvent, type="ltc.lead.party-merged.v1"):
    """A party is the same as another: what was said of either is said of that one. Events keep the id they were published with."""

    party_id: UUID
    into: UUID
    merge_id: UUID
    reason: Text


class PartyUnmerged(PublishedEvent, type="ltc.lead.party-unmerged.v1"):
    """A party is one of its own after all."""

    party_id: UUID
    previously_into: UUID
    merge_id: UUID
    """The merge that is undone."""
    reason: Text


class PersonForgotten(PublishedEvent, type="ltc.lead.person-forgotten.v1"):
    """The key of a person was destroyed: what was sealed for them can never be read again."""

    subject_id: UUID
