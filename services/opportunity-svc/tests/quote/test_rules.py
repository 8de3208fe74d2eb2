"""What may happen to a quote, and what may not."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from ltc_events import Event, Money
from ltc_events.filled import DayInTheFuture
from ltc_events.opportunity import lines_hash
from ltc_events.opportunity_gates import OpportunitySuspended
from ltc_events.testing import given as after
from opportunity_svc.authority_grant.rules import AuthorityGranted, authority_id
from opportunity_svc.deal.rules.states import DealSuspended, OpportunityClosed, UnknownOpportunity
from opportunity_svc.price_book.rules import PriceBookNotValid, UnknownPriceBook, UnknownProduct
from opportunity_svc.quote.rules import QuoteCommand, decider
from opportunity_svc.quote.rules.approval import ApproverIsMaker, BeyondAuthority, QuoteHasChanged
from opportunity_svc.quote.rules.draft import ReviseQuote
from opportunity_svc.quote.rules.events import (
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteRevised,
    QuoteSuperseded,
)
from opportunity_svc.quote.rules.gates import (
    QuoteFinal,
    QuoteNoLongerValid,
    QuoteNotApproved,
    QuoteNotDraft,
    QuoteNotInApproval,
    QuoteNotSent,
    QuoteOfOtherOpportunity,
    UnknownQuote,
    possible,
)
from opportunity_svc.quote.rules.offer import ExpireQuote
from opportunity_svc.quote.rules.price import AskedLine
from opportunity_svc.quote.rules.states import QuoteStatus
from quote_facts import (
    ACCEPTED,
    APPROVED,
    DEAL,
    DRAFT,
    HASH,
    IN_APPROVAL,
    LAPSED,
    QUOTE,
    SENT,
    TODAY,
    accept,
    accepted,
    alone,
    approve,
    approved,
    book,
    draft,
    drafted,
    expire,
    expired,
    lost,
    opened,
    reject,
    rejected,
    requested,
    revise,
    send,
    sent,
    submit,
)

revised = after(decider, book, opened, drafted).when(revise).events[0]
assert isinstance(revised, QuoteRevised)


def grant(user: str, discount: str, amount: int = 10**9) -> AuthorityGranted:
    return AuthorityGranted(
        authority_id=authority_id(user),
        user=user,
        max_discount=Decimal(discount),
        max_amount=Money(amount=amount, currency="USD"),
        valid_from=TODAY,
        granted_by="eve",
    )


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────────────────


NAMED: dict[str, QuoteCommand] = {
    "revise_quote": revise,
    "submit_quote": submit,
    "approve_quote": approve,
    "reject_quote": reject,
    "send_quote": send,
    "accept_quote": accept,
}
REACHED: dict[QuoteStatus, tuple[Event, ...]] = {
    "draft": DRAFT,
    "in_approval": IN_APPROVAL,
    "approved": APPROVED,
    "rejected": (*IN_APPROVAL, rejected),
    "sent": SENT,
    "accepted": ACCEPTED,
    "expired": (*DRAFT, expired),
    "superseded": (*SENT, QuoteSuperseded(quote_id=QUOTE, superseded_by=UUID(int=8))),
}
BESIDE: dict[str, tuple[Event, ...]] = {"revise_quote": (book,), "approve_quote": (grant("mia", "0.9"),)}


# ── drafting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quote_is_drafted_at_the_prices_of_the_book() -> None:
    assert isinstance(drafted, QuoteDrafted)
    line = drafted.lines[0]
    assert (line.line, line.product, line.description, line.unit) == (1, "GTX Pro", "A card", "piece")
    assert (line.list_price, line.discount, line.tax_rate) == (Money(amount=10_000, currency="USD"), Decimal("0.2"), Decimal("0.13"))
    assert line.net == drafted.net == Money(amount=24_000, currency="USD")
    assert (drafted.price_book, drafted.price_book_version) == ("list", 7)


def test_a_quote_is_bound_to_its_lines_by_their_hash() -> None:
    assert isinstance(drafted, QuoteDrafted)
    assert drafted.quote_hash == lines_hash(drafted.lines)
    stored = QuoteDrafted.model_validate_json(drafted.model_dump_json())
    assert stored.quote_hash == lines_hash(stored.lines), "the hash can be checked by whoever reads the event"


def test_a_quote_binds_us_for_thirty_days() -> None:
    assert isinstance(drafted, QuoteDrafted)
    assert drafted.expires_on == LAPSED


def test_a_quote_is_drafted_once_even_if_the_deal_was_lost_meanwhile() -> None:
    after(decider, opened, book, drafted, lost).when(draft).then_nothing()


def test_a_quote_needs_an_open_deal() -> None:
    after(decider, book).when(draft).then_refused(UnknownOpportunity)
    after(decider, opened, lost, book).when(draft).then_refused(OpportunityClosed, ended="lost")


def test_a_quote_needs_prices_that_count_today() -> None:
    after(decider, opened).when(draft).then_refused(UnknownPriceBook)
    yesterday = draft.model_copy(update={"today": TODAY - timedelta(days=1)})
    after(decider, opened, book).when(yesterday).then_refused(PriceBookNotValid)
    unlisted = draft.model_copy(update={"lines": (AskedLine(product="MG Special", quantity=1),)})
    after(decider, opened, book).when(unlisted).then_refused(UnknownProduct, product="MG Special")


@pytest.mark.parametrize("history", [DRAFT, IN_APPROVAL, (*IN_APPROVAL, rejected), APPROVED, SENT])
def test_a_quote_can_be_revised_until_it_is_accepted_and_is_a_draft_again(history: tuple[Event, ...]) -> None:
    after(decider, book, *history).when(revise).then(revised)
    after(decider, *history, revised).when(submit).then(
        QuoteApprovalRequested(
            quote_id=QUOTE,
            quote_hash=revised.quote_hash,  # type: ignore[attr-defined]
            discount=Decimal("0.1"),
            net=Money(amount=27_000, currency="USD"),
            requested_by="ann",
        )
    )


def test_revising_without_changing_anything_is_no_revision() -> None:
    same = ReviseQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=draft.lines, actor="ann", today=TODAY)
    after(decider, book, *DRAFT).when(same).then_nothing()


def test_an_accepted_or_expired_quote_never_changes_again() -> None:
    after(decider, book, *ACCEPTED).when(revise).then_refused(QuoteFinal, stands="accepted")
    after(decider, book, *SENT, expired).when(revise).then_refused(QuoteFinal, stands="expired")


# ── approval ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_within_ones_own_authority_nobody_has_to_be_asked() -> None:
    after(decider, *DRAFT, grant("ann", "0.2")).when(submit).then(
        QuoteApproved(quote_id=QUOTE, quote_hash=HASH, approved_by="ann", within_own_authority=True)
    )


@pytest.mark.parametrize("authority", [(), (grant("ann", "0.19"),), (grant("ann", "0.2", amount=23_999),), (grant("bob", "0.9"),)])
def test_beyond_ones_own_authority_somebody_has_to_be_asked(authority: tuple[Event, ...]) -> None:
    after(decider, *DRAFT, *authority).when(submit).then(requested)


def test_an_approver_with_enough_authority_approves() -> None:
    after(decider, *IN_APPROVAL, grant("mia", "0.2")).when(approve).then(approved)


@pytest.mark.parametrize("authority", [(), (grant("mia", "0.19"),), (grant("mia", "0.2", amount=23_999),)])
def test_an_approver_with_too_little_authority_does_not(authority: tuple[Event, ...]) -> None:
    outcome = after(decider, *IN_APPROVAL, *authority).when(approve)
    outcome.then_refused(BeyondAuthority, discount="20.00%", amount=24_000, currency="USD")


def test_who_may_not_approve_reads_the_amount_as_people_write_it() -> None:
    refusal = after(decider, *IN_APPROVAL).when(approve).refusal
    assert str(refusal) == "A discount of 20.00% on 240.00 USD is beyond your authority: ask an approver with a higher limit."


def test_four_eyes_nobody_approves_what_they_wrote_or_submitted() -> None:
    as_maker = approve.model_copy(update={"actor": "ann"})
    after(decider, *IN_APPROVAL, grant("ann", "0.9")).when(as_maker).then_refused(ApproverIsMaker)
    submitted_by_bob = requested.model_copy(update={"requested_by": "bob"})
    as_bob = approve.model_copy(update={"actor": "bob"})
    after(decider, *DRAFT, submitted_by_bob, grant("bob", "0.9")).when(as_bob).then_refused(ApproverIsMaker)


def test_four_eyes_hold_for_everybody_who_ever_wrote_a_part() -> None:
    assert isinstance(revised, QuoteRevised)
    again = requested.model_copy(update={"quote_hash": revised.quote_hash, "requested_by": "cem"})
    for maker in ("ann", "bob"):
        as_maker = approve.model_copy(update={"actor": maker, "quote_hash": revised.quote_hash})
        after(decider, *DRAFT, revised, again, grant(maker, "0.9")).when(as_maker).then_refused(ApproverIsMaker)


def test_an_approval_is_bound_to_the_lines_the_approver_read() -> None:
    other = approve.model_copy(update={"quote_hash": "0" * 64})
    after(decider, *IN_APPROVAL, grant("mia", "0.9")).when(other).then_refused(QuoteHasChanged)


def test_an_approver_may_say_no() -> None:
    alone(*IN_APPROVAL).when(reject).then(rejected)


def test_a_rejected_quote_is_not_sent() -> None:
    after(decider, *IN_APPROVAL, rejected).when(send).then_refused(QuoteNotApproved, stands="rejected")


# ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_approved_quote_is_sent_once() -> None:
    after(decider, *APPROVED).when(send).then(sent)
    after(decider, *SENT).when(send).then_nothing()


def test_a_quote_is_not_sent_before_it_is_approved() -> None:
    after(decider, *DRAFT).when(send).then_refused(QuoteNotApproved, stands="draft")
    after(decider, *IN_APPROVAL).when(send).then_refused(QuoteNotApproved, stands="in approval")


def test_the_customer_accepts_what_was_sent() -> None:
    after(decider, *SENT).when(accept).then(accepted)


def test_the_customer_cannot_accept_what_they_do_not_have() -> None:
    after(decider, *APPROVED).when(accept).then_refused(QuoteNotSent, stands="approved")
    after(decider, *ACCEPTED).when(accept).then_refused(QuoteNotSent, stands="accepted")


def test_the_customer_has_not_accepted_tomorrow() -> None:
    after(decider, *SENT).when(accept.model_copy(update={"accepted_on": TODAY + timedelta(days=1)})).then_refused(DayInTheFuture)


@pytest.mark.parametrize("history", [DRAFT, IN_APPROVAL, (*IN_APPROVAL, rejected), APPROVED, SENT])
def test_a_quote_nobody_accepted_in_time_expires(history: tuple[Event, ...]) -> None:
    alone(*history).when(expire).then(expired)


def test_a_timer_that_comes_too_late_changes_nothing() -> None:
    alone().when(expire).then_nothing()
    alone(*ACCEPTED).when(expire).then_nothing()
    alone(drafted, expired).when(expire).then_nothing()


def test_a_timer_set_for_an_earlier_day_changes_nothing() -> None:
    alone(drafted).when(ExpireQuote(quote_id=QUOTE, expires_on=TODAY)).then_nothing()


def test_the_day_counts_even_if_the_timer_is_late() -> None:
    late = {"today": LAPSED}
    after(decider, book, *DRAFT).when(revise.model_copy(update=late)).then_refused(QuoteNoLongerValid)
    after(decider, *DRAFT).when(submit.model_copy(update=late)).then_refused(QuoteNoLongerValid)
    after(decider, *IN_APPROVAL).when(approve.model_copy(update=late)).then_refused(QuoteNoLongerValid)
    after(decider, *APPROVED).when(send.model_copy(update=late)).then_refused(QuoteNoLongerValid)
    after(decider, *SENT).when(accept.model_copy(update=late)).then_refused(QuoteNoLongerValid, expires_on="2026-12-24")
    last_day = {"today": LAPSED - timedelta(days=1)}
    after(decider, *SENT).when(accept.model_copy(update=last_day)).then(accepted)


def test_a_quote_goes_on_with_its_own_deal_only_and_while_that_goes_on() -> None:
    suspended = OpportunitySuspended(opportunity_id=DEAL, number=1, reason="other", note="Later", suspended_by="ann")
    going: list[tuple[tuple[Event, ...], QuoteCommand]] = [
        ((*DRAFT, book), revise), (DRAFT, submit), (IN_APPROVAL, approve), (APPROVED, send), (SENT, accept),
    ]  # fmt: skip
    for history, command in going:
        after(decider, *history, suspended).when(command).then_refused(DealSuspended, reason="other")
        after(decider, *history, lost).when(command).then_refused(OpportunityClosed, ended="lost")
        after(decider, *history).when(command.model_copy(update={"opportunity_id": UUID(int=9)})).then_refused(QuoteOfOtherOpportunity)


@pytest.mark.parametrize("status", REACHED)
def test_the_actions_shown_are_those_that_are_decided(status: QuoteStatus) -> None:
    outcomes = {name: after(decider, *BESIDE.get(name, ()), *REACHED[status]).when(command) for name, command in NAMED.items()}
    decided = {name for name, outcome in outcomes.items() if outcome.events}
    assert set(possible(status)) == decided


@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_done_with_a_quote_nobody_drafted(name: str) -> None:
    after(decider, *BESIDE.get(name, ())).when(NAMED[name]).then_refused(UnknownQuote)


def test_what_is_not_asked_for_is_not_submitted_or_approved() -> None:
    after(decider, *SENT).when(submit).then_refused(QuoteNotDraft, stands="sent")
    after(decider, *DRAFT).when(approve).then_refused(QuoteNotInApproval, stands="draft")
    alone(*APPROVED).when(reject).then_refused(QuoteNotInApproval, stands="approved")
