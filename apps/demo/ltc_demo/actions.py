"""The commands of one deal, in order, each with its own idempotency key and the day the row names."""

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
        front: the client of the services.
        name: the thing's name; the keys begin with it.
        hour: the hour of a day's first command; None sends no time.
    """

    def __init__(self, front: ApiClient, name: str, hour: int | None = 9) -> None:
        self._front = front
        self._name = name
        self._hour = hour
        self._done: Counter[str] = Counter()

    async def post(self, service: str, step: str, path: str, who: Person | Form, body: Body = None, *, on: date | None = None) -> Answer:
        """POST; the same command about the same thing has the same key in every run."""
        self._done[step] += 1
        key = f"{self._name}:{step}:{self._done[step]}"
        return await self._front.post(service, step, path, who, body, key=key, at=self._moment(on))

    async def try_post(self, service: str, step: str, path: str, who: Person | Form, body: Body = None) -> Rejected | None:
        """POST a command that may be refused; returns the refusal. A later `post` of it has the same key."""
        try:
            await self.post(service, step, path, who, body)
        except Rejected as refused:
            self._done[step] -= 1
            return refused
        return None

    def _moment(self, on: date | None) -> str | None:
        # Commands of one day are a minute apart; an unknown day has no time.
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
        """GET, after these events of other services were consumed."""
        published = [position for position in after if position is not None]
        return (await self._front.get(service, step, path, who, after=published, accept=accept)).body


def sales(team: Team) -> Person:
    """The account manager."""
    return Person(team.owner, ("sales", "importer"))


def manager(team: Team) -> Person:
    """The sales manager, who approves."""
    return Person(team.manager, ("sales_manager", "importer"))


def fulfilment(team: Team) -> Person:
    """The fulfilment manager."""
    return Person(team.fulfilment, ("fulfilment", "importer"))


LEGAL = Person("legal.desk", ("legal", "importer"))
FINANCE = Person("finance.desk", ("finance", "importer"))
