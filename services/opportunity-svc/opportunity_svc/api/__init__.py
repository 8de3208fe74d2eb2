"""What people do with deals, quotes, price books and authority, and what they can ask about them."""

from .authority import authority_grants
from .estimates import estimates, frozen_estimates
from .figures import sales_figures
from .opportunities import opportunities
from .past import past_opportunities
from .price_books import price_books
from .quotes import drafts, quotes
from .teams import deal_forecasts, forecasts, teams

__all__ = [
    "authority_grants",
    "deal_forecasts",
    "drafts",
    "estimates",
    "forecasts",
    "frozen_estimates",
    "opportunities",
    "past_opportunities",
    "price_books",
    "quotes",
    "sales_figures",
    "teams",
]
