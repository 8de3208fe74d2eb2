"""The laws of deciders hold for every command, in whatever order."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from any_command import A_FORM, COMMANDS, VISION
from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import AnyDecider, Command, Decider, Event, GivenStates, Money, Refusal, Stream, members
from ltc_events.testing import fold
from opportunity_svc.authority_grant import rules as authority
from opportunity_svc.catalogue import rules as catalogue
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.estimate import rules as estimate
from opportunity_svc.forecast import rules as forecast
from opportunity_svc.form import rules as form
from opportunity_svc.hand_over import rules as leaving
from opportunity_svc.legal_entity import rules as legal_entity
from opportunity_svc.mandate import rules as mandate
from opportunity_svc.mandate.rules import index as register
from opportunity_svc.negotiation import rules as negotiation
from opportunity_svc.past_opportunity import rules as past
from opportunity_svc.pipeline import rules as pipeline
from opportunity_svc.price_book import rules as price_book
from opportunity_svc.quote import rules as quote
from opportunity_svc.quote.rules import discount_tally as splitting
from opportunity_svc.quote.rules import draft as drafting
from opportunity_svc.quote.rules.approval import SubmitQuote
from opportunity_svc.quote.rules.price import AskedLine
from opportunity_svc.rule_book import rules as rule_book
from opportunity_svc.service import service
from opportunity_svc.swap import rules as swapping
from opportunity_svc.task import rules as task
from opportunity_svc.task.rules import deal_tasks as agenda
from opportunity_svc.task.rules import rejected_orders as trouble
from opportunity_svc.team import rules as team

KINDS: tuple[Decider[Any, Any, Any], ...] = (
    opportunity.decider,
    price_book.decider,
    catalogue.decider,
    rule_book.decider,
    splitting.decider,
    authority.decider,
    quote.decider,
    negotiation.decider,
    swapping.decider,
    pipeline.decider,
    form.decider,
    mandate.decider,
    team.decider,
    legal_entity.decider,
    forecast.decider,
    past.decider,
    estimate.decider,
    task.decider,
    agenda.decider,
    register.decider,
    trouble.decider,
    leaving.decider,
)
# What makes the interesting states likely: a book, two deals, a draft of each.
TODAY = date(2026, 11, 24)
CARD = price_book.PriceItem(
    product="P", description="A product", unit="piece", list_price=Money(amount=10_000, currency="USD"), tax_rate=Decimal("0.13")
)
BEGINNING: tuple[Command, ...] = (
    price_book.SetPriceBook(code="list", currency="USD", items=(CARD,), valid_from=TODAY, set_by="ann"),
    *(
        OpenOpportunity(
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
    SubmitQuote(quote_id=UUID(int=3), opportunity_id=UUID(int=1), actor="ann", today=TODAY),
    form.DraftForm(form_id=VISION, code="vision", form=A_FORM, drafted_by="mia"),
    form.ActivateForm(form_id=VISION, code="vision", version=1, activated_by="mia"),
)
ALL: tuple[AnyDecider, ...] = (
    *KINDS,
    estimate.decider,
    forecast.decider,
    register.decider,
    task.decider,
    leaving.decider,
)
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
            events = decider.decide_on(GivenStates(named), command)
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
    assert set(service.decider_of) == set(DECIDERS)
