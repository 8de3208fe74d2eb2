"""What people see of leads."""

from .leads import contacts, leads, touches
from .merging import contact_merge_list, contact_merges
from .parties import merges, parties, party_list, party_marks, party_names, people

__all__ = [
    "contact_merge_list",
    "contact_merges",
    "contacts",
    "leads",
    "merges",
    "parties",
    "party_list",
    "party_marks",
    "party_names",
    "people",
    "touches",
]
