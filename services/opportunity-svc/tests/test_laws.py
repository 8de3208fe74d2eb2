"""What holds for every deal, whatever is asked in whatever order."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import AnyDecider, Command, Decider, Event, Held, Money, Refusal, Stream, members
from ltc_events.testing import fold
from opportunity_svc.domain import authority, opportunity, price_book, quote, winning
from opportunity_svc.domain.quote import drafting, pricing, sending
from opportunity_svc.domain.quote.approval import ApproveQuote, RejectQuote, SubmitQuote
from opportunity_svc.domain.quote.pricing import AskedLine
from opportunity_svc.service import service

KINDS: tuple[Decider[Any, Any, Any], ...] = (opportunity.decider, price_book.decider, authority.decider, quote.decider)

DEAL = st.sampled_from([UUID(int=1), UUID(int=2)])
QUOTE = st.sampled_from([UUID(int=3), UUID(int=4)])
USER = st.sampled_from(["ann", "mia"])
DAY = st.sampled_from([date(2026, 11, 1), date(2026, 11, 24), date(2026, 12, 31)])
WORDS = st.sampled_from(["servers", "服务器 🚀", 'say "hi"\n\tand bye'])
CURRENCY = st.sampled_from(["USD", "CNY"])
MONEY = st.builds(Money, amount=st.integers(-1, 10**15), currency=CURRENCY)
RATE = st.decimals(0, 1, places=4)
QUANTITY = st.decimals("0.000001", "999999999", places=6)
ASKED = st.one_of(
    st.builds(AskedLine, product=st.sampled_from(["P", "Q"]), quantity=QUANTITY, discount=st.none() | st.decimals(-10, 1, places=6)),
    st.builds(AskedLine, product=st.just("P"), quantity=st.just(Decimal(2)), net=MONEY),
    st.builds(AskedLine, product=st.just("P"), quantity=st.just(Decimal(2))),
)
LINES = st.lists(ASKED, min_size=1, max_size=3).map(tuple)
ITEM = st.builds(
    price_book.PriceItem,
    product=st.sampled_from(["P", "Q"]),
    description=st.just("A product"),
    unit=st.just("piece"),
    list_price=st.builds(Money, amount=st.integers(-1, 10**15) | st.just(10_000), currency=st.just("USD")),
    tax_rate=RATE,
)
BOOK_ID = st.just(price_book.price_book_id("list"))

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        opportunity.OpenOpportunity,
        opportunity_id=DEAL,
        lead_id=DEAL,
        party_id=DEAL,
        company=st.just("Acme"),
        need=WORDS,
        value=MONEY,
        account_manager=USER,
        solution_manager=USER,
        fulfilment_manager=USER,
        expected_close=DAY,
    ),
    st.builds(
        opportunity.JoinOpportunity,
        opportunity_id=DEAL,
        lead_id=st.just(UUID(int=3)),
        party_id=st.just(UUID(int=9)),
        need=WORDS,
        value=MONEY,
    ),
    st.builds(opportunity.LoseOpportunity, opportunity_id=DEAL, reason=st.just("price"), lesson=WORDS, lost_on=DAY, today=DAY),
    st.builds(
        price_book.SetPriceBook,
        price_book_id=BOOK_ID,
        code=st.just("list"),
        currency=CURRENCY | st.just("USD"),
        items=st.lists(ITEM, min_size=1, max_size=2).map(tuple),
        valid_from=DAY,
        valid_to=st.none() | DAY,
        set_by=USER,
    ),
    st.builds(
        authority.GrantAuthority,
        authority_id=st.just(authority.authority_id("mia")),
        user=st.just("mia"),
        max_discount=RATE,
        max_amount=MONEY,
        valid_from=DAY,
        granted_by=USER,
    ),
    st.builds(authority.RevokeAuthority, authority_id=st.just(authority.authority_id("mia")), user=st.just("mia"), revoked_by=USER),
    st.builds(drafting.DraftQuote, quote_id=QUOTE, opportunity_id=DEAL, price_book=st.just("list"), lines=LINES, actor=USER, today=DAY),
    st.builds(drafting.ReviseQuote, quote_id=QUOTE, price_book=st.just("list"), lines=LINES, actor=USER, today=DAY),
    st.builds(SubmitQuote, quote_id=QUOTE, actor=USER, today=DAY),
    st.builds(ApproveQuote, quote_id=QUOTE, quote_hash=st.just("0" * 64), actor=USER, today=DAY),
    st.builds(RejectQuote, quote_id=QUOTE, reason=WORDS, actor=USER, today=DAY),
    st.builds(sending.SendQuote, quote_id=QUOTE, actor=USER, today=DAY),
    st.builds(sending.AcceptQuote, quote_id=QUOTE, accepted_on=DAY, today=DAY),
    st.builds(sending.ExpireQuote, quote_id=QUOTE, expires_on=DAY),
    st.builds(winning.WinOpportunity, opportunity_id=DEAL, quote_id=QUOTE, won_on=DAY, today=DAY),
)

# What makes the interesting states likely: a book, two deals, a draft of each.
TODAY = date(2026, 11, 24)
CARD = price_book.PriceItem(
    product="P", description="A product", unit="piece", list_price=Money(amount=10_000, currency="USD"), tax_rate=Decimal("0.13")
)
BEGINNING: tuple[Command, ...] = (
    price_book.SetPriceBook(
        price_book_id=price_book.price_book_id("list"), code="list", currency="USD", items=(CARD,), valid_from=TODAY, set_by="ann"
    ),
    *(
        opportunity.OpenOpportunity(
            opportunity_id=UUID(int=number),
            lead_id=UUID(int=number),
            party_id=UUID(int=9),
            company="Acme",
            need="Servers",
            value=Money(amount=1, currency="USD"),
            account_manager="ann",
            solution_manager="sam",
            fulfilment_manager="fay",
            expected_close=TODAY,
        )
        for number in (1, 2)
    ),
    drafting.DraftQuote(
        quote_id=UUID(int=3),
        opportunity_id=UUID(int=1),
        price_book="list",
        lines=(AskedLine(product="P", quantity=Decimal(2)),),
        actor="ann",
        today=TODAY,
    ),
    SubmitQuote(quote_id=UUID(int=3), actor="ann", today=TODAY),
)

ALL: tuple[AnyDecider, ...] = (*KINDS, pricing, quote.approval, winning.decider)
DECIDERS: dict[type[Command], AnyDecider] = {command: decider for decider in ALL for command in members(decider.commands)}


@settings(max_examples=200, deadline=None)
@given(st.booleans(), st.lists(COMMANDS, max_size=15))
def test_deals_obey_the_laws(begun: bool, commands: Sequence[Command]) -> None:
    """Only refusals escape, every fact survives JSON, and folding a history is going through it step by step."""
    states: dict[Stream, object] = {}
    history: tuple[Event, ...] = ()
    initials = {decider.kind: decider.initial for decider in KINDS}
    for command in (*(BEGINNING if begun else ()), *commands):
        decider = DECIDERS[type(command)]
        named = {stream: states.get(stream, initials[stream.kind]) for stream in decider.streams(command)}
        try:
            events = decider.decide_on(Held(named), command)
        except Refusal:
            continue
        for event in events:
            assert type(event).model_validate_json(event.model_dump_json()) == event
            owner = next(kind for kind in KINDS if type(event) in members(kind.events))
            stream = owner.of(getattr(event, owner.id))
            assert stream in named, "what is decided belongs to a stream the command named"
            states[stream] = owner.evolve(states.get(stream, owner.initial), event)
        history = (*history, *events)
    assert fold(KINDS, history) == states


def test_every_command_of_the_service_is_tried() -> None:
    assert set(service.deciders) == set(DECIDERS)
