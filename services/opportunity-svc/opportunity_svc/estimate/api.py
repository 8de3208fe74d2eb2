"""Writing an estimate of a deal, and freezing it for a decision."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from ltc_runtime.http import Api, NaturalKey

from ..deal.rules.roles import MANAGERS, WRITERS
from ..deal.rules.states import OPEN
from .rules import (
    AmountBelowNothing,
    CalcFrozen,
    CashDoesNotSum,
    DraftEstimate,
    EstimateInOtherCurrency,
    FreezeEstimate,
    FreezerIsMaker,
    LaterCalcFrozen,
    MonthsOutOfOrder,
    UnknownEstimate,
    VersionNotCurrent,
    decider,
    estimate_id,
)

Version = Annotated[int, Path(ge=1, le=1_000_000)]
SUMS = (EstimateInOtherCurrency, AmountBelowNothing, MonthsOutOfOrder, CashDoesNotSum)
FREEZING = (UnknownEstimate, VersionNotCurrent, CalcFrozen, LaterCalcFrozen, FreezerIsMaker)

estimates = Api("/opportunities/{opportunity_id}/estimate", stream=decider, natural=NaturalKey("opportunity_id", UUID, estimate_id))
estimates.act("", DraftEstimate, roles=(*WRITERS, "fulfilment", "finance"), refuses=(*OPEN, *SUMS))
estimates.act("/freeze", FreezeEstimate, roles=(*MANAGERS, "finance"), refuses=(*OPEN, *FREEZING))

frozen_estimates = Api("/estimates")
