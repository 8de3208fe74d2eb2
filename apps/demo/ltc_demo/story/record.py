"""The story's text in chapters, and its counts, which are compared with the events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from ..client import Rejected
from ..deal import major
from ..outcome import DealOutcome
from ..report import Check

FIRST_RUN_FILE = "told.json"
"""Holds lines that only the first run can find out, such as refusals."""


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


@dataclass
class Story:
    """The whole story."""

    folder: Path
    chapters: list[Chapter] = field(default_factory=list)
    outcomes: list[DealOutcome] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    """What was done, by what it is called."""
    files: list[Path] = field(default_factory=list)
    checks: Sequence[Check] = ()
    failure: str = ""
    """Why it ended early, if it did."""
    repeated: bool = False
    """It ran on these services before: its commands are replayed, and some refusals differ now."""
    _known: dict[str, list[str]] = field(default_factory=dict)

    def chapter(self, title: str) -> Chapter:
        """Begin another chapter."""
        self.chapters.append(Chapter(title))
        return self.chapters[-1]

    def join(self, title: str, parts: Iterable[Chapter]) -> None:
        """One chapter of what several deals had to say, one after the other."""
        self.chapter(title).lines += [line for part in parts for line in part.lines]

    def refused(self, chapter: Chapter, what: str, refusal: Rejected | None, code: str) -> None:
        """What was refused, as the one who tried it reads it; ``code`` is why it must be."""
        is_it = refusal is not None and refusal.code == code
        lines = self.first_time(what, as_read(what, refusal) if is_it and refusal else [])
        for line in lines or [f"✗ {what}: was refused when the story first ran"]:
            chapter.say(line)
        self.counted["tried what must be refused"] += 1
        self.counted["refused as it must be"] += bool(is_it or self.repeated)

    def first_time(self, name: str, lines: list[str]) -> list[str]:
        """These lines, which can be found out only the first time; later, when there are none, those of then."""
        self._known |= {name: lines} if lines else {}
        return self._known.get(name, [])

    def load(self) -> None:
        """Load the lines of the first run."""
        path = self.folder / FIRST_RUN_FILE
        self._known = orjson.loads(path.read_bytes()) if path.exists() else {}

    def save(self) -> None:
        """Save the lines for the next run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / FIRST_RUN_FILE).write_bytes(orjson.dumps(self._known))

    def add_file(self, name: str, content: bytes) -> Path:
        """Write a file into the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes(content)
        self.files.append(path)
        return path


def as_read(what: str, refusal: Rejected) -> list[str]:
    """A refusal as it is read: what is missing, whose it is; what does not go together, and what would mend it."""
    unmet, broken = refusal.problem.get("unmet", ()), refusal.problem.get("violations", ())
    detail = str(refusal.problem.get("detail", refusal))
    # What is listed below is not said twice.
    idempotency_key = detail.partition(" Missing:")[0] if unmet else detail.partition(":")[0] + ":" if broken else detail
    missing = [f"    – {each['needs']}: {each['user'] or each['who']} sees to it ({each['operation']})" for each in unmet]
    return [f"✗ {what}: {idempotency_key}", *missing, *(f"    – {each['why']}: {each['remedy']}" for each in broken)]


def amount(money: int, currency: str) -> str:
    """Minor units as people write them."""
    return f"{major(money, currency):,} {currency}"
