"""What can go wrong between a command and the log, apart from refusals."""

from typing import ClassVar

from ltc_events import Refusal


class Unavailable(Exception):
    """The database cannot be reached now; whether the command took effect is unknown until it is asked again with the same key."""

    retry_after = 1
    """Seconds."""


class OtherModels(Unavailable):
    """The read models in the database are of another version of this service: this process may not append."""

    def __init__(self) -> None:
        super().__init__("the read models are of another version of this service; start that version, or run `ltc migrate` with this one")


class AlreadyThere(Exception):
    """This command, or this idempotency key, has taken effect before."""


class NothingToDo(Exception):
    """A command that names itself finds nothing left to do; perhaps because it did it itself, long ago."""


class CheckpointMoved(Exception):
    """Another process follows the log under the same checkpoint."""


class HeadMoved(Exception):
    """Another process appended since the head was read: decide again."""


class Stale(Refusal):
    """The resource changed since you read it: it is at version {version}, you expected {expected}."""

    status: ClassVar[int] = 412


class Unstorable(Refusal):
    """A value cannot be stored."""

    status: ClassVar[int] = 422
