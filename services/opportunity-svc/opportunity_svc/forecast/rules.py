"""The forecast of a deal: how sure its owner is, of how much, and by when."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Never
from uuid import UUID

from ltc_events import Command, Decider, Event, JointDecider, Money, Refusal, States, Stream, UserId, derive_id

from ..deal import rules as opportunity
from ..deal.rules.states import must_be_open

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


def decide_on(states: States, command: SetForecast) -> list[Event]:
    deal = must_be_open(states.of(opportunity.decider, command.opportunity_id))
    if command.close_on < command.today:
        raise CloseDayPassed(day=command.close_on.isoformat())
    if command.amount.amount < 0:
        raise ForecastBelowNothing
    before = states.of(decider, command.forecast_id).said
    told = ForecastSet(
        **command.model_dump(exclude={"today", "amount"}),
        amount=command.amount,
        version=before.version + 1 if before else 1,
        account_manager=deal.account_manager,
    )
    return [] if before is not None and said(before) == said(told) else [told]


def said(forecast: ForecastSet) -> tuple[object, ...]:
    """What a forecast says, whoever says it and how often."""
    return forecast.account_manager, forecast.category, forecast.amount, forecast.close_on


def streams(command: SetForecast) -> list[Stream]:
    return [decider.of(command.forecast_id), opportunity.decider.of(command.opportunity_id)]


decider: Decider[Forecast, Never, ForecastSet] = Decider(
    kind="forecast",
    id="forecast_id",
    initial=Forecast(),
    decide=lambda forecast, command: [],
    evolve=lambda forecast, event: Forecast(event),
    commands=Never,
    events=ForecastSet,
)
forecasting: JointDecider[SetForecast] = JointDecider(
    commands=SetForecast, streams=streams, decide=decide_on, over=(decider, opportunity.decider)
)
"""A deal is forecast as long as it is open."""
