"""When a lead gets the mails of a sequence, and when it gets no more."""

from uuid import UUID

from ltc_events import At, Command, Fact
from ltc_events.lead import LeadConverted, LeadDisqualified, LeadMerged, LeadPooled, LeadScored

from ..lead.rules.events import ConsentRecorded, TouchLogged
from .rules import NurtureLead, SendStep, StopNurture
from .rules.states import NurtureStepPlanned, nurture_of


def nurture_lead(lead: LeadPooled | LeadDisqualified | LeadScored, fact: Fact) -> list[Command]:
    """Starts the sequence that the rules give to the lead; a disqualified lead leaves its current sequence first."""
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
    """Stops the sequence of a lead that answers, is converted, is merged, or takes consent back."""
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
    return StopNurture(lead_id=lead_id, reason=reason)


def send_step(step: NurtureStepPlanned) -> list[At]:
    """Sends the mail of a step when it is due."""
    command = SendStep(nurture_id=step.nurture_id, lead_id=step.lead_id, run=step.run, step=step.step, attempt=step.attempt, due=step.due)
    return [At(step.due, command)]
