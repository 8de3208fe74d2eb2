"""What people see of leads."""

from .importing import import_errors, import_list, imports
from .inbox import digest_list, digests, inbox_list, inboxes, notices
from .leads import contacts, leads, touches
from .merging import contact_merge_list, contact_merges
from .nurturing import nurture_list, nurture_mails, nurtures
from .parties import merges, parties, party_list, party_marks, party_names, people
from .rules import rule_book_list, rule_books

__all__ = [
    "contact_merge_list",
    "contact_merges",
    "contacts",
    "digest_list",
    "digests",
    "import_errors",
    "import_list",
    "imports",
    "inbox_list",
    "inboxes",
    "leads",
    "merges",
    "parties",
    "party_list",
    "party_marks",
    "party_names",
    "people",
    "notices",
    "nurture_list",
    "nurture_mails",
    "nurtures",
    "rule_book_list",
    "rule_books",
    "touches",
]
