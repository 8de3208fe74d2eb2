"""Of the quotes of a deal the customer wants one: the others are superseded by it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st
from ltc_events import Command, Event, GivenStates, Refusal, Stream
from ltc_events.testing import fold
from ltc_events.testing import given as after
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.outcome import WinOpportunity
from opportunity_svc.deal.rules.states import OpportunityClosed
from opportunity_svc.quote import rules as quote
from opportunity_svc.quote.rules import discount_tally as splitting
from opportunity_svc.quote.rules.events import QuoteSuperseded
from opportunity_svc.quote.rules.gates import (
    QuoteFinal,
    QuoteNotAccepted,
    QuoteNotApproved,
    QuoteNotDraft,
    QuoteNotInApproval,
    QuoteNotSent,
)
from opportunity_svc.quote.rules.offer import AcceptQuote, ExpireQuote
from quote_facts import (
    ACCEPTED,
    DEAL,
    HASH,
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

OTHER, THIRD = UUID(int=8), UUID(int=9)


def of(quote_id: UUID, *events: Event) -> tuple[Event, ...]:
    """The same, of another quote of the deal."""
    return tuple(event.model_copy(update={"quote_id": quote_id}) for event in events)


superseded = QuoteSuperseded(quote_id=OTHER, superseded_by=QUOTE)
chosen = accept.model_copy(update={"others": (OTHER,)})
win = WinOpportunity(opportunity_id=DEAL, quote_id=QUOTE, others=(OTHER,), won_on=TODAY, today=TODAY)
OPEN: dict[str, tuple[Event, ...]] = {
    "draft": (drafted,),
    "in approval": (drafted, requested),
    "rejected": (drafted, requested, rejected),
    "approved": (drafted, requested, approved),
    "sent": (drafted, requested, approved, sent),
}
AGREED = {**OPEN, "accepted": (drafted, requested, approved, sent, accepted)}


@pytest.mark.parametrize("stands", OPEN)
def test_a_quote_that_is_accepted_supersedes_every_open_one_of_its_deal(stands: str) -> None:
    after(quote.decider, *SENT, *of(OTHER, *OPEN[stands])).when(chosen).then(accepted, superseded)


@pytest.mark.parametrize("stands", AGREED)
def test_a_deal_that_is_won_supersedes_every_other_that_could_have_been_won_with(stands: str) -> None:
    outcome = after(opportunity.decider, *ACCEPTED, *of(OTHER, *AGREED[stands])).when(win)
    assert outcome.events[1:] == [superseded]


def test_what_is_over_already_and_what_is_of_another_deal_is_not_superseded() -> None:
    after(quote.decider, *SENT, *of(OTHER, drafted, expired)).when(chosen).then(accepted)
    after(quote.decider, *SENT, *of(OTHER, drafted), superseded).when(chosen).then(accepted)
    after(quote.decider, *SENT).when(chosen).then(accepted)
    elsewhere = drafted.model_copy(update={"quote_id": OTHER, "opportunity_id": UUID(int=77)})
    after(quote.decider, *SENT, elsewhere).when(chosen).then(accepted)
    itself = accept.model_copy(update={"others": (QUOTE, OTHER, OTHER)})
    after(quote.decider, *SENT, *of(OTHER, drafted)).when(itself).then(accepted, superseded)


def test_what_is_refused_supersedes_nothing() -> None:
    refused = after(quote.decider, *SENT[:-1], *of(OTHER, drafted)).when(chosen)
    refused.then_refused(QuoteNotSent, stands="approved")
    after(quote.decider, *SENT, lost, *of(OTHER, drafted)).when(chosen).then_refused(OpportunityClosed)


@pytest.mark.parametrize("stands", AGREED)
def test_nothing_is_done_with_a_superseded_quote(stands: str) -> None:
    gone = (opened, *AGREED[stands], QuoteSuperseded(quote_id=QUOTE, superseded_by=OTHER))
    after(quote.decider, book, *gone).when(revise).then_refused(QuoteFinal, stands="superseded")
    after(quote.decider, *gone).when(submit).then_refused(QuoteNotDraft, stands="superseded")
    after(quote.decider, *gone).when(approve).then_refused(QuoteNotInApproval, stands="superseded")
    alone(*gone).when(reject).then_refused(QuoteNotInApproval, stands="superseded")
    after(quote.decider, *gone).when(send).then_refused(QuoteNotApproved, stands="superseded")
    after(quote.decider, *gone).when(accept).then_refused(QuoteNotSent, stands="superseded")
    after(opportunity.decider, *gone).when(win).then_refused(QuoteNotAccepted, stands="superseded")


@pytest.mark.parametrize("stands", AGREED)
def test_a_timer_that_comes_after_it_was_superseded_finds_nothing(stands: str) -> None:
    alone(*AGREED[stands], QuoteSuperseded(quote_id=QUOTE, superseded_by=OTHER)).when(expire).then_nothing()


def test_of_two_acceptances_at_the_same_moment_whichever_is_decided_first_counts() -> None:
    both = (*SENT, *of(OTHER, *SENT[1:]))
    other = accept.model_copy(update={"quote_id": OTHER, "others": (QUOTE,)})
    for first, second in ((chosen, other), (other, chosen)):
        decided = after(quote.decider, *both).when(first).events
        after(quote.decider, *both, *decided).when(second).then_refused(QuoteNotSent, stands="superseded")


def test_what_is_drafted_after_an_acceptance_is_a_new_offer_and_the_win_says_which_counts() -> None:
    anew = (*ACCEPTED, *of(OTHER, *SENT[1:]))
    other = accept.model_copy(update={"quote_id": OTHER, "others": (QUOTE,)})
    again = accepted.model_copy(update={"quote_id": OTHER})
    after(quote.decider, *anew).when(other).then(again)
    for chosen, left in ((QUOTE, OTHER), (OTHER, QUOTE)):
        with_it = win.model_copy(update={"quote_id": chosen, "others": (left,)})
        decided = after(opportunity.decider, *anew, again).when(with_it).events
        assert decided[1:] == [QuoteSuperseded(quote_id=left, superseded_by=chosen)]


def test_a_deal_that_was_won_before_quotes_were_superseded_reads_as_it_did() -> None:
    won = after(opportunity.decider, *ACCEPTED, *of(OTHER, *SENT[1:])).when(win.model_copy(update={"others": ()})).events
    assert len(won) == 1
    states = fold((opportunity.decider, quote.decider), (*ACCEPTED, *of(OTHER, *SENT[1:]), *won))
    left = states[quote.decider.of(OTHER)]
    assert left.status == "sent"
    old = (*ACCEPTED, *won, *of(OTHER, *SENT[1:]))
    after(quote.decider, *old).when(accept.model_copy(update={"quote_id": OTHER})).then_refused(OpportunityClosed, ended="won")
    alone(*of(OTHER, *SENT[1:])).when(ExpireQuote(quote_id=OTHER, expires_on=LAPSED)).then(expired.model_copy(update={"quote_id": OTHER}))


def test_discounts_of_a_superseded_quote_still_count_where_deals_are_watched_for_being_split() -> None:
    # As those of an expired one do: nobody gets around an approver by having a quote superseded.
    counted = splitting.DiscountCounted(
        tally_id=splitting.tally_id(opened.party_id), party_id=opened.party_id, opportunity_id=DEAL, quote_id=OTHER,
        discount=drafted.lines[0].discount, net=drafted.net, submitted_on=TODAY,
    )  # fmt: skip
    tally = splitting.evolve(splitting.Tally(), counted)
    assert tally.beside(UUID(int=77), "USD", TODAY).quotes == (OTHER,)
    assert not set(superseded.model_dump()) & {"tally_id", "discount"}


THREE = (QUOTE, OTHER, THIRD)
STEPS = st.tuples(st.sampled_from(["draft", "send", "accept", "expire", "win"]), st.sampled_from(THREE))


@settings(max_examples=300, deadline=None)
@whatever(st.lists(STEPS, max_size=25))
def test_an_acceptance_leaves_no_other_open_and_a_win_leaves_one_accepted(steps: Sequence[tuple[str, UUID]]) -> None:
    history: tuple[Event, ...] = (opened,)
    kinds = (opportunity.decider, quote.decider)
    for step, quote_id in steps:
        known = {event.quote_id for event in history if hasattr(event, "quote_id")}
        decided = tried(kinds, history, step, quote_id, tuple(sorted(known - {quote_id})))
        history = (*history, *decided)
        states = fold(kinds, history)
        stand = [state.status for stream, state in states.items() if stream.kind == "quote"]
        if step == "accept" and decided:
            assert set(stand) <= {"accepted", "expired", "superseded"}
        deal = states[opportunity.decider.of(DEAL)]
        if getattr(deal, "status", None) == "won":
            assert (stand.count("accepted"), set(stand) <= {"accepted", "expired", "superseded"}) == (1, True)
            assert states[quote.decider.of(deal.quote_id)].status == "accepted"


def tried(kinds: Any, history: tuple[Event, ...], step: str, quote_id: UUID, others: tuple[UUID, ...]) -> Sequence[Event]:
    """What comes of it on this history; a draft is approved as it is written."""
    known = fold(kinds, history)
    if step == "draft":
        there = quote.decider.of(quote_id) in known or getattr(known[opportunity.decider.of(DEAL)], "status", "open") == "won"
        return () if there else of(quote_id, drafted, approved)
    commands: dict[str, tuple[Any, Command]] = {
        "send": (quote.decider, send.model_copy(update={"quote_id": quote_id})),
        "accept": (quote.decider, AcceptQuote(quote_id=quote_id, opportunity_id=DEAL, others=others, accepted_on=TODAY, today=TODAY)),
        "expire": (quote.decider, ExpireQuote(quote_id=quote_id, expires_on=LAPSED)),
        "win": (opportunity.decider, win.model_copy(update={"quote_id": quote_id, "others": others})),
    }
    decider, command = commands[step]
    initial = {"quote": quote.decider.initial, "opportunity": opportunity.decider.initial}
    named: dict[Stream, Any] = {stream: known.get(stream, initial[stream.kind]) for stream in decider.streams(command)}
    try:
        found: list[Event] = decider.decide_on(GivenStates(named), command)
    except Refusal:
        return ()
    return found


def test_it_says_which_quote_it_was_superseded_by() -> None:
    assert (superseded.quote_id, superseded.superseded_by) == (OTHER, QUOTE)
    assert HASH not in superseded.model_dump_json(), "neither lines nor prices"
