"""The deals of the API, which several files say something about."""

from ltc_runtime.http import Api

from ..deal import rules as opportunity
from ..deal.rules.states import DealSuspended, OpportunityClosed, UnknownOpportunity

OPEN = (UnknownOpportunity, OpportunityClosed, DealSuspended)
"""How anything is refused that only an open deal takes."""

opportunities = Api("/opportunities", stream=opportunity.decider)
