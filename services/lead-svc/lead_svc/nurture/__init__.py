"""Nurture: sequences of mails to leads that are not ready yet."""

from ltc_events.lead import LeadConverted, LeadDisqualified, LeadMerged, LeadPooled, LeadScored
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def nurture() -> Feature:
    """The feature."""
    from ..lead.rules.events import ConsentRecorded, TouchLogged
    from .api import nurtures, previews
    from .policies import nurture_lead, send_step, stop_nurture
    from .read import nurture_list
    from .rules import decider
    from .rules.mail import mails
    from .rules.states import NurtureStepPlanned

    return Feature(
        api=(nurtures, previews),
        deciders=(decider,),
        policies=(
            NamedPolicy("nurture_lead", (LeadPooled, LeadDisqualified, LeadScored), nurture_lead),
            NamedPolicy("stop_nurture", (TouchLogged, LeadConverted, LeadMerged, ConsentRecorded), stop_nurture),
            NamedPolicy("send_step", NurtureStepPlanned, send_step),
        ),
        projections=(nurture_list,),
        effects=(mails,),
    )
