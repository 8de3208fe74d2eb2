"""What people see after each fact."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Event, Fact, Money, Projection
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon, PricedLine, lines_hash
from opportunity_svc.authority_grant.read import authority_grant_list
from opportunity_svc.authority_grant.rules import AuthorityGranted, AuthorityRevoked, authority_id
from opportunity_svc.deal.read import opportunity_list
from opportunity_svc.price_book.read import price_book_list
from opportunity_svc.price_book.rules import PriceBookSet, PriceItem, price_book_id
from opportunity_svc.quote.read import quote_list
from opportunity_svc.quote.rules.events import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteExpired,
    QuoteRejected,
    QuoteRevised,
    QuoteSent,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
DEAL, QUOTE = UUID(int=1), UUID(int=3)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def shown(projection: Projection, events: Iterable[Event]) -> list[dict[str, Any]]:
    """The rows after these facts; puts must name every column, changes a row's key."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for position, event in enumerate(events, 1):
        fact = Fact(position, "any", DEAL, position, NOW, NOW, "ann", DEAL)
        for verb in (verb for on in projection.ons if on.event is type(event) for verb in on.verbs):
            columns = set(verb.table.columns.keys())
            for row in verb.rows(event, fact):
                key = tuple(row[column.name] for column in verb.table.primary_key)
                assert set(row) == columns if verb.kind == "put" else set(row) <= columns
                if verb.kind == "put":
                    rows[key] = dict(row)
                elif key in rows:
                    rows[key] |= row
    return list(rows.values())


opened = OpportunityOpened(
    opportunity_id=DEAL,
    lead_id=UUID(int=4),
    party_id=UUID(int=5),
    company="Acme",
    need="Servers",
    value=usd(500_000),
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
)


def line(discount: str, net: int) -> PricedLine:
    return PricedLine(
        line=1,
        product="P",
        description="A product",
        quantity=Decimal(1),
        unit="piece",
        list_price=usd(100),
        discount=Decimal(discount),
        net=usd(net),
        tax_rate=Decimal("0.13"),
    )


lines = (line("0.2", 80),)
drafted = QuoteDrafted(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    price_book_version=1,
    currency="USD",
    lines=lines,
    net=usd(80),
    quote_hash=lines_hash(lines),
    drafted_by="ann",
    drafted_on=TODAY,
    expires_on=date(2026, 12, 24),
)
requested = QuoteApprovalRequested(quote_id=QUOTE, quote_hash=drafted.quote_hash, discount=Decimal("0.2"), net=usd(80), requested_by="ann")
approved = QuoteApproved(quote_id=QUOTE, quote_hash=drafted.quote_hash, approved_by="mia", within_own_authority=False)
rejected = QuoteRejected(quote_id=QUOTE, quote_hash=drafted.quote_hash, reason="Too cheap", rejected_by="mia")
new_lines = (line("0.1", 90),)
revised = QuoteRevised(
    quote_id=QUOTE,
    revision=2,
    price_book="list",
    price_book_version=2,
    currency="USD",
    lines=new_lines,
    net=usd(90),
    quote_hash=lines_hash(new_lines),
    revised_by="bob",
)
sent = QuoteSent(quote_id=QUOTE, quote_hash=drafted.quote_hash, sent_by="ann")
accepted = QuoteAccepted(quote_id=QUOTE, quote_hash=drafted.quote_hash, accepted_on=TODAY)


def test_an_open_deal_is_in_the_pipeline() -> None:
    (row,) = shown(opportunity_list, [opened])
    assert (row["status"], row["value"], row["currency"], row["opened_at"], row["closed_on"]) == ("open", 500_000, "USD", NOW, None)


def test_a_won_deal_shows_what_it_came_to() -> None:
    won = OpportunityWon(
        **{**opened.model_dump(include={"opportunity_id", "party_id", "company"}), "quote_id": QUOTE, "quote_hash": drafted.quote_hash},
        account_manager="ann",
        solution_manager="sam",
        fulfilment_manager="fay",
        currency="USD",
        lines=lines,
        net=usd(80),
        won_on=TODAY,
    )
    (row,) = shown(opportunity_list, [opened, won])
    assert (row["status"], row["quote_id"], row["won"], row["won_currency"], row["closed_on"]) == ("won", QUOTE, 80, "USD", TODAY)


def test_a_lost_deal_shows_why() -> None:
    lost = OpportunityLost(
        opportunity_id=DEAL, lead_id=UUID(int=4), reason="competitor", lesson="Be first", competitor="Rival", lost_on=TODAY
    )
    (row,) = shown(opportunity_list, [opened, lost])
    assert (row["status"], row["loss_reason"], row["lesson"], row["competitor"]) == ("lost", "competitor", "Be first", "Rival")


def test_a_quote_shows_its_lines_and_its_largest_discount() -> None:
    (row,) = shown(quote_list, [drafted])
    assert (row["status"], row["revision"], row["net"], row["discount"]) == ("draft", 1, 80, Decimal("0.2"))
    assert row["lines"] == [line.model_dump(mode="json") for line in lines]


def test_a_quote_shows_who_asked_and_who_answered() -> None:
    (row,) = shown(quote_list, [drafted, requested])
    assert (row["status"], row["requested_by"], row["approved_by"]) == ("in_approval", "ann", None)
    (row,) = shown(quote_list, [drafted, requested, approved])
    assert (row["status"], row["approved_by"]) == ("approved", "mia")
    (row,) = shown(quote_list, [drafted, requested, rejected])
    assert (row["status"], row["rejected_by"], row["rejection"]) == ("rejected", "mia", "Too cheap")


def test_a_revision_wipes_out_what_was_said_of_the_one_before() -> None:
    (row,) = shown(quote_list, [drafted, requested, rejected, revised])
    assert (row["status"], row["revision"], row["net"], row["maker"]) == ("draft", 2, 90, "bob")
    assert [row[name] for name in ("requested_by", "approved_by", "rejected_by", "rejection")] == [None] * 4
    assert row["drafted_at"] == NOW


def test_a_quote_shows_how_it_ended() -> None:
    statuses = [
        shown(quote_list, [drafted, approved, sent, *end])[0]["status"] for end in ((), (accepted,), (QuoteExpired(quote_id=QUOTE),))
    ]
    assert statuses == ["sent", "accepted", "expired"]


def test_a_price_book_shows_the_prices_that_count() -> None:
    card = PriceItem(product="P", description="A product", unit="piece", list_price=usd(100), tax_rate=Decimal("0.13"))
    book = PriceBookSet(
        price_book_id=price_book_id("list"), code="list", version=2, currency="USD", items=(card,), valid_from=TODAY, set_by="mia"
    )
    (row,) = shown(price_book_list, [book.model_copy(update={"version": 1}), book])
    assert (row["code"], row["version"], row["items"][0]["list_price"]) == ("list", 2, {"amount": 100, "currency": "USD"})


def test_authority_taken_back_stays_visible() -> None:
    granted = AuthorityGranted(
        authority_id=authority_id("ann"), user="ann", max_discount=Decimal("0.1"), max_amount=usd(5), valid_from=TODAY, granted_by="mia"
    )
    revoked = AuthorityRevoked(authority_id=authority_id("ann"), user="ann", currencies=("USD",), revoked_by="max")
    (row,) = shown(authority_grant_list, [granted])
    assert (row["user"], row["max_amount"], row["currency"], row["revoked"]) == ("ann", 5, "USD", False)
    (row,) = shown(authority_grant_list, [granted, revoked])
    assert (row["revoked"], row["revoked_by"]) == (True, "max")
