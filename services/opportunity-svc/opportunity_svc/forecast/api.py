"""What sales does with the forecast of a deal."""

from datetime import date
from uuid import UUID

from ltc_events import Money
from ltc_runtime.http import Api, Body, Handle, NaturalKey
from pydantic import Field

from ..deal.rules.roles import SALES
from ..deal.rules.states import OPEN
from . import rules as forecast
from .rules import Category, CloseDayPassed, ForecastBelowNothing, SetForecast, forecast_id

deal_forecasts = Api(
    "/opportunities/{opportunity_id}/forecast", stream=forecast.decider, natural=NaturalKey("opportunity_id", UUID, forecast_id)
)


class ForecastBody(Body):
    """How sure a deal is."""

    category: Category
    amount: Money
    close_on: date = Field(description="By when we expect to win it.")


@deal_forecasts.act("", roles=SALES, refuses=(*OPEN, CloseDayPassed, ForecastBelowNothing))
async def forecast_opportunity(opportunity_id: UUID, body: ForecastBody, handle: Handle) -> None:
    """Say how sure an open deal is, of how much, and by when."""
    command = SetForecast(
        forecast_id=forecast_id(opportunity_id),
        opportunity_id=opportunity_id,
        category=body.category,
        amount=body.amount,
        close_on=body.close_on,
        set_by=handle.actor,
        today=handle.today,
    )
    return await handle(command)
