"""A deal, its quote and how it ends, as commands and facts that tests share."""

from datetime import date
from uuid import UUID

from ltc_events import Money
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon, PricedLine, lines_hash
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityResumed, OpportunitySuspended
from opportunity_svc.deal.rules.opened import ChoosePipeline, OpenOpportunity
from opportunity_svc.deal.rules.outcome import (
    CancelOpportunity,
    DeclineOpportunity,
    LoseOpportunity,
    ResumeOpportunity,
    SuspendOpportunity,
    WinOpportunity,
)
from opportunity_svc.quote.rules.events import QuoteAccepted, QuoteApproved, QuoteDrafted, QuoteSent

DEAL, OTHER, QUOTE = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2026, 11, 24)
USD = Money(amount=1_000, currency="USD")
open_deal = OpenOpportunity(
    opportunity_id=DEAL,
    lead_id=UUID(int=4),
    party_id=UUID(int=5),
    company="Acme",
    need="Servers",
    value=Money(amount=500_000, currency="USD"),
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
)
opened = OpportunityOpened(**dict(open_deal))
lose = LoseOpportunity(opportunity_id=DEAL, reason="price", lesson="Ask for the budget first", lost_on=TODAY)
decline = DeclineOpportunity(opportunity_id=DEAL, how="no_bid", reason="thin_margin", note="Below cost", declined_on=TODAY, actor="ann")
suspend = SuspendOpportunity(opportunity_id=DEAL, reason="budget_frozen", note="Until May", actor="ann")
suspended = OpportunitySuspended(opportunity_id=DEAL, number=1, reason="budget_frozen", note="Until May", suspended_by="ann")
resume = ResumeOpportunity(opportunity_id=DEAL, note="It was granted", actor="ann")
resumed = OpportunityResumed(opportunity_id=DEAL, number=1, note="It was granted", resumed_by="ann")
cancel = CancelOpportunity(opportunity_id=DEAL, reason="customer_gave_up", note="Not built", cancelled_on=TODAY, actor="ann")
cancelled = OpportunityCancelled(
    opportunity_id=DEAL, lead_id=UUID(int=4), reason="customer_gave_up", note="Not built", cancelled_on=TODAY, cancelled_by="ann"
)
choose = ChoosePipeline(opportunity_id=DEAL, pipeline="project", actor="ann")
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=4), reason="price", lesson="Ask for the budget first", lost_on=TODAY)
lines = (
    PricedLine(
        line=1, product="GTX", description="A card", quantity=2, unit="piece", list_price=USD, discount=0, net=USD + USD, tax_rate=0
    ),
)
drafted = QuoteDrafted(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    price_book_version=1,
    currency="USD",
    lines=lines,
    net=USD + USD,
    quote_hash=lines_hash(lines),
    drafted_by="ann",
    drafted_on=TODAY,
    expires_on=date(2026, 12, 24),
)
approved = QuoteApproved(quote_id=QUOTE, quote_hash=drafted.quote_hash, approved_by="ann", within_own_authority=True)
sent = QuoteSent(quote_id=QUOTE, quote_hash=drafted.quote_hash, sent_by="ann")
accepted = QuoteAccepted(quote_id=QUOTE, quote_hash=drafted.quote_hash, accepted_on=TODAY)
win = WinOpportunity(opportunity_id=DEAL, quote_id=QUOTE, won_on=TODAY, today=TODAY)
won = OpportunityWon(
    opportunity_id=DEAL,
    quote_id=QUOTE,
    quote_hash=drafted.quote_hash,
    party_id=opened.party_id,
    company="Acme",
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    currency="USD",
    lines=lines,
    net=USD + USD,
    won_on=TODAY,
)
