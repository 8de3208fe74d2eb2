"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_events.lead import LeadCaptured, LeadQualified
from ltc_runtime.service import Service

from .api import leads, people, rule_books
from .domain import grading, lead, person, rule_book
from .domain.lead import TouchLogged
from .policies import score_lead
from .projections import lead_list, rule_book_list

service = Service(
    name="lead-svc",
    api=(leads, people, rule_books),
    decides=(lead.decider, person.decider, rule_book.decider, grading.decider),
    reacts={LeadCaptured: (score_lead,), TouchLogged: (score_lead,), LeadQualified: (score_lead,)},
    shows=(lead_list, rule_book_list),
)
