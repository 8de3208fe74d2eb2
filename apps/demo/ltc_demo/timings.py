"""How long each step took, as the one who waits for it sees it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Timings:
    """Seconds by step, from the first attempt to the answer; and how often a step had to be tried again, by cause."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    retries: Counter[str] = field(default_factory=Counter)

    def took(self, step: str, seconds: float) -> None:
        """Note one step."""
        self.seconds[step].append(seconds)

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return sum(map(len, self.seconds.values()))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that ``share`` of the ordered values do not exceed (nearest rank)."""
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
