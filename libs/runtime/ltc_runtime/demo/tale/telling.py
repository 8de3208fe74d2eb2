"""What the story tells: chapters of short lines, and what it counted, so that it can be held against the events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..deal import major
from ..frontline import Rejected
from ..report import Check
from ..walked import Walked


@dataclass
class Chapter:
    """A heading and its lines."""

    title: str
    lines: list[str | tuple[str, ...]] = field(default_factory=list)
    """Sentences, and rows of a table."""

    def say(self, line: str) -> None:
        """One more line."""
        self.lines.append(line)

    def row(self, *cells: str) -> None:
        """One more row of a table."""
        self.lines.append(cells)

    def refused(self, what: str, refusal: Rejected | None) -> None:
        """What was refused, as the one who tried it reads it; of what was told before, nothing is refused any more."""
        if refusal is None:
            self.say(f"✓ {what}: was refused when it was first tried, and mended")
            return
        unmet, broken = refusal.problem.get("unmet"), refusal.problem.get("violations")
        detail = str(refusal.problem.get("detail", refusal))
        # What is listed below is not said twice.
        self.say(f"✗ {what}: {detail.partition(' Missing:')[0] if unmet else detail.partition(':')[0] + ':' if broken else detail}")
        for each in unmet or ():
            self.say(f"    – {each['needs']}: {each['user'] or each['who']} sees to it ({each['operation']})")
        for each in broken or ():
            self.say(f"    – {each['why']}: {each['remedy']}")


@dataclass
class Tale:
    """The whole story."""

    folder: Path
    chapters: list[Chapter] = field(default_factory=list)
    walked: list[Walked] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    """What was done, by what it is called."""
    files: list[Path] = field(default_factory=list)
    checks: Sequence[Check] = ()
    trouble: str = ""
    """Why it ended early, if it did."""

    def chapter(self, title: str) -> Chapter:
        """Begin another chapter."""
        self.chapters.append(Chapter(title))
        return self.chapters[-1]

    def join(self, title: str, parts: Iterable[Chapter]) -> None:
        """One chapter of what several deals had to say, one after the other."""
        self.chapter(title).lines += [line for part in parts for line in part.lines]

    def keep(self, name: str, content: bytes) -> Path:
        """Leave a file in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes(content)
        self.files.append(path)
        return path


def amount(money: int, currency: str) -> str:
    """Minor units as people write them."""
    return f"{major(money, currency):,} {currency}"
