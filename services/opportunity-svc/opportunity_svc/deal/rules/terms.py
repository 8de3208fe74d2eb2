"""Changing: a deal turns out larger or smaller, sooner or later, or other people work on it; what was decided about another deal lapses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from ltc_events import Command, Money, Refusal, Text, UserId
from ltc_events.opportunity_gates import DealTerms, Gate, OpportunityChanged

from .events import DecisionLapsed
from .states import Decisions, Open, OpportunityEvent


class ChangeOpportunity(Command):
    """Change what a deal is worth, when it is expected to close, or who works on it; what is not said stays."""

    opportunity_id: UUID
    value: Money | None = None
    expected_close: date | None = None
    account_manager: UserId | None = None
    solution_manager: UserId | None = None
    fulfilment_manager: UserId | None = None
    reason: Text
    actor: UserId
    today: date


class ValueBelowNothing(Refusal):
    """A deal is worth nothing at worst."""


class CloseDayBehind(Refusal):
    """{day} is past: an open deal closes on a day to come."""


class TriangleNotThreePeople(Refusal):
    """AR, SR and FR are three different people."""


def change(deal: Open, command: ChangeOpportunity) -> list[OpportunityEvent]:
    before = terms_of(deal)
    said = {name: told for name, told in dict(command).items() if name in DealTerms.model_fields and told is not None}
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


def changed(deal: Open, event: OpportunityChanged) -> Open:
    return replace(deal, **{name: getattr(event.after, name) for name in DealTerms.model_fields})
