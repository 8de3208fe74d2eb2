"""What sales does with deals."""

from datetime import date
from uuid import UUID

from ltc_events import Text
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field

from ..pipeline.rules import UnknownPipeline
from ..quote.read import other_quotes_of_deal
from ..quote.rules.gates import QuoteNotAccepted, QuoteOfOtherOpportunity, UnknownQuote
from .rules import decider
from .rules.opened import ChoosePipeline, DealUnderWay
from .rules.outcome import (
    AlreadyAdmitted,
    CancelOpportunity,
    DeclineOpportunity,
    FailureSummaryMissing,
    LoseOpportunity,
    NotSuspended,
    ResumeOpportunity,
    SuspendOpportunity,
    WinOpportunity,
)
from .rules.stages import EnterStage, LastStage, NotReadyToWin, StageBehind, StageNotDone, UnknownStage
from .rules.states import OPEN, DayInTheFuture, OpportunityClosed, UnknownOpportunity
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
