"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from . import ageing, costing, deals, filling, findings, leakage, stages, winning
from .authority import authority_grants
from .catalogue import catalogue
from .comparing import comparisons
from .decisions import decisions
from .documents import documents
from .estimates import estimates, frozen_estimates
from .figures import sales_figures
from .forms import forms
from .leaving import hand_overs
from .lessons import lessons
from .mandates import mandates
from .negotiating import negotiations
from .outcomes import outcomes
from .past import past_opportunities
from .people import people
from .pipelines import pipelines
from .price_books import price_books
from .quotes import drafts, quotes
from .reports import reports
from .resource import opportunities
from .rule_books import rule_books
from .swapping import swaps
from .tasks import tasks
from .teams import deal_forecasts, forecasts, teams
from .waterfall import waterfalls

__all__ = [
    "rule_books",
    "negotiations",
    "documents",
    "comparisons",
    "costing",
    "ageing",
    "catalogue",
    "authority_grants",
    "deal_forecasts",
    "deals",
    "decisions",
    "drafts",
    "estimates",
    "filling",
    "findings",
    "forecasts",
    "forms",
    "frozen_estimates",
    "hand_overs",
    "leakage",
    "lessons",
    "mandates",
    "opportunities",
    "outcomes",
    "past_opportunities",
    "people",
    "pipelines",
    "price_books",
    "quotes",
    "reports",
    "sales_figures",
    "stages",
    "swaps",
    "tasks",
    "teams",
    "waterfalls",
    "winning",
]
