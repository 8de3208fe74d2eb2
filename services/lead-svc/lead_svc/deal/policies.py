"""The copy of deals follows opportunity-svc and contract-svc."""

from typing import TypeAlias

from ltc_events import Command, derive_id
from ltc_events.contract import ContractExpiring
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityChanged, OpportunityDeclined

from ..lead.rules.capture import CaptureRenewal
from .rules import ExpiryNoted, NoteDeal, NoteDealEnd, NoteExpiry

DealEnd: TypeAlias = OpportunityWon | OpportunityLost | OpportunityDeclined | OpportunityCancelled


def keep_deals(deal: OpportunityOpened | OpportunityChanged | DealEnd) -> list[Command]:
    """A lead can join an open deal. One policy for all of these, so that they stay in order."""
    if isinstance(deal, OpportunityOpened | OpportunityChanged):
        who = {"account_manager", "solution_manager", "fulfilment_manager", "expected_close", "lead_id"}
        now = deal if isinstance(deal, OpportunityOpened) else deal.after
        return [NoteDeal(opportunity_id=deal.opportunity_id, **now.model_dump(include=who))]
    return [NoteDealEnd(opportunity_id=deal.opportunity_id, ended="won" if isinstance(deal, OpportunityWon) else "lost")]


def note_expiry(contract: ContractExpiring) -> list[Command]:
    """The copy of the deal knows its lead, which the renewal continues."""
    known = contract.model_dump(include={"opportunity_id", "contract_id", "contract_no", "party_id", "company", "ends_on"})
    return [NoteExpiry(**known)]


def capture_renewal(contract: ExpiryNoted) -> list[Command]:
    """A term that ends is one lead, however often its event is consumed."""
    lead_id = derive_id(contract.contract_id, "renewal", contract.ends_on.isoformat())
    return [CaptureRenewal(**contract.model_dump(exclude={"lead_id"}), lead_id=lead_id, previous=contract.lead_id)]
