"""Deals (opportunities, 商机): from the converted lead to won, lost, declined or cancelled."""

from ltc_events.lead import LeadConverted
from ltc_events.opportunity import EstimateFrozen
from ltc_events.opportunity_gates import DecisionRequested
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def deal() -> Feature:
    """The feature."""
    from .api import opportunities
    from .policies import escalate_decision, note_estimate, open_opportunity, remind_of_bid
    from .read import opportunity_list
    from .rules import decider
    from .rules.events import FindingNoted

    return Feature(
        api=opportunities,
        deciders=(decider,),
        policies=(
            NamedPolicy("open_opportunity", LeadConverted, open_opportunity),
            NamedPolicy("escalate_decision", DecisionRequested, escalate_decision),
            NamedPolicy("note_estimate", EstimateFrozen, note_estimate),
            NamedPolicy("remind_of_bid", FindingNoted, remind_of_bid),
        ),
        projections=(opportunity_list,),
    )
