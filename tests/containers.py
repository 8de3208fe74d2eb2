"""The servers of the tests as containers: ``LTC_STACK=containers make test``. The same classes, but what they start is an image of ours.

Needs an engine that speaks Docker's API, and the package testcontainers. ``LTC_CONTAINER_BASE`` names another base image.
"""

import os
import signal
from functools import cache
from pathlib import Path
from typing import Any

from ltc_stack.child import Child
from ltc_stack.embedded import Servers
from ltc_stack.kafka import BROKER, Kafka
from ltc_stack.postgres import Postgres
from ltc_stack.stored import LOOPBACK
from testcontainers.core.container import DockerContainer
from testcontainers.core.image import DockerImage

ROOT = Path(__file__).parents[1]
BASE = os.environ.get("LTC_CONTAINER_BASE", "")
_made: list["Container"] = []


@cache
def image(target: str) -> str:
    """The image of a server, built once a run; what did not change comes from the engine's cache."""
    arguments: dict[str, Any] = {"buildargs": {"BASE": BASE}} if BASE else {}
    tag = f"openltc-test-{target}"
    file = "deploy/Dockerfile"
    DockerImage(ROOT, tag=tag, clean_up=False, dockerfile_path=file, target=target, network_mode="host", rm=True, **arguments).build()
    return tag


class Container(Child):
    """A process of the stack that is a container: started, watched, frozen, stopped, killed as any other.

    Args:
        target: whose image it is.
        listens: its ports, the same inside and on loopback.
        log: where its output is put when somebody asks for the last lines.
        environment: its variables.
        readable: files that it finds in ``/secrets``.
        command: what it is told.
    """

    def __init__(
        self,
        target: str,
        listens: tuple[int, ...],
        log: Path,
        environment: dict[str, str],
        readable: tuple[Path, ...] = (),
        command: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"the container of {target}", (), log)
        ports: Any = {f"{port}/tcp": (LOOPBACK, port) for port in listens}
        self._box = DockerContainer(
            image(target), env=environment, volumes=[(str(path), f"/secrets/{path.name}", "ro") for path in readable]
        )
        self._box.ports = ports
        self._box.with_command(list(command)).with_kwargs(pids_limit=2000)
        self._inside: Any = None
        _made.append(self)

    @property
    def pid(self) -> int | None:
        """The id that the engine's machine gives it, while it runs."""
        state = self._state()
        return int(state["Pid"]) if state.get("Status") in ("running", "paused") else None

    @property
    def status(self) -> int | None:
        """Its exit code."""
        state = self._state()
        return int(state["ExitCode"]) if state.get("Status") in ("exited", "stopped", "dead") else None

    def start(self) -> None:
        """Start it; again, with the data it had."""
        if self._inside is None:
            self._inside = self._box.start().get_wrapped_container()
        else:
            self._inside.start()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; to stop in its tracks and to go on are the engine's to do, for all that runs in it."""
        if not self.alive:
            return
        match number:
            case signal.SIGSTOP:
                self._inside.pause()
            case signal.SIGCONT:
                self._inside.unpause()
            case _:
                self._inside.kill(signal=number.name)

    def tail(self, lines: int = 15) -> str:
        """The last it said."""
        return "" if self._inside is None else str(self._inside.logs(tail=lines).decode(errors="replace"))

    def remove(self) -> None:
        """Remove it with its data."""
        if self._inside is not None:
            self._box.stop()
            self._inside = None

    def _state(self) -> dict[str, Any]:
        if self._inside is None:
            return {}
        self._inside.reload()
        return dict(self._inside.attrs["State"])


class ContainedPostgres(Postgres):
    """The server in a container."""

    async def prepare(self) -> list[str]:
        """Its image and its port, which it keeps; what else it needs, it makes inside."""
        image("postgres")
        self.port = self.port or self._at.port_from(self._ports, "postgres")
        return []

    def wipe(self) -> None:
        """Delete all data of the stopped server."""
        removed(self._child)
        self._child = None

    def _launch(self, program: list[str]) -> Child:
        child = self._child or Container("postgres", (self.port,), self.directory / "postgres.log", {"LTC_POSTGRES_URL": self.url})
        child.start()
        return child


class ContainedKafka(Kafka):
    """The broker in a container."""

    async def prepare(self) -> list[str]:
        """Its image and its port, which it keeps; what else it needs, it makes inside."""
        image("kafka")
        self.port = self.port or self._at.port_from(self._ports, "broker")
        for name in self._listeners:
            self.listener(name)  # keeps its port
        return []

    def wipe(self) -> None:
        """Delete all data of the stopped broker."""
        removed(self._child)
        self._child = None

    def _launch(self, program: list[str]) -> Child:
        environment, log = {"LTC_KAFKA_BOOTSTRAP": self.bootstrap}, self.directory / "kafka.log"
        listeners = {name: self.listener(name)[1] for name in self._listeners}
        files, told = self._passwords()
        command = (*told, *(f"--listener={name}={port}:{self._listeners[name]}" for name, port in listeners.items()))
        child = self._child or Container("kafka", (self.port, *listeners.values()), log, environment, files, command)
        child.start()
        return child

    def _passwords(self) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        """The file with everybody's, and how the broker is told of it."""
        if self._logins is None:
            return (), ()
        for user in (BROKER, *self._logins.users):
            self._logins.password(user)
        file = readable(self._logins.passwords.path)
        return (file,), ("--passwords", f"/secrets/{file.name}")


def readable(path: Path) -> Path:
    """A copy that the container's user can read, in a folder where nobody else comes."""
    folder = path.with_name("handed-out")
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / path.name
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o644)
    return copy


def removed(child: Child | None) -> None:
    """Delete a stopped container with its data."""
    if child is not None and child.alive:
        raise RuntimeError("stop it before its data is deleted")
    if isinstance(child, Container):
        child.remove()


def remove_all() -> None:
    """Leave nothing behind."""
    while _made:
        _made.pop().remove()


CONTAINED = Servers(ContainedPostgres, ContainedKafka)
