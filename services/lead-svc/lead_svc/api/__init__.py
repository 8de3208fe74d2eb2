"""What people do with leads, and what they can ask about them."""

from . import asking, capturing, cards, converting, merging, nurturing, previewing_imports, previewing_nurture, touching, working
from .contacts import contacts
from .converting import conversions
from .desks import desks
from .duplicates import duplicates
from .importing import imports
from .inbox import inbox
from .my_day import my_day
from .parties import parties
from .people import people
from .resource import leads
from .rule_books import rule_books
from .withdrawing import withdrawals

__all__ = [
    "asking", "capturing", "cards", "contacts", "conversions", "converting", "desks", "duplicates",
    "imports", "inbox", "leads", "merging", "my_day", "nurturing", "parties", "people", "previewing_imports", "previewing_nurture",
    "rule_books", "touching", "withdrawals", "working",
]  # fmt: skip
