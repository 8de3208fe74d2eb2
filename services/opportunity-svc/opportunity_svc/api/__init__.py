"""What people do with deals, quotes, price books and authority, and what they can ask about them."""

from .authority import authority_grants
from .opportunities import opportunities
from .price_books import price_books
from .quotes import drafts, quotes

__all__ = ["authority_grants", "drafts", "opportunities", "price_books", "quotes"]
