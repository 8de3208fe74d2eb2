"""Which people may be the same one: what of them is compared, in memory and for one answer, and how much an agreement weighs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from ...party.rules.matching import phone_number
from ...party.rules.names import normalised

Agreement = Literal["email", "name", "phone"]
LIKENESS: Mapping[Agreement, int] = {"email": 70, "name": 50, "phone": 40}
"""Points of 100 for agreeing in this. Colleagues share a telephone, and sometimes a name; hardly ever a mail address."""

CROWD = 20
"""More than so many people with one mail address, name or number have a switchboard in common, or wrote to us very often."""


class Trait(NamedTuple):
    """Something that one person, written down twice, has in common with themselves."""

    kind: Agreement
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Alike:
    """Two people who may be one; the smaller id is the first."""

    contact_id: UUID
    other_id: UUID
    kinds: tuple[Agreement, ...]

    @property
    def weight(self) -> int:
        """How likely it is, of 100."""
        return min(100, sum(LIKENESS[kind] for kind in self.kinds))


def traits(name: str | None, email: str | None, phone: str | None) -> frozenset[Trait]:
    """What of a person is compared."""
    found: tuple[tuple[Agreement, Iterable[str]], ...] = (
        ("email", [] if email is None else [email.strip().casefold()]),
        ("phone", [] if phone is None else dialled(phone)),
        ("name", [] if name is None else spellings(name)),
    )
    return frozenset(Trait(kind, value) for kind, values in found for value in values if value)


def dialled(phone: str) -> list[str]:
    """The number as it is dialled, if it is one."""
    try:
        return [phone_number(phone)]
    except ValueError:
        return []  # an extension, perhaps: many people have the same


def spellings(name: str) -> list[str]:
    """A name without case, width and punctuation, once whatever the order of its words and once without spaces."""
    words = normalised(name).split()
    return [" ".join(sorted(words)), "".join(words)]


def alike(people: Mapping[UUID, Collection[Trait]]) -> list[Alike]:
    """The pairs of people who have something in common, the likeliest first."""
    having: defaultdict[Trait, list[UUID]] = defaultdict(list)
    for contact_id in sorted(people):
        for trait in set(people[contact_id]):
            having[trait].append(contact_id)
    near = {pair for contact_ids in having.values() for pair in paired(contact_ids)}
    pairs = [Alike(one, other, agreed(people[one], people[other])) for one, other in near]
    return sorted(pairs, key=lambda pair: (-pair.weight, pair))


def paired(contact_ids: Sequence[UUID]) -> Iterable[tuple[UUID, UUID]]:
    """Each with each other one; in a crowd, where that would be very many, the first with each other one."""
    if len(contact_ids) > CROWD:
        return ((contact_ids[0], other) for other in contact_ids[1:])
    return combinations(contact_ids, 2)


def agreed(one: Collection[Trait], other: Collection[Trait]) -> tuple[Agreement, ...]:
    """In what they agree, the weightiest first."""
    common = {trait.kind for trait in set(one) & set(other)}
    return tuple(kind for kind in KINDS if kind in common)


KINDS: tuple[Agreement, ...] = get_args(Agreement)
