"""An estimate (概算): what a deal will bring and cost and when the money moves; refined until a decision, and frozen for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, Refusal, States, Stream, Text, UserId, derive_id, total
from ltc_events.filled import Actor
from ltc_events.opportunity import CashLine, CostLine, EstimateFrozen
from ltc_events.opportunity_gates import GATES, Gate
from pydantic import Field

from ..deal.rules.history import history as deals
from ..deal.rules.states import must_be_open

Costs = Annotated[tuple[CostLine, ...], Field(min_length=1, max_length=500)]
Cash = Annotated[tuple[CashLine, ...], Field(min_length=1, max_length=240)]


def estimate_id(opportunity_id: UUID) -> UUID:
    """The one estimate of a deal."""
    return derive_id(opportunity_id, "estimate")


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class DraftEstimate(Command):
    """Estimate an open deal: the first version, or the next one."""

    opportunity_id: UUID
    revenue: Money = Field(description="Before tax.")
    costs: Costs = Field(examples=[[{"category": "hardware", "amount": {"amount": 700_000, "currency": "USD"}}]])
    cash: Cash = Field(description="By month: inflows come to the revenue, outflows to the cost.")
    assumptions: Text = Field(examples=["Two fitters for three weeks; steel at today's price"])
    drafted_by: Actor

    @property
    def estimate_id(self) -> UUID:
        """The estimate of the deal."""
        return estimate_id(self.opportunity_id)

    def reads(self) -> list[Stream]:
        """The estimate and its deal."""
        return [decider.of(self.estimate_id), deals.of(self.opportunity_id)]


class FreezeEstimate(Command):
    """Freeze the estimate that another person wrote as the basis of a decision; it never changes again."""

    opportunity_id: UUID
    gate: Gate
    version: int = Field(ge=1, le=1_000_000, description="The version that was looked at; it must be the current one.")
    frozen_by: Actor

    @property
    def estimate_id(self) -> UUID:
        """The estimate of the deal."""
        return estimate_id(self.opportunity_id)

    def reads(self) -> list[Stream]:
        """The estimate and its deal."""
        return [decider.of(self.estimate_id), deals.of(self.opportunity_id)]


class EstimateDrafted(Event, type="ltc.opportunity.estimate-drafted.v1"):
    """A version of the estimate."""

    estimate_id: UUID
    opportunity_id: UUID
    version: int
    revenue: Money
    costs: tuple[CostLine, ...]
    cash: tuple[CashLine, ...]
    assumptions: Text
    drafted_by: UserId


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownEstimate(Refusal):
    """This deal has no estimate yet: draft one."""

    status = 404


class EstimateInOtherCurrency(Refusal):
    """An estimate is in one currency: {currency} as its revenue."""


class AmountBelowNothing(Refusal):
    """{what} is below nothing."""


class MonthsOutOfOrder(Refusal):
    """Each month is named once, the earliest first: {month} comes after {before}."""


class CashDoesNotSum(Refusal):
    """The {flow} of the months comes to {months}, the {what} to {amount}: the cash curve is of the same money."""


class VersionNotCurrent(Refusal):
    """The current version is {current}: look at it before you freeze it."""


class CalcFrozen(Refusal):
    """The estimate for {gate} was frozen as version {version}: what a decision is based on stays."""


class LaterCalcFrozen(Refusal):
    """The estimate for {later} was frozen already, which comes after {gate}."""


class FreezerIsMaker(Refusal):
    """The author of this version may not freeze it: another person looks at it first."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class NotEstimated:
    """The deal has no estimate."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """The current version, and which version each decision is based on."""

    current: EstimateDrafted
    frozen: tuple[tuple[Gate, int], ...] = ()


Estimate = NotEstimated | Drafted
EstimateCommand = DraftEstimate | FreezeEstimate
EstimateEvent = EstimateDrafted | EstimateFrozen


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(states: States, command: EstimateCommand) -> Sequence[Event]:
    must_be_open(states.of(deals, command.opportunity_id))
    estimate = states.of(decider, command.estimate_id)
    match command:
        case DraftEstimate():
            return draft(estimate, command)
        case FreezeEstimate():
            return freeze(must_be_drafted(estimate), command)


def draft(estimate: Estimate, command: DraftEstimate) -> list[EstimateEvent]:
    must_be_of_one_currency(command)
    must_be_in_order(command.cash)
    must_sum(command)
    version = estimate.current.version + 1 if isinstance(estimate, Drafted) else 1
    drafted = EstimateDrafted(estimate_id=command.estimate_id, **dict(command), version=version)
    if isinstance(estimate, Drafted) and content(estimate.current) == content(drafted):
        return []  # the current version says the same
    return [drafted]


def freeze(estimate: Drafted, command: FreezeEstimate) -> list[EstimateEvent]:
    current, frozen = estimate.current, dict(estimate.frozen)
    if frozen.get(command.gate) == command.version:
        return []
    if command.gate in frozen:
        raise CalcFrozen(gate=command.gate, version=frozen[command.gate])
    later = [gate for gate in GATES[GATES.index(command.gate) :] if gate in frozen]
    if later:
        raise LaterCalcFrozen(gate=command.gate, later=later[0])
    if command.version != current.version:
        raise VersionNotCurrent(current=current.version)
    if command.frozen_by == current.drafted_by:
        raise FreezerIsMaker
    cost = cost_of(current.costs, current.revenue.currency)
    basis = EstimateFrozen(**dict(current), gate=command.gate, cost=cost, margin=current.revenue - cost, frozen_by=command.frozen_by)
    return [basis]


def must_be_drafted(estimate: Estimate) -> Drafted:
    if isinstance(estimate, NotEstimated):
        raise UnknownEstimate
    return estimate


def must_be_of_one_currency(command: DraftEstimate) -> None:
    flows = [flow for line in command.cash for flow in (line.inflow, line.outflow)]
    for what, amounts in (("Revenue", [command.revenue]), ("A cost", [line.amount for line in command.costs]), ("A flow", flows)):
        for amount in amounts:
            if amount.currency != command.revenue.currency:
                raise EstimateInOtherCurrency(currency=command.revenue.currency)
            if amount.amount < 0:
                raise AmountBelowNothing(what=what)


def must_be_in_order(cash: Sequence[CashLine]) -> None:
    for before, line in pairwise(cash):
        if line.month <= before.month:
            raise MonthsOutOfOrder(month=line.month, before=before.month)


def must_sum(command: DraftEstimate) -> None:
    currency = command.revenue.currency
    flows = (
        ("inflow", total([line.inflow for line in command.cash], currency, "What comes in"), "revenue", command.revenue),
        ("outflow", total([line.outflow for line in command.cash], currency, "What goes out"), "cost", cost_of(command.costs, currency)),
    )
    for flow, months, what, amount in flows:
        if months != amount:
            raise CashDoesNotSum(flow=flow, months=str(months.amount), what=what, amount=str(amount.amount))


# ── reckoning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def cost_of(costs: Sequence[CostLine], currency: str) -> Money:
    """What all of it costs."""
    return total([line.amount for line in costs], currency, "The cost")


def margin_rate(revenue: Money, cost: Money) -> Decimal | None:
    """(revenue − cost) ÷ revenue, half up to four places; of no revenue there is none."""
    if revenue.amount == 0:
        return None
    return (Decimal(revenue.amount - cost.amount) / revenue.amount).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def standing(cash: Sequence[CashLine]) -> list[int]:
    """The cash curve: what has come in less what has gone out by the end of each month, in minor units."""
    return list(accumulate(line.inflow.amount - line.outflow.amount for line in cash))


def content(version: EstimateDrafted) -> dict[str, object]:
    """What a version says, without its number and its author."""
    return version.model_dump(exclude={"version", "drafted_by"})


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(estimate: Estimate, event: EstimateEvent) -> Estimate:
    match event:
        case EstimateDrafted():
            return replace(estimate, current=event) if isinstance(estimate, Drafted) else Drafted(event)
        case EstimateFrozen():
            assert isinstance(estimate, Drafted)
            return replace(estimate, frozen=(*estimate.frozen, (event.gate, event.version)))


decider: Decider[Estimate, EstimateCommand, EstimateEvent] = Decider(
    kind="estimate",
    id="estimate_id",
    initial=NotEstimated(),
    decide_many=decide,
    evolve=evolve,
    commands=EstimateCommand,
    events=EstimateEvent,
    also=(deals,),
)
"""An estimate is written and frozen while its deal is open."""
