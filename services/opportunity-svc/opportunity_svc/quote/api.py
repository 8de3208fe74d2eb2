"""Draft and reject quotes; the routes that look up the deal of a quote are in `read`."""

from ltc_runtime.http import Api, Role

from ..deal.rules.states import OPEN
from ..price_book.rules import PriceBookNotValid, UnknownPriceBook, UnknownProduct
from .rules import decider
from .rules.approval import RejectQuote
from .rules.draft import DraftQuote
from .rules.gates import QuoteNoLongerValid, QuoteNotInApproval, QuoteOfOtherOpportunity, UnknownQuote
from .rules.price import NetBelowNothing, NetFarAboveList, NetInOtherCurrency

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
MANAGERS: tuple[Role, ...] = ("sales_manager",)
OF_OPEN_DEAL = (UnknownQuote, QuoteOfOtherOpportunity, QuoteNoLongerValid, *OPEN)
PRICES = (UnknownPriceBook, PriceBookNotValid, UnknownProduct, NetInOtherCurrency, NetBelowNothing, NetFarAboveList)

drafts = Api(stream=decider)
quotes = Api("/quotes", stream=decider)
drafts.create("/opportunities/{opportunity_id}/quotes", DraftQuote, roles=WRITERS, refuses=(*OPEN, *PRICES), found_at="/quotes")
quotes.act("/{quote_id}/reject", RejectQuote, roles=MANAGERS, refuses=(UnknownQuote, QuoteNotInApproval, QuoteNoLongerValid))
