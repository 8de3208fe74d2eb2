"""lead-svc: from the first sign of interest to a deal, and the people behind it."""

from ltc_runtime.service import Service

from .api import leads, people
from .domain import lead, person
from .projections import lead_list

service = Service(name="lead-svc", api=(leads, people), decides=(lead.decider, person.decider), shows=(lead_list,))
