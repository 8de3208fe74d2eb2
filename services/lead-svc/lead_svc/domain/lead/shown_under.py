"""A lead that is shown under another one for the same need, and what still reaches it there."""

from dataclasses import replace

from ltc_events.lead import LeadMerged

from ..forest import Merged
from .states import Absorbed, Alive, Lead, Nobody
from .touching import ConsentRecorded, consented


def absorbed(lead: Lead, event: LeadMerged) -> Lead:
    return Absorbed(Merged(event.merge_id, event.into), lead) if isinstance(lead, Alive) else lead


def released(lead: Lead) -> Lead:
    return lead.before if isinstance(lead, Absorbed) else lead


def heard(lead: Lead, event: ConsentRecorded) -> Lead:
    """Consent is taken back by people, whatever became of their leads."""
    match lead:
        case Nobody():
            return lead
        case Absorbed(before=before):
            return replace(lead, before=replace(before, trail=consented(before.trail, event)))
        case _:
            return replace(lead, trail=consented(lead.trail, event))
