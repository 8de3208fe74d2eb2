"""What people see of leads."""

from .converting import conversion_list, conversions
from .handing_over import hand_over_list, hand_overs, handed_leads
from .importing import import_errors, import_list, imports
from .inbox import digest_list, digests, inbox_list, inboxes, notices
from .leads import contacts, lead_list, leads, touches
from .merging import contact_merge_list, contact_merges, lead_merge_list, lead_merges
from .nurturing import nurture_list, nurture_mails, nurtures
from .parties import merges, parties, party_list, party_marks, party_names, people
from .rules import rule_book_list, rule_books

__all__ = [
    "contact_merge_list",
    "contact_merges",
    "contacts",
    "conversion_list",
    "conversions",
    "digest_list",
    "digests",
    "hand_over_list",
    "hand_overs",
    "handed_leads",
    "import_errors",
    "import_list",
    "imports",
    "inbox_list",
    "inboxes",
    "lead_list",
    "lead_merge_list",
    "lead_merges",
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
