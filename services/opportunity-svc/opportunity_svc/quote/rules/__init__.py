"""A quote: what the company would deliver and for how much, approved by users with authority, accepted by the customer or not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar
from uuid import UUID

from ltc_events import Decider, Event, States

from ...authority_grant.rules import authority_id
from ...authority_grant.rules import decider as authorities
from ...catalogue.rules import CATALOGUE_ID
from ...catalogue.rules import decider as catalogues
from ...deal.rules.history import history as deals
from ...deal.rules.states import must_be_open
from ...price_book.rules import decider as price_books
from ...price_book.rules import price_book_id
from ...rule_book.rules import CONFIGURATION, DISCOUNT
from ...rule_book.rules import decider as rule_books
from .approval import ApproveQuote, Limits, RejectQuote, SubmitQuote, approve, reject, submit
from .discount_tally import Tally
from .discount_tally import decider as tallies
from .draft import DraftQuote, ReviseQuote, draft_quote, revise_quote
from .gates import must_be_approved, must_be_draft, must_be_in_approval, must_be_live, must_be_of, must_be_sent
from .offer import AcceptQuote, ExpireQuote, SendQuote, accept, expire, send
from .states import Known, Quote, QuoteEvent, history
from .supersession import supersede

QuoteCommand: TypeAlias = DraftQuote | ReviseQuote | SubmitQuote | ApproveQuote | RejectQuote | SendQuote | AcceptQuote | ExpireQuote
K = TypeVar("K", bound=Known)


def decide(states: States, command: QuoteCommand) -> Sequence[Event]:
    quote = states.of(history, command.quote_id)
    match command:
        case DraftQuote():
            book, costs = states.of(price_books, price_book_id(command.price_book)), states.of(catalogues, CATALOGUE_ID)
            return draft_quote(quote, states.of(deals, command.opportunity_id), book, costs, command)
        case ReviseQuote():
            book, costs = states.of(price_books, price_book_id(command.price_book)), states.of(catalogues, CATALOGUE_ID)
            return revise_quote(of_open_deal(must_be_live(quote, command.today), states, command.opportunity_id), book, costs, command)
        case SubmitQuote():
            draft = of_open_deal(must_be_draft(quote, command.today), states, command.opportunity_id)
            tally = Tally() if command.tally_id is None else states.of(tallies, command.tally_id)
            return submit(draft, limits_of(states, command), states.of(rule_books, CONFIGURATION), tally, command)
        case ApproveQuote():
            asked = of_open_deal(must_be_in_approval(quote, command.today), states, command.opportunity_id)
            return approve(asked, limits_of(states, command), command)
        case RejectQuote():
            return reject(must_be_in_approval(quote, command.today), command)
        case SendQuote():
            return send(of_open_deal(must_be_approved(quote, command.today), states, command.opportunity_id), command)
        case AcceptQuote():
            accepted = accept(of_open_deal(must_be_sent(quote, command.today), states, command.opportunity_id), command)
            others = {quote_id: states.of(history, quote_id) for quote_id in command.others}
            return [*accepted, *supersede(others, command.opportunity_id, command.quote_id)]
        case ExpireQuote():
            return expire(quote, command)


def of_open_deal(quote: K, states: States, opportunity_id: UUID) -> K:
    """The quote, if it belongs to this deal and the deal is open."""
    must_be_of(quote.content, opportunity_id)
    must_be_open(states.of(deals, opportunity_id))
    return quote


def limits_of(states: States, command: SubmitQuote | ApproveQuote) -> Limits:
    """What the user may approve."""
    own = states.of(authorities, authority_id(command.actor))
    return Limits(own, states.of(rule_books, DISCOUNT), command.roles, command.today)


decider: Decider[Quote, QuoteCommand, QuoteEvent] = replace(
    history,
    commands=QuoteCommand,
    decide_many=decide,
    also=(deals, price_books, catalogues, authorities, rule_books, tallies),
)
