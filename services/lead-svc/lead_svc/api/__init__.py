"""What people do with leads, and what they can ask about them."""

from . import asking, capturing, cards, converting, merging, touching, working
from .contacts import contacts
from .converting import conversions
from .desks import desks
from .duplicates import duplicates
from .inbox import inbox
from .my_day import my_day
from .parties import parties
from .people import people
from .resource import leads
from .withdrawing import withdrawals

__all__ = [
    "asking", "capturing", "cards", "contacts", "conversions", "converting", "desks", "duplicates",
    "inbox", "leads", "merging", "my_day", "parties", "people",
    "touching", "withdrawals", "working",
]  # fmt: skip
