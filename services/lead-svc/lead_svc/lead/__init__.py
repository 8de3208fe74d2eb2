"""Leads: from capture to a deal, or not."""

from ltc_events.lead import LeadAssigned, LeadCaptured, LeadPooled, LeadQualified, LeadUnmerged
from ltc_events.opportunity import OpportunityJoinRefused, OpportunityLost
from ltc_events.policy import NamedPolicy
from ltc_kit.number_series import NumberSeries
from ltc_runtime.service import Feature


def lead() -> Feature:
    """The feature."""
    from .api import leads
    from .policies import (
        await_response,
        check_response,
        offer_lead,
        recycle_lead,
        return_late_lead,
        return_lead,
        route_lead,
        route_lead_again,
        score_lead,
        watch_lead,
    )
    from .read import lead_list, lead_merge_list
    from .rules import decider
    from .rules.events import LeadRouted, LeadWatched, ResponseAwaited, TouchLogged

    return Feature(
        api=leads,
        deciders=(decider,),
        policies=(
            NamedPolicy("score_lead", (LeadCaptured, TouchLogged, LeadQualified, LeadUnmerged), score_lead),
            NamedPolicy("route_lead", (LeadCaptured, LeadUnmerged), route_lead),
            NamedPolicy("route_lead_again", LeadPooled, route_lead_again),
            NamedPolicy("offer_lead", LeadRouted, offer_lead),
            NamedPolicy("watch_lead", (LeadAssigned, LeadUnmerged), watch_lead),
            NamedPolicy("recycle_lead", LeadWatched, recycle_lead),
            NamedPolicy("await_response", LeadCaptured, await_response),
            NamedPolicy("check_response", (ResponseAwaited, LeadUnmerged), check_response),
            NamedPolicy("return_lead", OpportunityLost, return_lead),
            NamedPolicy("return_late_lead", OpportunityJoinRefused, return_late_lead),
        ),
        projections=(lead_list, lead_merge_list),
        numbers=NumberSeries("L"),
    )
