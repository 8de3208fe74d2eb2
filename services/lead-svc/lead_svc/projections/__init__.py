"""What people see of leads."""

from .handing_over import hand_over_list, hand_overs, handed_leads
from .importing import import_errors, import_list, imports
from .leads import contacts, lead_list, leads, touches
from .rules import rule_book_list, rule_books

__all__ = [
    "contacts",
    "hand_over_list",
    "hand_overs",
    "handed_leads",
    "import_errors",
    "import_list",
    "imports",
    "lead_list",
    "leads",
    "rule_book_list",
    "rule_books",
    "touches",
]
