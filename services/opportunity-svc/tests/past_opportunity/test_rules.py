"""What may be taken over as history."""

from datetime import date, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from ltc_events import Money, Refusal, members
from ltc_events.opportunity import OpportunityImported
from ltc_events.testing import given
from opportunity_svc.deal.rules import decider as opportunities
from opportunity_svc.past_opportunity.rules import (
    ClosedBeforeEngaged,
    EndWithoutDay,
    ImportedFromTheFuture,
    ImportedOtherwise,
    ImportOpportunity,
    WonForNothing,
    decide,
    decider,
    past_id,
)
from opportunity_svc.service import service

TODAY = date(2026, 11, 24)

won = ImportOpportunity(
    key="crm:1",
    company="Acme",
    product="GTX Pro",
    spelled="GTXPro",
    owner="ann",
    status="won",
    value=Money(amount=480_000, currency="USD"),
    engaged_on=date(2017, 1, 1),
    closed_on=date(2017, 2, 27),
    today=TODAY,
)
engaging = won.model_copy(update={"status": "open", "closed_on": None})


def told(command: ImportOpportunity) -> OpportunityImported:
    """The fact of a command."""
    return OpportunityImported(opportunity_id=past_id("crm:1"), source="crm", key="1", **command.model_dump(exclude={"key", "today"}))


def test_a_deal_of_another_system_is_taken_over() -> None:
    given(decider).when(won).then(told(won))


def test_the_same_deal_again_changes_nothing() -> None:
    given(decider, told(won)).when(won.model_copy(update={"today": TODAY + timedelta(days=9)})).then_nothing()


def test_an_open_deal_that_went_on_in_its_own_system_is_taken_over_anew() -> None:
    given(decider, told(engaging)).when(won).then(told(won))


def test_what_was_closed_there_does_not_change() -> None:
    for other in (engaging, won.model_copy(update={"value": Money(amount=1, currency="USD")})):
        given(decider, told(won)).when(other).then_refused(ImportedOtherwise)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"closed_on": None}, EndWithoutDay),
        ({"status": "open"}, EndWithoutDay),
        ({"engaged_on": date(2017, 2, 28)}, ClosedBeforeEngaged),
        ({"closed_on": TODAY + timedelta(days=1)}, ImportedFromTheFuture),
        ({"value": Money(amount=0, currency="USD")}, WonForNothing),
        ({"value": Money(amount=-1, currency="USD")}, WonForNothing),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(change: dict[str, object], refusal: type[Refusal]) -> None:
    given(decider).when(won.model_copy(update=change)).then_refused(refusal)


def test_nothing_follows_from_history() -> None:
    assert OpportunityImported not in service.policies_of
    assert OpportunityImported not in members(opportunities.events), "it never passes for a deal that was won here"


@over(st.lists(st.sampled_from([engaging, won, won.model_copy(update={"company": "Other"})]), max_size=6))
def test_however_often_it_is_imported_what_is_closed_stays_as_it_was_told_first(commands: list[ImportOpportunity]) -> None:
    past, ends = decider.initial, 0
    for command in commands:
        try:
            events = decide(past, command)
        except ImportedOtherwise:
            continue
        for event in events:
            past = decider.evolve(past, event)
            ends += event.status != "open"
    assert ends <= 1
