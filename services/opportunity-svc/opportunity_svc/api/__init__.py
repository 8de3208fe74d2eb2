"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from . import ageing, costing, deals, filling, findings, leakage, stages, winning
from .decisions import decisions
from .estimates import estimates, frozen_estimates
from .forms import forms
from .leaving import hand_overs
from .lessons import lessons
from .mandates import mandates
from .outcomes import outcomes
from .people import people
from .pipelines import pipelines
from .reports import reports
from .resource import opportunities
from .tasks import tasks
from .teams import deal_forecasts, forecasts, teams

__all__ = [
    "costing",
    "ageing",
    "deal_forecasts",
    "deals",
    "decisions",
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
    "people",
    "pipelines",
    "reports",
    "stages",
    "tasks",
    "teams",
    "winning",
]
