"""A mail server in the process of the tests: takes everything, and keeps it to be looked at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from email.parser import BytesParser
from typing import Any

from aiosmtpd.smtp import SMTP

LOOPBACK = "127.0.0.1"


class MailServer:
    """What it was given."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.port = 0

    @property
    def address(self) -> str:
        """As `LTC_SMTP` wants it."""
        return f"{LOOPBACK}:{self.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Somebody hands a mail in."""
        self.mails.append(BytesParser().parsebytes(envelope.content))
        return "250 OK"

    def to(self, address: str) -> list[Message]:
        """The mails for somebody, in the order they came in."""
        return [mail for mail in self.mails if mail["To"] == address]


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server that runs."""
    box = MailServer()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, hostname="mx.example"), LOOPBACK, 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
