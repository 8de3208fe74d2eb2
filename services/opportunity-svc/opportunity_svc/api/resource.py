"""The deals of the API, which several files say something about, and who does what with them."""

from ltc_runtime.edge import Api, Role

from ..domain import opportunity
from ..domain.opportunity import OpportunityClosed, UnknownOpportunity

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
TRIANGLE: tuple[Role, ...] = (*WRITERS, "fulfilment")
MANAGERS: tuple[Role, ...] = ("sales_manager",)
DECIDERS: tuple[Role, ...] = (*TRIANGLE, "legal", "finance")
"""Whoever may hold a mandate; which of them does is not a matter of roles."""

OPEN = (UnknownOpportunity, OpportunityClosed)
"""How anything is refused that only an open deal takes."""

opportunities = Api("/opportunities", stream=opportunity.decider)
