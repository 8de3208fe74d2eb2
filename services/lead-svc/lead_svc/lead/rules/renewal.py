"""A contract ends: a lead for its renewal, with the history of the lead that led to it, to whoever had that."""

from datetime import date
from uuid import UUID

from ltc_events import Code, Command, Event, JointDecider, Name, States, Stream
from ltc_events.lead import LeadAssigned, LeadCaptured

from .. import rules as lead
from . import RenewalDue
from .states import Alive, Closed, Nobody, Who


class CaptureRenewal(Command):
    """Take down that a contract may be renewed."""

    lead_id: UUID
    contract_id: UUID
    contract_no: Code
    opportunity_id: UUID
    party_id: UUID
    company: Name
    ends_on: date
    previous: UUID | None = None
    """The lead its deal was opened for."""


def streams(command: CaptureRenewal) -> list[Stream]:
    own = lead.decider.of(command.lead_id)
    return [own] if command.previous is None else [lead.decider.of(command.previous), own]


def decide(states: States, command: CaptureRenewal) -> list[Event]:
    if not isinstance(states.of(lead.decider, command.lead_id), Nobody):
        return []  # heard twice, captured once
    before = Nobody() if command.previous is None else states.of(lead.decider, command.previous)
    contact = before.trail.contact if isinstance(before, Alive | Closed) else None
    due = RenewalDue(
        **command.model_dump(exclude={"party_id", "company"}),
        contact_name=contact.name if contact else None,
        contact_email=contact.email if contact else None,
    )
    return [captured(known_of(before), command), due, *assigned(before, command)]


def captured(who: Who | None, command: CaptureRenewal) -> LeadCaptured:
    """Whom we know there comes with it; that they want to hear of offers does not: that was said of another lead."""
    return LeadCaptured(
        lead_id=command.lead_id,
        party_id=command.party_id,
        contact_id=who.contact_id if who else None,
        company=command.company,
        channel="other",
        need=f"Renewal of contract {command.contract_no}, which ends on {command.ends_on.isoformat()}",
        territory=who.territory if who else None,
        renews=command.contract_id,
    )


def assigned(before: lead.Lead, command: CaptureRenewal) -> list[LeadAssigned]:
    """Where nobody is known to have had that lead, the rules find somebody."""
    owner = before.owner if isinstance(before, Closed) else None
    if owner is None:
        return []
    reason = f"Had the lead of contract {command.contract_no}"
    return [LeadAssigned(lead_id=command.lead_id, owner=owner, how="renewal", reason=reason)]


def known_of(before: lead.Lead) -> Who | None:
    return before.who if isinstance(before, Alive | Closed) else None


decider: JointDecider[CaptureRenewal] = JointDecider(commands=CaptureRenewal, streams=streams, decide=decide, over=(lead.decider,))
