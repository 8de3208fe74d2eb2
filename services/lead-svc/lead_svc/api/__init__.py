"""What people do with leads, and what they can ask about them."""

from . import cards, nurturing, previewing_imports, previewing_nurture
from .contacts import contacts
from .duplicates import duplicates
from .importing import imports
from .inbox import inbox
from .parties import parties
from .people import people
from .resource import leads
from .rule_books import rule_books
from .withdrawing import withdrawals

__all__ = [
    "cards",
    "contacts",
    "duplicates",
    "imports",
    "inbox",
    "leads",
    "nurturing",
    "parties",
    "people",
    "previewing_imports",
    "previewing_nurture",
    "rule_books",
    "withdrawals",
]
