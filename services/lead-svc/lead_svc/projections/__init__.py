"""What people see of leads."""

from .converting import conversion_list, conversions
from .handing_over import hand_over_list, hand_overs, handed_leads
from .inbox import digest_list, digests, inbox_list, inboxes, notices
from .leads import contacts, lead_list, leads, touches
from .merging import contact_merge_list, contact_merges, lead_merge_list, lead_merges
from .parties import merges, parties, party_list, party_marks, party_names, people

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
    "touches",
]
