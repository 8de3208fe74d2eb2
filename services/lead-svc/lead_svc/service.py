"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_runtime.service import Service

from .account import account
from .campaign import campaign
from .contact import contact
from .contact_merge import contact_merge
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
from .party import party
from .party_contact import party_contact
from .party_duplicate import party_duplicate
from .party_merge import party_merge
from .person import person
from .rule_book import rule_book
from .rule_preview import rule_preview
from .submission import submission
from .touch import touch
from .withdrawal import withdrawal
from .workload import workload

service = Service(
    "lead-svc", account, funnel, lead_capture, lead, touch, lead_merge, conversion, deal, workload, hand_over, my_day, campaign, form,
    import_job, inbox, nurture, rule_book, rule_preview, submission, party, party_merge, party_duplicate, party_contact, contact,
    contact_merge, person, withdrawal,
)  # fmt: skip
