"""What people do with one deal, one act after the other: each with a key of its own and the day the row names."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from .client import Answer, ApiClient, Form, LogPosition, Person, Rejected
from .deal import Team

Body = Mapping[str, Any] | bytes | None


class Actions:
    """Actions on one thing.

    Args:
        front: speaks to the services.
        name: names the thing for ever; the keys begin with it.
        hour: when the first act of a day is done; none, if all of it is done now, whatever the day.
    """

    def __init__(self, front: ApiClient, name: str, hour: int | None = 9) -> None:
        self._front = front
        self._name = name
        self._hour = hour
        self._done: Counter[str] = Counter()

    async def post(self, service: str, step: str, path: str, who: Person | Form, body: Body = None, *, on: date | None = None) -> Answer:
        """POST; the same act of the same thing has the same key, whenever it is tried and whatever else was done before."""
        self._done[step] += 1
        key = f"{self._name}:{step}:{self._done[step]}"
        return await self._front.post(service, step, path, who, body, key=key, at=self._moment(on))

    async def try_post(self, service: str, step: str, path: str, who: Person | Form, body: Body = None) -> Rejected | None:
        """POST what may well be refused; returns the refusal. Whoever mends what it says asks again by `post`: that is the same act."""
        try:
            await self.post(service, step, path, who, body)
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

    async def get(
        self,
        service: str,
        step: str,
        path: str,
        who: Person,
        *,
        after: tuple[LogPosition | None, ...] = (),
        accept: str = "application/json",
    ) -> Any:
        """GET, after what was told elsewhere has arrived."""
        published = [position for position in after if position is not None]
        return (await self._front.get(service, step, path, who, after=published, accept=accept)).body


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
