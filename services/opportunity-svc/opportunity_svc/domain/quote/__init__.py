"""A quote: what we would deliver and for how much, approved by those who may, and accepted or not."""

from typing import TypeAlias

from ltc_events import Decider, Event, JointDecider, States, Stream

from .. import authority, opportunity, price_book
from .approval import ApproveQuote, RejectQuote, SubmitQuote, approve, reject, submit
from .drafting import DraftQuote, ReviseQuote, draft, revise
from .sending import AcceptQuote, ExpireQuote, SendQuote, accept, expire, send
from .states import (
    Nobody,
    Quote,
    QuoteEvent,
    evolve,
    must_be_approved,
    must_be_draft,
    must_be_in_approval,
    must_be_live,
    must_be_sent,
)

QuoteCommand: TypeAlias = RejectQuote | SendQuote | AcceptQuote | ExpireQuote
PricingCommand: TypeAlias = DraftQuote | ReviseQuote
AuthorityUse: TypeAlias = SubmitQuote | ApproveQuote


def decide(quote: Quote, command: QuoteCommand) -> list[QuoteEvent]:
    match command:
        case RejectQuote():
            return reject(must_be_in_approval(quote, command.today), command)
        case SendQuote():
            return send(must_be_approved(quote, command.today), command)
        case AcceptQuote():
            return accept(must_be_sent(quote, command.today), command)
        case ExpireQuote():
            return expire(quote, command)


decider: Decider[Quote, QuoteCommand, QuoteEvent] = Decider(
    kind="quote", id="quote_id", initial=Nobody(), decide=decide, evolve=evolve, commands=QuoteCommand, events=QuoteEvent
)


def decide_prices(states: States, command: PricingCommand) -> list[Event]:
    quote, book = states.of(decider, command.quote_id), states.of(price_book.decider, command.price_book_id)
    match command:
        case DraftQuote():
            return [*draft(quote, states.of(opportunity.decider, command.opportunity_id), book, command)]
        case ReviseQuote():
            return [*revise(must_be_live(quote, command.today), book, command)]


def priced_from(command: PricingCommand) -> list[Stream]:
    quote, book = decider.of(command.quote_id), price_book.decider.of(command.price_book_id)
    match command:
        case DraftQuote():
            return [opportunity.decider.of(command.opportunity_id), quote, book]  # a draft belongs to the deal of its opportunity
        case ReviseQuote():
            return [quote, book]


pricing: JointDecider[PricingCommand] = JointDecider(
    commands=PricingCommand, streams=priced_from, decide=decide_prices, over=(opportunity.decider, price_book.decider, decider)
)


def decide_authority(states: States, command: AuthorityUse) -> list[Event]:
    quote, granted = states.of(decider, command.quote_id), states.of(authority.decider, command.authority_id)
    match command:
        case SubmitQuote():
            return [*submit(must_be_draft(quote, command.today), granted, command)]
        case ApproveQuote():
            return [*approve(must_be_in_approval(quote, command.today), granted, command)]


def allowed_by(command: AuthorityUse) -> list[Stream]:
    return [decider.of(command.quote_id), authority.decider.of(command.authority_id)]


approval: JointDecider[AuthorityUse] = JointDecider(
    commands=AuthorityUse, streams=allowed_by, decide=decide_authority, over=(authority.decider, decider)
)
