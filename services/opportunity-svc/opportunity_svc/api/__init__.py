"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from . import deals, findings, stages
from .authority import authority_grants
from .decisions import decisions
from .mandates import mandates
from .pipelines import pipelines
from .price_books import price_books
from .quotes import drafts, quotes
from .reports import reports
from .resource import opportunities

__all__ = [
    "authority_grants", "deals", "decisions", "drafts", "findings", "mandates", "opportunities", "pipelines", "price_books", "quotes",
    "reports", "stages",
]  # fmt: skip
