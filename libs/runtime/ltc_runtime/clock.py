"""What time it is for the business. Leases and tokens use system time."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path


class Clock:
    """The business clock: the system's time plus an offset that only the embedded stack can set, for all its processes at once.

    Args:
        file: where the offset is kept, as ``{"offset_seconds": 86400}``; none, no offset.
    """

    LOOK_SECONDS = 0.25

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._offset = timedelta(0)
        self._looked = float("-inf")

    def now(self) -> datetime:
        """Business time, in UTC."""
        return datetime.now(UTC) + self.offset()

    def today(self) -> date:
        """The business date, in UTC."""
        return self.now().date()

    def both(self) -> tuple[datetime, datetime]:
        """Business time and system time, of the same instant."""
        system = datetime.now(UTC)
        return system + self.offset(), system

    def offset(self) -> timedelta:
        """How far business time is ahead of the system's."""
        if self.file is not None and time.monotonic() - self._looked > self.LOOK_SECONDS:
            self._looked = time.monotonic()
            self._offset = read_offset(self.file)
        return self._offset


def utc(moment: datetime) -> datetime:
    """The same instant in UTC, as the log keeps it and its digest covers it.

    The database gives ``-infinity`` and ``infinity`` back without a zone: they are the first and the last instant there is.
    """
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_offset(file: Path) -> timedelta:
    """The offset kept in ``file``; none if there is no file."""
    try:
        return timedelta(seconds=float(json.loads(file.read_text())["offset_seconds"]))
    except FileNotFoundError:
        return timedelta(0)


def set_offset(file: Path, offset: timedelta) -> None:
    """Set the clock of the embedded stack, for all its processes."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
    fresh.replace(file)
