"""Users read their notices and choose whether to get them by mail."""

from ltc_runtime.http import Api, Body, Handle, Role
from pydantic import Field

from ..contact.rules.addresses import Email
from .rules.states import AskDigest, ClearInbox, EndDigest, inbox_of, person_of

ALL: tuple[Role, ...] = ("sales", "sales_manager", "solution", "fulfilment", "legal", "finance")
"""The roles that may own a lead or a task, or decide a gate."""

inbox = Api("/inbox")


@inbox.act("/read", roles=ALL)
async def clear_inbox(handle: Handle) -> None:
    """Note that the caller has read everything there is now."""
    user = handle.actor
    return await handle(ClearInbox(inbox_id=inbox_of(user), user=user, at=handle.now))


class DigestBody(Body):
    """The address for the caller's daily mail."""

    email: Email = Field(examples=["ann@acme.example"], description="The caller's own; it is sealed, and forgotten with them.")


@inbox.act("/digest", roles=ALL)
async def ask_digest(body: DigestBody, handle: Handle) -> None:
    """Get a mail on each working day on which something is new and unread, as work begins. A later address replaces the one before."""
    user, subject = handle.actor, person_of(handle.actor)
    await handle.known(subject)
    command = AskDigest(inbox_id=inbox_of(user), user=user, subject_id=subject, email=handle.seal(subject, body.email))
    return await handle(command)


@inbox.act("/digest/end", roles=ALL)
async def end_digest(handle: Handle) -> None:
    """Get no more of these mails. The address can be read no more."""
    user = handle.actor
    handle.forget(person_of(user))
    return await handle(EndDigest(inbox_id=inbox_of(user), user=user, reason="ended by its reader"))
