"""What each part of a process is doing, and since when: ``/readyz`` reports it, ``/livez`` asks whether it still turns."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

PATIENT_SECONDS = 90.0
"""Whoever promised to turn and has not for so long is stuck. Every wait in between is bounded by far less."""


class WorkerStatus:
    """What one part of a process is doing. It decides nothing; the worker sets it."""

    def __init__(self) -> None:
        self.state = "starting"
        self.since = datetime.now(UTC)
        self._more: Mapping[str, Any] = {}
        self._details: Callable[[], Mapping[str, Any]] = dict
        self._turned: float | None = None
        self._stuck = False

    def set(self, state: str, **more: Any) -> None:
        """It does this from now on; said again, since it first was."""
        if self._stuck:
            return
        if state != self.state:
            self.state, self.since = state, datetime.now(UTC)
        self._more = more

    def add_details(self, more: Callable[[], Mapping[str, Any]]) -> None:
        """Whom to ask for what changes too often to be said."""
        self._details = more

    def heartbeat(self) -> None:
        """It turns; who has said so once must go on saying so."""
        self._turned = time.monotonic()

    def set_stuck(self, why: str) -> None:
        """It will not go on by itself; whatever else of it still speaks."""
        self.set("stuck", detail=why)
        self._stuck = True

    def alive(self) -> bool:
        """Whether it is worth being left to itself."""
        return not self._stuck and (self._turned is None or time.monotonic() - self._turned < PATIENT_SECONDS)

    def report(self) -> dict[str, Any]:
        """As ``/readyz`` shows it."""
        return {"state": self.state, "since": self.since.isoformat(timespec="seconds"), **self._more, **self._details()}
