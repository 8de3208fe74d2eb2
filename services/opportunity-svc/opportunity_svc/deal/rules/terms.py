"""Terms of a deal: value, expected close and people. Decisions about other terms lapse when they change."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from ltc_events import Command, Money, Refusal, Text, UserId
from ltc_events.filled import Actor, Today
from ltc_events.opportunity_gates import DealTerms, Gate, OpportunityChanged
from pydantic import Field

from .events import DecisionLapsed, ExpectedClosePassed
from .states import Decisions, Open, Opportunity, OpportunityEvent


class ChangeOpportunity(Command):
    """Change the value of a deal, when it is expected to close, or who works on it; its history keeps every change and reason.

    A decision (ATI, ATB) holds up to the amount its mandate goes to: a deal that grows beyond it, or into another currency, needs a new
    one. So does a deal whose new account manager made the decision; a request about another amount is made anew.
    """

    opportunity_id: UUID
    value: Money | None = Field(None, description="What the deal is worth.")
    expected_close: date | None = None
    account_manager: UserId | None = Field(None, description="AR")
    solution_manager: UserId | None = Field(None, description="SR")
    fulfilment_manager: UserId | None = Field(None, description="FR")
    reason: Text = Field(examples=["They want the second works too"])
    actor: Actor
    today: Today


class ValueBelowNothing(Refusal):
    """A deal is worth nothing at worst."""


class CloseDayBehind(Refusal):
    """{day} is past: an open deal closes on a day to come."""


class TriangleNotThreePeople(Refusal):
    """AR, SR and FR are three different people."""


def change(deal: Open, command: ChangeOpportunity) -> list[OpportunityEvent]:
    before = terms_of(deal)
    said = {name: value for name, value in dict(command).items() if name in DealTerms.model_fields and value is not None}
    after = before.model_copy(update=said)
    if after == before:
        return []
    must_be_sound(before, after, command.today)
    changed = OpportunityChanged(
        opportunity_id=command.opportunity_id,
        before=before,
        after=after,
        weighted=after.value.times(deal.course.stage.probability),
        reason=command.reason,
        changed_by=command.actor,
    )
    return [changed, *unfounded(command.opportunity_id, deal, after)]


def terms_of(deal: Open) -> DealTerms:
    return DealTerms(**{name: getattr(deal, name) for name in DealTerms.model_fields})


def must_be_sound(before: DealTerms, after: DealTerms, today: date) -> None:
    if after.value.amount < 0:
        raise ValueBelowNothing
    if after.expected_close != before.expected_close and after.expected_close < today:
        raise CloseDayBehind(day=after.expected_close.isoformat())
    if triangle(after) != triangle(before) and len(set(triangle(after))) < 3:
        raise TriangleNotThreePeople


def triangle(terms: DealTerms) -> tuple[str, str, str]:
    return terms.account_manager, terms.solution_manager, terms.fulfilment_manager


def unfounded(opportunity_id: UUID, deal: Open, after: DealTerms) -> Iterator[DecisionLapsed]:
    """What was asked and decided about another deal than this one is now."""
    for gate, decisions in deal.gates.items():
        for round in (*asked_otherwise(deal, gate, decisions, after), *decided_otherwise(deal, gate, decisions, after)):
            yield DecisionLapsed(opportunity_id=opportunity_id, gate=gate, round=round)


def asked_otherwise(deal: Open, gate: Gate, decisions: Decisions, after: DealTerms) -> list[int]:
    """A request names an amount and a maker: another value, or account manager, is another request."""
    other = after.account_manager != deal.account_manager or (gate != "ATC" and after.value != deal.value)
    return [decisions.asked.round] if decisions.asked is not None and other else []


def decided_otherwise(deal: Open, gate: Gate, decisions: Decisions, after: DealTerms) -> list[int]:
    """A decision holds as far as the mandate it was made by, and as long as who made it does not manage the account (four eyes).

    ATC is about the net of a quote, whatever the deal was thought to be worth.
    """
    passed = decisions.passed
    if passed is None:
        return []
    manages = after.account_manager != deal.account_manager and after.account_manager in passed.made_by
    beyond = gate != "ATC" and after.value != deal.value and not passed.covers(after.value)
    return [passed.round] if manages or beyond else []


# ── expected close ────────────────────────────────────────────────────────────────────────────────────────────────────


class CheckClose(Command):
    """Check whether the expected close of an open deal has passed."""

    opportunity_id: UUID
    today: date


def check_close(opportunity: Opportunity, command: CheckClose) -> list[OpportunityEvent]:
    if not isinstance(opportunity, Open) or opportunity.expected_close >= command.today:
        return []  # it moved on; a suspended deal is checked when it is resumed
    if opportunity.close_passed == (opportunity.expected_close, opportunity.suspensions):
        return []
    passed = ExpectedClosePassed(
        opportunity_id=command.opportunity_id, expected_close=opportunity.expected_close, suspensions=opportunity.suspensions
    )
    return [passed]
