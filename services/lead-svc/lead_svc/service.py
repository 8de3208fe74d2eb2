"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_events.lead import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadRecycled,
    LeadResponseMissed,
    LeadScored,
    LeadUnmerged,
)
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.policy import NamedPolicy
from ltc_runtime.feature import Feature, Service

from .api import (
    contacts,
    duplicates,
    imports,
    inbox,
    leads,
    parties,
    people,
    rule_books,
    withdrawals,
)
from .campaign import campaign
from .contact import rules as person
from .contact.rules import consent as withdrawing
from .conversion import conversion
from .deal import deal
from .form import form
from .funnel import funnel
from .hand_over import hand_over
from .import_job import rules as importing
from .import_job.rules import ImportFinished
from .inbox import rules as digesting
from .inbox.rules import states as reading
from .inbox.rules.states import DigestPlanned
from .lead import lead
from .lead.rules.events import ConsentRecorded, LeadOwnerNotFound, TouchLogged
from .lead_capture import lead_capture
from .lead_merge import lead_merge
from .my_day import my_day
from .nurture import rules as nurturing
from .nurture.rules import states as nurture
from .nurture.rules.states import NurtureStepPlanned
from .party import rules as account
from .policies import (
    keep_party,
    note_notice,
    nurture_lead,
    send_digest,
    send_step,
    stop_nurture,
)
from .projections import (
    contact_merge_list,
    digest_list,
    import_list,
    inbox_list,
    nurture_list,
    party_list,
    rule_book_list,
)
from .rule_book import rules as rule_book
from .submission import submission
from .touch import touch
from .workload import workload

former = Feature(
    api=(
        leads,
        parties,
        duplicates,
        contacts,
        people,
        rule_books,
        imports,
        inbox,
        withdrawals,
    ),
    deciders=(
        person.decider,
        person.together,
        rule_book.decider,
        account.decider,
        account.merging,
        withdrawing.decider,
        importing.decider,
        importing.starting,
        reading.decider,
        digesting.decider,
        nurture.decider,
        nurturing.nurturing,
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
        NamedPolicy("nurture_lead", (LeadPooled, LeadDisqualified, LeadScored), nurture_lead),
        NamedPolicy("send_digest", DigestPlanned, send_digest),
        NamedPolicy("stop_nurture", (TouchLogged, LeadConverted, LeadMerged, ConsentRecorded), stop_nurture),
        NamedPolicy("send_step", NurtureStepPlanned, send_step),
    ),
    projections=(
        rule_book_list,
        party_list,
        contact_merge_list,
        import_list,
        inbox_list,
        digest_list,
        nurture_list,
    ),
    effects=(nurturing.mails, digesting.mails),
    imports=(importing.taking,),
)
service = Service(
    "lead-svc",
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
    submission,
    former,
)
