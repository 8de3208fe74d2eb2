"""What people see of leads."""

from .handing_over import hand_over_list, hand_overs, handed_leads
from .importing import import_errors, import_list, imports
from .inbox import inbox_list, inboxes, notices
from .leads import contacts, lead_list, leads, touches
from .nurturing import nurture_list, nurture_mails, nurtures
from .rules import rule_book_list, rule_books

__all__ = [
    "contacts",
    "hand_over_list",
    "hand_overs",
    "handed_leads",
    "import_errors",
    "import_list",
    "imports",
    "inbox_list",
    "inboxes",
    "lead_list",
    "leads",
    "notices",
    "nurture_list",
    "nurture_mails",
    "nurtures",
    "rule_book_list",
    "rule_books",
    "touches",
]
