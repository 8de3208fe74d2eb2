"""What follows from what."""

from datetime import UTC, date, datetime
from uuid import UUID

from ltc_events import At, Money
from ltc_events.lead import LeadConverted
from ltc_events.opportunity import OpportunityOpened
from ltc_events.testing import given
from opportunity_svc.domain import opening
from opportunity_svc.domain.opportunity.working import OpenOpportunity
from opportunity_svc.domain.quote.sending import ExpireQuote
from opportunity_svc.domain.quote.states import QuoteDrafted
from opportunity_svc.policies import expire_quote, open_opportunity

converted = LeadConverted(
    lead_id=UUID(int=1),
    opportunity_id=UUID(int=2),
    party_id=UUID(int=3),
    company="Acme",
    need="Servers",
    budget=Money(amount=500_000, currency="USD"),
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
)


def test_a_converted_lead_opens_the_opportunity_it_names() -> None:
    (command,) = open_opportunity(converted)
    assert isinstance(command, OpenOpportunity)
    assert (command.opportunity_id, command.lead_id, command.value) == (UUID(int=2), UUID(int=1), converted.budget)


def test_hearing_of_a_lead_twice_opens_one_opportunity() -> None:
    (command,) = open_opportunity(converted)
    (opened,) = given(opening.decider).when(command).events
    assert isinstance(opened, OpportunityOpened)
    given(opening.decider, opened).when(command).then_nothing()


def test_a_quote_lapses_at_the_beginning_of_the_day_it_no_longer_binds_us() -> None:
    drafted = QuoteDrafted(
        quote_id=UUID(int=4),
        opportunity_id=UUID(int=2),
        price_book="list",
        price_book_version=1,
        currency="USD",
        lines=(),
        net=Money(amount=0, currency="USD"),
        quote_hash="0" * 64,
        drafted_by="ann",
        drafted_on=date(2026, 11, 24),
        expires_on=date(2026, 12, 24),
    )
    assert expire_quote(drafted) == [
        At(datetime(2026, 12, 24, tzinfo=UTC), ExpireQuote(quote_id=UUID(int=4), expires_on=date(2026, 12, 24)))
    ]
