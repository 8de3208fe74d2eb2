"""The forecast of a deal: how sure its owner is, of how much, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, Refusal, States, Stream, UserId, derive_id

from ..deal.rules.history import history as deals
from ..deal.rules.states import Open, must_be_open

Category = Literal["commit", "best_case", "pipeline", "omitted"]
"""``commit``: counted on; ``best_case``: if all goes well; ``pipeline``: worked on; ``omitted``: not counted."""


def forecast_id(opportunity_id: UUID) -> UUID:
    """The one forecast of a deal."""
    return derive_id(opportunity_id, "forecast")


class SetForecast(Command):
    """Say how sure a deal is."""

    forecast_id: UUID
    opportunity_id: UUID
    category: Category
    amount: Money
    close_on: date
    set_by: UserId
    today: date

    def reads(self) -> list[Stream]:
        """The forecast and its deal."""
        return [decider.of(self.forecast_id), deals.of(self.opportunity_id)]


class ForecastSet(Event, type="ltc.opportunity.forecast-set.v1"):
    """How sure a deal is from now on, of how much, and by when."""

    forecast_id: UUID
    opportunity_id: UUID
    version: int
    account_manager: UserId
    category: Category
    amount: Money
    close_on: date
    set_by: UserId


class CloseDayPassed(Refusal):
    """{day} is past: a forecast is of what is to come."""


class ForecastBelowNothing(Refusal):
    """A deal brings nothing at worst."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was said last."""

    said: ForecastSet | None = None


def decide(states: States, command: SetForecast) -> Sequence[Event]:
    match command:
        case SetForecast():
            return forecast(must_be_open(states.of(deals, command.opportunity_id)), states.of(decider, command.forecast_id), command)


def forecast(deal: Open, before: Forecast, command: SetForecast) -> Sequence[Event]:
    if command.close_on < command.today:
        raise CloseDayPassed(day=command.close_on.isoformat())
    if command.amount.amount < 0:
        raise ForecastBelowNothing
    current = before.said
    new = ForecastSet(
        **command.model_dump(exclude={"today", "amount"}),
        amount=command.amount,
        version=current.version + 1 if current else 1,
        account_manager=deal.account_manager,
    )
    return [] if current is not None and said(current) == said(new) else [new]


def said(forecast: ForecastSet) -> tuple[object, ...]:
    """What a forecast says, whoever says it and how often."""
    return forecast.account_manager, forecast.category, forecast.amount, forecast.close_on


def evolve(forecast: Forecast, event: ForecastSet) -> Forecast:
    match event:
        case ForecastSet():
            return Forecast(event)


decider: Decider[Forecast, SetForecast, ForecastSet] = Decider(
    kind="forecast",
    id="forecast_id",
    initial=Forecast(),
    decide_many=decide,
    evolve=evolve,
    commands=SetForecast,
    events=ForecastSet,
    also=(deals,),
)
"""A deal is forecast while it is open."""
