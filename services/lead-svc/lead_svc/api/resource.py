"""The resource that most of this API is about, and who may do what with it."""

from datetime import UTC, date, datetime, time
from typing import Literal

from ltc_events.lead import Channel
from ltc_runtime.http import Role

from ..lead.rules.states import LeadStatus

OPEN: tuple[LeadStatus, ...] = ("captured", "pooled", "assigned", "qualified")
SALES: tuple[Role, ...] = ("sales", "sales_manager")
MANAGERS: tuple[Role, ...] = ("sales_manager",)

CameBy = Literal[Channel, "renewal"]
"""How a lead reached us, or that it is for the renewal of a contract, which no channel brought."""


def midnight(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), UTC)
