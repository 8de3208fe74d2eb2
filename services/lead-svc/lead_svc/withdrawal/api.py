"""Recipients of mails withdraw consent: by the link in the mail, without a login, or by the button of their mail program.

Virus scanners follow a link before the recipient sees it. So GET shows a page with a button and changes nothing; only POST withdraws
(RFC 8058 requires the same of mail programs: their button sends a POST and reads no page).
"""

from time import monotonic
from typing import Annotated

from ltc_events import Refusal
from ltc_kit.merges import MergesChanged
from ltc_kit.merges.read import retried
from ltc_runtime.http import Api, Handle, Read
from ltc_runtime.http.call import Call
from ltc_runtime.http.caller import LINK, Caller
from ltc_runtime.http.problems import TooOften
from ltc_runtime.http.rate_limit import RateLimiter, subscriber
from ltc_runtime.http.responses import Answer
from pydantic import StringConstraints

from ..contact.read import withdrawal_of
from ..contact.rules.states import PersonChanged

LinkToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]

PER_LINK, PER_ADDRESS = 10, 30
"""Requests a minute: of one link, and of one address with unknown links."""


class UnknownLink(Refusal):
    """This link is unknown, or its recipient is forgotten and gets no more mails."""

    status = 404


class LinkGate:
    """Admits requests with the token of a link. The address of a mail provider, which withdraws for many, is not limited for known links.

    Each process counts for itself.
    """

    header = None

    def __init__(self) -> None:
        self._links, self._addresses = RateLimiter(20_000), RateLimiter(20_000)

    async def allows(self, call: Call, origin: str) -> bool:
        """No page of another origin may send it from a browser."""
        return False

    async def admit(self, call: Call) -> Caller:
        """The log names the link, not its recipient."""
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
    """The page behind the link in a mail, with a button that withdraws consent. Showing it changes nothing."""
    return page(
        200,
        "No more mails of our offers? \u00b7 不再接收我们的营销邮件？",
        '<form method="post"><button>Send me no more \u00b7 不再接收</button></form>',
    )


@withdrawals.public("/{token}", gate=GATE, refuses=(UnknownLink, PersonChanged), media="text/html")
async def withdraw_consent(token: LinkToken, read: Read, handle: Handle) -> Answer:
    """Withdraw consent: planned mails to the person are not sent. A second request gets the same answer."""
    subject = await read.whose_link(token)

    async def attempt() -> None:
        return await handle(await withdrawal_of(subject, None, "link in a mail", read))

    if subject is not None:
        await retried(attempt, PersonChanged, MergesChanged)
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
    """A page without personal data."""
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OpenLTC</title>'
    return Answer(status, HEADERS, f"{head}<p>{says}</p>{button}</html>".encode())
