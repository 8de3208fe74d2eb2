"""What sales does with deals."""

from ltc_runtime.http import Api, Role

from ..pipeline.rules import UnknownPipeline
from ..quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote
from .rules import decider
from .rules.opened import ChoosePipeline, DealUnderWay
from .rules.outcome import (
    NotSuspended,
    ResumeOpportunity,
    SuspendOpportunity,
)
from .rules.stages import EnterStage, LastStage, StageBehind, StageNotDone, UnknownStage
from .rules.states import OPEN, OpportunityClosed, UnknownOpportunity
from .rules.terms import ChangeOpportunity, CloseDayBehind, TriangleNotThreePeople, ValueBelowNothing

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
TRIANGLE: tuple[Role, ...] = (*WRITERS, "fulfilment")

opportunities = Api("/opportunities", stream=decider)
opportunities.act("/{opportunity_id}/pipeline", ChoosePipeline, roles=SALES, refuses=(*OPEN, UnknownPipeline, DealUnderWay))
opportunities.act(
    "/{opportunity_id}/stage",
    EnterStage,
    roles=WRITERS,
    refuses=(*OPEN, UnknownStage, StageBehind, LastStage, StageNotDone, UnknownQuote, QuoteOfOtherOpportunity),
)
opportunities.act(
    "/{opportunity_id}/change",
    ChangeOpportunity,
    roles=SALES,
    refuses=(*OPEN, ValueBelowNothing, CloseDayBehind, TriangleNotThreePeople),
)
opportunities.act("/{opportunity_id}/suspend", SuspendOpportunity, roles=SALES, refuses=OPEN)
opportunities.act("/{opportunity_id}/resume", ResumeOpportunity, roles=SALES, refuses=(UnknownOpportunity, OpportunityClosed, NotSuspended))
