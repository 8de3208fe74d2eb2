"""The inbox of each user: notices, and a daily mail of what is unread."""

from ltc_events.lead import LeadAssigned, LeadMerged, LeadPooled, LeadRecycled, LeadResponseMissed, LeadUnmerged
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def inbox() -> Feature:
    """The feature."""
    from ..import_job.rules import ImportFinished
    from ..lead.rules.events import LeadOwnerNotFound
    from . import api
    from .policies import note_notice, send_digest
    from .read import digest_list, inbox_list
    from .rules import decider, mails
    from .rules.states import DigestPlanned

    return Feature(
        api=api.inbox,
        deciders=(decider,),
        policies=(
            NamedPolicy(
                "note_notice",
                (
                    LeadAssigned, LeadPooled, LeadResponseMissed, LeadOwnerNotFound, LeadRecycled, ImportFinished, LeadMerged, LeadUnmerged,
                    OpportunityChanged, DecisionEscalated, TaskRaised, TaskReassigned, TaskDone, TaskDropped,
                ),
                note_notice,
            ),
            NamedPolicy("send_digest", DigestPlanned, send_digest),
        ),
        projections=(inbox_list, digest_list),
        effects=(mails,),
    )  # fmt: skip
