"""What lead-svc does when something happens to a lead: it judges it, finds it an owner, and sees to it that it does not lie."""

from uuid import UUID

from ltc_events import At, Command, Fact
from ltc_events.lead import (
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadScored,
)
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskReassigned

from .inbox.rules import NoteNotice, SendDigest
from .inbox.rules.notices import Concerns, Notice, notices_of, over
from .inbox.rules.states import DigestPlanned, NoteOver, inbox_of
from .lead.rules.events import ConsentRecorded, TouchLogged
from .nurture.rules import NurtureLead, SendStep
from .nurture.rules.states import NurtureStepPlanned, StopNurture, nurture_of
from .party.rules import NoteParty


def keep_party(lead: LeadCaptured) -> list[Command]:
    """Whoever a lead is from is a party we know."""
    return [NoteParty(party_id=lead.party_id, company=lead.company, website=lead.website, phone=lead.company_phone)]


def nurture_lead(lead: LeadPooled | LeadDisqualified | LeadScored, fact: Fact) -> list[Command]:
    """Who is not ready yet may get mails by the rules; what was begun before a lead was given up ends then."""
    match lead:
        case LeadPooled():
            return [begun(lead.lead_id, "pooled", fact)]
        case LeadScored():
            return [begun(lead.lead_id, "cold", fact)] if lead.band == "cold" else []
        case LeadDisqualified():
            return [stopped(lead.lead_id, "the lead was disqualified"), begun(lead.lead_id, "disqualified", fact)]


def begun(lead_id: UUID, trigger: str, fact: Fact) -> NurtureLead:
    return NurtureLead(nurture_id=nurture_of(lead_id), lead_id=lead_id, trigger=trigger, at=fact.occurred_at)


def stop_nurture(lead: TouchLogged | LeadConverted | ConsentRecorded | LeadMerged) -> list[Command]:
    """Whoever answers, buys, or takes consent back gets no more mails, and nobody gets them for two leads of one need."""
    match lead:
        case TouchLogged():
            return [stopped(lead.lead_id, "they answered")] if lead.direction == "in" else []
        case LeadConverted():
            return [stopped(lead.lead_id, "the lead became a deal")]
        case LeadMerged():
            return [stopped(lead.lead_id, "the lead was merged into another one")]
        case ConsentRecorded():
            return [] if lead.given else [stopped(lead.lead_id, "they took their consent back")]


def stopped(lead_id: UUID, reason: str) -> StopNurture:
    return StopNurture(nurture_id=nurture_of(lead_id), lead_id=lead_id, reason=reason)


def send_step(step: NurtureStepPlanned) -> list[At]:
    """When a mail is due it is looked whether it may be sent."""
    command = SendStep(nurture_id=step.nurture_id, lead_id=step.lead_id, run=step.run, step=step.step, attempt=step.attempt, due=step.due)
    return [At(step.due, command)]


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
