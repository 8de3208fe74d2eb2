"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_events.lead import LeadAssigned, LeadCaptured, LeadConverted, LeadDisqualified, LeadPooled, LeadQualified, LeadScored
from ltc_events.opportunity import OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityChanged, OpportunityDeclined
from ltc_runtime.service import Service

from .api import campaigns, capture, conversions, desks, duplicates, forms, imports, inbox, leads, my_day, parties, people, rule_books
from .domain import (
    account,
    assigning,
    campaign,
    converting,
    deal,
    desk,
    form,
    grading,
    importing,
    lead,
    nurture,
    nurturing,
    person,
    responding,
    rule_book,
)
from .domain import inbox as reading
from .domain.converting import ConversionsRequested
from .domain.desk import LeadsHandedOver
from .domain.lead import ConsentRecorded, LeadRouted, LeadWatched, ResponseAwaited, TouchLogged
from .domain.nurture import NurtureStepPlanned
from .policies import (
    await_response,
    check_response,
    convert_each,
    keep_deals,
    keep_desks,
    keep_party,
    move_leads,
    nurture_lead,
    offer_lead,
    recycle_lead,
    return_late_lead,
    return_lead,
    route_lead,
    route_lead_again,
    score_lead,
    send_step,
    stop_nurture,
    watch_lead,
)
from .projections import (
    campaign_list,
    conversion_list,
    form_list,
    hand_over_list,
    import_list,
    inbox_list,
    lead_list,
    nurture_list,
    party_list,
    rule_book_list,
)

service = Service(
    name="lead-svc",
    api=(leads, capture, forms, campaigns, conversions, parties, duplicates, people, rule_books, desks, my_day, imports, inbox),
    decides=(
        lead.decider,
        person.decider,
        rule_book.decider,
        desk.decider,
        desk.leaving,
        grading.decider,
        assigning.decider,
        responding.decider,
        account.decider,
        account.merging,
        campaign.decider,
        form.decider,
        deal.decider,
        converting.requests,
        converting.decider,
        importing.decider,
        importing.starting,
        reading.decider,
        nurture.decider,
        nurturing.nurturing,
    ),
    reacts={
        LeadCaptured: (score_lead, route_lead, await_response, keep_party),
        LeadRouted: (offer_lead,),
        LeadAssigned: (keep_desks, watch_lead),
        LeadWatched: (recycle_lead,),
        ResponseAwaited: (check_response,),
        LeadPooled: (keep_desks, route_lead_again, nurture_lead),
        LeadsHandedOver: (move_leads,),
        TouchLogged: (score_lead, stop_nurture),
        LeadQualified: (score_lead,),
        LeadDisqualified: (keep_desks, nurture_lead),
        LeadConverted: (keep_desks, stop_nurture),
        LeadScored: (nurture_lead,),
        ConsentRecorded: (stop_nurture,),
        NurtureStepPlanned: (send_step,),
        ConversionsRequested: (convert_each,),
        OpportunityOpened: (keep_deals,),
        OpportunityChanged: (keep_deals,),
        OpportunityWon: (keep_deals,),
        OpportunityLost: (keep_deals, return_lead),
        OpportunityDeclined: (keep_deals,),
        OpportunityCancelled: (keep_deals,),
        OpportunityJoinRefused: (return_late_lead,),
    },
    shows=(
        lead_list,
        rule_book_list,
        hand_over_list,
        party_list,
        conversion_list,
        form_list,
        campaign_list,
        import_list,
        inbox_list,
        nurture_list,
    ),
    effects=(nurturing.mails,),
    takes=(importing.taking,),
    from_start=frozenset({"keep_desks", "keep_party", "keep_deals"}),  # desks, parties and deals are known also from before
)
