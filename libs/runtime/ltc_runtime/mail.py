"""Mail: the port through which a service writes to people, by SMTP."""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from uuid import UUID

from asyncpg import Pool
from ltc_events.effect import Mail, Outcome

from .clock import Clock
from .http.personal import link_token, open_many, subject_of
from .settings import Settings

SECONDS = 20.0
"""For each step of a conversation with the server."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it, and what the server said, without naming a person."""

    outcome: Outcome
    detail: str


class Unfolded(EmailPolicy):
    """As any mail, but the header that programs read a link from is one line: a folded link is none."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """The bytes of a header."""
        return f"{name}: {value}\r\n".encode("ascii", "replace") if name == "List-Unsubscribe" else super().fold_binary(name, value)


async def send(mail: Mail, id: UUID, pool: Pool, clock: Clock, settings: Settings) -> Reply:
    """Send a mail, once.

    Args:
        id: of the event that intends it; the Message-ID follows from it.
    """
    to, name = await open_many(pool, [mail.to, mail.name])
    key = await pool.fetchval("SELECT key FROM personal_key WHERE subject = $1", subject_of(mail.to))
    if to is None or key is None:
        return Reply("forgotten", "whom it was for is forgotten")
    if not settings.smtp:
        return Reply("deferred", "no mail server is set (LTC_SMTP)")
    message = EmailMessage()
    link = f"{settings.public_url.rstrip('/')}{mail.withdraw}/{link_token(key)}" if mail.withdraw else ""
    words = {**mail.words, "name": name or "", "withdraw": link}
    message["From"], message["To"] = settings.mail_from, to
    message["Subject"] = filled(mail.subject, words)
    message["Date"], message["Message-ID"] = format_datetime(clock.now()), f"<{id}@{settings.mail_from.rpartition('@')[2]}>"
    if link:
        message["List-Unsubscribe"] = f"<{link}>"
        if link.startswith("https:"):  # by RFC 8058 only then a mail program may withdraw without asking again
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(filled(mail.body, words))
    return await asyncio.to_thread(hand_in, message, to, settings)


def filled(text: str, words: dict[str, str]) -> str:
    """The text with its words filled in; a line break in a word would be a header of its own."""
    for word, said in words.items():
        text = text.replace(f"{{{word}}}", " ".join(said.split()))
    return text


def hand_in(message: EmailMessage, to: str, settings: Settings) -> Reply:
    """Speak with the server. Only once the text was handed in, and no answer came, is it unknown what became of it."""
    try:
        with connected(settings) as server:
            for code, _ in (server.mail(settings.mail_from), server.rcpt(to)):
                if code >= 400:
                    return said(code)
            return handed_in(server, message)
    except smtplib.SMTPResponseException as error:
        return said(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        return Reply("deferred", f"the mail server cannot be used: {type(error).__name__}")


def handed_in(server: smtplib.SMTP, message: EmailMessage) -> Reply:
    """The part that cannot be taken back."""
    try:
        code, _ = server.data(message.as_bytes(policy=Unfolded(linesep="\r\n")))
    except smtplib.SMTPDataError as error:  # it did not want the text
        return said(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        return Reply("unknown", f"no answer after the text was handed in: {type(error).__name__}")
    return said(code)


def said(code: int) -> Reply:
    """What a reply code of SMTP means (RFC 5321, section 4.2.1)."""
    if code < 400:
        return Reply("sent", f"the mail server said {code}")
    return Reply("deferred" if code < 500 else "refused", f"the mail server said {code}")


@contextmanager
def connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A conversation; how it is ended changes nothing any more."""
    host, _, port = settings.smtp.rpartition(":")
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, int(port), timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, int(port), timeout=SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()
