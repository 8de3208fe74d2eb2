"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_events.contract import ContractExpiring
from ltc_events.lead import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadQualified,
    LeadRecycled,
    LeadResponseMissed,
    LeadUnmerged,
)
from ltc_events.opportunity import OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityCancelled, OpportunityChanged, OpportunityDeclined
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .api import (
    contacts,
    conversions,
    desks,
    duplicates,
    inbox,
    leads,
    my_day,
    parties,
    people,
    withdrawals,
)
from .campaign import campaign
from .contact import rules as person
from .conversion import rules as converting
from .conversion.rules import ConversionsRequested
from .deal import rules as deal
from .deal.rules import ExpiryNoted
from .form import form
from .import_job import import_job
from .import_job.rules import ImportFinished
from .inbox import rules as digesting
from .inbox.rules import states as reading
from .inbox.rules.states import DigestPlanned
from .lead import rules as lead
from .lead.rules.events import LeadOwnerNotFound, LeadRouted, LeadWatched, ResponseAwaited, TouchLogged
from .nurture import nurture
from .party import rules as account
from .party.policies import keep_party
from .policies import (
    await_response,
    capture_renewal,
    check_response,
    convert_each,
    keep_deals,
    keep_desks,
    move_leads,
    note_expiry,
    note_notice,
    offer_lead,
    recycle_lead,
    return_late_lead,
    return_lead,
    route_lead,
    route_lead_again,
    score_lead,
    send_digest,
    watch_lead,
)
from .projections import (
    contact_merge_list,
    conversion_list,
    digest_list,
    hand_over_list,
    inbox_list,
    lead_list,
    lead_merge_list,
    party_list,
)
from .rule_book import rule_book
from .rule_preview import rule_preview
from .submission import submission
from .workload import rules as desk
from .workload.rules import LeadsHandedOver

former = Feature(
    api=(
        leads,
        conversions,
        parties,
        duplicates,
        contacts,
        people,
        desks,
        my_day,
        inbox,
        withdrawals,
    ),
    deciders=(
        lead.decider,
        person.decider,
        desk.decider,
        account.decider,
        deal.decider,
        converting.decider,
        reading.decider,
        digesting.decider,
    ),
    policies=(
        NamedPolicy("score_lead", (LeadCaptured, TouchLogged, LeadQualified, LeadUnmerged), score_lead),
        NamedPolicy("route_lead", (LeadCaptured, LeadUnmerged), route_lead),
        NamedPolicy("await_response", LeadCaptured, await_response),
        NamedPolicy("keep_party", LeadCaptured, keep_party, from_start=True),
        NamedPolicy("offer_lead", LeadRouted, offer_lead),
        NamedPolicy(
            "keep_desks", (LeadAssigned, LeadPooled, LeadDisqualified, LeadConverted, LeadMerged, LeadUnmerged), keep_desks, from_start=True
        ),
        NamedPolicy("watch_lead", (LeadAssigned, LeadUnmerged), watch_lead),
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
        NamedPolicy("recycle_lead", LeadWatched, recycle_lead),
        NamedPolicy("check_response", (ResponseAwaited, LeadUnmerged), check_response),
        NamedPolicy("route_lead_again", LeadPooled, route_lead_again),
        NamedPolicy("send_digest", DigestPlanned, send_digest),
        NamedPolicy("move_leads", LeadsHandedOver, move_leads),
        NamedPolicy("convert_each", ConversionsRequested, convert_each),
        NamedPolicy(
            "keep_deals",
            (OpportunityOpened, OpportunityChanged, OpportunityWon, OpportunityLost, OpportunityDeclined, OpportunityCancelled),
            keep_deals,
            from_start=True,
        ),
        NamedPolicy("return_lead", OpportunityLost, return_lead),
        NamedPolicy("return_late_lead", OpportunityJoinRefused, return_late_lead),
        NamedPolicy("note_expiry", ContractExpiring, note_expiry),
        NamedPolicy("capture_renewal", ExpiryNoted, capture_renewal),
    ),
    projections=(
        lead_list,
        lead_merge_list,
        hand_over_list,
        party_list,
        contact_merge_list,
        conversion_list,
        inbox_list,
        digest_list,
    ),
    effects=(digesting.mails,),
)
service = Service("lead-svc", campaign, form, import_job, nurture, rule_book, rule_preview, submission, former)
