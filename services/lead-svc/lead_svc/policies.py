"""What lead-svc does when something happens to a lead: it judges it, finds it an owner, and sees to it that it does not lie."""

from typing import TypeAlias

from ltc_events import At, Command, Fact, derive_id
from ltc_events.contract import ContractExpiring
from ltc_events.lead import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadQualified,
    LeadUnmerged,
)
from ltc_events.opportunity import LossReason, OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityChanged, OpportunityDeclined
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskReassigned

from .conversion.rules import ConversionsRequested
from .deal.rules import ExpiryNoted, NoteDeal, NoteDealEnd, NoteExpiry
from .inbox.rules import NoteNotice, SendDigest
from .inbox.rules.notices import Concerns, Notice, notices_of, over
from .inbox.rules.states import DigestPlanned, NoteOver, inbox_of
from .lead.rules.assignment import MoveLead, OfferLead, RouteLead
from .lead.rules.capture import CaptureRenewal, ReturnLead
from .lead.rules.conversion import ConvertLead, TryConversion
from .lead.rules.events import LeadRouted, LeadWatched, ResponseAwaited, TouchLogged
from .lead.rules.pool import RecycleLead, WatchLead
from .lead.rules.response import AwaitResponse, CheckResponse
from .lead.rules.score import ScoreLead
from .workload.rules import LeadsHandedOver, NoteGone, NoteTaken, workload_of

FOR_NOW: frozenset[LossReason] = frozenset({"no_budget", "no_decision", "timing"})
"""Reasons that pass: who lost their budget this year may have one the next."""


def score_lead(lead: LeadCaptured | TouchLogged | LeadQualified | LeadUnmerged, fact: Fact) -> list[Command]:
    """Whatever we learn of a lead may make it more promising, or less."""
    return [ScoreLead(lead_id=lead.lead_id, at=fact.occurred_at)]


def convert_each(leads: ConversionsRequested) -> list[Command]:
    """Each lead of many is converted by itself: what speaks against one does not stop the others."""
    how = leads.model_dump(exclude={"conversion_id", "lead_ids"})
    return [
        TryConversion(conversion_id=leads.conversion_id, convert=ConvertLead(lead_id=lead_id, **how)) for lead_id in leads.lead_ids
    ]  # fmt: skip


DealEnd: TypeAlias = OpportunityWon | OpportunityLost | OpportunityDeclined | OpportunityCancelled


def keep_deals(deal: OpportunityOpened | OpportunityChanged | DealEnd) -> list[Command]:
    """We know which deals a lead can still join. (One policy for all of these, so that they come in order.)"""
    if isinstance(deal, OpportunityOpened | OpportunityChanged):
        who = {"account_manager", "solution_manager", "fulfilment_manager", "expected_close", "lead_id"}
        now = deal if isinstance(deal, OpportunityOpened) else deal.after
        return [NoteDeal(opportunity_id=deal.opportunity_id, **now.model_dump(include=who))]
    return [NoteDealEnd(opportunity_id=deal.opportunity_id, ended="won" if isinstance(deal, OpportunityWon) else "lost")]


def return_lead(deal: OpportunityLost) -> list[Command]:
    """A deal that was lost for now only is a lead again."""
    if deal.reason not in FOR_NOW:
        return []
    lead_id = derive_id(deal.opportunity_id, "returned")
    return [ReturnLead(lead_id=lead_id, previous=deal.lead_id, opportunity_id=deal.opportunity_id, why=deal.reason)]


def note_expiry(contract: ContractExpiring) -> list[Command]:
    """Of which deal a contract came is asked before anybody is sent to renew it."""
    known = contract.model_dump(include={"opportunity_id", "contract_id", "contract_no", "party_id", "company", "ends_on"})
    return [NoteExpiry(**known)]


def capture_renewal(contract: ExpiryNoted) -> list[Command]:
    """A term that ends is one lead, however often we hear of it."""
    lead_id = derive_id(contract.contract_id, "renewal", contract.ends_on.isoformat())
    return [CaptureRenewal(**contract.model_dump(exclude={"lead_id"}), lead_id=lead_id, previous=contract.lead_id)]


def return_late_lead(deal: OpportunityJoinRefused) -> list[Command]:
    """A lead that came too late to join a deal is where it was before."""
    lead_id, previous = derive_id(deal.lead_id, "returned"), deal.lead_id
    late = ReturnLead(lead_id=lead_id, previous=previous, opportunity_id=deal.opportunity_id, why="join_refused", still_qualified=True)
    return [late]


def route_lead(lead: LeadCaptured | LeadUnmerged) -> list[Command]:
    """A new lead goes to whom the rules name; one that is of its own again may have missed its turn."""
    return [RouteLead(lead_id=lead.lead_id)]


def route_lead_again(lead: LeadPooled) -> list[Command]:
    """A lead whose owner left goes to whom the rules name."""
    return [RouteLead(lead_id=lead.lead_id)] if lead.hand_over_id is not None else []


def offer_lead(lead: LeadRouted, fact: Fact) -> list[Command]:
    """Of those a rule names, one gets the lead."""
    offered = OfferLead(
        lead_id=lead.lead_id,
        rules_version=lead.rules_version,
        rule=lead.rule,
        reason=lead.reason,
        candidates=lead.candidates,
        limits=lead.limits,
        alarm_to=lead.alarm_to,
        at=fact.occurred_at,
    )
    return [offered]


def watch_lead(lead: LeadAssigned | LeadUnmerged, fact: Fact) -> list[Command]:
    """A lead that was given shall not lie untouched."""
    return [WatchLead(lead_id=lead.lead_id, at=fact.occurred_at)]


def recycle_lead(lead: LeadWatched) -> list[At]:
    """When the time is up it is looked whether anybody was in touch."""
    return [At(lead.due, RecycleLead(lead_id=lead.lead_id, due=lead.due))]


def await_response(lead: LeadCaptured, fact: Fact) -> list[Command]:
    """A new lead shall hear of us soon; one that came back has, and a contract ends in good time."""
    return [] if lead.returned_from or lead.renews else [AwaitResponse(lead_id=lead.lead_id, at=fact.occurred_at)]


def check_response(lead: ResponseAwaited | LeadUnmerged) -> list[At]:
    """When the time is up it is looked whether it has; while a lead was shown under another one, it was not."""
    if isinstance(lead, LeadUnmerged):
        return [] if lead.response_due is None else [At(lead.response_due, CheckResponse(lead_id=lead.lead_id, due=lead.response_due))]
    return [At(lead.due, CheckResponse(lead_id=lead.lead_id, due=lead.due))]


def move_leads(leads: LeadsHandedOver) -> list[Command]:
    """Each lead of somebody who leaves is moved by itself."""
    return [
        MoveLead(lead_id=lead_id, hand_over_id=leads.hand_over_id, owner=leads.owner, to=leads.to) for lead_id in leads.lead_ids
    ]  # fmt: skip


Desked: TypeAlias = LeadAssigned | LeadPooled | LeadDisqualified | LeadConverted | LeadMerged | LeadUnmerged


def keep_desks(lead: Desked) -> list[Command]:
    """Everybody's desk shows which open leads they have. (One policy for all of these, so that they come in order.)"""
    if isinstance(lead, LeadUnmerged):
        return back(lead.owner, lead)
    if isinstance(lead, LeadAssigned):
        taken = NoteTaken(desk_id=workload_of(lead.owner), owner=lead.owner, lead_id=lead.lead_id, how=lead.how or "by_hand")
        return [*gone(None if lead.from_pool else lead.previous_owner, lead), taken]
    return gone(lead.previous_owner if isinstance(lead, LeadPooled) else lead.owner, lead)


def note_notice(event: Concerns | TaskDone | TaskDropped, fact: Fact) -> list[Command]:
    """Whom a fact concerns may want to be told by mail. (What is over comes by the same policy, so that it comes after.)"""
    ended: list[Command] = []
    if isinstance(event, TaskReassigned | TaskDone | TaskDropped):
        ended += [NoteOver(inbox_id=inbox_of(user), user=user, notice_id=notice_id) for user, notice_id in over(event)]
    notices = [] if isinstance(event, TaskDone | TaskDropped) else notices_of(event, fact)
    return [*ended, *map(noted, notices)]


def noted(notice: Notice) -> NoteNotice:
    return NoteNotice(inbox_id=inbox_of(notice.user), user=notice.user, notice_id=notice.notice_id, kind=notice.kind, at=notice.at)


def send_digest(digest: DigestPlanned) -> list[At]:
    """As work begins it is looked what is still unread."""
    return [At(digest.due, SendDigest(**dict(digest)))]


def gone(owner: str | None, lead: Desked) -> list[Command]:
    merged = True if isinstance(lead, LeadMerged) else None
    return [] if owner is None else [NoteGone(desk_id=workload_of(owner), lead_id=lead.lead_id, merged=merged)]


def back(owner: str | None, lead: LeadUnmerged) -> list[Command]:
    return [] if owner is None else [NoteTaken(desk_id=workload_of(owner), owner=owner, lead_id=lead.lead_id, how="unmerge")]
