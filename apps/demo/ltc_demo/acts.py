"""What people do with one deal, one act after the other: each with a key of its own and the day the row names."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from .deal import Team
from .frontline import Answer, Form, Frontline, Person, Rejected, Told

Body = Mapping[str, Any] | bytes | None


class Acts:
    """Acts on one thing.

    Args:
        front: speaks to the services.
        name: names the thing for ever; the keys begin with it.
        hour: when the first act of a day is done; none, if all of it is done now, whatever the day.
    """

    def __init__(self, front: Frontline, name: str, hour: int | None = 9) -> None:
        self._front = front
        self._name = name
        self._hour = hour
        self._done: Counter[str] = Counter()

    async def act(self, service: str, step: str, path: str, who: Person | Form, body: Body = None, *, on: date | None = None) -> Answer:
        """POST; the same act of the same thing has the same key, whenever it is tried and whatever else was done before."""
        self._done[step] += 1
        key = f"{self._name}:{step}:{self._done[step]}"
        return await self._front.act(service, step, path, who, body, key=key, at=self._moment(on))

    async def tried(self, service: str, step: str, path: str, who: Person | Form, body: Body = None) -> Rejected | None:
        """POST what may well be refused; returns the refusal. Whoever mends what it says asks again by `act`: that is the same act."""
        try:
            await self.act(service, step, path, who, body)
        except Rejected as refused:
            self._done[step] -= 1
            return refused
        return None

    def _moment(self, on: date | None) -> str | None:
        # Acts of one day come in order, a minute apart; of a day we do not know nothing is said.
        if on is None or self._hour is None:
            return None
        hours, minutes = divmod(self._hour * 60 + self._done.total(), 60)
        return f"{on.isoformat()}T{hours:02}:{minutes:02}:00Z"

    async def look(
        self, service: str, step: str, path: str, who: Person, *, after: tuple[Told | None, ...] = (), accept: str = "application/json"
    ) -> Any:
        """GET, after what was told elsewhere has arrived."""
        told = [position for position in after if position is not None]
        return (await self._front.look(service, step, path, who, after=told, accept=accept)).body


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
