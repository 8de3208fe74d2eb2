"""The course of a campaign: how often what broke, and how long it took until all was well again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NOTHING = "nothing"
COMPOUND = "several at once"


@dataclass
class Course:
    """What happened."""

    written: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By fault, seconds from its end to the next command acknowledged."""
    flowed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """The same, to that command's consequence seen in the next service."""
    finished: float = 0.0
    """Seconds from the last command begun to all of them answered."""
    drained: float = 0.0
    """Seconds to all told, heard and reacted to, and read."""

    def note(self, faults: Sequence[str], written: float, flowed: float) -> None:
        """These broke, and this is how long it took. What broke together counts for each, and once more as such."""
        for name in (*faults, *([COMPOUND] if len(faults) > 1 else [])) or (NOTHING,):
            self.written[name].append(written)
            self.flowed[name].append(flowed)

    @property
    def kinds(self) -> list[str]:
        """What broke, most often first."""
        return sorted(self.written, key=lambda name: -len(self.written[name]))

    def lines(self) -> list[str]:
        """A table that a person reads."""
        faults = sum(len(times) for name, times in self.written.items() if name not in (COMPOUND, NOTHING))
        rows = [f"{faults} faults; seconds from its end to a command acknowledged, and to its consequence in the next service:"]
        rows.append(f"  {'':36}{'times':>6}{'p50':>8}{'p99':>8}{'p50':>8}{'p99':>8}")
        for name in self.kinds:
            figures = (*quantiles(self.written[name]), *quantiles(self.flowed[name]))
            rows.append(f"  {name:36}{len(self.written[name]):>6}" + "".join(f"{figure:8.2f}" for figure in figures))
        drained = f"to all answered {self.finished:.1f} s, to all told, heard and reacted to (and read) {self.drained:.1f} s"
        return [*rows, f"from the last command begun {drained}"]

    def figures(self) -> dict[str, Any]:
        """The same for machines."""
        kinds = {
            name: {"times": len(self.written[name]), "written": quantiles(self.written[name]), "flowed": quantiles(self.flowed[name])}
            for name in self.kinds
        }
        return {"faults": kinds, "finished": round(self.finished, 2), "drained": round(self.drained, 2)}


def quantiles(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p99."""
    ordered = sorted(values)
    return round(ordered[len(ordered) // 2], 3), round(ordered[int(len(ordered) * 0.99)], 3)
