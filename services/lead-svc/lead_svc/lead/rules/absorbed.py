"""A lead that is shown under another one for the same need, and what still reaches it there."""

from dataclasses import replace

from ltc_events.lead import LeadMerged
from ltc_kit.merges import Merged

from .response import ResponseAwaited, awaiting
from .states import Absorbed, Alive, Lead, Nobody
from .touch import ConsentRecorded, consented, trailed


def absorbed(lead: Lead, event: LeadMerged) -> Lead:
    return Absorbed(Merged(event.merge_id, event.into), lead) if isinstance(lead, Alive) else lead


def released(lead: Lead) -> Lead:
    return lead.before if isinstance(lead, Absorbed) else lead


def owed(lead: Lead, event: ResponseAwaited) -> Lead:
    """Until when they must hear of us is found out once, also where the lead was merged a moment before."""
    match lead:
        case Absorbed(before=before):
            return replace(lead, before=replace(before, trail=awaiting(before.trail, event)))
        case _:
            return trailed(lead, awaiting(lead.trail, event)) if isinstance(lead, Alive) else lead


def heard(lead: Lead, event: ConsentRecorded) -> Lead:
    """Consent is taken back by people, whatever became of their leads."""
    match lead:
        case Nobody():
            return lead
        case Absorbed(before=before):
            return replace(lead, before=replace(before, trail=consented(before.trail, event)))
        case _:
            return replace(lead, trail=consented(lead.trail, event))
