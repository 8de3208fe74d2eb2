"""What people see of deals: the pipeline, the quotes, catalogue, price books and rules, and who may allow what."""

from .catalogue import catalogue_product, products
from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .granting import authority_grant, authority_grants
from .history import past_opportunities, past_opportunity
from .negotiating import deadlocks, negotiation, rounds
from .pipeline import opportunities, opportunity_list
from .pricing import price_book, price_books
from .quoting import quote_list, quotes
from .rules import rule_book_list, rule_books
from .versions import price_book_version, price_book_versions, quote_version, quote_versions

__all__ = [
    "authority_grant",
    "authority_grants",
    "catalogue_product",
    "deadlocks",
    "negotiation",
    "estimate_list",
    "estimates",
    "frozen_estimates",
    "opportunities",
    "opportunity_list",
    "past_opportunities",
    "past_opportunity",
    "price_book",
    "price_book_version",
    "price_book_versions",
    "price_books",
    "products",
    "quote_list",
    "quote_version",
    "quote_versions",
    "quotes",
    "rounds",
    "rule_book_list",
    "rule_books",
]
