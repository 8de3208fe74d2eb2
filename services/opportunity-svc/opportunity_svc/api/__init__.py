"""What people do with deals, quotes, price books and authority, and what they can ask about them."""

from .authority import authority_grants
from .catalogue import catalogue
from .comparing import comparisons
from .documents import documents
from .estimates import estimates, frozen_estimates
from .figures import sales_figures
from .negotiating import negotiations
from .opportunities import opportunities
from .past import past_opportunities
from .price_books import price_books
from .quotes import drafts, quotes
from .rule_books import rule_books

__all__ = [
    "authority_grants", "catalogue", "comparisons", "documents", "drafts", "estimates", "frozen_estimates", "negotiations",
    "opportunities", "past_opportunities", "price_books", "quotes", "rule_books", "sales_figures",
]  # fmt: skip
