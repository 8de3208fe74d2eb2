"""What people do with one deal, one act after the other: each with a key of its own and the day the row names."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from .deal import Team
from .frontline import Answer, Frontline, Person, Told

Body = Mapping[str, Any] | None


class Acts:
    """Acts on one thing.

    Args:
        front: speaks to the services.
        name: names the thing for ever; the keys begin with it.
    """

    def __init__(self, front: Frontline, name: str) -> None:
        self._front = front
        self._name = name
        self._done: Counter[str] = Counter()

    async def act(self, service: str, step: str, path: str, who: Person, body: Body = None, *, on: date | None = None) -> Answer:
        """POST; the same act of the same thing has the same key, whenever it is tried and whatever else was done before."""
        self._done[step] += 1
        key = f"{self._name}:{step}:{self._done[step]}"
        return await self._front.act(service, step, path, who, body, key=key, at=_moment(on, self._done.total()))

    async def look(self, service: str, step: str, path: str, who: Person, *, after: tuple[Told | None, ...] = ()) -> Any:
        """GET, after what was told elsewhere has arrived."""
        told = [position for position in after if position is not None]
        return (await self._front.look(service, step, path, who, after=told)).body


def _moment(on: date | None, count: int) -> str | None:
    # Acts of one day come in order, a minute apart; of a day we do not know nothing is said.
    return None if on is None else f"{on.isoformat()}T{9 + count // 60:02}:{count % 60:02}:00Z"


def sales(team: Team) -> Person:
    """The account manager."""
    return Person(team.owner, ("sales", "importer"))


def manager(team: Team) -> Person:
    """Who approves what the account manager may not."""
    return Person(team.manager, ("sales_manager", "importer"))


def fulfilment(team: Team) -> Person:
    """Who delivers."""
    return Person(team.fulfilment, ("fulfilment", "importer"))


LEGAL = Person("legal.desk", ("legal", "importer"))
FINANCE = Person("finance.desk", ("finance", "importer"))
