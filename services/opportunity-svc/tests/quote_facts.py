"""A quote and its facts that tests share."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ltc_events import Event, Money
from ltc_events.opportunity import OpportunityLost, OpportunityOpened
from ltc_events.testing import Given
from ltc_events.testing import given as after
from opportunity_svc.price_book.rules import PriceBookSet, PriceItem, price_book_id
from opportunity_svc.quote.rules import decider
from opportunity_svc.quote.rules.approval import ApproveQuote, RejectQuote, SubmitQuote
from opportunity_svc.quote.rules.draft import DraftQuote, ReviseQuote
from opportunity_svc.quote.rules.events import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteExpired,
    QuoteRejected,
    QuoteSent,
)
from opportunity_svc.quote.rules.offer import AcceptQuote, ExpireQuote, SendQuote
from opportunity_svc.quote.rules.price import AskedLine

DEAL, QUOTE = UUID(int=1), UUID(int=3)
TODAY = date(2026, 11, 24)
LAPSED = TODAY + timedelta(days=30)
opened = OpportunityOpened(
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
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=4), reason="price", lesson="None", lost_on=TODAY)
card = PriceItem(
    product="GTX Pro", description="A card", unit="piece", list_price=Money(amount=10_000, currency="USD"), tax_rate=Decimal("0.13")
)
book = PriceBookSet(
    price_book_id=price_book_id("list"), code="list", version=7, currency="USD", items=(card,), valid_from=TODAY, set_by="mia"
)
draft = DraftQuote(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    lines=(AskedLine(product="GTX Pro", quantity=3, discount=Decimal("0.2")),),
    actor="ann",
    today=TODAY,
)


def alone(*history: Event) -> Given:
    """What a quote decides without its deal."""
    return after(decider, *(event for event in history if event != opened))


(drafted,) = (each for each in after(decider, opened, book).when(draft).events if isinstance(each, QuoteDrafted))
HASH = drafted.quote_hash
revise = ReviseQuote(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    lines=(AskedLine(product="GTX Pro", quantity=3, discount=Decimal("0.1")),),
    actor="bob",
    today=TODAY,
)
submit = SubmitQuote(quote_id=QUOTE, opportunity_id=DEAL, party_id=opened.party_id, actor="ann", today=TODAY)
requested = QuoteApprovalRequested(
    quote_id=QUOTE, quote_hash=HASH, discount=Decimal("0.2"), net=Money(amount=24_000, currency="USD"), requested_by="ann"
)
approve = ApproveQuote(quote_id=QUOTE, opportunity_id=DEAL, quote_hash=HASH, actor="mia", today=TODAY)
approved = QuoteApproved(quote_id=QUOTE, quote_hash=HASH, approved_by="mia", within_own_authority=False)
reject = RejectQuote(quote_id=QUOTE, reason="Too cheap", actor="mia", today=TODAY)
rejected = QuoteRejected(quote_id=QUOTE, quote_hash=HASH, reason="Too cheap", rejected_by="mia")
send = SendQuote(quote_id=QUOTE, opportunity_id=DEAL, actor="ann", today=TODAY)
sent = QuoteSent(quote_id=QUOTE, quote_hash=HASH, sent_by="ann")
accept = AcceptQuote(quote_id=QUOTE, opportunity_id=DEAL, accepted_on=TODAY, today=TODAY)
accepted = QuoteAccepted(quote_id=QUOTE, quote_hash=HASH, accepted_on=TODAY)
expire = ExpireQuote(quote_id=QUOTE, expires_on=LAPSED)
expired = QuoteExpired(quote_id=QUOTE)
DRAFT = (opened, drafted)
IN_APPROVAL = (*DRAFT, requested)
APPROVED = (*IN_APPROVAL, approved)
SENT = (*APPROVED, sent)
ACCEPTED = (*SENT, accepted)
