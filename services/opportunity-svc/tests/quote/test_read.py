"""The list of quotes."""

from decimal import Decimal

from ltc_events.opportunity import lines_hash
from opportunity_svc.quote.read import quote_list
from opportunity_svc.quote.rules.events import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteExpired,
    QuoteRejected,
    QuoteRevised,
    QuoteSent,
)
from shown_facts import NOW, QUOTE, TODAY, drafted, line, lines, shown, usd

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
