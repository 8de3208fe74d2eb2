"""A mail server, as the tests look into it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from email.parser import BytesParser
from typing import Any

from aiosmtpd.smtp import SMTP
from ltc_runtime.effects import Effects
from ltc_runtime.settings import Settings


class Postbox:
    """What a mail server was given, and how it answers."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.rcpt = self.data = "250 OK"
        self.hangs_up = False
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(BytesParser().parsebytes(envelope.content))
        if self.hangs_up:
            server.transport.close()
        return self.data


@asynccontextmanager
async def postbox() -> AsyncIterator[Postbox]:
    """A mail server that runs."""
    box = Postbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, hostname="mx.example"), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


async def effects(served: Any, post: Postbox, public_url: str = "https://ltc.example/") -> Effects:
    settings = Settings(smtp=f"127.0.0.1:{post.port}", smtp_security="none", mail_from="hello@ltc.example", public_url=public_url)
    found = Effects(served.log, settings)
    await found.load()
    return found


async def go_on(served: Any, outside: Effects) -> None:
    await served.react()
    while await outside.step():
        await served.react()
