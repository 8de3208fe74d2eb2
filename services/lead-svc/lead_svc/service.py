"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_events.lead import LeadCaptured
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .account import account as account_feature
from .api import contacts, duplicates, parties, people, withdrawals
from .campaign import campaign
from .contact import rules as person
from .conversion import conversion
from .deal import deal
from .form import form
from .funnel import funnel
from .hand_over import hand_over
from .import_job import import_job
from .inbox import inbox
from .lead import lead
from .lead_capture import lead_capture
from .lead_merge import lead_merge
from .my_day import my_day
from .nurture import nurture
from .party import rules as account
from .party.policies import keep_party
from .projections import contact_merge_list, party_list
from .rule_book import rule_book
from .rule_preview import rule_preview
from .submission import submission
from .touch import touch
from .workload import workload

former = Feature(
    api=(parties, duplicates, contacts, people, withdrawals),
    deciders=(person.decider, account.decider),
    policies=(NamedPolicy("keep_party", LeadCaptured, keep_party, from_start=True),),
    projections=(party_list, contact_merge_list),
)
service = Service(
    "lead-svc", account_feature, funnel, lead_capture, lead, touch, lead_merge, conversion, deal, workload, hand_over, my_day, campaign,
    form, import_job, inbox, nurture, rule_book, rule_preview, submission, former,
)  # fmt: skip
