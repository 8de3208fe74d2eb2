"""What people see of leads."""

from .inbox import digest_list, digests, inbox_list, inboxes, notices
from .leads import contacts, leads, touches
from .merging import contact_merge_list, contact_merges
from .parties import merges, parties, party_list, party_marks, party_names, people

__all__ = [
    "contact_merge_list",
    "contact_merges",
    "contacts",
    "digest_list",
    "digests",
    "inbox_list",
    "inboxes",
    "leads",
    "merges",
    "notices",
    "parties",
    "party_list",
    "party_marks",
    "party_names",
    "people",
    "touches",
]
