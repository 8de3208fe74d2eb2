"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from . import ageing, costing, deals, filling, findings, leakage, stages, winning
from .comparing import comparisons
from .decisions import decisions
from .documents import documents
from .estimates import estimates, frozen_estimates
from .forms import forms
from .lessons import lessons
from .negotiating import negotiations
from .outcomes import outcomes
from .people import people
from .pipelines import pipelines
from .quotes import drafts, quotes
from .reports import reports
from .resource import opportunities
from .swapping import swaps
from .waterfall import waterfalls

__all__ = [
    "negotiations",
    "documents",
    "comparisons",
    "costing",
    "ageing",
    "deals",
    "decisions",
    "drafts",
    "estimates",
    "filling",
    "findings",
    "forms",
    "frozen_estimates",
    "leakage",
    "lessons",
    "opportunities",
    "outcomes",
    "people",
    "pipelines",
    "quotes",
    "reports",
    "stages",
    "swaps",
    "waterfalls",
    "winning",
]
