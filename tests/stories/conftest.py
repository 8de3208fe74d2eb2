"""A second platform, for stories that change what everybody goes by: the clock, the rules for leads, the mail server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from ltc_stack.kafka import Kafka
from ltc_stack.postgres import Postgres

from ..deals import set_up
from ..mail_server import MailServer, mail_server
from ..platform import Platform


@pytest.fixture(scope="package")
async def post() -> AsyncIterator[MailServer]:
    """Where the office's mails arrive."""
    async with mail_server() as box:
        yield box


@pytest.fixture(scope="package")
async def office(postgres: Postgres, kafka: Kafka, post: MailServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """The five services on servers that run already; its clock only goes forward, and the rules are those of whoever comes last."""
    directory: Path = tmp_path_factory.mktemp("office")
    settings = Settings(
        data_dir=directory,
        postgres_url=postgres.url,
        kafka_bootstrap=kafka.bootstrap,
        lease_seconds=2.0,
        smtp=post.address,
        smtp_security="none",
        mail_from="hello@ltc.example",
        public_url="https://ltc.example",
    )
    async with Stack(settings, prefix="office_") as stack:
        running = Platform(stack, directory)
        await set_up(running.api_client)
        yield running
        await running.api_client.close()
