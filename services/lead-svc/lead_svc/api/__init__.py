"""What people do with leads, and what they can ask about them."""

from . import cards
from .contacts import contacts
from .duplicates import duplicates
from .parties import parties
from .people import people
from .withdrawing import withdrawals

__all__ = ["cards", "contacts", "duplicates", "parties", "people", "withdrawals"]
