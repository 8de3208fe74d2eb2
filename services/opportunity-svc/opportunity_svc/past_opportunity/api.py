"""Import deals of other systems."""

from ltc_runtime.http import Api, NaturalKey, Role

from .rules import (
    ClosedBeforeEngaged,
    DealKey,
    EndWithoutDay,
    ImportedFromTheFuture,
    ImportedOtherwise,
    ImportOpportunity,
    WonForNothing,
    decider,
    past_id,
)

MANAGERS: tuple[Role, ...] = ("sales_manager",)
REFUSALS = (EndWithoutDay, ClosedBeforeEngaged, ImportedFromTheFuture, WonForNothing, ImportedOtherwise)

past_opportunities = Api("/past-opportunities", stream=decider, natural=NaturalKey("key", DealKey, past_id))
past_opportunities.act("/{key}", ImportOpportunity, roles=MANAGERS, refuses=REFUSALS)
