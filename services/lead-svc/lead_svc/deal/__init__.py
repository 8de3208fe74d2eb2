"""Deals of opportunity-svc, as far as leads need them: which a lead can join, and whose contract ends."""

from ltc_events.contract import ContractExpiring
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityChanged, OpportunityDeclined
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def deal() -> Feature:
    """The feature."""
    from .policies import capture_renewal, keep_deals, note_expiry
    from .rules import ExpiryNoted, decider

    return Feature(
        deciders=(decider,),
        policies=(
            NamedPolicy(
                "keep_deals",
                (OpportunityOpened, OpportunityChanged, OpportunityWon, OpportunityLost, OpportunityDeclined, OpportunityCancelled),
                keep_deals,
                from_start=True,
            ),
            NamedPolicy("note_expiry", ContractExpiring, note_expiry),
            NamedPolicy("capture_renewal", ExpiryNoted, capture_renewal),
        ),
    )
