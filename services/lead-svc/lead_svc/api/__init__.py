"""What people do with leads, and what they can ask about them."""

from . import asking, capturing, nurturing, touching, working
from .desks import desks
from .importing import imports
from .inbox import inbox
from .my_day import my_day
from .people import people
from .resource import leads
from .rule_books import rule_books

__all__ = [
    "asking", "capturing", "desks", "imports", "inbox", "leads", "my_day", "nurturing", "people", "rule_books", "touching", "working",
]  # fmt: skip
