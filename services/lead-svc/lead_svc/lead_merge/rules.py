"""Which leads may be for one need: what of them is compared, and how much an agreement weighs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from ..contact.rules.likeness import Trait

Agreement = Literal["contact", "email", "party", "phone"]
WEIGHTS: Mapping[Agreement, int] = {"contact": 60, "email": 50, "party": 40, "phone": 30}
"""Points of 100 for agreeing in this. Of one company two may ask for two things; one person seldom does within the time a lead is open."""


@dataclass(frozen=True, slots=True)
class Described:
    """What of a lead is compared: the party and the person it is shown under, and how that person is reached."""

    party_id: UUID
    contact_id: UUID | None
    reached: frozenset[Trait] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that may be for the same need."""

    lead_id: UUID
    kinds: tuple[Agreement, ...]

    @property
    def weight(self) -> int:
        """How likely it is, of 100."""
        return min(100, sum(WEIGHTS[kind] for kind in self.kinds))


def same_need(this: Described, others: Mapping[UUID, Described]) -> list[Candidate]:
    """Those of the others that have something in common with this one, the likeliest first."""
    found = [Candidate(lead_id, agreed(this, other)) for lead_id, other in others.items()]
    return sorted((each for each in found if each.kinds), key=lambda each: (-each.weight, each.lead_id))


def agreed(this: Described, other: Described) -> tuple[Agreement, ...]:
    """In what they agree. Who is the same person is reached in the same way: that is not counted again."""
    same_person = this.contact_id is not None and this.contact_id == other.contact_id
    common = {trait.kind for trait in this.reached & other.reached} if not same_person else set()
    held = {"party": this.party_id == other.party_id, "contact": same_person, "email": "email" in common, "phone": "phone" in common}
    return tuple(kind for kind in KINDS if held[kind])


KINDS: tuple[Agreement, ...] = get_args(Agreement)
