"""Which requests are admitted, and in which order, under load. Pure: the time is an argument, and nothing waits here.

So many requests are worked on at once as are done within a target time: the limit shrinks when working takes longer,
and grows while requests wait and it does not. Few may wait beside those that are worked on, so that waiting is short;
a request that finds the queue full is refused at once. Commands go before queries, queries before imports, but every
so often the others go first.
"""

from collections import Counter, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

from .problems import Overloaded, TooManyRequests

Kind = Literal["command", "query", "import"]
KINDS: tuple[Kind, ...] = ("command", "query", "import")
ROOM: dict[Kind, float] = {"command": 1 / 4, "query": 1 / 8, "import": 1 / 16}
"""How many of a kind may wait, in parts of the limit: enough that a free place is taken at once."""

QUERIES_TURN, IMPORTS_TURN = 8, 32
"""Each time so many were called in, those go first who otherwise might wait for ever."""

LEAST, FIRST = 64, 128
WINDOW_SECONDS = 0.1
SAMPLES = 8
SHRINK, GROW = 0.9, 1.05


@dataclass(eq=False, slots=True)
class Ticket:
    """One request on its way through the house."""

    kind: Kind
    caller: Hashable
    state: Literal["inside", "waiting", "working", "gone"] = "inside"
    since: float = 0.0
    """When work on it began."""


@dataclass
class ConcurrencyLimit:
    """How many requests are worked on at once: what is done within the target time, between two bounds."""

    target: float
    most: int
    least: int = LEAST
    value: float = field(init=False)
    _ends: float = 0.0
    _sum: float = 0.0
    _count: int = 0
    _pressed: bool = False

    def __post_init__(self) -> None:
        self.least = min(self.least, self.most)
        self.value = float(min(FIRST, self.most))

    def __int__(self) -> int:
        return int(self.value)

    def press(self) -> None:
        """Somebody could not begin at once."""
        self._pressed = True

    def observe(self, seconds: float, now: float) -> None:
        """Work on one request took so long."""
        self._sum += seconds
        self._count += 1
        if now < self._ends or self._count < SAMPLES:
            return
        mean = self._sum / self._count
        if mean > self.target:
            self.value = max(self.least, self.value * SHRINK)
        elif self._pressed:
            self.value = min(self.most, self.value * GROW)
        # What was let in under the old limit is to be gone before the new one is judged.
        self._ends, self._sum, self._count, self._pressed = now + max(WINDOW_SECONDS, mean), 0.0, 0, False


class Admission:
    """The requests inside one process.

    Args:
        target: seconds that work on a request should take at most, on average.
        most: requests worked on at once, at most.
        inside: requests inside at once, at most: those that wait, are worked on, or still arrive.
    """

    def __init__(self, target: float = 0.3, most: int = 128, inside: int = 1024) -> None:
        self.limit = ConcurrencyLimit(target, most)
        self.most_inside = inside
        self.inside = 0
        self.working = 0
        self.refused: Counter[tuple[Kind, str]] = Counter()
        self._callers: Counter[Hashable] = Counter()
        self._waiting: dict[Kind, deque[Ticket]] = {kind: deque() for kind in KINDS}
        self._calls = 0

    @property
    def waiting(self) -> dict[Kind, int]:
        """How many wait, by kind."""
        return {kind: len(queue) for kind, queue in self._waiting.items()}

    def room(self, kind: Kind) -> int:
        """How many of a kind may wait."""
        return max(1, int(self.limit.value * ROOM[kind]))

    def enter(self, kind: Kind, caller: Hashable) -> Ticket:
        """A request knocks; nothing of it was looked at yet but its head.

        Raises:
            TooManyRequests: others wait, and this caller has its share inside.
            Overloaded: there is no room for its kind.
        """
        theirs = self._callers.get(caller, 0)
        if theirs >= self.most_inside // 2 or (theirs >= int(self.limit) and any(self._waiting.values())):
            raise self._refuse(kind, TooManyRequests)
        if self.inside >= self.most_inside or self._is_full(kind):
            raise self._refuse(kind, Overloaded)
        self.inside += 1
        self._callers[caller] += 1
        return Ticket(kind, caller)

    def arrive(self, visit: Ticket, now: float) -> bool:
        """A request is complete and wants to be worked on: either now, or when it is called (`done` says whom).

        Raises:
            Overloaded: the room has filled meanwhile.
        """
        if self.working < int(self.limit) and not any(self._waiting.values()):
            self._begin(visit, now)
            return True
        if self._is_full(visit.kind):
            raise self._refuse(visit.kind, Overloaded)
        self.limit.press()
        visit.state = "waiting"
        self._waiting[visit.kind].append(visit)
        return False

    def done(self, visit: Ticket, now: float) -> list[Ticket]:
        """Work on it has ended; returns who is called in."""
        visit.state = "inside"
        self.working -= 1
        self.limit.observe(now - visit.since, now)
        return self._call_in(now)

    def give_up(self, visit: Ticket) -> None:
        """It has waited too long, or its caller hung up."""
        self._waiting[visit.kind].remove(visit)
        visit.state = "inside"

    def late(self, visit: Ticket) -> Overloaded:
        """What is said to one that waited too long."""
        self.give_up(visit)
        fault = self._refuse(visit.kind, Overloaded)
        assert isinstance(fault, Overloaded)
        return fault

    def leave(self, visit: Ticket, now: float) -> list[Ticket]:
        """The request is answered, or its caller is gone. Returns the requests that begin now."""
        called: list[Ticket] = []
        match visit.state:
            case "working":
                called = self.done(visit, now)
            case "waiting":
                self.give_up(visit)
            case "gone":
                return called
            case "inside":
                pass
        visit.state = "gone"
        self.inside -= 1
        self._callers[visit.caller] -= 1
        if not self._callers[visit.caller]:
            del self._callers[visit.caller]
        return called

    def _is_full(self, kind: Kind) -> bool:
        return len(self._waiting[kind]) >= self.room(kind)

    def _begin(self, visit: Ticket, now: float) -> None:
        visit.state, visit.since = "working", now
        self.working += 1

    def _call_in(self, now: float) -> list[Ticket]:
        called: list[Ticket] = []
        while self.working < int(self.limit) and (queue := self._next()) is not None:
            visit = queue.popleft()
            self._begin(visit, now)
            called.append(visit)
        return called

    def _next(self) -> "deque[Ticket] | None":
        waiting = [queue for queue in map(self._waiting.__getitem__, self._order()) if queue]
        if not waiting:
            return None
        self._calls += 1
        return waiting[0]

    def _order(self) -> tuple[Kind, ...]:
        if self._calls % IMPORTS_TURN == IMPORTS_TURN - 1:
            return ("import", "query", "command")
        if self._calls % QUERIES_TURN == QUERIES_TURN - 1:
            return ("query", "command", "import")
        return KINDS

    def _refuse(self, kind: Kind, fault: type[TooManyRequests] | type[Overloaded]) -> TooManyRequests | Overloaded:
        self.limit.press()
        self.refused[kind, fault.code()] += 1
        # Not all at the same moment: callers that are refused together would come again together.
        return fault(headers={"Retry-After": str(1 + self.refused.total() % 3)})
