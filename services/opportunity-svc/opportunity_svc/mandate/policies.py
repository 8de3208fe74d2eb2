"""Keeps the index of mandates."""

from ltc_events import Command

from .rules import DelegationEnded, MandateDelegated, MandateGranted, MandateRevoked
from .rules.index import NoteMandate


def keep_register(said: MandateGranted | MandateRevoked | MandateDelegated | DelegationEnded) -> list[Command]:
    """Notes who may decide, so that they can be asked to."""
    return [NoteMandate(user=said.user)]
