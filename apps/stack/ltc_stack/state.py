"""The addresses of a running stack, written beside its data for other programs."""

from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from . import stored

FILE = "stack.json"


class Answering(BaseModel):
    """A service of the stack."""

    model_config = ConfigDict(frozen=True)

    url: str
    database: str
    owner: str
    log: Path


class Running(BaseModel):
    """A running stack.

    Args:
        pid: the process that keeps it.
        started: when that process was started, so that a reused id is not taken for it.
    """

    model_config = ConfigDict(frozen=True)

    pid: int
    started: float
    postgres_url: str
    kafka_bootstrap: str
    kafka_logins: dict[str, str] = {}
    """Passwords of the operator and the analyst, where the broker is the stack's own."""
    topic_prefix: str
    topic_partitions: int
    services: dict[str, Answering]
    processes: dict[str, str] = {}
    """Where each process answers; a service may be several."""

    @property
    def urls(self) -> dict[str, str]:
        """Where each service answers."""
        return {name: service.url for name, service in self.services.items()}


def started(pid: int) -> float:
    """When a process was started; 0 if there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def write(directory: Path, running: Running) -> None:
    """Write the addresses; the file holds passwords, so only its owner can read it."""
    stored.write(directory / FILE, running.model_dump(mode="json"))


def running(directory: Path) -> Running | None:
    """The stack that runs there, if one does."""
    found = stored.read(directory / FILE)
    if not found:
        return None
    running = Running.model_validate(found)
    return running if abs(started(running.pid) - running.started) < 1.0 else None


def forget(directory: Path) -> None:
    """Nothing runs there any more."""
    (directory / FILE).unlink(missing_ok=True)
