"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_events.lead import (
    LeadAssigned,
    LeadCaptured,
    LeadMerged,
    LeadPooled,
    LeadRecycled,
    LeadResponseMissed,
    LeadUnmerged,
)
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .account import account as account_feature
from .api import contacts, duplicates, inbox, parties, people, withdrawals
from .campaign import campaign
from .contact import rules as person
from .conversion import conversion
from .deal import deal
from .form import form
from .funnel import funnel
from .hand_over import hand_over
from .import_job import import_job
from .import_job.rules import ImportFinished
from .inbox import rules as digesting
from .inbox.rules import states as reading
from .inbox.rules.states import DigestPlanned
from .lead import lead
from .lead.rules.events import LeadOwnerNotFound
from .lead_capture import lead_capture
from .lead_merge import lead_merge
from .my_day import my_day
from .nurture import nurture
from .party import rules as account
from .party.policies import keep_party
from .policies import note_notice, send_digest
from .projections import contact_merge_list, digest_list, inbox_list, party_list
from .rule_book import rule_book
from .rule_preview import rule_preview
from .submission import submission
from .touch import touch
from .workload import workload

former = Feature(
    api=(parties, duplicates, contacts, people, inbox, withdrawals),
    deciders=(
        person.decider,
        account.decider,
        reading.decider,
        digesting.decider,
    ),
    policies=(
        NamedPolicy("keep_party", LeadCaptured, keep_party, from_start=True),
        NamedPolicy(
            "note_notice",
            (
                LeadAssigned,
                LeadPooled,
                LeadResponseMissed,
                LeadOwnerNotFound,
                LeadRecycled,
                ImportFinished,
                LeadMerged,
                LeadUnmerged,
                OpportunityChanged,
                DecisionEscalated,
                TaskRaised,
                TaskReassigned,
                TaskDone,
                TaskDropped,
            ),
            note_notice,
        ),
        NamedPolicy("send_digest", DigestPlanned, send_digest),
    ),
    projections=(party_list, contact_merge_list, inbox_list, digest_list),
    effects=(digesting.mails,),
)
service = Service(
    "lead-svc",
    account_feature,
    funnel,
    lead_capture,
    lead,
    touch,
    lead_merge,
    conversion,
    deal,
    workload,
    hand_over,
    my_day,
    campaign,
    form,
    import_job,
    nurture,
    rule_book,
    rule_preview,
    submission,
    former,
)
