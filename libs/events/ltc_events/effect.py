"""Effects outside: what a service does that no log can take back, such as a mail. Declared as data; the runtime does it, at most once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .vocabulary import Command, Event, States, Stream

Outcome = Literal["sent", "deferred", "refused", "forgotten", "unknown", "dropped"]
"""``sent``: the server took it. ``deferred``: it did not, and may take it later. ``refused``: it never will. ``forgotten``: whom it was for
is forgotten. ``unknown``: it may have been sent or not, and is not sent again. ``dropped``: it was not to be done any more."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person. ``{name}``, ``{withdraw}`` and whatever ``words`` name are filled in as it is sent.

    Args:
        to: the address, sealed.
        name: of the person, sealed.
        withdraw: the path of the page that withdraws the consent of the person, where a link in the mail leads there.
    """

    to: str
    subject: str
    body: str
    name: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    withdraw: str | None = None


@dataclass(frozen=True, slots=True)
class EffectOutcome:
    """What came of an effect."""

    outcome: Outcome
    detail: str
    at: datetime
    """By the business clock."""


@dataclass(frozen=True, eq=False)
class Effect:
    """What follows outside from one kind of own event, the intent.

    Args:
        intent: the event.
        streams: what must be known to say whether it still stands.
        stands: whether it is still to be done at that instant, asked in the transaction that marks it as begun.
        mail: what is sent.
        told: the command that notes what came of it; it must not refuse.
    """

    intent: type[Event]
    streams: Callable[[Any], list[Stream]]
    stands: Callable[[States, Any, datetime], bool]
    mail: Callable[[Any], Mail]
    told: Callable[[Any, EffectOutcome], Command]
