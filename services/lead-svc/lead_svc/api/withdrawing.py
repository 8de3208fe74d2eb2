"""Whoever got a mail of ours may say that they want no more: by its link, without a login, and by the button of their mail program.

A link is followed by programs that look for harm, before its reader ever sees it. So looking shows a page with a button and changes
nothing; only sending it does (RFC 8058 asks the same of mail programs: their button sends, and reads no page).
"""

from time import monotonic
from typing import Annotated

from ltc_events import Refusal
from ltc_runtime.http import Api, Handle, Read
from ltc_runtime.http.call import Call
from ltc_runtime.http.caller import LINK, Caller
from ltc_runtime.http.problems import TooOften
from ltc_runtime.http.rate_limit import RateLimiter, subscriber
from ltc_runtime.http.responses import Answer
from pydantic import StringConstraints

from ..contact.rules.states import PersonChanged
from .consenting import take_consent_back

LinkToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]

PER_LINK, PER_ADDRESS = 10, 30
"""So often a minute one link is looked at or sent, and an address may show what is no link of ours."""


class UnknownLink(Refusal):
    """This link is of no mail of ours, or whom it was for is forgotten: they get no mails of ours."""

    status = 404


class LinkGate:
    """Lets in whoever shows the token of a link. Nobody is kept out for the address of a mail provider, which withdraws for many.

    What is counted is counted by this process.
    """

    header = None

    def __init__(self) -> None:
        self._links, self._addresses = RateLimiter(20_000), RateLimiter(20_000)

    async def allows(self, call: Call, origin: str) -> bool:
        """No other page may send it from a browser."""
        return False

    async def admit(self, call: Call) -> Caller:
        """Whom the link is of stays unsaid: in the log it was a link."""
        token, now = call.path_values["token"], monotonic()
        if await Read(call).whose_link(token) is None:
            must_be_seldom(self._addresses.take(subscriber(call.address), PER_ADDRESS, now))
            raise UnknownLink
        must_be_seldom(self._links.take(token, PER_LINK, now))
        return Caller(LINK + "mail", frozenset())


def must_be_seldom(wait: float) -> None:
    if wait:
        raise TooOften(headers={"Retry-After": str(int(wait) + 1)})


GATE = LinkGate()

withdrawals = Api("/withdrawals")


@withdrawals.public_page("/{token}", gate=GATE, refuses=(UnknownLink,))
async def ask_withdrawal(token: LinkToken) -> Answer:
    """The page behind the link in a mail: a button that takes consent back. Looking at it changes nothing."""
    return page(
        200,
        "No more mails of our offers? \u00b7 不再接收我们的营销邮件？",
        '<form method="post"><button>Send me no more \u00b7 不再接收</button></form>',
    )


@withdrawals.public("/{token}", gate=GATE, refuses=(UnknownLink, PersonChanged), media="text/html")
async def withdraw_consent(token: LinkToken, read: Read, handle: Handle) -> Answer:
    """Take consent back: what was planned for them is not sent. Sent again, it is answered the same."""
    subject = await read.whose_link(token)
    if subject is not None:
        await take_consent_back(subject, None, "link in a mail", read, handle)
    return page(202, "You will get no more mails of our offers. \u00b7 您将不再收到我们的营销邮件。")


HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    (b"referrer-policy", b"no-referrer"),  # the token is in the address of the page
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
]


def page(status: int, says: str, button: str = "") -> Answer:
    """A page that names nobody."""
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OpenLTC</title>'
    return Answer(status, HEADERS, f"{head}<p>{says}</p>{button}</html>".encode())
