"""Which people may be the same one: what of them is compared, in memory and for one answer, and how much an agreement weighs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from .matching import phone_number
from .party import normalised

Agreement = Literal["email", "phone", "name"]
LIKENESS: Mapping[Agreement, int] = {"email": 70, "name": 50, "phone": 40}
"""Points of 100 for agreeing in this. Colleagues share a telephone, and sometimes a name; hardly ever a mail address."""


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
    kinds: defaultdict[tuple[UUID, UUID], set[Agreement]] = defaultdict(set)
    for trait, contact_ids in having.items():
        for pair in combinations(contact_ids, 2):
            kinds[pair].add(trait.kind)
    pairs = [Alike(one, other, tuple(kind for kind in KINDS if kind in agreed)) for (one, other), agreed in kinds.items()]
    return sorted(pairs, key=lambda pair: (-pair.weight, pair))


KINDS: tuple[Agreement, ...] = get_args(Agreement)
