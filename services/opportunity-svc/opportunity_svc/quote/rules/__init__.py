"""A quote: what we would deliver and for how much, approved by those who may, and accepted or not."""

from typing import TypeAlias, TypeVar
from uuid import UUID

from ltc_events import Decider, Event, JointDecider, States, Stream

from ...authority_grant import rules as authority
from ...catalogue import rules as catalogue
from ...catalogue.rules import CATALOGUE_ID
from ...deal.rules.history import history as deals
from ...deal.rules.states import must_be_open
from ...price_book import rules as price_book
from ...rule_book import rules as rule_book
from ...rule_book.rules import CONFIGURATION, DISCOUNT
from . import discount_tally as splitting
from .approval import ApproveQuote, Leave, RejectQuote, SubmitQuote, approve, reject, submit
from .draft import DraftQuote, ReviseQuote, draft_quote, revise_quote
from .gates import must_be_approved, must_be_draft, must_be_in_approval, must_be_live, must_be_of, must_be_sent
from .offer import AcceptQuote, ExpireQuote, SendQuote, accept, expire, send
from .states import Known, Nobody, Quote, QuoteEvent, evolve
from .supersession import supersede

QuoteCommand: TypeAlias = RejectQuote | ExpireQuote
"""What a quote decides alone; all else only while its deal goes on."""
PricingCommand: TypeAlias = DraftQuote | ReviseQuote
AuthorityUse: TypeAlias = SubmitQuote | ApproveQuote
SendingCommand: TypeAlias = SendQuote | AcceptQuote
K = TypeVar("K", bound=Known)


def decide(quote: Quote, command: QuoteCommand) -> list[QuoteEvent]:
    match command:
        case RejectQuote():
            return reject(must_be_in_approval(quote, command.today), command)
        case ExpireQuote():
            return expire(quote, command)


decider: Decider[Quote, QuoteCommand, QuoteEvent] = Decider(
    kind="quote", id="quote_id", initial=Nobody(), decide=decide, evolve=evolve, commands=QuoteCommand, events=QuoteEvent
)


def going_on(quote: K, states: States, command: ReviseQuote | AuthorityUse | SendingCommand) -> K:
    """The quote, if it is of this deal and the deal goes on."""
    must_be_of(quote.content, command.opportunity_id)
    must_be_open(states.of(deals, command.opportunity_id))
    return quote


def decide_prices(states: States, command: PricingCommand) -> list[Event]:
    quote, book = states.of(decider, command.quote_id), states.of(price_book.decider, command.price_book_id)
    costs = states.of(catalogue.decider, CATALOGUE_ID)
    match command:
        case DraftQuote():
            return [*draft_quote(quote, states.of(deals, command.opportunity_id), book, costs, command)]
        case ReviseQuote():
            return [*revise_quote(going_on(must_be_live(quote, command.today), states, command), book, costs, command)]


def priced_from(command: PricingCommand) -> list[Stream]:
    quote, book = decider.of(command.quote_id), price_book.decider.of(command.price_book_id)
    return [deals.of(command.opportunity_id), quote, book, catalogue.decider.of(CATALOGUE_ID)]


pricing: JointDecider[PricingCommand] = JointDecider(
    commands=PricingCommand,
    streams=priced_from,
    decide=decide_prices,
    over=(deals, price_book.decider, catalogue.decider, decider),
)


def decide_authority(states: States, command: AuthorityUse) -> list[Event]:
    quote, granted = states.of(decider, command.quote_id), states.of(authority.decider, command.authority_id)
    leave = Leave(granted, states.of(rule_book.decider, DISCOUNT), command.roles, command.today)
    match command:
        case SubmitQuote():
            rules = states.of(rule_book.decider, CONFIGURATION)
            tally = splitting.Tally() if command.tally_id is None else states.of(splitting.decider, command.tally_id)
            return submit(going_on(must_be_draft(quote, command.today), states, command), leave, rules, tally, command)
        case ApproveQuote():
            return [*approve(going_on(must_be_in_approval(quote, command.today), states, command), leave, command)]


def allowed_by(command: AuthorityUse) -> list[Stream]:
    deal = deals.of(command.opportunity_id)
    named = [deal, decider.of(command.quote_id), authority.decider.of(command.authority_id), rule_book.decider.of(DISCOUNT)]
    match command:
        case SubmitQuote():
            tally = [] if command.tally_id is None else [splitting.decider.of(command.tally_id)]
            return [*named, rule_book.decider.of(CONFIGURATION), *tally]
        case ApproveQuote():
            return named


approval: JointDecider[AuthorityUse] = JointDecider(
    commands=AuthorityUse,
    streams=allowed_by,
    decide=decide_authority,
    over=(deals, authority.decider, rule_book.decider, splitting.decider, decider),
)


def decide_sending(states: States, command: SendingCommand) -> list[Event]:
    quote = states.of(decider, command.quote_id)
    match command:
        case SendQuote():
            return [*send(going_on(must_be_approved(quote, command.today), states, command), command)]
        case AcceptQuote():
            accepted = accept(going_on(must_be_sent(quote, command.today), states, command), command)
            return [*accepted, *supersede(beside(states, command.others), command.opportunity_id, command.quote_id)]


def beside(states: States, others: tuple[UUID, ...]) -> dict[UUID, Quote]:
    """These quotes as they are."""
    return {quote_id: states.of(decider, quote_id) for quote_id in others}


def offered_by(command: SendingCommand) -> list[Stream]:
    named = [deals.of(command.opportunity_id), decider.of(command.quote_id)]
    match command:
        case SendQuote():
            return named
        case AcceptQuote():
            return [*named, *map(decider.of, command.others)]


offering: JointDecider[SendingCommand] = JointDecider(
    commands=SendingCommand,
    streams=offered_by,
    decide=decide_sending,
    over=(deals, decider),
)
